"""FaPN's feature alignment: a deformable convolution aligns the interpolated coarse map
with the fine map, and the selected fine map is added."""

from __future__ import annotations

import math

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Constant, Uniform

from ..arguments import divisors_near
from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..errors import UsageError
from ..initialise import torch_uniform
from ..notes import Notes
from ..ops.deform_conv import _deform_conv
from ..ops.interpolate import _interpolate
from ..registry import register

__all__ = ["FaPN"]

_TAPS = 9  # of the 3x3 deformable convolution


@register("fapn")
class FaPN(GuidedUpsampler):
    """Align x to the selected guide, then add them (FaPN's FSM and FAM).

    Args:
        scale: integer from 1; the guide's size decides.
        groups: g, groups of channels with offsets and masks of their own; divides C.
            Default 8, as published, or the largest power of two below that divides C.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'].
        size: ignored if equal to the guide's; any other is an error.
        y: [N, C, H', W'].

    Source:
        Huang et al., "FaPN: Feature-aligned pyramid network for dense image
        prediction", ICCV 2021, section 3; released code for the factor 2 and the
        initialization. Without the normalisation that the released code can add.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.FaPN(256, guide_channels=256)
        >>> sum(p.size for p in layer.parameters())
        1350104
    """

    source = "Huang et al., ICCV 2021"
    year = 2021
    learned = True
    fuses_guide = True
    any_size = True
    notes = Notes(
        formula="""
        l = 1x1(guide + guide * sigmoid(1x1(mean of guide))), h = bilinear(x), offsets,
        mask = 3x3(1x1([l, 2*h])), y = ReLU(deformable 3x3(h, offsets, mask)) + l.
        """,
        grid="""
        Bilinear interpolation with corners not aligned; the deformable convolution
        samples pixel coordinates of the interpolated map, zero outside.
        """,
        initialization="""
        All offsets are 0 and every mask is 0.5: the ReLU of half a plain 3x3
        convolution. 1x1 convolutions U(-b, b), b = sqrt(3 / channels read), no bias;
        the 3x3 one as PyTorch's default.
        """,
        cost="""
        G*G + G*C + 2*C*C + (9*C*C + C) + 27*g*(9*C + 1) parameters; as many
        multiply-accumulates per output pixel without the G*G (which is paid once) and
        the biases, and 4*C + G for interpolation and selection, 45*C for the offsets
        and masks.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        groups: int | None = None,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        groups = _groups(in_channels, groups)
        whole_number(self.name, "groups", groups)
        if in_channels % groups:
            raise UsageError(
                f"fapn: groups={groups} must divide in_channels={in_channels}; "
                f"{divisors_near(in_channels, groups)}"
            )
        self.lateral_conv = _Selection(self.guide_channels, in_channels)
        self.offset = _conv1x1(2 * in_channels, in_channels)
        self.dcpack_L2 = _DeformableConv(in_channels, groups)

    @classmethod
    def count(cls, site: Site, *, groups: int | None) -> tuple[int, int]:
        c, g, fine = site.in_channels, site.guide_channels, site.scale**2
        groups = _groups(c, groups)
        dense = g * c + 2 * c * c + _TAPS * c * c + 3 * _TAPS * groups * _TAPS * c
        biases = c + 3 * _TAPS * groups
        sampling = 4 * c + g + _TAPS * 5 * c
        macs = g * g + (dense + sampling) * fine * site.pixels
        return g * g + dense + biases, macs

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        size = self._guide_size(guide, size)
        coarse = _interpolate(x, size=size, mode="bilinear")
        fine = self.lateral_conv(guide)
        where = self.offset(paddle.concat([fine, 2 * coarse], axis=1))
        return F.relu(self.dcpack_L2(coarse, where)) + fine


class _Selection(nn.Layer):
    """Channels of the guide raised by what their means say, then mixed."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv_atten = _conv1x1(in_channels, in_channels)
        self.conv = _conv1x1(in_channels, out_channels)

    def forward(self, guide):
        gate = F.sigmoid(self.conv_atten(guide.mean([2, 3], keepdim=True)))
        return self.conv(guide + guide * gate)


class _DeformableConv(nn.Layer):
    """3x3 modulated deformable convolution whose offsets come from another map."""

    def __init__(self, channels, groups):
        super().__init__()
        self.groups = groups
        self.weight = self.create_parameter(
            [channels, channels, 3, 3],
            default_initializer=torch_uniform(channels * _TAPS),
        )
        self.bias = self.create_parameter([channels], is_bias=True)
        self.conv_offset_mask = conv(
            channels, 3 * _TAPS * groups, 3, init=Constant(0.0)
        )

    def forward(self, x, where):
        both = self.conv_offset_mask(where)
        offsets = 2 * _TAPS * self.groups
        # (group, tap, row or column), then (group, tap).
        offset, mask = both[:, :offsets], F.sigmoid(both[:, offsets:])
        return _deform_conv(x, offset, mask, self.weight, self.bias, self.groups)


def _groups(channels, groups):
    return math.gcd(channels, 8) if groups is None else groups


def _conv1x1(in_channels, out_channels):
    bound = math.sqrt(3 / in_channels)
    return conv(in_channels, out_channels, init=Uniform(-bound, bound), bias=False)
