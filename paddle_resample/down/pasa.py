"""PASA: a low-pass filter of its own at every pixel, predicted from the map, before the
stride."""

from __future__ import annotations

from typing import Literal

import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import KaimingNormal

from ..arguments import check_choice, divisors_near
from ..base import Downsampler, Site, whole_number
from ..blocks.border_conv import BorderConv
from ..errors import UsageError
from ..notes import Notes
from ..ops.border import BORDERS
from ..ops.reassemble import _reassemble_down
from ..registry import register

__all__ = ["PASA"]


@register("pasa")
class PASA(Downsampler):
    """Pixel-adaptive smoothing: each window weighed by a predicted softmax.

    Args:
        kernel_size: k, side of the window, odd.
        groups: G, groups of channels with a kernel of their own; divides C. The
            published networks use 8.
        border: "reflect" (published), "replicate", "zeros" or "circular".
        softmax: "group", so that the k*k weights of a group sum to 1, or "all" as
            released, where those of all groups together do.

    Shape:
        x: [N, C, H, W], sides above k // 2 with border "reflect".
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        Zou et al., "Delving deeper into anti-aliasing in ConvNets", BMVC 2020, and
        released code. There the softmax is over all G*k*k channels: the groups compete,
        and a constant leaves about 1/G of itself. Kernels are computed only where they
        are used, so that in training the batch norm sees the pixels that are kept.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.PASA(64, groups=8)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        41616
    """

    source = "Zou et al., BMVC 2020"
    year = 2020
    learned = True
    odd = "ceil"
    notes = Notes(
        formula="""
        k x k convolution of stride s to G*k*k channels, batch norm, softmax over the
        k*k weights of each group, weighted sum of the window around every s-th pixel.
        """,
        grid="""
        Output i is centred on input i * s, k // 2 pixels added on every side.
        """,
        initialization="""
        Kaiming normal (fan out), batch norm 1 and 0: a random low-pass filter at
        every pixel.
        """,
        cost="""
        G*k*k*(C*k*k + 2) parameters; k*k*(G*C*k*k + C) multiply-accumulates per output
        pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int = 3,
        groups: int = 2,
        border: Literal["reflect", "replicate", "zeros", "circular"] = "reflect",
        softmax: Literal["group", "all"] = "group",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "groups", groups)
        check_choice(self.name, "border", border, BORDERS)
        check_choice(self.name, "softmax", softmax, ("group", "all"))
        if in_channels % groups:
            raise UsageError(
                f"pasa: groups={groups} must divide in_channels={in_channels}; "
                f"{divisors_near(in_channels, groups)}"
            )
        self.kernel_size, self.groups, self.border = kernel_size, groups, border
        self.softmax = softmax
        kernels = groups * kernel_size**2
        self.conv = BorderConv(
            in_channels,
            kernels,
            kernel_size,
            border=border,
            owner=self.name,
            stride=scale,
            bias=False,
            init=KaimingNormal(kernels * kernel_size**2),  # fan out
        )
        self.bn = nn.BatchNorm2D(kernels)

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int, groups: int, border: str, softmax: str
    ) -> tuple[int, int]:
        c, taps = site.in_channels, kernel_size**2
        pixels = site.coarse_height * site.coarse_width
        return (
            groups * taps * (c * taps + 2),
            taps * (groups * c * taps + c) * pixels,
        )

    def forward(self, x: Tensor) -> Tensor:
        kernels = self.bn(self.conv(x))
        of_all = self.softmax == "all"
        if of_all:
            kernels = F.softmax(kernels, axis=1)
        return _reassemble_down(
            x,
            kernels,
            self.kernel_size,
            self.scale,
            self.groups,
            "zero" if self.border == "zeros" else self.border,
            softmax=not of_all,
        )
