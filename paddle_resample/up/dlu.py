"""DLU: CARAFE with one kernel for each coarse pixel; fine pixels look their kernels up
between them, at places that a second convolution predicts."""

import paddle.nn as nn
import paddle.nn.functional as F

from ..base import Upsampler, whole_number
from ..errors import UsageError
from ..ops import (
    check_border,
    fit,
    nearest_warp,
    pixel_shuffle,
    reassemble,
    spatial_size,
)
from ..registry import register

__all__ = ["Dlu"]


@register("dlu")
class Dlu(Upsampler):
    """Dynamic lightweight upsampling with guided reassembly kernels.

    1x1 compression; a k_e x k_e convolution to k*k weights for each coarse pixel and a
    softmax; another to 2*s*s offsets, shuffled to the fine pixels, which sample the map
    of kernels bilinearly; reassembly.

    Args:
        in_channels: C.
        out_channels: C.
        scale: s, integer from 1.
        kernel_size: k of the reassembly, odd.
        encoder_kernel: k_e of both convolutions, odd.
        encoder_dilation: their dilation.
        compressed_channels: M, channels after the compression.
        groups: g, groups of channels with kernels and offsets of their own; divides C.
            The released layer runs with 1 only.
        border: of the reassembly: "zero" as published, "replicate" or "renormalise",
            see `carafe`.

    Call:
        x: float [N, C, H, W]. size: (H', W') less than s from (H*s, W*s): cropped, or
        extended by the last row and column.

    Returns:
        [N, C, H', W'], dtype of x.

    Grid: output (i, j) belongs to coarse pixel (i // s, j // s), the middle of its
    window and the place its offset is counted from, in coarse pixels; kernels outside
    repeat those of the border. At the start offsets are zero and weights almost
    1/(k*k): nearest interpolation of the k x k box mean, as CARAFE.

    Cost: C*M + M + (k_e*k_e*M + 1)*(k*k + 2*s*s)*g parameters; C*M +
    k_e*k_e*M*(k*k + 2*s*s)*g + 4*s*s*k*k*g + s*s*k*k*C multiply-accumulates per coarse
    pixel, the third term for sampling the kernels.

    Source: Fu et al., "Lighten CARAFE: Dynamic lightweight upsampling with guided
    reassemble kernels", ICPR 2024; start as the released code: Xavier uniform,
    kernel_space_generator N(0, 0.001), conv_offset and biases 0.

    Raises:
        UsageError: even kernel_size or encoder_kernel, groups that do not divide C,
            unknown border.

    >>> sum(p.size for p in Dlu(256).parameters())
    35489
    """

    source = "Fu et al., ICPR 2024"
    year = 2024
    learned = True

    def __init__(
        self,
        in_channels,
        out_channels=None,
        *,
        scale=2,
        kernel_size=5,
        encoder_kernel=3,
        encoder_dilation=1,
        compressed_channels=64,
        groups=1,
        border="zero",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "encoder_kernel", encoder_kernel, odd=True)
        whole_number(self.name, "encoder_dilation", encoder_dilation)
        whole_number(self.name, "compressed_channels", compressed_channels)
        self.groups = whole_number(self.name, "groups", groups)
        self.border = check_border(self.name, border)
        if in_channels % groups:
            raise UsageError(
                f"dlu: groups={groups} must divide in_channels={in_channels}"
            )
        zero = nn.initializer.Constant(0.0)
        m = compressed_channels
        self.channel_compressor = nn.Conv2D(
            in_channels,
            m,
            1,
            weight_attr=nn.initializer.XavierUniform(),
            bias_attr=zero,
        )
        window = {
            "kernel_size": encoder_kernel,
            "padding": encoder_kernel // 2 * encoder_dilation,
            "dilation": encoder_dilation,
            "bias_attr": zero,
        }
        self.kernel_space_generator = nn.Conv2D(
            m,
            kernel_size**2 * groups,
            weight_attr=nn.initializer.Normal(0.0, 0.001),
            **window,
        )
        self.conv_offset = nn.Conv2D(
            m, 2 * scale**2 * groups, weight_attr=zero, **window
        )

    @classmethod
    def count(
        cls,
        site,
        *,
        kernel_size,
        encoder_kernel,
        compressed_channels,
        groups,
        **options,
    ):
        c, m, taps = site.in_channels, compressed_channels, kernel_size**2
        fine = site.scale**2
        made = (taps + 2 * fine) * groups
        encoder = encoder_kernel**2 * m * made
        macs = c * m + encoder + fine * taps * (4 * groups + c)
        return c * m + m + encoder + made, macs * site.pixels

    def kernels(self, x):
        """The weights of every output pixel, [N, g*k*k, H*s, W*s], windows sum to 1."""
        features = self.channel_compressor(x)
        logits = self.kernel_space_generator(features)
        size = spatial_size(logits)
        windows = logits.reshape(
            [-1, self.groups, self.kernel_size**2, size[0], size[1]]
        )
        source = F.softmax(windows, axis=2).flatten(1, 2)
        offset = pixel_shuffle(self.conv_offset(features), self.scale)
        return nearest_warp(source, offset, self.scale, self.groups, "border")

    def forward(self, x, guide=None, side=None, size=None):
        y = reassemble(
            x,
            self.kernels(x),
            self.kernel_size,
            self.scale,
            self.groups,
            border=self.border,
            owner=self.name,
        )
        return fit(y, size, self.scale)
