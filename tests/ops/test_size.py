import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import fit, pad_to_multiple, scaled_size, spatial_size

LAYOUTS = pytest.mark.parametrize("data_format", ["NCHW", "NHWC"])


def layout(x, data_format):
    """Transpose an NCHW array to a layout, or back."""
    return x if data_format == "NCHW" else np.moveaxis(x, 1, -1)


@pytest.mark.parametrize("shape, data_format, sides", [
    ((2, 3, 5), "NCW", [5]),
    ((2, 5, 3), "NWC", [5]),
    ((2, 3, 5, 7), "NCHW", [5, 7]),
    ((2, 5, 7, 3), "NHWC", [5, 7]),
    ((2, 3, 4, 5, 7), "NCDHW", [4, 5, 7]),
    ((2, 4, 5, 7, 3), "NDHWC", [4, 5, 7]),
], ids=str)  # fmt: skip
def test_sizes(shape, data_format, sides):
    x = paddle.ones(shape)
    assert spatial_size(x, data_format) == sides
    assert scaled_size(x, 3, data_format) == [3 * n for n in sides]


def test_fit_without_a_size_returns_its_input():
    y = paddle.ones([1, 1, 4, 4])
    assert fit(y, None, 2) is y
    assert fit(y, (4, 4), 2) is y


@LAYOUTS
@pytest.mark.parametrize("size", [(6, 8), (5, 8), (7, 8), (4, 10), (8, 6)], ids=str)
def test_fit_crops_and_repeats_at_the_bottom_and_right(rng, size, data_format):
    x = rng.normal(size=(2, 3, 6, 8))
    y = fit(paddle.to_tensor(layout(x, data_format)), size, 3, data_format)
    rows = np.minimum(np.arange(size[0]), 5)
    columns = np.minimum(np.arange(size[1]), 7)
    expected = x[:, :, rows][..., columns]
    np.testing.assert_array_equal(y.numpy(), layout(expected, data_format))


@pytest.mark.parametrize("size", [(5, 6, 8), (3, 7, 9), (4, 5, 10)], ids=str)
def test_fit_of_a_volume(rng, size):
    x = rng.normal(size=(2, 3, 4, 6, 8))
    y = fit(paddle.to_tensor(x), size, 3, "NCDHW").numpy()
    for axis, n in enumerate(size):
        x = x.take(np.minimum(np.arange(n), x.shape[2 + axis] - 1), 2 + axis)
    np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize("mode", ["constant", "replicate"])
def test_pad_completes_the_last_cells_of_a_volume(rng, mode):
    x = rng.normal(size=(2, 3, 4, 5, 7))
    ends = [(0, 0), (0, 0), (0, 2), (0, 1), (0, 2)]
    expected = np.pad(x, ends, "edge" if mode == "replicate" else "constant")
    y = pad_to_multiple(paddle.to_tensor(x), 3, mode, "NCDHW").numpy()
    np.testing.assert_array_equal(y, expected)


def test_fit_takes_a_tensor_as_size(rng):
    x = rng.normal(size=(1, 1, 4, 6))
    y = fit(paddle.to_tensor(x), paddle.to_tensor([3, 5]), 2)
    np.testing.assert_array_equal(y.numpy(), x[:, :, :3, :5])


@pytest.mark.parametrize("size", [(2, 4), (4, 6), (6, 4)], ids=str)
def test_fit_refuses_what_an_encoder_cannot_cause(size):
    text = f"scale 2 gives 4x4 .* less than 2 pixels .* size={size[0]}x{size[1]} was"
    with pytest.raises(UsageError, match=text):
        fit(paddle.ones([1, 1, 4, 4]), size, slack=2)


def test_fit_refuses_a_volume_too_far_off():
    with pytest.raises(UsageError, match=r"gives 4x4x4 .* size=4x4x6 was asked for"):
        fit(paddle.ones([1, 1, 4, 4, 4]), (4, 4, 6), 2, "NCDHW")


@LAYOUTS
@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("size", [(6, 6), (5, 7), (1, 2)], ids=str)
@pytest.mark.parametrize("mode", ["constant", "replicate"])
def test_pad_completes_the_last_cells(rng, mode, size, scale, data_format):
    x = rng.normal(size=(2, 3, *size))
    below, right = (-n % scale for n in size)
    expected = np.pad(
        x,
        [(0, 0), (0, 0), (0, below), (0, right)],
        "edge" if mode == "replicate" else "constant",
    )
    given = paddle.to_tensor(layout(x, data_format))
    y = pad_to_multiple(given, scale, mode, data_format)
    np.testing.assert_array_equal(y.numpy(), layout(expected, data_format))


def test_gradient(rng, check_gradient):
    x = rng.normal(size=(1, 2, 3, 4))
    check_gradient(lambda x: fit(x, (5, 3), 3), x)
    check_gradient(lambda x: pad_to_multiple(x, 5, "replicate"), x)
    check_gradient(lambda x: pad_to_multiple(x, 5), x)
    volume = rng.normal(size=(1, 2, 3, 4, 2))
    check_gradient(lambda x: fit(x, (5, 3, 3), 3, "NCDHW"), volume)


class Sizes(paddle.nn.Layer):
    """All functions of this file under one trace."""

    def __init__(self, data_format):
        super().__init__()
        self.data_format = data_format

    def forward(self, x, like):
        wanted = spatial_size(like, self.data_format)
        fitted = fit(x, wanted, 3, self.data_format)
        padded = pad_to_multiple(x, 4, "replicate", self.data_format)
        return fitted, padded, scaled_size(x, 2, self.data_format)


def test_traced_volume_with_unknown_sizes_gives_the_eager_answer(rng):
    spec = [None, 3, None, None, None]
    specs = [paddle.static.InputSpec(spec, "float64", n) for n in ("x", "like")]
    eager = Sizes("NCDHW")
    traced = paddle.jit.to_static(Sizes("NCDHW"), input_spec=specs, full_graph=True)
    for size, like in (((6, 8, 5), (5, 10, 6)), ((7, 4, 9), (7, 4, 7))):
        given = [paddle.to_tensor(rng.normal(size=(1, 3, *s))) for s in (size, like)]
        *got, scaled = traced(*given)
        *expected, scaled_eager = eager(*given)
        for y, e in zip(got, expected):
            np.testing.assert_array_equal(y.numpy(), e.numpy())
        assert scaled.numpy().tolist() == scaled_eager


@LAYOUTS
def test_traced_with_unknown_sizes_gives_the_eager_answer(rng, data_format):
    spec = [None, 3, None, None] if data_format == "NCHW" else [None, None, None, 3]
    specs = [paddle.static.InputSpec(spec, "float64", n) for n in ("x", "like")]
    eager = Sizes(data_format)
    traced = paddle.jit.to_static(Sizes(data_format), input_spec=specs, full_graph=True)
    for size, like in (((6, 8), (5, 10)), ((7, 9), (7, 7)), ((5, 5), (5, 5))):
        given = [
            paddle.to_tensor(layout(rng.normal(size=(1, 3, *s)), data_format))
            for s in (size, like)
        ]
        *got, scaled = traced(*given)
        *expected, scaled_eager = eager(*given)
        for y, e in zip(got, expected):
            np.testing.assert_array_equal(y.numpy(), e.numpy())
        assert scaled.numpy().tolist() == scaled_eager
