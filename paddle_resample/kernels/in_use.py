"""Which layers of networks are native in this process, and why others are not."""

import paddle
import paddle.nn as nn
import paddle.nn.functional as F

from ..language import translated
from . import choice, conv2d
from .networks import use_native_layers

__all__ = ["layers_in_use"]

_ONEDNN = ("convolution", "transposed convolution", "linear layer")


def layers_in_use():
    """Say it in lines, by trying every layer; nothing is compiled.

    Returns:
        list of str.

    Raises:
        UsageError: $PADDLE_RESAMPLE_NATIVE is no setting.
    """
    if not choice.status().startswith("on"):
        return ["all layers are Paddle's, without the kernels"]
    choice.native("conv2d", paddle.ones([1]))  # loads them
    obstacle = conv2d.obstacle()
    use_native_layers()
    tried = _tried()
    natives = [name for name, is_native in tried.items() if is_native]
    named = translated(", ").join(map(translated, natives))
    lines = ["native layers: " + (named or "none")]
    for name in tried:
        if name not in natives:
            other = f"Paddle {paddle.__version__} does not ask for another one"
            reason = (obstacle if name in _ONEDNN else None) or other
            lines.append(f"{name} is Paddle's: {reason}")
    return lines


def _tried():
    """{name of a layer: whether it is native}, for tensors that are large enough."""
    image = _ones([1, 8, 256, 256])
    tokens = _ones([1, 256, 64])
    labels = paddle.zeros([1, 256, 256], "int64")
    made = {
        "convolution": nn.Conv2D(8, 8, 3)(image),
        "transposed convolution": nn.Conv2DTranspose(8, 8, 2, stride=2)(image),
        "batch norm": nn.BatchNorm2D(8)(image),
        "ReLU": nn.ReLU()(image),
        "pooling": nn.MaxPool2D(2)(image),
        "bilinear interpolation": F.interpolate(image, [64, 64], mode="bilinear"),
        "cross entropy": nn.CrossEntropyLoss(axis=1, reduction="none")(image, labels),
        "linear layer": nn.Linear(64, 64)(tokens),
        "transpose": tokens.transpose([0, 2, 1]),
        "softmax": nn.Softmax()(tokens),
        "layer norm": nn.LayerNorm(64)(tokens),
        "GELU": nn.GELU()(tokens),
        "arithmetic of two shapes": image * image[:, :1],
        "concat": paddle.concat([image, image], axis=1),
    }
    return {name: _is_native(y) for name, y in made.items()}


def _ones(shape):
    x = paddle.ones(shape)
    x.stop_gradient = False
    return x


def _is_native(y):
    """Whether one of our operators made y; reshaping may have followed."""
    nodes = [y.grad_fn]
    while nodes:
        node = nodes.pop()
        if node is None:
            continue
        if "paddle_resample" in node.name():
            return True
        nodes.extend(node.next_functions)
    return False
