"""Sampling at offsets, native against Paddle's operators, loops and differences."""

import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import flow_warp, nearest_warp, offset_warp
from paddle_resample.up import DySample
from tests.reference import warp as loops

pytestmark = pytest.mark.slow

PADDINGS = pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])
# x, groups: fewer channels a group than lanes, as many, more maps than one task has
SHAPES = {
    "small": ((2, 6, 5, 7), 2),
    "eight": ((1, 15, 4, 3), 3),
    "sixteen": ((1, 16, 3, 6), 1),
    "many": ((1, 150, 4, 5), 1),
    "line": ((2, 4, 1, 9), 4),
}
CASES = pytest.mark.parametrize("case", SHAPES.values(), ids=SHAPES)


def value_and_gradients(function, x, offset, constant=()):
    x = paddle.to_tensor(x, stop_gradient="x" in constant)
    offset = paddle.to_tensor(offset, stop_gradient="offset" in constant)
    y = function(x, offset)
    weights = np.random.default_rng(3).normal(size=y.shape).astype(y.numpy().dtype)
    (y * paddle.to_tensor(weights)).sum().backward()
    grads = [None if t.grad is None else t.grad.numpy() for t in (x, offset)]
    return y.numpy(), *grads


def compare(switch, function, x, offset, dtype, constant=()):
    """Native against Paddle, at offsets anywhere and at offsets on seams."""
    for places in (offset, np.round(offset * 8) / 8):
        given = function, x.astype(dtype), places.astype(dtype), constant
        switch(False)
        expected = value_and_gradients(*given)
        switch(True)
        got = value_and_gradients(*given)
        for a, b in zip(got, expected):
            assert (a is None) == (b is None)
            if a is not None:
                assert a.dtype == b.dtype
                bound = (1e-13 if dtype == "float64" else 3e-6) * np.abs(b).max()
                np.testing.assert_allclose(a, b, rtol=0, atol=bound)


@DTYPES
@PADDINGS
@CASES
def test_offsets_equal_paddle(rng, switch, case, padding, dtype):
    shape, groups = case
    x = rng.normal(size=shape)
    for size, constant in (((9, 20), ()), ((3, 4), ("x",)), ((7, 50), ("offset",))):
        offset = 3 * rng.normal(size=(shape[0], 2 * groups, *size))
        compare(
            switch, lambda x, o: offset_warp(x, o, groups, padding), x, offset, dtype,
            constant,
        )  # fmt: skip


@DTYPES
@pytest.mark.parametrize("reach", [0.25, 0.3])
@pytest.mark.parametrize("cell", [1, 2, 3, 5])
def test_offsets_in_cells_equal_paddle(rng, switch, cell, reach, dtype):
    x = rng.normal(size=(2, 6, 5, 33))
    offset = 5 * rng.normal(size=(2, 4 * cell**2, 5, 33))
    compare(
        switch,
        lambda x, o: offset_warp(x, o, 2, reach=reach, cell=cell),
        x,
        offset,
        dtype,
    )


@DTYPES
@PADDINGS
@pytest.mark.parametrize("unit", ["half", "pixel"])
@pytest.mark.parametrize("corners", [False, True], ids=["centres", "corners"])
def test_flows_equal_paddle(rng, switch, corners, unit, padding, dtype):
    x = rng.normal(size=(2, 20, 6, 5))
    for size in ((13, 11), (1, 4)):
        flow = 3 * rng.normal(size=(2, 2, *size))
        compare(switch, lambda x, f: flow_warp(x, f, corners, padding, unit), x, flow,
                dtype)  # fmt: skip


@DTYPES
@PADDINGS
@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_offsets_from_the_middle_equal_paddle(rng, switch, scale, padding, dtype):
    x = rng.normal(size=(1, 4, 5, 7))
    offset = 2 * rng.normal(size=(1, 4, 5 * scale, 7 * scale))
    compare(
        switch, lambda x, o: nearest_warp(x, o, scale, 2, padding), x, offset, dtype
    )


@pytest.mark.parametrize("padding", ["zeros", "border"])
def test_equals_loops(rng, switch, padding):
    switch(True)
    x = rng.normal(size=(2, 9, 4, 5))
    flow = 3 * rng.normal(size=(2, 2, 8, 9))
    given = paddle.to_tensor(x), paddle.to_tensor(flow)
    y = flow_warp(*given, False, padding).numpy()
    expected = loops.flow_warp(x, flow, False, padding)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)
    offset = paddle.to_tensor(flow * [[[[5 / 18]], [[4 / 16]]]])
    y = offset_warp(given[0], offset, padding=padding)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12)


@PADDINGS
@pytest.mark.parametrize("cell", [1, 2])
def test_gradient(rng, switch, check_gradient, cell, padding):
    switch(True)
    check_gradient(
        lambda x, o: offset_warp(x, o, 2, padding, 0.7, cell),
        rng.normal(size=(2, 6, 5, 4)),
        rng.uniform(-1.8, 1.8, size=(2, 4 * cell**2, 3, 5)),
    )


def test_what_lies_outside_adds_nothing(switch):
    """Not even where the border is infinite or no number."""
    switch(True)
    x = paddle.full([1, 1, 3, 3], float("nan"))
    y = offset_warp(x, paddle.full([1, 2, 2, 2], 9.0), padding="zeros")
    assert y.numpy().tolist() == [[[[0, 0], [0, 0]]]]


@PADDINGS
def test_any_offset_is_safe(switch, padding):
    switch(True)
    places = [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e30, 0.0]
    offset = np.stack(np.meshgrid(places, places))[None].astype("float32")
    x = paddle.ones([1, 2, 3, 4])
    x.stop_gradient = False
    offset = paddle.to_tensor(offset, stop_gradient=False)
    y = offset_warp(x, offset, padding=padding)
    y.sum().backward()
    assert y.numpy()[0, 0, -1, -1] == 1 or padding == "zeros"
    assert x.grad.shape == [1, 2, 3, 4]


@DTYPES
@pytest.mark.parametrize("style", ["lp", "pl"])
@pytest.mark.parametrize("dyscope", [False, True], ids=["static", "dyscope"])
def test_dysample_uses_it(rng, switch, style, dyscope, dtype):
    layer = DySample(16, scale=2, style=style, groups=4, dyscope=dyscope)
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    layer.to(dtype=dtype)
    results, values = [], rng.normal(size=(2, 16, 9, 7)).astype(dtype)
    for on in (False, True):
        switch(on)
        x = paddle.to_tensor(values, stop_gradient=False)
        y = layer(x)
        assert ("paddle_resample_sample_at_offsets" in y.grad_fn.name()) == on
        layer.clear_gradients()
        (y * y).sum().backward()
        results.append([t.numpy() for t in (y, x.grad)])
        results[-1] += [p.grad.numpy() for p in layer.parameters()]
    for a, b in zip(*results):
        bound = (1e-12 if dtype == "float64" else 2e-5) * np.abs(b).max()
        np.testing.assert_allclose(a, b, rtol=0, atol=bound)


def test_offsets_of_another_shape_are_refused(switch):
    switch(True)
    x = paddle.ones([2, 4, 4, 4])
    with pytest.raises(
        UsageError, match=r"2 groups needs offsets \[2, 4, h, w\], not "
    ):
        offset_warp(x, paddle.zeros([2, 2, 3, 3]), groups=2)
    with pytest.raises(UsageError, match=r"needs offsets \[2, 2, h, w\], not \[1, 2, "):
        flow_warp(x, paddle.zeros([1, 2, 3, 3]))
    with pytest.raises(UsageError, match="4 channels do not make 3 equal groups"):
        offset_warp(x, paddle.zeros([2, 6, 3, 3]), groups=3)
