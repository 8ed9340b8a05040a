import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import blur_pool, interpolate
from tests.reference import blur_pool as loops

SIZES = pytest.mark.parametrize("size", [(8, 11), (9, 14)], ids=str)


@pytest.mark.parametrize("border", ["reflect", "replicate", "zeros", "circular"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("f", range(1, 8))
@SIZES
def test_adobes_padding_equals_loops(rng, size, f, stride, border):
    x = rng.normal(size=(2, 3, *size))
    y = blur_pool(paddle.to_tensor(x), f, stride, border=border).numpy()
    line = loops.pascal(f)
    expected = loops.strided_filter(x, line, stride, (f - 1) // 2, f // 2, border)
    assert y.shape[2:] == tuple(-(-n // stride) for n in size)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("f", range(2, 8))
@SIZES
def test_timms_padding_equals_loops(rng, size, f, stride):
    x = rng.normal(size=(1, 2, *size))
    y = blur_pool(paddle.to_tensor(x), f, stride, padding="timm").numpy()
    side = (stride - 1 + f - 1) // 2
    expected = loops.strided_filter(x, loops.pascal(f), stride, side, side)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


def test_timms_even_filter_gives_one_pixel_more():
    x = paddle.ones([1, 1, 8, 10])
    assert blur_pool(x, 4, padding="timm").shape[2:] == [5, 6]
    assert blur_pool(x, 4, padding="adobe").shape[2:] == [4, 5]


def test_four_taps_are_antialiased_bilinear_to_one_half_inside(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 12, 16)))
    y = blur_pool(x, 4).numpy()
    other = interpolate(x, (6, 8), antialias=True).numpy()
    inside = (..., slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(y[inside], other[inside], rtol=0, atol=1e-12)
    assert np.abs(y - other).max() > 1e-3  # one reflects, the other renormalises


def test_gradient(rng, check_gradient):
    check_gradient(lambda x: blur_pool(x, 4), rng.normal(size=(1, 2, 5, 6)))


@pytest.mark.parametrize("options, text", [
    ({"filter_size": 8}, "blur_pool: filter_size must be 1 to 7, not 8"),
    ({"filter_size": 0}, "blur_pool: filter_size must be 1 to 7, not 0"),
    ({"padding": "tim"}, "blur_pool: unknown padding 'tim'; did you mean 'timm'"),
    ({"border": "reflct"}, "strided_filter: unknown border 'reflct'; did you mean 're"),
    ({"filter_size": 7}, "3x9 is too small to be reflected by 3 pixels; use border"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=text):
        blur_pool(paddle.ones([1, 1, 3, 9]), **options)
