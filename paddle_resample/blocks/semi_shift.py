"""What FADE and FADE-Lite share: kernels predicted from the fine and the coarse map
together, and the gate that mixes the fine map in."""

from __future__ import annotations

from collections.abc import Sequence

import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import XavierUniform

from ..base import whole_number
from ..ops import check_border
from ..ops.interpolate import _interpolate
from ..ops.reassemble import _reassemble
from ..ops.size import _fit
from ..ops.window import softmax_windows
from .conv import conv
from .guided import GuidedUpsampler

__all__ = ["GuideGate", "SemiShift", "SemiShiftUpsampler"]


class SemiShift(nn.Layer):
    """Semi-shift convolution: the sum of one encoder applied to the fine map at every
    fine pixel and to the coarse map at every coarse pixel.

    Args:
        in_channels: C of the coarse map x.
        guide_channels: G of the fine map.
        compressed_channels: M that both are compressed to by 1x1 convolutions.
        taps: channels of the result.
        encoder_kernel: k_e of the shared encoder, odd; its bias enters twice.
        depthwise: whether the encoder is depthwise; then M equals taps.

    Source: Lu et al., "FADE", ECCV 2022. The released code has it in two equal layouts:
    convolving at the fine resolution and adding the enlarged coarse part (L2H, as
    here), or convolving four shifted copies of the fine map with stride 2 (H2L).
    """

    def __init__(
        self,
        in_channels: int,
        guide_channels: int,
        compressed_channels: int,
        taps: int,
        encoder_kernel: int = 3,
        depthwise: bool = False,
    ):
        super().__init__()
        xavier, m = XavierUniform(), compressed_channels
        self.compressor_en = conv(guide_channels, m, init=xavier)
        self.compressor_de = conv(in_channels, m, init=xavier, bias=False)
        self.content_encoder = conv(
            m, taps, encoder_kernel, init=xavier, groups=m if depthwise else 1
        )

    def forward(self, x: Tensor, guide: Tensor, scale: int) -> Tensor:
        """x [N, C, H, W], guide [N, G, H*s, W*s] -> [N, taps, H*s, W*s]."""
        fine = self.content_encoder(self.compressor_en(guide))
        coarse = self.content_encoder(self.compressor_de(x))
        return fine + _interpolate(coarse, scale=scale, mode="nearest")


class GuideGate(nn.Layer):
    """g * guide + (1 - g) * y with g = sigmoid(1x1(x)), enlarged by nearest.

    Args:
        in_channels: C of x, the guide and y.

    Source: Lu et al., "FADE", ECCV 2022.
    """

    def __init__(self, in_channels: int):
        super().__init__()
        self.conv = conv(in_channels, 1, init=XavierUniform())

    def forward(self, x: Tensor, guide: Tensor, y: Tensor, scale: int) -> Tensor:
        gate = _interpolate(F.sigmoid(self.conv(x)), scale=scale, mode="nearest")
        return gate * guide + (1.0 - gate) * y


class SemiShiftUpsampler(GuidedUpsampler):
    """Reassembly with the kernels of a semi-shift convolution, then the gate.

    Args:
        in_channels, out_channels, guide_channels: as of every guided upsampler.
        scale: 2.
        kernel_size: k of the reassembly, odd.
        compressed_channels: M of the semi-shift convolution; where the class declares
            `depthwise` it is k*k.
        encoder_kernel: k_e of its encoder, odd.
        gate: whether the guide's content is mixed in; the guide then has C channels.
        border: as in `ops.reassemble`.

    Raises:
        UsageError: guide_channels other than C with the gate, even kernel_size or
            encoder_kernel, unknown border.
    """

    scales = (2,)
    learned = True
    guide_same_channels = True
    fuses_guide = True
    depthwise = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        kernel_size: int = 5,
        compressed_channels: int = 64,
        encoder_kernel: int = 3,
        gate: bool = True,
        border: str = "zero",
    ):
        whole_number(self.name, "compressed_channels", compressed_channels)
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "encoder_kernel", encoder_kernel, odd=True)
        self.border = check_border(self.name, border)
        if gate:
            self._require_same_channels(
                "the gate adds the guide to the result", ", or gate be False"
            )
        taps = kernel_size**2
        self.gate_generator = GuideGate(in_channels) if gate else None
        self.ker_generator = SemiShift(
            in_channels,
            self.guide_channels,
            taps if self.depthwise else compressed_channels,
            taps,
            encoder_kernel,
            depthwise=self.depthwise,
        )

    def logits(self, x: Tensor, guide: Tensor) -> Tensor:
        """The numbers before the softmax over each window, [N, k*k, 2*H, 2*W]."""
        return self.ker_generator(x, guide, self.scale)

    def kernels(self, x: Tensor, guide: Tensor) -> Tensor:
        """The weights of every output pixel, [N, k*k, 2*H, 2*W], windows sum to 1."""
        return softmax_windows(self.logits(x, guide), self.kernel_size)

    def forward(
        self,
        x: Tensor,
        guide: Tensor | None = None,
        side: object = None,
        size: Sequence[int] | None = None,
    ) -> Tensor:
        guide, fine = self._guide_at_scale(guide, x)
        y = _reassemble(
            x,
            self.logits(x, guide),
            self.kernel_size,
            self.scale,
            border=self.border,
            softmax=True,
        )
        if self.gate_generator is not None:
            y = self.gate_generator(x, guide, y, self.scale)
        return _fit(y, fine if size is None else size, self.scale)
