"""What FADE and FADE-Lite are built from: kernels predicted from the fine and the
coarse map together, and the gate that mixes the fine map in."""

import paddle.nn as nn
import paddle.nn.functional as F

from ..base import Upsampler, whole_number
from ..errors import UsageError
from ..ops import check_border, fit, fit_guide, interpolate, reassemble
from ..ops.window import softmax_windows
from .pointwise_conv import PointwiseConv

__all__ = ["GuideGate", "SemiShift", "SemiShiftUpsampler"]


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
        self.compressor_en = PointwiseConv(guide_channels, m, **start)
        self.compressor_de = PointwiseConv(
            in_channels, m, weight_attr=start["weight_attr"], bias_attr=False
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


class SemiShiftUpsampler(Upsampler):
    """Reassembly with the kernels of a semi-shift convolution, then the gate.

    Args:
        in_channels, out_channels, guide_channels: as the contract has them.
        scale: 2.
        kernel_size: k of the reassembly, odd.
        compressed_channels: M of the semi-shift convolution; None makes it depthwise,
            with k*k.
        encoder_kernel: k_e of its encoder, odd.
        gate: whether the guide's content is mixed in; the guide then has C channels.
        border: as in `ops.reassemble`.

    Raises:
        UsageError: guide_channels other than C with the gate, even kernel_size or
            encoder_kernel, unknown border.
    """

    scales = (2,)
    learned = True
    needs_guide = True
    guide_same_channels = True
    fuses_guide = True

    def __init__(
        self,
        in_channels,
        out_channels,
        *,
        guide_channels,
        scale,
        kernel_size,
        compressed_channels,
        encoder_kernel,
        gate,
        border,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if guide_channels is None:
            guide_channels = in_channels
        self.guide_channels = whole_number(self.name, "guide_channels", guide_channels)
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "encoder_kernel", encoder_kernel, odd=True)
        self.border = check_border(self.name, border)
        if gate and guide_channels != in_channels:
            raise UsageError(
                f"{self.name}: the gate adds the guide to the result, so "
                f"guide_channels={guide_channels} must equal in_channels="
                f"{in_channels}, or gate be False"
            )
        taps = kernel_size**2
        self.gate_generator = GuideGate(in_channels) if gate else None
        self.ker_generator = SemiShift(
            in_channels,
            guide_channels,
            compressed_channels or taps,
            taps,
            encoder_kernel,
            depthwise=compressed_channels is None,
        )

    def logits(self, x, guide):
        """What the softmax makes weights of, [N, k*k, 2*H, 2*W]."""
        return self.ker_generator(x, guide, self.scale)

    def kernels(self, x, guide):
        """The weights of every output pixel, [N, k*k, 2*H, 2*W], windows sum to 1."""
        return softmax_windows(self.logits(x, guide), self.kernel_size)

    def forward(self, x, guide=None, side=None, size=None):
        guide, fine = fit_guide(guide, x, self.scale, self.guide_channels, self.name)
        y = reassemble(
            x,
            self.logits(x, guide),
            self.kernel_size,
            self.scale,
            border=self.border,
            owner=self.name,
            softmax=True,
        )
        if self.gate_generator is not None:
            y = self.gate_generator(x, guide, y, self.scale)
        return fit(y, fine if size is None else size, self.scale)
