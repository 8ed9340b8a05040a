"""What CARAFE, its downsampler and DLU share: a small network that predicts the kernels
of a reassembly from the feature map itself."""

from __future__ import annotations

from collections.abc import Sequence

import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Constant, Normal, XavierUniform

from ..arguments import divisors_near
from ..base import Resampler, Upsampler, whole_number
from ..errors import UsageError
from ..ops import check_border
from ..ops.reassemble import _reassemble
from ..ops.size import _fit
from ..ops.window import softmax_windows
from .conv import conv

__all__ = ["ContentAware", "ContentAwareUpsampler"]


class ContentAware(Resampler):
    """1x1 compression, then the convolutions that a subclass adds.

    A subclass implements `_add_encoders`, which makes them with `_convolution`, and
    `logits`.

    Args:
        in_channels, out_channels, scale: as of every resampler.
        kernel_size: k of the reassembly, odd.
        encoder_kernel: k_e of the convolutions, odd.
        encoder_dilation: their dilation.
        compressed_channels: M, channels after the compression.
        groups: g, groups of channels with kernels of their own; divides C.
        border: as in `ops.reassemble`.

    Raises:
        UsageError: even kernel_size or encoder_kernel, groups that do not divide C,
            unknown border.

    Source: Wang et al., "CARAFE", ICCV 2019; initialization of the released code: the
    compression Xavier uniform, encoders N(0, 0.001), biases 0.
    """

    learned = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int = 5,
        encoder_kernel: int = 3,
        encoder_dilation: int = 1,
        compressed_channels: int = 64,
        groups: int = 1,
        border: str = "zero",
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
                f"{self.name}: groups={groups} must divide in_channels={in_channels}; "
                f"{divisors_near(in_channels, groups)}"
            )
        self._encoder = (compressed_channels, encoder_kernel, encoder_dilation)
        self.channel_compressor = conv(
            in_channels, compressed_channels, init=XavierUniform()
        )
        self._add_encoders()

    def _add_encoders(self) -> None:
        """Add the convolutions that follow the compression."""
        raise NotImplementedError

    def _convolution(
        self, out_channels: int, std: float = 0.001, stride: int = 1
    ) -> nn.Conv2D:
        """A k_e x k_e convolution of the compressed features, N(0, std), bias 0."""
        channels, kernel_size, dilation = self._encoder
        return conv(
            channels,
            out_channels,
            kernel_size,
            init=Normal(0.0, std) if std else Constant(0.0),
            stride=stride,
            dilation=dilation,
        )

    def logits(self, x: Tensor) -> Tensor:
        """The numbers before the softmax over each window, [N, g*k*k, H', W']."""
        raise NotImplementedError

    def _normalised(self, logits: Tensor) -> Tensor:
        """Softmax over every window: [N, g*k*k, H, W] -> the same, windows sum to 1."""
        return softmax_windows(logits, self.kernel_size, self.groups)

    def kernels(self, x: Tensor) -> Tensor:
        """The weights of every output pixel, [N, g*k*k, H', W'], windows sum to 1."""
        return self._normalised(self.logits(x))


class ContentAwareUpsampler(ContentAware, Upsampler):
    """The reassembly around coarse pixel p // s for every fine pixel p.

    A subclass whose last step to the kernels is not the softmax implements `kernels`
    and sets softmax_last = False.
    """

    softmax_last = True

    def forward(
        self,
        x: Tensor,
        guide: Tensor | None = None,
        side: object = None,
        size: Sequence[int] | None = None,
    ) -> Tensor:
        y = _reassemble(
            x,
            self.logits(x) if self.softmax_last else self.kernels(x),
            self.kernel_size,
            self.scale,
            self.groups,
            border=self.border,
            softmax=self.softmax_last,
        )
        return _fit(y, size, self.scale)
