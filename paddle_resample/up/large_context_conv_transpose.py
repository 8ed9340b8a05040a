"""Large context transposed convolution: a large kernel beside a small one."""

from __future__ import annotations

import paddle.nn as nn
from paddle import Tensor

from ..base import Site, Upsampler, whole_number
from ..blocks.conv import transposed_options
from ..initialise import torch_uniform
from ..notes import Notes
from ..ops.size import _fit
from ..registry import register

__all__ = ["LargeContextConvTranspose"]


@register("large_context_conv_transpose")
class LargeContextConvTranspose(Upsampler):
    """Sum of two transposed convolutions, one with a large kernel (LCTC).

    Args:
        kernel_size: k of the large one, at least s; the paper takes 7 and 11.
        small_kernel: k' of the small one, at least s, default 3 (s if that is more); 0
            leaves it out.
        bias: whether each has a bias.

    Shape:
        x: [N, C, H, W].
        y: [N, D, H', W'].

    Source:
        Agnihotri, Grabinski and Keuper, "Improving feature stability during upsampling:
        spectral artifacts and the importance of spatial context", ECCV 2024, arXiv
        2311.17524. No vectors of released code exist; tested against loops.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.LargeContextConvTranspose(8, 4)
        >>> sum(p.size for p in layer.parameters()) == 8 * 4 * (49 + 9) + 2 * 4
        True
    """

    source = "Agnihotri et al., ECCV 2024"
    year = 2024
    learned = True
    keeps_channels = False
    notes = Notes(
        formula="y = conv_transpose_k(x) + conv_transpose_k'(x), both of stride s.",
        grid="""
        As `conv_transpose`: padding floor((k - s + 1) / 2) and an output padding that
        makes H*s rows; border pixels receive fewer stamps.
        """,
        initialization="PyTorch's default of both: no interpolation, a checkerboard.",
        cost="""
        (k*k + k'*k')*C*D + 2*D parameters, (k*k + k'*k')*C*D multiply-accumulates per
        input pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int = 7,
        small_kernel: int | None = None,
        bias: bool = True,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        whole_number(self.name, "kernel_size", kernel_size, least=scale)
        self.large = self._convolution(kernel_size, bias)
        self.small = None
        small_kernel = _small(small_kernel, scale)
        if small_kernel != 0:
            whole_number(self.name, "small_kernel", small_kernel, least=scale)
            self.small = self._convolution(small_kernel, bias)

    def _convolution(self, k, bias):
        init = torch_uniform(self.out_channels * k * k)
        return nn.Conv2DTranspose(
            self.in_channels,
            self.out_channels,
            k,
            **transposed_options(self.name, k, self.scale),
            weight_attr=init,
            bias_attr=init if bias else False,
        )

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int, small_kernel: int | None, bias: bool
    ) -> tuple[int, int]:
        small = _small(small_kernel, site.scale)
        kernels = [k for k in (kernel_size, small) if k]
        taps = sum(k * k for k in kernels)
        weights = taps * site.in_channels * site.out_channels
        biases = bias * len(kernels) * site.out_channels
        return weights + biases, weights * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        y = self.large(x)
        if self.small is not None:
            y = y + self.small(x)
        return _fit(y, size, self.scale)


def _small(kernel_size, scale):
    return max(3, scale) if kernel_size is None else kernel_size
