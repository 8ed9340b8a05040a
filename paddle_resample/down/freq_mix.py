"""Frequency mixing: what lies below and above a frequency is weighed apart, pixel by
pixel and channel by channel, before the step."""

from __future__ import annotations

from typing import Literal

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, whole_number
from ..base import Downsampler, Site
from ..blocks.conv import conv
from ..notes import Notes
from ..ops.low_pass import (
    _low_pass,
    check_threshold,
    filter_axes,
    responses,
    wide,
)
from ..ops.size import spatial_size
from ..registry import register

__all__ = ["FreqMix"]


@register("freq_mix")
class FreqMix(Downsampler):
    """Weigh low and high frequencies of x, add them, keep every s-th pixel.

    Args:
        scale: s; with 1 the published module, which keeps the size.
        threshold: t between low and high in cycles per pixel, see `ops.low_pass`.
        compress_ratio: r; the channel attentions have max(1, C // r) hidden channels.
        activation: of the two spatial weights, "sigmoid" or "softmax" (times 2).
        residual: whether x is added, the released `channel_res`.
        batch_roll: whether the released mistake is repeated: the attention of sample n
            comes from sample (n - N//2) mod N of the batch.

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        Chen et al., "When semantic segmentation meets frequency aliasing", ICLR 2024.
        Of the released variants the one whose code runs (freq_channel_att). Like its
        code, channel c is attended to by channel (c - C//2) mod C, which weights can
        undo; the same roll over samples, which they cannot, is off by default.

    Example:
        >>> import paddle_resample
        >>> sum(p.size for p in paddle_resample.FreqMix(64).parameters())
        2314
    """

    source = "Chen et al., ICLR 2024"
    year = 2024
    learned = True
    odd = "ceil"
    notes = Notes(
        formula="""
        low = low_pass(x, t), high = x - low; (w0, w1) = act(3x3(x)), one pair a pixel;
        y = low * w0 * a(low) + high * w1 * a(high) (+ x).

        a(m) = sqrt(g(Re z)^2 + g(Im z)^2 + 1e-8), one number a channel, where z is the
        mean of m's spectrum, which is its value at pixel (0, 0) before the real part is
        taken, and g is a 1x1 convolution, ReLU, a 1x1 convolution and a sigmoid. So the
        channel weights see the top left pixel of the filtered map alone and change as
        the content is shifted.
        """,
        grid="""
        Output i is centred on input i * s. The low-pass takes the map as periodic, the
        3x3 convolution pads zeros.
        """,
        initialization="""
        PyTorch's default: w is near 0.5 and a near 0.7, so that y is about 0.35 * x.
        """,
        cost="""
        18*C + 2 + 2*(2*C*M + M + C) parameters, M = max(1, C // r). With h and w of the
        output, 2*(H*W*w + H*w*h)*C multiply-accumulates for the low-pass, 18*C + 4*C
        per output pixel, 2*C*H*(W + 2) + 8*C*M for the attentions.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        threshold: float = 0.35,
        compress_ratio: int = 16,
        activation: Literal["sigmoid", "softmax"] = "sigmoid",
        residual: bool = False,
        batch_roll: bool = False,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        check_threshold(self.name, threshold)
        check_choice(self.name, "activation", activation, ("sigmoid", "softmax"))
        whole_number(self.name, "compress_ratio", compress_ratio)
        self.threshold = threshold
        self.activation = activation
        self.residual = residual
        self.batch_roll = batch_roll
        hidden = max(1, in_channels // compress_ratio)
        self.freq_weight_conv = conv(in_channels, 2, 3, stride=scale)
        self.channel_att_low = _attention(in_channels, hidden)
        self.channel_att_high = _attention(in_channels, hidden)

    @classmethod
    def count(
        cls, site: Site, *, compress_ratio: int, **options: object
    ) -> tuple[int, int]:
        c, pixels = site.in_channels, site.coarse_height * site.coarse_width
        hidden = max(1, c // compress_ratio)
        parameters = 18 * c + 2 + 2 * (2 * c * hidden + hidden + c)
        filtered = site.height * site.coarse_width * (site.width + site.coarse_height)
        attended = 2 * c * site.height * (site.width + 2) + 8 * c * hidden
        return parameters, 2 * c * filtered + 22 * c * pixels + attended

    def forward(self, x: Tensor) -> Tensor:
        weights = self.freq_weight_conv(x)
        if self.activation == "sigmoid":
            weights = F.sigmoid(weights)
        else:
            weights = 2 * F.softmax(weights, axis=1)
        kept = x[:, :, :: self.scale, :: self.scale]
        low = _low_pass(x, self.threshold, self.scale)
        real, imaginary, rest = self._means_of_spectrum(x)
        in_low = self._attend(self.channel_att_low, real, imaginary)
        in_high = self._attend(self.channel_att_high, rest, -imaginary)
        y = low * weights[:, :1] * in_low + (kept - low) * weights[:, 1:] * in_high
        return y + kept if self.residual else y

    def _means_of_spectrum(self, x):
        """Real and imaginary part of the low frequencies' mean, real part of the high
        ones', [N, C, 1, 1] each; the mean of both is pixel (0, 0)."""
        values, size = wide(x), spatial_size(x)
        rows, columns = (
            paddle.stack(responses(size[axis], self.threshold, values.dtype)[:2])
            for axis in (0, 1)
        )
        # Automatic mixed precision would round the responses.
        with paddle.amp.auto_cast(enable=False):
            z = filter_axes(values, rows, columns)
        # At pixel 0 the responses stand reversed: conjugated.
        real = z[:, :, :1, :1] - z[:, :, 1:, 1:]
        imaginary = -(z[:, :, :1, 1:] + z[:, :, 1:, :1])
        means = (real, imaginary, values[:, :, :1, :1] - real)
        return [self._rolled(mean).astype(x.dtype) for mean in means]

    def _rolled(self, z):
        """As the released shift of the spectrum rolls channels, and samples too."""
        z = paddle.roll(z, self.in_channels // 2, axis=1)
        if self.batch_roll:
            half = (z.shape[0] + 1) // 2
            z = paddle.concat([z[half:], z[:half]])
        return z

    def _attend(self, attention, real, imaginary):
        return paddle.sqrt(attention(real) ** 2 + attention(imaginary) ** 2 + 1e-8)


def _attention(channels, hidden):
    return nn.Sequential(
        nn.Identity(),  # the released mean, so that the numbers agree
        conv(channels, hidden),
        nn.ReLU(),
        conv(hidden, channels),
        nn.Sigmoid(),
    )
