import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import pixel_shuffle, pixel_unshuffle
from tests.reference import shuffle as loops

SIDES = pytest.mark.parametrize(
    "sides, data_format", [((3, 5), "NCHW"), ((2, 3, 1), "NCDHW")], ids=str
)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1, 2, 3])
@SIDES
def test_shuffle_equals_loops(rng, sides, data_format, scale, dtype):
    x = rng.normal(size=(2, 2 * scale ** len(sides), *sides)).astype(dtype)
    y = pixel_shuffle(paddle.to_tensor(x), scale, data_format).numpy()
    np.testing.assert_array_equal(y, loops.pixel_shuffle(x, scale))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1, 2, 3])
@SIDES
def test_unshuffle_equals_loops(rng, sides, data_format, scale, dtype):
    x = rng.normal(size=(2, 2, *(n * scale for n in sides))).astype(dtype)
    y = pixel_unshuffle(paddle.to_tensor(x), scale, data_format).numpy()
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


def test_unshuffle_inverts_shuffle_of_a_volume(rng):
    x = rng.normal(size=(1, 54, 2, 3, 1))
    y = pixel_shuffle(paddle.to_tensor(x), 3, "NCDHW")
    assert list(y.shape) == [1, 2, 6, 9, 3]
    np.testing.assert_array_equal(pixel_unshuffle(y, 3, "NCDHW").numpy(), x)


def test_gradient(rng, check_gradient):
    check_gradient(
        lambda x: pixel_shuffle(x, 2, "NCDHW"), rng.normal(size=(1, 8, 2, 1, 3))
    )
    check_gradient(
        lambda x: pixel_unshuffle(x, 2, "NCDHW"), rng.normal(size=(1, 1, 4, 2, 6))
    )
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
    with pytest.raises(UsageError, match=r"5x7x6 .*; pad 1 slices, 2 rows and 0 col"):
        pixel_unshuffle(paddle.ones([1, 1, 5, 7, 6]), 3, "NCDHW")


def test_error_counts_the_cells_of_a_volume():
    with pytest.raises(UsageError, match=r"4 channels are no .* scale\*scale\*scale=8"):
        pixel_shuffle(paddle.ones([1, 4, 2, 2, 2]), 2, "NCDHW")
