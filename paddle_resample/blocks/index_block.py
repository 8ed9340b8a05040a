"""Index blocks: IndexNet's networks that predict, from the fine map, where in its 2x2
cell a value belongs, for pooling and for upsampling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Normal

from ..arguments import check_choice
from ..ops import spatial_size
from ..ops.interpolate import _interpolate
from ..ops.shuffle import _pixel_shuffle
from ..ops.size import _fit
from .conv import conv

__all__ = [
    "DepthwiseIndexBlock",
    "HolisticIndexBlock",
    "IndexMap",
    "count_index_block",
    "crop_to_cells",
    "index_block",
    "index_upsample",
]

_KINDS = ("holistic", "o2o", "m2o")
_INITS = ("torch", "mobilenet")


class IndexMap(NamedTuple):
    """What an indexed pooling records for its upsampler.

    Attributes:
        index: float [N, C or 1, 2*h, 2*w] in (0, 1), the decoder's index.
        size: (H, W) of the map that was pooled; an integer Tensor while traced.
    """

    index: Tensor
    size: Sequence[int] | Tensor


def index_block(
    owner: str,
    kind: str,
    channels: int,
    nonlinear: bool = False,
    context: bool = False,
    init: str = "torch",
) -> nn.Layer:
    """Build an index block.

    Args:
        owner: name of the operator, for messages.
        kind: "holistic" (one index for all channels, from all), "o2o" (one a channel,
            from that channel) or "m2o" (one a channel, from all).
        channels: channels of the fine map.
        nonlinear: convolution, batch norm, ReLU6 and a 1x1 convolution instead of the
            one convolution.
        context: 4x4 convolutions with padding 1 instead of 2x2; both have stride 2.
        init: "torch", PyTorch's default, or "mobilenet", normal with variance
            2 / (kernel area * outputs), as the released matting network.

    Returns:
        nn.Layer: fine map [N, channels, 2*h, 2*w] -> (encoder index, decoder index).

    Raises:
        UsageError: unknown kind or init.
    """
    check_choice(owner, "block", kind, _KINDS)
    check_choice(owner, "init", init, _INITS)
    if kind == "holistic":
        return HolisticIndexBlock(channels, nonlinear, context, init)
    return DepthwiseIndexBlock(channels, kind == "m2o", nonlinear, context, init)


def count_index_block(
    kind: str, channels: int, nonlinear: bool = False, context: bool = False
) -> tuple[int, int]:
    """Closed form of an index block.

    Args:
        kind, channels, nonlinear, context: as in `index_block`.

    Returns:
        (parameters, multiply-accumulates per coarse pixel).

    >>> count_index_block("holistic", 256, nonlinear=True, context=True)
    (2100224, 2099200)
    >>> count_index_block("m2o", 256)[0]
    1048576
    """
    area = 16 if context else 4
    if kind == "holistic":
        first, last, branches = (2 * channels if nonlinear else 4), 4, 1
        weights = area * channels * first + nonlinear * first * last
    else:
        first, branches = channels, 4
        inputs = channels if kind == "m2o" else 1
        weights = area * inputs * first + nonlinear * inputs * channels
    norm = nonlinear * 2 * first
    return branches * (weights + norm), branches * weights


class HolisticIndexBlock(nn.Layer):
    """One index for all channels, predicted from all of them (HIN).

    Args:
        channels, nonlinear, context, init: as in `index_block`.

    Shape:
        x [N, channels, 2*h, 2*w] -> (encoder, decoder) indices, both [N, 1, 2*h, 2*w].
    """

    def __init__(
        self,
        channels: int,
        nonlinear: bool = False,
        context: bool = False,
        init: str = "torch",
    ):
        super().__init__()
        width = 2 * channels if nonlinear else 4
        first = _strided_conv(channels, width, 1, context, init)
        self.indexnet = (
            _sequence(first, width, 4, 1, nonlinear, init) if nonlinear else first
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return _indices(self.indexnet(x).unsqueeze(1))


class DepthwiseIndexBlock(nn.Layer):
    """One index for each channel (DIN), predicted from that channel or from all.

    Args:
        channels, nonlinear, context, init: as in `index_block`.
        from_all: "many to one" (M2O) instead of "one to one" (O2O).

    Branch k predicts position k, row-major, of every cell.

    Shape:
        x [N, channels, 2*h, 2*w] -> (encoder, decoder) indices of that shape.
    """

    def __init__(
        self,
        channels: int,
        from_all: bool,
        nonlinear: bool = False,
        context: bool = False,
        init: str = "torch",
    ):
        super().__init__()
        groups = 1 if from_all else channels
        for k in range(1, 5):
            first = _strided_conv(channels, channels, groups, context, init)
            branch = _sequence(first, channels, channels, groups, nonlinear, init)
            setattr(self, f"indexnet{k}", branch)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        branches = (self.indexnet1, self.indexnet2, self.indexnet3, self.indexnet4)
        return _indices(paddle.stack([branch(x) for branch in branches], axis=2))


def crop_to_cells(x: Tensor) -> Tensor:
    """Drop an odd last row and column.

    Args:
        x: [N, C, H, W].

    Returns:
        [N, C, 2 * floor(H / 2), 2 * floor(W / 2)].

    >>> list(crop_to_cells(paddle.ones([1, 1, 5, 4])).shape)
    [1, 1, 4, 4]
    """
    height, width = (spatial_size(x)[i] for i in (0, 1))
    return x[:, :, : height // 2 * 2, : width // 2 * 2]


def index_upsample(x: Tensor, index: Tensor) -> Tensor:
    """Repeat every pixel of x over a 2x2 cell and weigh the copies.

    Args:
        x: float [N, C, h, w].
        index: float [N, C or 1, 2*h, 2*w]; its last row and column are cropped or
            repeated where it is one off.

    Returns:
        [N, C, 2*h, 2*w], dtype of x.

    >>> index = paddle.to_tensor([[[[1.0, 0.0], [0.5, 0.25]]]])
    >>> index_upsample(paddle.full([1, 1, 1, 1], 4.0), index).numpy().ravel().tolist()
    [4.0, 0.0, 2.0, 1.0]
    """
    y = _interpolate(x, scale=2, mode="nearest")
    return y * _fit(index, spatial_size(y), slack=2)


def _indices(logits):
    """[N, C, 4, h, w] -> encoder index (sums to one in a cell) and decoder index."""
    decoder = F.sigmoid(logits)
    encoder = F.softmax(decoder, axis=2)
    return tuple(_pixel_shuffle(index.flatten(1, 2), 2) for index in (encoder, decoder))


def _strided_conv(inputs, outputs, groups, context, init):
    k = 4 if context else 2
    return conv(
        inputs,
        outputs,
        k,
        init=_initializer(init, outputs, k),
        bias=False,
        stride=2,
        padding=k // 2 - 1,
        groups=groups,
    )


def _initializer(init, outputs, k):
    return (
        Normal(0.0, (2.0 / (k * k * outputs)) ** 0.5) if init == "mobilenet" else None
    )


def _sequence(first, width, outputs, groups, nonlinear, init):
    if not nonlinear:
        return nn.Sequential(first)
    weight = _initializer(init, outputs, 1)
    last = conv(width, outputs, init=weight, bias=False, groups=groups)
    return nn.Sequential(first, nn.BatchNorm2D(width), nn.ReLU6(), last)
