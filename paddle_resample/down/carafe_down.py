"""CARAFE++ downsampling: each output pixel is a weighted mean of a window of the fine
map, and a small network reads the weights off the fine map itself."""

import paddle.nn as nn
import paddle.nn.functional as F

from ..base import Downsampler, whole_number
from ..errors import UsageError
from ..ops import check_border, reassemble_down, spatial_size
from ..registry import register

__all__ = ["CarafeDown"]


@register("carafe_down")
class CarafeDown(Downsampler):
    """Content-aware reassembly of features, with a stride.

    1x1 compression, k_e x k_e convolution of stride s to g*k*k channels, softmax over
    the k*k weights of every output pixel, reassembly around every s-th pixel.

    Args:
        in_channels: C.
        out_channels: C.
        scale: s, integer from 1.
        kernel_size: k of the reassembly, odd.
        encoder_kernel: k_e of the convolution that predicts the weights, odd.
        compressed_channels: M, channels after the compression.
        groups: g, groups of channels with weights of their own; divides C.
        border: "zero" as published: what lies outside is zero and weights are lost
            there; "replicate" repeats the border pixel; "renormalise" divides by the
            weights inside.

    Call:
        x: float [N, C, H, W].

    Returns:
        (y, None): y [N, C, ceil(H/s), ceil(W/s)], dtype of x.

    Grid: output (i, j) is centred on input (i * s, j * s), as a strided convolution
    with padding k // 2 is; an odd row or column is the centre of a last output. At the
    start all weights are almost 1/(k*k): every s-th pixel of the k x k box mean of the
    zero-padded map.

    Cost: C*M + M + (k_e*k_e*M + 1)*k*k*g parameters; C*M multiply-accumulates per input
    pixel and k_e*k_e*M*k*k*g + k*k*C per output pixel.

    Source: Wang et al., "CARAFE++: Unified content-aware reassembly of features", TPAMI
    2021. Its downsampler was never released: sizes and start are those of the released
    CARAFE, and the stride is in the convolution that predicts the weights.
    "replicate" and "renormalise" are ours.

    Raises:
        UsageError: even kernel_size or encoder_kernel, groups that do not divide C,
            unknown border.

    >>> sum(p.size for p in CarafeDown(64).parameters())
    18585
    """

    source = "Wang et al., TPAMI 2021"
    year = 2021
    learned = True
    odd = "ceil"

    def __init__(
        self,
        in_channels,
        out_channels=None,
        *,
        scale=2,
        kernel_size=5,
        encoder_kernel=3,
        compressed_channels=64,
        groups=1,
        border="zero",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "encoder_kernel", encoder_kernel, odd=True)
        whole_number(self.name, "compressed_channels", compressed_channels)
        self.groups = whole_number(self.name, "groups", groups)
        self.border = check_border(self.name, border)
        if in_channels % groups:
            raise UsageError(
                f"carafe_down: groups={groups} must divide in_channels={in_channels}"
            )
        zero = nn.initializer.Constant(0.0)
        self.channel_compressor = nn.Conv2D(
            in_channels,
            compressed_channels,
            1,
            weight_attr=nn.initializer.XavierUniform(),
            bias_attr=zero,
        )
        self.content_encoder = nn.Conv2D(
            compressed_channels,
            kernel_size**2 * groups,
            encoder_kernel,
            stride=scale,
            padding=encoder_kernel // 2,
            weight_attr=nn.initializer.Normal(0.0, 0.001),
            bias_attr=zero,
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
        encoder = encoder_kernel**2 * m * taps * groups
        coarse = site.coarse_height * site.coarse_width
        macs = c * m * site.pixels + (encoder + taps * c) * coarse
        return c * m + m + encoder + taps * groups, macs

    def kernels(self, x):
        """The weights of every output pixel, [N, g*k*k, ceil(H/s), ceil(W/s)], windows
        sum to 1."""
        logits = self.content_encoder(self.channel_compressor(x))
        size = spatial_size(logits)
        taps = self.kernel_size**2
        windows = logits.reshape([-1, self.groups, taps, size[0], size[1]])
        return F.softmax(windows, axis=2).flatten(1, 2)

    def forward(self, x):
        y = reassemble_down(
            x,
            self.kernels(x),
            self.kernel_size,
            self.scale,
            self.groups,
            self.border,
            self.name,
        )
        return y, None
