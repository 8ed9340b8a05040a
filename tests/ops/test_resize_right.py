import math

import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import interpolate, resize_right
from tests.reference import interpolate as plain
from tests.reference import resize_right as loops

MODES = pytest.mark.parametrize("mode", list(loops.KERNELS))


def by_loops(x, size, scales, **options):
    y = np.apply_along_axis(loops.line, 2, x, size[0], scales[0], **options)
    return np.apply_along_axis(loops.line, 3, y, size[1], scales[1], **options)


@pytest.mark.parametrize("padding", ["zeros", "replicate", "reflect", "circular"])
@pytest.mark.parametrize("antialias", [True, False], ids=["stretched", "plain"])
@pytest.mark.parametrize("scale", [0.45, 2.0, (1.7, 0.6), (1.3, 0.25)], ids=str)
@MODES
def test_scale_equals_loops(rng, mode, scale, antialias, padding):
    x = rng.normal(size=(2, 2, 7, 10))
    scales = scale if isinstance(scale, tuple) else (scale, scale)
    size = [math.ceil(n * s) for n, s in zip((7, 10), scales)]
    options = {"mode": mode, "antialias": antialias, "padding": padding}
    expected = by_loops(x, size, scales, **options)
    y = resize_right(paddle.to_tensor(x), scale=scale, **options)
    assert list(y.shape) == [2, 2, *size]
    # The published Lanczos window carries float32's epsilon against 0 / 0.
    tolerance = 1e-5 if "lanczos" in mode else 1e-12
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=tolerance)


def test_size_alone_sets_the_scale_and_both_may_be_given(rng):
    x = rng.normal(size=(1, 2, 8, 9))
    given = paddle.to_tensor(x)
    y = resize_right(given, size=(5, 13), mode="linear").numpy()
    expected = by_loops(x, (5, 13), (5 / 8, 13 / 9), mode="linear")
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)
    y = resize_right(given, size=6, scale=0.5).numpy()
    expected = by_loops(x, (6, 6), (0.5, 0.5), mode="cubic")
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


def test_where_the_scale_fits_the_interior_is_antialiased_interpolation(rng):
    x = rng.normal(size=(1, 1, 24, 24))
    y = resize_right(paddle.to_tensor(x), scale=0.5).numpy()
    other = interpolate(paddle.to_tensor(x), (12, 12), mode="bicubic", antialias=True)
    inside = (..., slice(3, -3), slice(3, -3))
    np.testing.assert_allclose(y[inside], other.numpy()[inside], rtol=0, atol=1e-12)
    assert np.abs(y - other.numpy()).max() > 1e-3  # the border is dark here


def test_replicated_linear_is_bilinear(rng):
    x = rng.normal(size=(1, 1, 5, 7))
    y = resize_right(paddle.to_tensor(x), scale=2, mode="linear", padding="replicate")
    np.testing.assert_allclose(y.numpy(), plain.linear(x, (10, 14)), atol=1e-12)


@MODES
def test_constant_stays_constant_with_a_border_that_repeats(mode):
    x = paddle.full([1, 1, 9, 11], 2.5)
    y = resize_right(x, scale=(0.4, 1.6), mode=mode, padding="replicate").numpy()
    np.testing.assert_allclose(y, 2.5, rtol=1e-6)


def test_scale_one_changes_nothing(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 1, 5, 7)))
    np.testing.assert_array_equal(resize_right(x, scale=1).numpy(), x.numpy())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_that_of_x(rng, dtype):
    x = paddle.to_tensor(rng.normal(size=(1, 1, 5, 7)).astype(dtype))
    assert resize_right(x, scale=0.7).dtype == x.dtype


def test_gradient(rng, check_gradient):
    check_gradient(
        lambda x: resize_right(x, scale=(0.6, 1.4)), rng.normal(size=(1, 2, 6, 5))
    )


class Half(paddle.nn.Layer):
    def forward(self, x):
        return resize_right(x, scale=0.5)


def test_traces_where_the_size_is_known(rng):
    spec = paddle.static.InputSpec([None, 2, 8, 10], "float32", "x")
    traced = paddle.jit.to_static(Half(), input_spec=[spec], full_graph=True)
    x = paddle.to_tensor(rng.normal(size=(1, 2, 8, 10)).astype("float32"))
    np.testing.assert_allclose(traced(x).numpy(), Half()(x).numpy(), atol=1e-6)


def test_unknown_size_is_refused_in_one_sentence():
    spec = paddle.static.InputSpec([None, 2, None, None], "float32", "x")
    traced = paddle.jit.to_static(Half(), input_spec=[spec], full_graph=True)
    with pytest.raises(ValueError, match="the height and width must be known while"):
        paddle.jit.save(traced, "unused")


@pytest.mark.parametrize("options, text", [
    ({"scale": 2, "mode": "lanczos"}, "unknown mode 'lanczos'; did you mean 'lanczos3"),
    ({"scale": 2, "padding": "border"}, "unknown padding 'border'; known: 'circular'"),
    ({"scale": 0}, "scale must be positive, not 0"),
    ({}, "give a size, a scale or both"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"resize_right: {text}"):
        resize_right(paddle.ones([1, 1, 4, 4]), **options)
