import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.ops import ada_pool
from tests.reference import soft_pool

WINDOWS = [(2, 2), (3, 2), (1, 1), (3, 3), ((2, 3), (1, 2)), ((3, 1), 2)]


def edscw(x, kernel_size, stride):
    """One window after another."""
    k, s = (v if isinstance(v, tuple) else (v, v) for v in (kernel_size, stride))
    size = [(n - a) // b + 1 for n, a, b in zip(x.shape[2:], k, s)]
    out = np.empty((*x.shape[:2], *size))
    for n, c, i, j in np.ndindex(*out.shape):
        window = x[n, c, i * s[0] : i * s[0] + k[0], j * s[1] : j * s[1] + k[1]]
        mean = window.mean()
        with np.errstate(invalid="ignore"):
            dice = 2 * abs(window * mean) / (window**2 + mean**2)
        weights = np.exp(dice) / np.exp(dice).sum()
        out[n, c, i, j] = np.nan_to_num((window * weights).sum())
    return out


@pytest.mark.parametrize("k, stride", WINDOWS)
@pytest.mark.parametrize("size", [(8, 11), (7, 6)], ids=str)
def test_equals_loops(rng, size, k, stride):
    x = rng.normal(size=(2, 3, *size))
    likeness, largest = (
        edscw(x, k, stride),
        soft_pool.importance_pool(x, x, k, stride, 0),
    )
    given = paddle.to_tensor(x)
    for weights, expected in (("edscw", likeness), ("em", largest)):
        y = ada_pool(given, None, k, stride, weights).numpy()
        np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)
    for shape in (likeness.shape[2:], (1, 1)):
        beta = rng.normal(size=shape)
        y = ada_pool(given, paddle.to_tensor(beta), k, stride).numpy()
        expected = beta * likeness + (1 - beta) * largest
        np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


def test_what_has_no_likeness_is_zero_without_a_gradient():
    """0 / 0 where a pixel and the mean are both 0, as the released code replaces it."""
    for window in ([[0.0, 0.0], [0.0, 0.0]], [[1.0, -1.0], [0.0, 0.0]]):
        x = paddle.to_tensor([[window]], stop_gradient=False)
        y = ada_pool(x, weights="edscw")
        y.backward()
        assert y.item() == 0 and not x.grad.numpy().any()
        x.clear_gradient()
        y = ada_pool(x, paddle.full([1, 1], 0.25))
        y.backward()
        em = ada_pool(x, weights="em").item()
        assert (
            y.item() == pytest.approx(0.75 * em) and np.isfinite(x.grad.numpy()).all()
        )


def test_between_the_smallest_and_the_largest(rng):
    x = rng.uniform(0, 1, size=(1, 2, 6, 8))
    cells = x.reshape(1, 2, 3, 2, 4, 2)
    y = ada_pool(paddle.to_tensor(x), weights="edscw").numpy()
    assert (y >= cells.min((3, 5))).all() and (y <= cells.max((3, 5))).all()
    np.testing.assert_allclose(ada_pool(paddle.full([1, 1, 2, 2], 7.0),
                                        weights="edscw").item(), 7.0)  # fmt: skip


@pytest.mark.parametrize("weights", ["ada", "edscw"])
def test_gradient(rng, check_gradient, weights):
    x, beta = 1 + rng.normal(size=(1, 2, 5, 6)), rng.uniform(size=(2, 2))
    if weights == "ada":
        check_gradient(lambda x, beta: ada_pool(x, beta, 3, 2), x, beta)
    else:
        check_gradient(lambda x: ada_pool(x, None, 3, 2, "edscw"), x)


def test_half_precision_does_not_overflow(rng):
    x = paddle.to_tensor((300 * rng.normal(size=(1, 2, 6, 6))).astype("float16"))
    y = ada_pool(x, weights="edscw")
    assert y.dtype == paddle.float16
    expected = edscw(x.numpy().astype("float64"), 2, 2)
    np.testing.assert_allclose(y.numpy(), expected, rtol=2e-3, atol=0.2)


def test_errors_name_the_remedy():
    x = paddle.ones([1, 1, 6, 8])
    with pytest.raises(
        UsageError, match=r"beta is \[2, 2\], but the result of x of 6x8"
    ):
        ada_pool(x, paddle.ones([2, 2]))
    with pytest.raises(UsageError, match="ada_pool: beta must be a Tensor, not None"):
        ada_pool(x)
    with pytest.raises(
        UsageError, match="unknown weights 'edcsw'; did you mean 'edscw'"
    ):
        ada_pool(x, weights="edcsw")
    with pytest.raises(UsageError, match="6x8 is too small for a window of 7"):
        ada_pool(x, kernel_size=7, weights="em")
