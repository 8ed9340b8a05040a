"""PAC: a transposed convolution whose kernel is weighed, at every fine pixel, by how
alike the guide is there and under each tap."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from paddle import Tensor
from paddle.nn.initializer import Assign, Constant, Uniform

from ..arguments import check_choice, check_positive
from ..base import Site, whole_number
from ..blocks.guided import GuidedUpsampler
from ..errors import UsageError
from ..notes import Notes
from ..ops.pixel_adaptive import _pixel_adaptive_conv_transpose
from ..ops.size import _fit
from ..registry import register

__all__ = ["PAC"]

_KERNELS = ("gaussian", "inverse")
_INITS = ("uniform", "linear")


@register("pac")
class PAC(GuidedUpsampler):
    """Pixel-adaptive transposed convolution.

    Args:
        kernel_size: k, odd.
        kernel: "gaussian", exp(-|d|^2 / 2) of the difference d of the guides, or
            "inverse", alpha + (|d|^2 + 1e-4)^(power / 2).
        alpha, power: of the inverse kernel, learned from these values.
        fixed: whether they stay as they are.
        asymmetric: whether only guides above the pixel's own count as different.
        smooth: whether the pixel's own guide is the 3x3 binomial mean.
        normalize: whether the adapted weights sum to 1.
        shared: whether all channels share one kernel and none are mixed.
        padding: of the transposed convolution, default (k - 1) / 2.
        bias: whether a bias is added.
        init: "uniform", or "linear": linear interpolation where the guide is constant,
            pixel i of x at fine pixel s*i.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'], less than s pixels a side from (H*s, W*s).
        size: default the guide's.
        y: [N, D, H', W'].

    Source:
        Su et al., "Pixel-adaptive convolutional neural networks", CVPR 2019, section
        3.1 and released code (PacConvTranspose2d).

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.PAC(64, 32, guide_channels=16)
        >>> sum(p.size for p in layer.parameters())
        51232
    """

    source = "Su et al., CVPR 2019"
    year = 2019
    learned = True
    keeps_channels = False
    notes = Notes(
        formula="""
        y(p) = bias + sum over taps t of w[t] K(g(p + t), g(p)) U(p + t), with U the map
        x with s - 1 zeros between its pixels. The kernel is not flipped, as that of a
        transposed convolution is.
        """,
        grid="""
        Pixel i of x lies at fine pixel s*i: no shift by half a pixel. Outside, x and
        the guide are zero.
        """,
        initialization="""
        As option init says: uniform within 1/sqrt(C*k*k) (C times that when shared), no
        interpolation; or linear interpolation, which fades to zero behind the last
        pixel.
        """,
        cost="""
        k*k*C*D + D parameters, k*k + D when shared, 2 more with the inverse kernel;
        k*k*(G + C + C*D) multiply-accumulates per pixel of x (taps on zeros are left
        out), k*k*(G + 2*C) when shared.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        kernel_size: int = 5,
        kernel: str = "gaussian",
        alpha: float = 0.1,
        power: float = 0.8,
        fixed: bool = False,
        asymmetric: bool = False,
        smooth: bool = False,
        normalize: bool = False,
        shared: bool = False,
        padding: int | None = None,
        bias: bool = True,
        init: str = "uniform",
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        k = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        self.padding = (k - 1) // 2 if padding is None else padding
        whole_number(self.name, "padding", self.padding, least=0)
        if self.padding >= k:
            raise UsageError(f"pac: padding={padding} must be below kernel_size={k}")
        check_choice(self.name, "kernel", kernel, _KERNELS)
        check_choice(self.name, "init", init, _INITS)
        check_positive(self.name, alpha=alpha, power=power)
        same = self.in_channels == self.out_channels
        if not same and (shared or init == "linear"):
            key = "shared" if shared else "init='linear'"
            raise UsageError(
                f"pac: {key} needs equal channels, not {self.in_channels} and "
                f"{self.out_channels}"
            )
        self.normalize, self.asymmetric, self.smooth = normalize, asymmetric, smooth
        bound = 1 / math.sqrt(in_channels * k * k) * (in_channels if shared else 1)
        shape = [1, 1] if shared else [in_channels, self.out_channels]
        filler: Any = Uniform(-bound, bound)
        if init == "linear":
            channels = np.eye(shape[0])[:, :, None, None]
            filler = Assign((channels * _linear(k, scale, normalize)).astype("float32"))
        self.weight = self.create_parameter([*shape, k, k], default_initializer=filler)
        self.bias = None
        if bias:
            zero = Constant(0.0) if init == "linear" else Uniform(-bound, bound)
            self.bias = self.create_parameter(
                [self.out_channels], is_bias=True, default_initializer=zero
            )
        self.inv_alpha = self.inv_lambda = None
        if kernel == "inverse":
            for name, value in (("inv_alpha", alpha), ("inv_lambda", power)):
                parameter = self.create_parameter(
                    [], default_initializer=Constant(value)
                )
                parameter.stop_gradient = fixed
                setattr(self, name, parameter)

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size: int,
        kernel: str,
        fixed: bool,
        shared: bool,
        bias: bool,
        **options: Any,
    ) -> tuple[int, int]:
        c, d, taps = site.in_channels, site.out_channels, kernel_size**2
        weights = taps * (1 if shared else c * d)
        learned = 2 * (kernel == "inverse" and not fixed)
        products = 2 * c if shared else c + c * d
        macs = taps * (site.guide_channels + products) * site.pixels
        return weights + bias * d + learned, macs

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        guide, fine = self._guide_at_scale(guide, x)
        inverse = None
        if self.inv_alpha is not None:
            inverse = (self.inv_alpha, self.inv_lambda)
        y = _pixel_adaptive_conv_transpose(
            x,
            guide,
            self.weight,
            self.bias,
            self.scale,
            self.padding,
            normalize=self.normalize,
            asymmetric=self.asymmetric,
            smooth=self.smooth,
            inverse=inverse,
        )
        return _fit(y, fine if size is None else size, self.scale)


def _linear(size, scale, normalize):
    """[k, k] weights of linear interpolation by `scale`, zero where k is larger."""
    away = np.abs(np.arange(size) - size // 2)
    line = np.maximum(1 - away / scale, 0)
    if normalize:  # makes good what dividing by the number of taps takes
        tap = np.arange(size)
        line = line * ((size - 1 - tap) // scale + tap // scale + 1)
    return np.outer(line, line)
