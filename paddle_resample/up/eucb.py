"""Efficient up-convolution block: nearest interpolation, then a depthwise and a 1x1
convolution at the fine resolution."""

from __future__ import annotations

from collections.abc import Callable

import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Normal

from ..arguments import check_choice
from ..base import Site, Upsampler, whole_number
from ..blocks.conv import conv
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..registry import register

__all__ = ["EUCB"]

_ACTIVATIONS: dict[str, Callable[[], nn.Layer]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "prelu": lambda: nn.PReLU(init=0.2),
    "gelu": nn.GELU,
    "hardswish": nn.Hardswish,
}


@register("eucb")
class EUCB(Upsampler):
    """Nearest interpolation, depthwise k x k, batch norm, activation, 1x1 (EMCAD).

    Args:
        kernel_size: k of the depthwise convolution, odd.
        activation: "relu" (published), "relu6", "leaky_relu" (slope 0.2), "prelu",
            "gelu" or "hardswish".

    Shape:
        x: [N, C, H, W].
        size: any (H', W'), default (H*s, W*s).
        y: [N, D, H', W'].

    Source:
        Rahman, Munir and Marculescu, "EMCAD: Efficient multi-scale convolutional
        attention decoding for medical image segmentation", CVPR 2024. The released
        channel shuffle has as many groups as channels, which changes nothing, and is
        left out.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.EUCB(512, 320)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        169792
    """

    source = "Rahman et al., CVPR 2024"
    year = 2024
    learned = True
    keeps_channels = False
    any_size = True
    notes = Notes(
        grid="""
        Nearest interpolation; the depthwise convolution pads with zeros, so the outer
        k // 2 pixels receive less.
        """,
        initialization="""
        Convolutions N(0, 0.02), biases 0: no interpolation, but every pixel of a cell
        meets the same kernels.
        """,
        cost="""
        k*k*C + 2*C + C*D + D parameters (1 more with prelu); k*k*C + C*D
        multiply-accumulates per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int = 3,
        activation: str = "relu",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        check_choice(self.name, "activation", activation, _ACTIVATIONS)
        small = Normal(0.0, 0.02)
        self.up_dwc = nn.Sequential(
            nn.Identity(),  # the released interpolation, so that the numbers agree
            conv(
                in_channels,
                in_channels,
                kernel_size,
                init=small,
                bias=False,
                groups=in_channels,
            ),
            nn.BatchNorm2D(in_channels),
            _ACTIVATIONS[activation](),
        )
        self.pwc = nn.Sequential(conv(in_channels, self.out_channels, init=small))

    @staticmethod
    def official_name(name: str) -> str:
        """Our name of a released parameter."""
        return "up_dwc.3._weight" if name == "up_dwc.3.weight" else name

    @classmethod
    def count(cls, site: Site, *, kernel_size: int, activation: str) -> tuple[int, int]:
        c, d = site.in_channels, site.out_channels
        weights = kernel_size**2 * c + c * d
        parameters = weights + 2 * c + d + (activation == "prelu")
        return parameters, weights * site.scale**2 * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        scale = self.scale if size is None else None
        x = _interpolate(x, size, scale, "nearest")
        return self.pwc(self.up_dwc(x))
