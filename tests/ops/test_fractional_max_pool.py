import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.ops import fractional_max_pool, max_pool, max_unpool


def starts(n, m, k, u):
    if m == 1:
        return [n - k]
    a = (n - k) / (m - 1)
    return [int((i + u) * a) - int(u * a) for i in range(m - 1)] + [n - k]


def by_loops(x, samples, kernel, size):
    pooled, index = (
        np.empty((*x.shape[:2], *size)),
        np.empty((*x.shape[:2], *size), int),
    )
    for n, c in np.ndindex(*x.shape[:2]):
        u_column, u_row = samples[n, c]
        rows = starts(x.shape[2], size[0], kernel[0], u_row)
        columns = starts(x.shape[3], size[1], kernel[1], u_column)
        for i, j in np.ndindex(*size):
            best = -np.inf
            for row in range(rows[i], rows[i] + kernel[0]):
                for column in range(columns[j], columns[j] + kernel[1]):
                    if x[n, c, row, column] > best:
                        best = x[n, c, row, column]
                        index[n, c, i, j] = row * x.shape[3] + column
            pooled[n, c, i, j] = best
    return pooled, index


@pytest.mark.parametrize("size, kernel, out", [
    ((9, 11), (2, 2), (5, 4)),
    ((8, 7), (3, 2), (4, 6)),
    ((6, 9), (1, 4), (1, 3)),
    ((5, 5), (2, 2), (4, 4)),
    ((7, 7), (1, 1), (7, 7)),
], ids=str)  # fmt: skip
def test_equals_loops(rng, size, kernel, out):
    x = rng.integers(0, 9, size=(3, 2, *size)).astype("float64")  # with ties
    samples = rng.random(size=(3, 2, 2)).astype("float32")
    y, side = fractional_max_pool(
        paddle.to_tensor(x), paddle.to_tensor(samples), kernel, out
    )
    pooled, index = by_loops(x, samples.astype("float64"), kernel, out)
    np.testing.assert_array_equal(y.numpy(), pooled)
    np.testing.assert_array_equal(side.indices.numpy(), index)
    assert list(side.size) == list(size)


def test_a_ratio_names_the_size(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 10, 9)))
    samples = paddle.to_tensor(rng.random(size=(1, 2, 2)))
    y, _ = fractional_max_pool(x, samples, 2, output_ratio=(0.6, 0.7))
    assert list(y.shape) == [1, 2, 6, 6]
    z, _ = fractional_max_pool(x, samples, 2, (6, 6))
    np.testing.assert_array_equal(y.numpy(), z.numpy())


def test_an_integer_step_is_max_pooling_and_unpools(rng):
    x = paddle.to_tensor(rng.normal(size=(2, 2, 8, 6)))
    samples = paddle.to_tensor(rng.random(size=(1, 2, 2)))
    y, side = fractional_max_pool(x, samples, 2, (4, 3))
    expected, positions = max_pool(x, 2)
    np.testing.assert_array_equal(y.numpy(), expected.numpy())
    fine = max_unpool(y, side)
    np.testing.assert_array_equal(fine.numpy(), max_unpool(y, positions).numpy())


def test_starts_do_not_depend_on_the_type(rng):
    """Near-integer products would differ."""
    x = paddle.arange(301.0).reshape([1, 1, 1, 301])
    for u in rng.random(200):
        samples = paddle.full([1, 1, 2], float(u))
        y, _ = fractional_max_pool(x, samples, (1, 2), (1, 181))
        wide, _ = fractional_max_pool(x.astype("float64"), samples, (1, 2), (1, 181))
        np.testing.assert_array_equal(y.numpy(), wide.numpy())


def test_gradient(rng, check_gradient):
    samples = paddle.to_tensor(rng.random(size=(1, 2, 2)))
    x = rng.permutation(2 * 7 * 9).reshape(1, 2, 7, 9) / 10
    check_gradient(lambda x: fractional_max_pool(x, samples, 3, (3, 5))[0], x)


@pytest.mark.parametrize("arguments, text", [
    ({"output_size": 5}, "6 pixels are too small for 5 windows of 3; kernel_size"),
    ({}, "give output_size or output_ratio, one of the two"),
    ({"output_size": 3, "output_ratio": 0.5}, "give output_size or output_ratio"),
    ({"output_ratio": 1.5}, "output_ratio must be above 0 and at most 1, not 1.5"),
    ({"output_size": 0}, "output_size must be an integer of at least 1, not 0"),
], ids=str)  # fmt: skip
def test_errors_name_the_remedy(arguments, text):
    with pytest.raises(UsageError, match=text):
        fractional_max_pool(
            paddle.ones([2, 1, 6, 8]), paddle.zeros([2, 1, 2]), 3, **arguments
        )
    with pytest.raises(UsageError, match=r"samples are \[3, 1, 2\], but for x of"):
        fractional_max_pool(paddle.ones([2, 1, 6, 8]), paddle.zeros([3, 1, 2]), 2, 3)
