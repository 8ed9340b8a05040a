import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import interpolate
from tests.reference import interpolate as loops

TOLERANCE = 3e-6  # Paddle computes the sampling step in float32 for every dtype
DTYPES = ["float32", "float64"]
SIZES = [(10, 14), (9, 4), (3, 16)]
CORNERS = pytest.mark.parametrize(
    "align_corners", [False, True], ids=["centres", "corners"]
)


def compare(x, expected, dtype="float64", tolerance=TOLERANCE, **options):
    y = interpolate(paddle.to_tensor(x.astype(dtype)), **options)
    assert y.dtype == getattr(paddle, dtype)
    assert list(y.shape) == list(expected.shape)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@CORNERS
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_bilinear_equals_loops(rng, size, align_corners, dtype):
    x = rng.normal(size=(2, 3, 5, 7))
    expected = loops.linear(x, size, align_corners)
    compare(x, expected, dtype, size=size, align_corners=align_corners)


@pytest.mark.parametrize("dtype", DTYPES)
@CORNERS
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_bicubic_equals_loops(rng, size, align_corners, dtype):
    x = rng.normal(size=(2, 3, 5, 7))
    expected = loops.bicubic(x, size, align_corners)
    compare(x, expected, dtype, size=size, mode="bicubic", align_corners=align_corners)


@CORNERS
def test_one_pixel_of_many_is_the_first(rng, align_corners):
    """Paddle's kernels take the first pixel, whichever grid is asked for."""
    x = rng.normal(size=(1, 2, 5, 7))
    compare(x, x[..., :1, :1], size=1, align_corners=align_corners)


@CORNERS
@pytest.mark.parametrize("mode, sides, size", [
    ("linear", (6,), (13,)),
    ("linear", (6,), (4,)),
    ("trilinear", (3, 4, 5), (6, 3, 9)),
], ids=str)  # fmt: skip
def test_other_ranks_equal_loops(rng, mode, sides, size, align_corners):
    x = rng.normal(size=(2, 3, *sides))
    expected = loops.linear(x, size, align_corners)
    compare(x, expected, size=size, mode=mode, align_corners=align_corners)


@pytest.mark.parametrize("mode", ["nearest", "area"])
@pytest.mark.parametrize("sides, size", [
    ((5, 7), (10, 14)),
    ((5, 7), (8, 3)),
    ((5, 7), (2, 11)),
    ((3, 4, 5), (6, 3, 7)),
], ids=str)  # fmt: skip
def test_nearest_and_area_equal_loops(rng, mode, sides, size):
    x = rng.normal(size=(2, 3, *sides))
    compare(x, getattr(loops, mode)(x, size), size=size, mode=mode)


def test_area_of_a_sequence_equals_loops(rng):
    x = rng.normal(size=(2, 3, 6))
    compare(x, loops.area(x, (4,)), size=4, mode="area")


@pytest.mark.parametrize("mode", ["bilinear", "bicubic", "nearest", "area"])
@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_integer_scale_is_the_multiplied_size(rng, mode, scale):
    x = rng.normal(size=(1, 2, 5, 7))
    size = (5 * scale, 7 * scale)
    reference = loops.linear if mode == "bilinear" else getattr(loops, mode)
    # A power of two is exact in float32, so the weights are float64's.
    tolerance = TOLERANCE if scale == 3 else 1e-12
    compare(x, reference(x, size), scale=scale, mode=mode, tolerance=tolerance)


@pytest.mark.parametrize("scale", [0.5, 1.5, 2.3, (1.5, 0.7)], ids=str)
def test_fractional_scale_floors_the_size_and_keeps_the_step(rng, scale):
    x = rng.normal(size=(1, 2, 5, 7))
    scales = scale if isinstance(scale, tuple) else (scale, scale)
    size = [int(n * s) for n, s in zip((5, 7), scales)]
    expected = loops.linear(x, size, steps=[1 / s for s in scales])
    compare(x, expected, scale=scale)


@pytest.mark.parametrize("scale", [0.5, 1.5, (1.5, 0.7)], ids=str)
def test_area_floors_the_size(rng, scale):
    x = rng.normal(size=(1, 2, 5, 7))
    scales = scale if isinstance(scale, tuple) else (scale, scale)
    size = [int(n * s) for n, s in zip((5, 7), scales)]
    compare(x, loops.area(x, size), scale=scale, mode="area")


def test_one_int_is_the_size_of_every_axis(rng):
    x = rng.normal(size=(1, 2, 5, 7))
    compare(x, loops.linear(x, (8, 8)), size=8)


def test_size_may_be_a_tensor(rng):
    x = rng.normal(size=(1, 2, 5, 7))
    compare(x, loops.linear(x, (8, 9)), size=paddle.to_tensor([8, 9]))


@pytest.mark.parametrize("mode, sides, data_format", [
    ("linear", (6,), "NWC"),
    ("bilinear", (5, 7), "NHWC"),
    ("bicubic", (5, 7), "NHWC"),
    ("nearest", (5, 7), "NHWC"),
    ("area", (5, 7), "NHWC"),
    ("trilinear", (3, 4, 5), "NDHWC"),
])  # fmt: skip
def test_channels_last_is_the_transposed_answer(rng, mode, sides, data_format):
    x = rng.normal(size=(2, 3, *sides))
    turned = paddle.to_tensor(np.moveaxis(x, 1, -1))
    for given in ({"size": [n + 3 for n in sides]}, {"scale": 2}, {"scale": 1.5}):
        first = interpolate(paddle.to_tensor(x), mode=mode, **given).numpy()
        last = interpolate(turned, mode=mode, data_format=data_format, **given).numpy()
        np.testing.assert_allclose(last, np.moveaxis(first, 1, -1), atol=1e-12)


@pytest.mark.parametrize("mode, align_corners", [
    ("bilinear", False),
    ("bilinear", True),
    ("bicubic", False),
    ("bicubic", True),
    ("nearest", False),
    ("area", False),
])  # fmt: skip
def test_gradient(rng, check_gradient, mode, align_corners):
    check_gradient(
        lambda x: interpolate(x, size=(7, 6), mode=mode, align_corners=align_corners),
        rng.normal(size=(1, 2, 4, 5)),
    )


@pytest.mark.parametrize("options, text", [
    ({"mode": "bilinaer", "scale": 2}, "unknown mode 'bilinaer'; did you mean "),
    ({"mode": "linear", "scale": 2}, "'linear' takes 3-D tensors, not 4-D"),
    ({"mode": "trilinear", "scale": 2}, "'trilinear' takes 5-D tensors, not 4-D"),
    ({"scale": 2, "data_format": "NWC"}, "'NWC' is no layout of a 4-D tensor; known: "
                                         "NCHW, NHWC"),
    ({}, "give exactly one of size and scale"),
    ({"size": 4, "scale": 2}, "give exactly one of size and scale"),
    ({"mode": "nearest", "scale": 2, "align_corners": True},
     "align_corners has no meaning for mode 'nearest'; leave it False"),
    ({"scale": 0}, "scale must be positive, not 0"),
    ({"scale": -1.5}, "scale must be positive, not -1.5"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=text):
        interpolate(paddle.ones([1, 1, 4, 4]), **options)


def test_nearest_needs_an_image():
    with pytest.raises(UsageError, match="'nearest' takes 4-D or 5-D tensors, not 3-D"):
        interpolate(paddle.ones([1, 1, 4]), scale=2, mode="nearest")
