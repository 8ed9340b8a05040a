"""What CARAFE, its downsampler and DLU share: a small network that reads the kernels of
a reassembly off the map itself."""

import paddle.nn as nn

from ..base import Resampler, Upsampler, whole_number
from ..errors import UsageError
from ..ops import check_border, fit, reassemble
from ..ops.window import softmax_windows
from .pointwise_conv import PointwiseConv

__all__ = ["ContentAware", "ContentAwareUpsampler"]


class ContentAware(Resampler):
    """1x1 compression, then whatever convolutions a subclass adds.

    A subclass gives `add_encoders`, which makes them with `encoder`, and `logits`.

    Args:
        in_channels, out_channels, scale: as the contract has them.
        kernel_size: k of the reassembly, odd.
        encoder_kernel: k_e of the convolutions, odd.
        encoder_dilation: their dilation.
        compressed_channels: M, channels after the compression.
        groups: g, groups of channels with kernels of their own; divides C.
        border: as in `ops.reassemble`.

    Raises:
        UsageError: even kernel_size or encoder_kernel, groups that do not divide C,
            unknown border.

    Source: Wang et al., "CARAFE", ICCV 2019; start of the released code: the
    compression Xavier uniform, encoders N(0, 0.001), biases 0.
    """

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
                f"{self.name}: groups={groups} must divide in_channels={in_channels}"
            )
        self._encoder = {
            "in_channels": compressed_channels,
            "kernel_size": encoder_kernel,
            "padding": encoder_kernel // 2 * encoder_dilation,
            "dilation": encoder_dilation,
        }
        self.channel_compressor = PointwiseConv(
            in_channels,
            compressed_channels,
            weight_attr=nn.initializer.XavierUniform(),
            bias_attr=nn.initializer.Constant(0.0),
        )
        self.add_encoders()

    def add_encoders(self):
        """Give the layer the convolutions behind the compression."""
        raise NotImplementedError

    def encoder(self, out_channels, std=0.001, stride=1):
        """A k_e x k_e convolution of the compressed map, started N(0, std), bias 0."""
        zero = nn.initializer.Constant(0.0)
        return nn.Conv2D(
            out_channels=out_channels,
            stride=stride,
            weight_attr=nn.initializer.Normal(0.0, std) if std else zero,
            bias_attr=zero,
            **self._encoder,
        )

    def logits(self, x):
        """What the softmax over each window makes weights of, [N, g*k*k, H', W']."""
        raise NotImplementedError

    def normalised(self, logits):
        """Softmax over every window: [N, g*k*k, H, W] -> the same, windows sum to 1."""
        return softmax_windows(logits, self.kernel_size, self.groups)

    def kernels(self, x):
        """The weights of every output pixel, [N, g*k*k, H', W'], windows sum to 1."""
        return self.normalised(self.logits(x))


class ContentAwareUpsampler(ContentAware, Upsampler):
    """The reassembly around coarse pixel p // s for every fine pixel p.

    A subclass whose softmax is not the last step to the kernels gives `kernels`, and
    says so with `softmax_last`.
    """

    softmax_last = True

    def forward(self, x, guide=None, side=None, size=None):
        y = reassemble(
            x,
            self.logits(x) if self.softmax_last else self.kernels(x),
            self.kernel_size,
            self.scale,
            self.groups,
            border=self.border,
            owner=self.name,
            softmax=self.softmax_last,
        )
        return fit(y, size, self.scale)
