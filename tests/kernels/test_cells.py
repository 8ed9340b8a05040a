"""Shuffles and patches, native against Paddle's operators; equal to the last bit."""

import numpy as np
import paddle
import pytest

from paddle_resample.kernels import cells, choice
from paddle_resample.ops import (
    expand_cells,
    merge_cells,
    pixel_shuffle,
    pixel_unshuffle,
)

pytestmark = pytest.mark.slow

SHAPES = {  # odd sizes; enough elements to share among threads in the last
    "small": (1, 1, 3, 5),
    "odd": (2, 3, 7, 13),
    "wide": (1, 2, 3, 131),
    "large": (2, 3, 33, 67),
}


def first_and_gradient(function, x, dy):
    x = paddle.to_tensor(x, stop_gradient=False)
    y = function(x)
    (y * paddle.to_tensor(dy)).sum().backward()
    return y.numpy(), x.grad.numpy()


def cases(shape, scale):
    """function, its input's shape."""
    n, c, h, w = shape
    deep, many = c * scale * scale, (h * scale, w * scale)
    yield lambda x: pixel_shuffle(x, scale), (n, deep, h, w)
    yield lambda x: pixel_shuffle(x, scale, "NHWC"), (n, h, w, deep)
    yield lambda x: pixel_unshuffle(x, scale), (n, c, *many)
    yield lambda x: pixel_unshuffle(x, scale, "NHWC"), (n, *many, c)
    yield lambda x: merge_cells(x, scale), (n, *many, c)
    yield lambda x: expand_cells(x, scale), (n, h, w, deep)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_equals_paddle(rng, switch, shape, scale, dtype):
    for function, shape_of_x in cases(shape, scale):
        x = rng.normal(size=shape_of_x).astype(dtype)
        switch(False)
        dy = rng.normal(size=function(paddle.to_tensor(x)).shape).astype(dtype)
        expected = first_and_gradient(function, x, dy)
        switch(True)
        got = first_and_gradient(function, x, dy)
        for a, b in zip(got, expected):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
        without = function(paddle.to_tensor(x))  # moved without Paddle's operator
        assert without.stop_gradient and without.dtype == paddle.to_tensor(x).dtype
        np.testing.assert_array_equal(without.numpy(), expected[0])


def test_without_a_gradient_the_library_is_called(rng, switch, monkeypatch):
    switch(True)
    x = paddle.to_tensor(rng.normal(size=(1, 4, 2, 3)), stop_gradient=False)
    with paddle.no_grad():
        expected = pixel_shuffle(x, 2)
    monkeypatch.setattr(cells, "call", None)
    with paddle.no_grad():
        np.testing.assert_array_equal(pixel_shuffle(x, 2).numpy(), expected.numpy())
    with pytest.raises(TypeError):
        pixel_shuffle(x, 2)


def test_it_is_the_native_kernel_that_runs(rng, switch):
    switch(True)
    x = paddle.to_tensor(rng.normal(size=(1, 4, 2, 3)), stop_gradient=False)
    assert "paddle_resample_cells" in pixel_shuffle(x, 2).grad_fn.name()


def test_a_view_is_read_in_its_own_order(rng, switch):
    # Without a gradient too, for which the library wants contiguous maps.
    x = rng.normal(size=(2, 6, 5, 8)).astype("float32")
    view = paddle.to_tensor(x).transpose([0, 3, 2, 1])
    switch(False)
    expected = pixel_shuffle(view, 2).numpy()
    switch(True)
    np.testing.assert_array_equal(pixel_shuffle(view, 2).numpy(), expected)


def test_small_maps_are_left_to_paddle(library, monkeypatch):
    monkeypatch.setattr(choice, "_offered", library)
    for height, native in ((63, False), (64, True)):
        x = paddle.ones([1, 4, height, 64])
        assert (choice.native("pixel_shuffle", x) is not None) == native
        assert choice.native("expand_cells", x) is not None


def test_what_it_does_not_know_is_left_to_paddle(switch):
    switch(True)
    assert choice.native("pixel_shuffle", paddle.ones([1, 4, 2, 2])) is not None
    for x in (
        paddle.ones([1, 4, 2, 2], "float16"),
        paddle.ones([1, 4, 2, 2], "int32"),
        paddle.ones([0, 4, 2, 2]),
    ):
        assert choice.native("pixel_shuffle", x) is None
    assert list(pixel_shuffle(paddle.ones([1, 8, 2, 2, 2]), 2, "NCDHW").shape) == [
        1, 1, 4, 4, 4,
    ]  # fmt: skip
