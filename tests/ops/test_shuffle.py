import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import pixel_shuffle, pixel_unshuffle
from tests.reference import shuffle as loops


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_shuffle_equals_loops(rng, scale, dtype):
    x = rng.normal(size=(2, 2 * scale**2, 3, 5)).astype(dtype)
    y = pixel_shuffle(paddle.to_tensor(x), scale).numpy()
    np.testing.assert_array_equal(y, loops.pixel_shuffle(x, scale))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_unshuffle_equals_loops(rng, scale, dtype):
    x = rng.normal(size=(2, 2, 3 * scale, 5 * scale)).astype(dtype)
    y = pixel_unshuffle(paddle.to_tensor(x), scale).numpy()
    np.testing.assert_array_equal(y, loops.pixel_unshuffle(x, scale))


@pytest.mark.parametrize("function, shape", [
    (pixel_shuffle, (2, 8, 3, 5)),
    (pixel_unshuffle, (2, 3, 4, 6)),
], ids=["shuffle", "unshuffle"])  # fmt: skip
def test_channels_last_is_the_transposed_answer(rng, function, shape):
    x = rng.normal(size=shape)
    first = function(paddle.to_tensor(x), 2).numpy()
    last = function(paddle.to_tensor(np.moveaxis(x, 1, -1)), 2, "NHWC").numpy()
    np.testing.assert_array_equal(last, np.moveaxis(first, 1, -1))


def test_unshuffle_inverts_shuffle(rng):
    x = rng.normal(size=(1, 18, 2, 3))
    y = pixel_unshuffle(pixel_shuffle(paddle.to_tensor(x), 3), 3)
    np.testing.assert_array_equal(y.numpy(), x)


def test_gradient(rng, check_gradient):
    check_gradient(lambda x: pixel_shuffle(x, 2), rng.normal(size=(1, 4, 2, 3)))
    check_gradient(lambda x: pixel_unshuffle(x, 2), rng.normal(size=(1, 1, 4, 6)))


class Unshuffle(paddle.nn.Layer):
    def __init__(self, data_format):
        super().__init__()
        self.data_format = data_format

    def forward(self, x):
        return pixel_unshuffle(x, 3, self.data_format)


@pytest.mark.parametrize("data_format", ["NCHW", "NHWC"])
def test_traced_unshuffle_with_unknown_sizes_is_the_eager_one(rng, data_format):
    spec = [None, 2, None, None] if data_format == "NCHW" else [None, None, None, 2]
    spec = paddle.static.InputSpec(spec, "float32", "x")
    layer = Unshuffle(data_format)
    traced = paddle.jit.to_static(layer, input_spec=[spec], full_graph=True)
    x = rng.normal(size=(2, 2, 6, 9)).astype("float32")
    y = loops.pixel_unshuffle(x, 3)
    if data_format == "NHWC":
        x, y = np.moveaxis(x, 1, -1), np.moveaxis(y, 1, -1)
    np.testing.assert_array_equal(traced(paddle.to_tensor(x)).numpy(), y)


@pytest.mark.parametrize("data_format", ["NCHW", "NHWC"])
def test_error_names_the_remedy(data_format):
    x = paddle.ones([1, 6, 6, 6])
    with pytest.raises(UsageError, match=r"6 channels are no multiple of .*=4"):
        pixel_shuffle(x, 2, data_format)
    with pytest.raises(UsageError, match="6x6 is no multiple of scale=4; pad 2 rows"):
        pixel_unshuffle(x, 4, data_format)


def test_error_counts_rows_and_columns_apart():
    with pytest.raises(UsageError, match=r"5x7 .*; pad 1 rows and 2 columns"):
        pixel_unshuffle(paddle.ones([1, 1, 5, 7]), 3)
