"""What FADE and FADE-Lite are built from: kernels predicted from the fine and the
coarse map together, and the gate that mixes the fine map in."""

import paddle.nn as nn
import paddle.nn.functional as F

from ..ops import interpolate

__all__ = ["GuideGate", "SemiShift"]


class SemiShift(nn.Layer):
    """Semi-shift convolution: one encoder sees the fine map at every fine pixel and the
    coarse map at every coarse pixel, and the two answers are added.

    Args:
        in_channels: C of the coarse map x.
        guide_channels: G of the fine map.
        compressed_channels: M that both are compressed to by 1x1 convolutions.
        taps: channels of the result.
        encoder_kernel: k_e of the shared encoder, odd; its bias enters twice.
        depthwise: whether the encoder is depthwise; then M equals taps.

    Source: Lu et al., "FADE", ECCV 2022. The released code has it in two
    layouts that are equal: convolving at the fine resolution and adding the enlarged
    coarse part (L2H, as here), or convolving four shifted copies of the fine map with
    stride 2 (H2L).
    """

    def __init__(
        self,
        in_channels,
        guide_channels,
        compressed_channels,
        taps,
        encoder_kernel=3,
        depthwise=False,
    ):
        super().__init__()
        start = {
            "weight_attr": nn.initializer.XavierUniform(),
            "bias_attr": nn.initializer.Constant(0.0),
        }
        m = compressed_channels
        self.compressor_en = nn.Conv2D(guide_channels, m, 1, **start)
        self.compressor_de = nn.Conv2D(
            in_channels, m, 1, weight_attr=start["weight_attr"], bias_attr=False
        )
        self.content_encoder = nn.Conv2D(
            m,
            taps,
            encoder_kernel,
            padding=encoder_kernel // 2,
            groups=m if depthwise else 1,
            **start,
        )

    def forward(self, x, guide, scale):
        """x [N, C, H, W], guide [N, G, H*s, W*s] -> [N, taps, H*s, W*s]."""
        fine = self.content_encoder(self.compressor_en(guide))
        coarse = self.content_encoder(self.compressor_de(x))
        return fine + interpolate(coarse, scale=scale, mode="nearest")


class GuideGate(nn.Layer):
    """g * guide + (1 - g) * y with g = sigmoid(1x1(x)), enlarged by nearest.

    Args:
        in_channels: C of x, the guide and y.

    Source: Lu et al., "FADE", ECCV 2022.
    """

    def __init__(self, in_channels):
        super().__init__()
        self.conv = nn.Conv2D(
            in_channels,
            1,
            1,
            weight_attr=nn.initializer.XavierUniform(),
            bias_attr=nn.initializer.Constant(0.0),
        )

    def forward(self, x, guide, y, scale):
        gate = interpolate(F.sigmoid(self.conv(x)), scale=scale, mode="nearest")
        return gate * guide + (1.0 - gate) * y
