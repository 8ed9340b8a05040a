"""What the SAPA family shares: kernels that are similarities between a fine map and a
window of the coarse one."""

import math

import paddle.nn as nn

from ..base import Upsampler, whole_number
from ..errors import UsageError, did_you_mean
from ..ops import check_border, fit, fit_guide, reassemble, similarity
from ..ops.window import softmax_windows

__all__ = [
    "SimilarityUpsampler",
    "channel_norm",
    "linear",
    "normalised",
    "project",
]

_NORMS = ("layer", "group", "none")


class SimilarityUpsampler(Upsampler):
    """Reassembly with softmax(<query of a fine pixel, keys of its window>).

    A subclass gives `query_and_key`.

    Args:
        in_channels, out_channels, guide_channels, scale: as the contract has them.
        kernel_size: k of the window, odd.
        norm: "layer", "group" or "none", of guide and x.
        border: as in `ops.reassemble` and `ops.similarity`.
    """

    learned = True
    needs_guide = True

    def __init__(
        self,
        in_channels,
        out_channels,
        *,
        guide_channels,
        scale,
        kernel_size,
        norm,
        border,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if guide_channels is None:
            guide_channels = in_channels
        self.guide_channels = whole_number(self.name, "guide_channels", guide_channels)
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        self.border = check_border(self.name, border)
        self.norm_y = channel_norm(self.name, norm, guide_channels)
        self.norm_x = channel_norm(self.name, norm, in_channels)

    def query_and_key(self, x, guide):
        """[N, D, H*s, W*s] from both maps, [N, D, H, W] from x."""
        raise NotImplementedError

    def scores(self, x, guide):
        """What the softmax makes weights of, [N, k*k, H*s, W*s]."""
        query, key = self.query_and_key(x, guide)
        return similarity(
            query, key, self.kernel_size, self.scale, self.border, self.name
        )

    def kernels(self, x, guide):
        """The weights of every output pixel, [N, k*k, H*s, W*s], windows sum to 1."""
        return softmax_windows(self.scores(x, guide), self.kernel_size)

    def forward(self, x, guide=None, side=None, size=None):
        guide, fine = fit_guide(guide, x, self.scale, self.guide_channels, self.name)
        y = reassemble(
            x,
            self.scores(x, guide),
            self.kernel_size,
            self.scale,
            border=self.border,
            owner=self.name,
            softmax=True,
        )
        return fit(y, fine if size is None else size, self.scale)


def channel_norm(owner, norm, channels):
    """A normalisation over channels, for `normalised`.

    Args:
        owner: name for error messages.
        norm: "layer" (over the channels of a pixel), "group" (GroupNorm of 32 groups,
            of their greatest common divisor with C where 32 does not divide it), or
            "none".
        channels: C.

    Returns:
        nn.LayerNorm, nn.GroupNorm or None.
    """
    if norm not in _NORMS:
        raise UsageError(f"{owner}: unknown norm {norm!r}{did_you_mean(norm, _NORMS)}")
    if norm == "layer":
        return nn.LayerNorm(channels)
    return nn.GroupNorm(math.gcd(32, channels), channels) if norm == "group" else None


def normalised(x, norm):
    """x [N, C, H, W] after a norm of `channel_norm`."""
    if isinstance(norm, nn.LayerNorm):
        return norm(x.transpose([0, 2, 3, 1])).transpose([0, 3, 1, 2])
    return x if norm is None else norm(x)


def project(x, layer):
    """x [N, C, H, W] after a linear layer over its channels."""
    return layer(x.transpose([0, 2, 3, 1])).transpose([0, 3, 1, 2])


def linear(in_features, out_features, bias=True):
    """A linear layer that starts as the SAPA family does: N(0, 0.02), bias 0."""
    return nn.Linear(
        in_features,
        out_features,
        weight_attr=nn.initializer.Normal(0.0, 0.02),
        bias_attr=nn.initializer.Constant(0.0) if bias else False,
    )
