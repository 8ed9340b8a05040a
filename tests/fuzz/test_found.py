"""What random calls have found, each in its smallest form."""

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, build
from paddle_resample.ops import (
    PoolIndices,
    deform_conv,
    max_pool,
    max_unpool,
    reassemble,
)


@pytest.mark.parametrize("native", [False, True], ids=["paddle", "native"])
@pytest.mark.parametrize("place", [-1, 16], ids=str)
def test_positions_outside_are_refused(switch, native, place):
    """Paddle's operator writes outside its map and ends the process."""
    switch(native)
    side = PoolIndices(paddle.full([1, 1, 2, 2], place, "int32"), [4, 4])
    with pytest.raises(UsageError, match=f"positions from {place} to {place} do not"):
        max_unpool(paddle.ones([1, 1, 2, 2]), side)


def test_no_groups_are_refused():
    """Paddle's operator divides by their number, which ends the process."""
    x, places = paddle.ones([1, 1, 2, 2]), paddle.zeros([1, 18, 2, 2])
    mask, weight = paddle.ones([1, 9, 2, 2]), paddle.ones([1, 1, 3, 3])
    with pytest.raises(UsageError, match="groups must be an integer of at least 1"):
        deform_conv(x, places, mask, weight, paddle.zeros([1]), 0)


def test_the_gradient_of_a_very_negative_activation_is_finite():
    """That of Paddle's silu is NaN below -44 in float32."""
    layer = build("aconv", 1, 1)
    layer.eval()
    layer.cv1.bn.bias.set_value(np.float32([-200.0]))
    x = paddle.ones([1, 1, 4, 4])
    x.stop_gradient = False
    layer(x).sum().backward()
    assert np.isfinite(x.grad.numpy()).all()


@pytest.mark.parametrize("native", [False, True], ids=["paddle", "native"])
def test_a_window_whose_weight_lies_outside_is_renormalised(switch, native):
    """The softmax of the only pixel inside may be too small to divide by."""
    switch(native)
    logits = np.zeros([1, 9, 1, 1], "float32")
    logits[0, 0] = 300.0
    x = paddle.full([1, 1, 1, 1], 5.0)
    kernels = paddle.to_tensor(logits)
    y = reassemble(x, kernels, 3, 1, border="renormalise", softmax=True)
    assert y.item() == pytest.approx(5.0, rel=1e-6)


def test_an_even_kernel_of_scale_one_is_refused():
    with pytest.raises(UsageError, match="kernel_size=4 must be odd where scale is 1"):
        build({"name": "conv_transpose", "kernel_size": 4}, 2, scale=1)


@pytest.mark.parametrize("x, text", [
    (paddle.ones([1, 4, 2, 2], "int64"), "must hold float numbers, not paddle.int64"),
    (paddle.ones([1, 4, 2, 2], "float64"), "x is paddle.float64 but the weights are"),
    (paddle.ones([1, 4, 2, 2], "float16"), "x is paddle.float16 but the weights"),
    (np.ones([1, 4, 2, 2]), "x must be a Tensor, not ndarray"),
], ids=["int", "wide", "half", "array"])  # fmt: skip
def test_other_numbers_are_refused(x, text):
    with pytest.raises(UsageError, match=text):
        build("carafe", 4)(x)


def test_a_map_without_a_whole_cell_is_refused():
    """Paddle's poolings answer it with one pixel."""
    for name in ("max_pool", "avg_pool"):
        with pytest.raises(UsageError, match=f"{name}: x of 1x5 is too small"):
            build(name, 1)(paddle.ones([1, 1, 1, 5]))


@pytest.mark.parametrize("size", [(0, 4), (2.5, 3), 4, (2**40, 2**40)], ids=str)
def test_sizes_that_are_none_are_refused(size):
    with pytest.raises(UsageError, match=r"^bilinear: size"):
        build("bilinear", 1)(paddle.ones([1, 1, 2, 2]), size=size)


def test_a_guide_of_other_channels_is_refused():
    layer = build("flow", 2, guide_channels=3)
    with pytest.raises(UsageError, match="guide has 4 channels, but the layer was"):
        layer(paddle.ones([1, 2, 2, 2]), guide=paddle.ones([1, 4, 4, 4]))


def test_the_gradient_of_a_pooling_without_a_maximum_stays_inside():
    """Paddle's writes before the beginning of its map, which ends the process."""
    x = paddle.to_tensor([[[[np.nan, np.nan, 1.0, 3.0]] * 2]], dtype="float32")
    x.stop_gradient = False
    y, side = max_pool(x)
    y.sum().backward()
    assert y.numpy()[0, 0, 0, 1] == 3.0
    assert side.indices.numpy().ravel().tolist() == [0, 3]
    assert x.grad.numpy()[0, 0, 0].tolist() == [0.0, 0.0, 0.0, 1.0]
