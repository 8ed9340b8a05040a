import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.ops.border import BORDERS, pad_border, wrap_to_multiple

_NUMPY = {
    "zeros": "constant",
    "replicate": "edge",
    "reflect": "reflect",
    "circular": "wrap",
}


@pytest.mark.parametrize("added", [(0, 0), (1, 2), (2, 0), (0, 3)], ids=str)
@pytest.mark.parametrize("border", BORDERS)
def test_equals_numpy(rng, border, added):
    x = rng.normal(size=(2, 3, 4, 5))
    y = pad_border(paddle.to_tensor(x), added, border).numpy()
    expected = np.pad(x, [(0, 0), (0, 0), added, added], _NUMPY[border])
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(4, 7), (3, 9), (5, 8)], ids=str)
def test_wrapping_to_a_multiple_equals_numpy(rng, size, scale):
    x = rng.normal(size=(1, 2, *size))
    y = wrap_to_multiple(paddle.to_tensor(x), scale).numpy()
    added = [(0, -n % scale) for n in size]
    np.testing.assert_array_equal(y, np.pad(x, [(0, 0), (0, 0), *added], "wrap"))


def test_gradient(rng, check_gradient):
    x = rng.normal(size=(1, 1, 3, 5))
    check_gradient(lambda x: pad_border(x, (2, 1), "circular"), x)
    check_gradient(lambda x: wrap_to_multiple(x, 2), x)


def test_refuses_what_is_too_small():
    x = paddle.ones([1, 1, 2, 5])
    with pytest.raises(
        UsageError, match="it: a map of 2x5 is too small for border 're"
    ):
        pad_border(x, (0, 2), "reflect", "it")
    with pytest.raises(UsageError, match="a map of 2x5 is too small for border 'circu"):
        pad_border(x, (3, 0), "circular")
    with pytest.raises(
        UsageError, match="it: a map of 2x5 is too small to be continued"
    ):
        wrap_to_multiple(x, 8, "it")
    assert list(pad_border(x, (3, 3), "replicate").shape) == [1, 1, 8, 11]
