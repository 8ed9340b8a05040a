"""Kernels that give no gradient: the numbers of the operators that give one, by a
function that does not go through Paddle."""

import paddle
import paddle.nn.functional as F
import pytest

from paddle_resample import ops
from paddle_resample.errors import UsageError
from paddle_resample.kernels import call

FLOATS = ("float32", "float64")


def maps(dtype="float32", shape=(2, 8, 6, 10)):
    return paddle.randn(shape, dtype=dtype)


def pooled(dtype, indices):
    y, side = ops.max_pool(maps(dtype))
    return y, ops.PoolIndices(side.indices.astype(indices), side.size)


def last(x):
    return x.transpose([0, 2, 3, 1]).clone()


# Of layers, which are float32: a function of x, and weights.
LAYERS = {
    "convolution": lambda x, w, b: F.conv2d(x, w, b, padding=1),
    "convolution without bias": lambda x, w, b: F.conv2d(x, w, stride=2),
    "single pixels": lambda x, w, b: F.conv2d(x, w[:, :, :1, :1].clone(), b),
    "transposed": lambda x, w, b: F.conv2d_transpose(x, w, b, stride=2),
    "linear": lambda x, w, b: F.linear(last(x), w[:, :, 0, 0].clone(), b),
    "linear without bias": lambda x, w, b: F.linear(last(x), w[:, :, 0, 0].clone()),
    "batch norm": lambda x, w, b: F.batch_norm(x, b, b * b, b, b),
    "layer norm": lambda x, w, b: F.layer_norm(last(x), 8, b, b),
    "softmax": lambda x, w, b: F.softmax(x),
    "softmax of channels": lambda x, w, b: F.softmax(x, 1),
    "relu": lambda x, w, b: F.relu(x),
    "relu6": lambda x, w, b: F.relu6(3 * x),
    "gelu": lambda x, w, b: F.gelu(x),
    "transpose": lambda x, w, b: x.transpose([0, 3, 1, 2]),
    "sum of two shapes": lambda x, w, b: x + b.reshape([8, 1, 1]),
    "difference": lambda x, w, b: x[:1] - x.clone(),
    "product": lambda x, w, b: x * b[0],
    "quotient": lambda x, w, b: x / b.reshape([8, 1, 1]),
    "concat": lambda x, w, b: paddle.concat([x, x], 1),
    "max pooling": lambda x, w, b: F.max_pool2d(x, 3, 2, 1),
    "mean pooling": lambda x, w, b: F.avg_pool2d(x, 3, 1, 1),
}
OPS = {
    "interpolate": lambda x: ops.interpolate(x, (5, 17), mode="bicubic"),
    "corners": lambda x: ops.interpolate(x, scale=1.5, align_corners=True),
    "half": lambda x: ops.interpolate(x, (3, 5), mode="area"),
    "channels last": lambda x: ops.interpolate(last(x), scale=2, data_format="NHWC"),
    "blur_pool": lambda x: ops.blur_pool(x, 4, border="replicate"),
    "cells": lambda x: ops.merge_cells(last(x)),
    "pixel_shuffle": lambda x: ops.pixel_shuffle(x, 2),
}


def agree(function, *given):
    """Compare what is computed with and without a gradient; of views too."""
    for tensor in given:
        tensor.stop_gradient = False
    with_gradient = function(*given)
    assert not with_gradient.stop_gradient
    views = [paddle.stack([x, x], -1)[..., 0] for x in given]
    assert not any(view.is_contiguous() for view in views)
    with paddle.no_grad():
        for inputs in (given, views):
            y = function(*inputs)
            assert (y.dtype, y.shape) == (with_gradient.dtype, with_gradient.shape)
            assert y.numpy().tobytes() == with_gradient.numpy().tobytes()


@pytest.mark.parametrize("name", LAYERS)
def test_layers(native_networks, name):
    paddle.seed(4)
    agree(LAYERS[name], maps(), maps(shape=[8, 8, 3, 3]), maps(shape=[8]))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", OPS)
def test_ops(switch, name, dtype):
    switch(True)
    paddle.seed(4)
    agree(OPS[name], maps(dtype))


@pytest.mark.parametrize("indices", ["int32", "int64"])
@pytest.mark.parametrize("dtype", FLOATS)
def test_max_unpool(switch, dtype, indices):
    switch(True)
    paddle.seed(4)
    x, side = pooled(dtype, indices)
    agree(lambda x: ops.max_unpool(x, side), x)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_does_not_go_through_paddle(native_networks, monkeypatch, name):
    given = maps(), maps(shape=[8, 8, 3, 3]), maps(shape=[8])
    asked = []
    with paddle.no_grad():
        LAYERS[name](*given)  # may try oneDNN, once
        monkeypatch.setattr(call, "_run", lambda name, *_: asked.append(name))
        LAYERS[name](*given)
    assert not asked


def test_a_reason_is_told(switch):
    switch(True)
    x, side = pooled("float32", "int64")
    far = ops.PoolIndices(side.indices + 100, side.size)
    with pytest.raises(RuntimeError, match="a position lies outside the map"):
        fast = ops.pool.native("max_unpool", x)
        fast(x, far.indices, far.size)
    with pytest.raises(UsageError, match="do not all lie among"):
        ops.max_unpool(x, far)
