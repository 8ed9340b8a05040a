"""What the SAPA family shares: kernels that are similarities between a fine map and a
window of the coarse one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Normal

from ..arguments import check_choice
from ..base import whole_number
from ..ops import check_border
from ..ops.reassemble import _reassemble
from ..ops.similarity import _similarity
from ..ops.size import _fit
from ..ops.window import softmax_windows
from .conv import Linear2D
from .guided import GuidedUpsampler
from .layer_norm import LayerNorm2D

__all__ = ["SimilarityUpsampler", "channel_norm", "projection"]

_NORMS = ("layer", "group", "none")


class SimilarityUpsampler(GuidedUpsampler):
    """Reassembly with softmax(<query of a fine pixel, keys of its window>).

    A subclass implements `_query_and_key`.

    Args:
        in_channels, out_channels, guide_channels, scale: as of every guided upsampler.
        kernel_size: k of the window, odd.
        norm: "layer", "group" or "none", of guide and x.
        border: as in `ops.reassemble` and `ops.similarity`.
    """

    learned = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None,
        *,
        guide_channels: int | None,
        scale: int,
        kernel_size: int,
        norm: str,
        border: str,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        self.border = check_border(self.name, border)
        self.norm_y = channel_norm(self.name, norm, self.guide_channels)
        self.norm_x = channel_norm(self.name, norm, in_channels)

    def _query_and_key(self, x: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
        """[N, D, H*s, W*s] from both maps, [N, D, H, W] from x."""
        raise NotImplementedError

    def scores(self, x: Tensor, guide: Tensor) -> Tensor:
        """The numbers before the softmax over each window, [N, k*k, H*s, W*s]."""
        query, key = self._query_and_key(x, guide)
        return _similarity(query, key, self.kernel_size, self.scale, self.border)

    def kernels(self, x: Tensor, guide: Tensor) -> Tensor:
        """The weights of every output pixel, [N, k*k, H*s, W*s], windows sum to 1."""
        return softmax_windows(self.scores(x, guide), self.kernel_size)

    def forward(
        self,
        x: Tensor,
        guide: Tensor | None = None,
        side: object = None,
        size: Sequence[int] | None = None,
    ) -> Tensor:
        guide, fine = self._guide_at_scale(guide, x)
        y = _reassemble(
            x,
            self.scores(x, guide),
            self.kernel_size,
            self.scale,
            border=self.border,
            softmax=True,
        )
        return _fit(y, fine if size is None else size, self.scale)


def channel_norm(owner: str, norm: str, channels: int) -> nn.Layer:
    """A normalization of a feature map.

    Args:
        owner: name for error messages.
        norm: "layer" (over the channels of a pixel), "group" (GroupNorm of 32 groups,
            of their greatest common divisor with C where 32 does not divide it), or
            "none".
        channels: C.
    """
    check_choice(owner, "norm", norm, _NORMS)
    if norm == "layer":
        return LayerNorm2D(channels)
    if norm == "group":
        return nn.GroupNorm(math.gcd(32, channels), channels)
    return nn.Identity()


def projection(in_channels: int, out_channels: int, bias: bool = True) -> Linear2D:
    """A linear layer over channels, initialized as in SAPA: N(0, 0.02), bias 0."""
    return Linear2D(in_channels, out_channels, init=Normal(0.0, 0.02), bias=bias)
