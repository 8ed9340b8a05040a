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


@pytest.mark.parametrize("mode, kernel, radius", [
    ("bilinear", loops.triangle, 1),
    ("bicubic", lambda t: loops.keys(t, -0.5), 2),
], ids=["bilinear", "bicubic"])  # fmt: skip
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [(3, 4), (13, 4), (2, 2), (1, 5)], ids=str)
def test_antialias_equals_loops(rng, mode, kernel, radius, size, dtype):
    x = rng.normal(size=(2, 3, 7, 11))
    expected = loops.antialiased(x, size, kernel, radius)
    tolerance = 1e-12 if dtype == "float64" else 1e-6
    options = {"size": size, "mode": mode, "antialias": True}
    compare(x, expected, dtype, tolerance=tolerance, **options)
    turned = paddle.to_tensor(np.moveaxis(x, 1, -1))
    y = interpolate(turned, data_format="NHWC", **options).numpy()
    np.testing.assert_allclose(y, np.moveaxis(expected, 1, -1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [0.4, (0.3, 1.5)], ids=str)
def test_antialias_by_a_fractional_scale_keeps_the_step(rng, scale):
    x = rng.normal(size=(1, 2, 8, 11))
    scales = scale if isinstance(scale, tuple) else (scale, scale)
    size = [int(n * s) for n, s in zip((8, 11), scales)]
    expected = loops.antialiased(x, size, loops.triangle, 1, [1 / s for s in scales])
    compare(x, expected, scale=scale, antialias=True, tolerance=1e-12)


def test_antialias_that_enlarges_is_plain_bilinear(rng):
    x = rng.normal(size=(1, 2, 5, 7))
    compare(x, loops.linear(x, (10, 21)), size=(10, 21), antialias=True)


def test_antialias_uses_every_pixel():
    """What it is for: a bright pixel never falls between the samples."""
    x = paddle.zeros([1, 1, 32, 32])
    x[:, :, 12, 12] = 1.0
    options = {"size": (8, 8), "mode": "bilinear"}
    assert interpolate(x, **options).abs().sum().item() == 0
    y = interpolate(x, antialias=True, **options)
    assert y.sum().item() == pytest.approx(1 / 16, rel=1e-6)


@pytest.mark.parametrize("align_corners", [False, True], ids=["centres", "corners"])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.skipif(not paddle.__version__.startswith("3.3"), reason="of Paddle 3.3 on")
def test_antialias_equals_paddles_own(rng, mode, align_corners):
    x = rng.normal(size=(1, 2, 9, 14))
    given = {"mode": mode, "size": (4, 17), "align_corners": align_corners}
    own = paddle.nn.functional.interpolate(
        paddle.to_tensor(x), antialias=True, align_mode=0, **given
    )
    compare(x, own.numpy(), antialias=True, tolerance=1e-5, **given)


def test_nearest_exact_equals_loops_on_every_seam(rng):
    """An even side to an odd one puts the middle centre exactly on a seam."""
    for n in range(1, 21):
        x = np.arange(float(n)).reshape(1, 1, n, 1)
        for m in range(1, 31):
            expected = loops.nearest_exact(x, (m, 1))
            compare(x, expected, size=(m, 1), mode="nearest-exact", tolerance=0)


@pytest.mark.parametrize("sides, scale", [
    ((7,), 1.5),
    ((5, 7), (1.5, 0.7)),
    ((3, 4, 5), 2),
], ids=str)  # fmt: skip
def test_nearest_exact_by_scale_equals_loops(rng, sides, scale):
    x = rng.normal(size=(2, 3, *sides))
    scales = scale if isinstance(scale, tuple) else [scale] * len(sides)
    size = [int(n * s) for n, s in zip(sides, scales)]
    expected = loops.nearest_exact(x, size, [1 / s for s in scales])
    compare(x, expected, scale=scale, mode="nearest-exact", tolerance=0)
    turned = paddle.to_tensor(np.moveaxis(x, 1, -1))
    layout = {1: "NWC", 2: "NHWC", 3: "NDHWC"}[len(sides)]
    y = interpolate(turned, scale=scale, mode="nearest-exact", data_format=layout)
    np.testing.assert_array_equal(y.numpy(), np.moveaxis(expected, 1, -1))


class Shrink(paddle.nn.Layer):
    """Sizes that are not known while this is traced."""

    def __init__(self, **options):
        super().__init__()
        self.options = options

    def forward(self, x, y):
        size = paddle.shape(y)[2:]
        return interpolate(x, size=size, **self.options), interpolate(
            x, scale=0.4, **self.options
        )


@pytest.mark.parametrize("options", [
    {"antialias": True},
    {"antialias": True, "mode": "bicubic"},
    {"mode": "nearest-exact"},
], ids=str)  # fmt: skip
def test_antialias_and_nearest_exact_trace_with_unknown_sizes(rng, options):
    spec = [
        paddle.static.InputSpec([None, 2, None, None], "float32", n) for n in ("x", "y")
    ]
    layer = Shrink(**options)
    traced = paddle.jit.to_static(Shrink(**options), input_spec=spec, full_graph=True)
    for size, fine in (((9, 12), (4, 7)), ((14, 8), (15, 3))):
        given = [
            paddle.to_tensor(rng.normal(size=(1, 2, *s)).astype("float32"))
            for s in (size, fine)
        ]
        for got, expected in zip(traced(*given), layer(*given)):
            np.testing.assert_allclose(got.numpy(), expected.numpy(), atol=1e-6)


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


def test_gradient_of_antialias(rng, check_gradient):
    for mode in ("bilinear", "bicubic"):
        check_gradient(
            lambda x, mode=mode: interpolate(x, (3, 7), mode=mode, antialias=True),
            rng.normal(size=(1, 2, 6, 5)),
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
    ({"mode": "nearest", "scale": 2, "antialias": True},
     "antialias is defined for 'bilinear' and 'bicubic', not for 'nearest'; leave it "
     "False"),
    ({"scale": 0}, "scale must be positive, not 0"),
    ({"scale": -1.5}, "scale must be positive, not -1.5"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=text):
        interpolate(paddle.ones([1, 1, 4, 4]), **options)


def test_nearest_needs_an_image():
    with pytest.raises(UsageError, match="'nearest' takes 4-D or 5-D tensors, not 3-D"):
        interpolate(paddle.ones([1, 1, 4]), scale=2, mode="nearest")


@pytest.mark.parametrize(
    "options, sentence",
    [
        (
            {"scale_factor": 2},
            "interpolate: unknown option 'scale_factor'; did you mean 'scale'?",
        ),
        (
            {"scale": 2, "mode": "BILINEAR"},
            "interpolate: unknown mode 'BILINEAR'; did you mean 'bilinear'?",
        ),
    ],
)
def test_names_of_other_libraries_are_answered(options, sentence):
    with pytest.raises(UsageError) as caught:
        interpolate(paddle.ones([1, 1, 2, 2]), **options)
    assert str(caught.value) == sentence
