"""Fixtures of all tests: seeded randomness and a numerical gradient."""

import numpy as np
import paddle
import pytest

# A script as a user writes it, read by mypy alone: it does not run.
collect_ignore = ["typing/user_script.py"]


@pytest.fixture
def rng():
    """A NumPy generator with a fixed seed; Paddle's is seeded too."""
    paddle.seed(7)
    return np.random.default_rng(7)


@pytest.fixture
def check_gradient():
    """Compare autograd with central differences in float64.

    check_gradient(function, *arrays): function takes float64 Tensors and returns one
    Tensor; the loss is a fixed random weighting of it.
    """

    def check(function, *arrays, step=1e-6, tolerance=1e-6):
        weights = np.random.default_rng(11)
        tensors = [
            paddle.to_tensor(a.astype("float64"), stop_gradient=False) for a in arrays
        ]
        y = function(*tensors)
        r = weights.normal(size=y.shape)
        (y * paddle.to_tensor(r)).sum().backward()
        for position, array in enumerate(arrays):
            flat = array.astype("float64").ravel()
            for i in weights.permutation(flat.size)[:12]:
                change = []
                for sign in (1, -1):
                    moved = flat.copy()
                    moved[i] += sign * step
                    given = list(tensors)
                    given[position] = paddle.to_tensor(moved.reshape(array.shape))
                    change.append((function(*given).numpy() * r).sum())
                numeric = (change[0] - change[1]) / (2 * step)
                analytic = tensors[position].grad.numpy().ravel()[i]
                assert abs(numeric - analytic) <= tolerance * max(1, abs(numeric)), (
                    f"input {position}, element {i}: {analytic} against {numeric}"
                )

    return check
