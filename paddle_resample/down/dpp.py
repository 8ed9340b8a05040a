"""Detail-preserving pooling: a mean that favours what differs from its surroundings."""

from __future__ import annotations

from typing import Literal

import paddle
import paddle.nn.functional as F
from paddle import ParamAttr, Tensor
from paddle.regularizer import L2Decay

from ..arguments import check_choice
from ..base import Downsampler, Site
from ..blocks.conv import conv
from ..blocks.straight_through import limited
from ..initialise import torch_uniform
from ..notes import Notes
from ..ops.size import spatial_size
from ..registry import register

__all__ = ["DPP"]


@register("dpp")
class DPP(Downsampler):
    """Mean of each cell of 2 x 2, weighted by a power of each pixel's detail.

    Args:
        reference: what a pixel differs from: "lite", the mean of its cell, or "full",
            a learned 3x3 filter of the surroundings, one of each channel.
        detail: "symmetric", what is above and below the reference, or "asymmetric",
            what is above it.

    Shape:
        x: [N, C, H, W].
        y: [N, C, floor(H/2), floor(W/2)].

    Source:
        Saeedan et al., "Detail-preserving pooling in deep networks", CVPR 2018. Made
        from the formulas of the released Torch 7 code, which could not be run: compared
        with loops and identities, not with the code. Its stochastic S3 variants are
        left out.

    Example:
        >>> import paddle, paddle_resample
        >>> layer = paddle_resample.DPP(1)
        >>> layer.alpha.set_value(paddle.full([1], -9.0))
        >>> layer.lam.set_value(paddle.zeros([1]))
        >>> x = paddle.to_tensor([[[[0.0, 0.0], [0.0, 1.0]]]])
        >>> round(layer(x).item(), 3)  # the mean is 0.25
        0.498
    """

    source = "Saeedan et al., CVPR 2018"
    year = 2018
    scales = (2,)
    learned = True
    notes = Notes(
        formula="""
        P is the mean of each 2 x 2 cell, U repeats a pixel over its cell. r = U(P(x))
        (lite) or U(3x3 depthwise convolution of stride 2 of x) (full); d = (x - r)^2 +
        0.001, or max(x - r, 0)^2 + 0.001; w = (d / U(P(d)))^(exp(lambda) / 2) +
        exp(min(alpha, 10)), with alpha and lambda of each channel; y = P(x * w) / P(w).

        A large alpha makes it the mean of the cell, a large lambda the pixel that
        differs most (the largest, if asymmetric). No comparison with the released code
        exists.
        """,
        grid="""
        Cells start at multiples of 2; an odd last row or column is dropped first. The
        convolution of the full reference is centred on the first pixel of a cell and
        pads zeros.
        """,
        initialization="""
        alpha, lambda U(-b, b), b = 1 / sqrt(C), both without weight decay; the
        convolution U(-1/3, 1/3) as Torch 7 has it.
        """,
        cost="""
        2*C parameters, 12*C of the full reference. Multiply-accumulates per output
        pixel: 12*C (a square, a product and a weighted sum of 4 pixels), 21*C with the
        convolution.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        reference: Literal["lite", "full"] = "lite",
        detail: Literal["symmetric", "asymmetric"] = "symmetric",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        check_choice(self.name, "reference", reference, ("lite", "full"))
        check_choice(self.name, "detail", detail, ("symmetric", "asymmetric"))
        self.detail = detail
        self.alpha, self.lam = (
            self.create_parameter(
                [in_channels],
                attr=ParamAttr(
                    initializer=torch_uniform(in_channels), regularizer=L2Decay(0.0)
                ),
            )
            for _ in range(2)
        )
        self.conv = None
        if reference == "full":
            self.conv = conv(in_channels, in_channels, 3, stride=2, groups=in_channels)

    @classmethod
    def count(cls, site: Site, *, reference: str, detail: str) -> tuple[int, int]:
        c, pixels = site.in_channels, (site.height // 2) * (site.width // 2)
        full = reference == "full"
        return (12 if full else 2) * c, (21 if full else 12) * c * pixels

    def forward(self, x: Tensor) -> Tensor:
        size = spatial_size(x)
        x = x[:, :, : size[0] // 2 * 2, : size[1] // 2 * 2]
        half = x.dtype in (paddle.float16, paddle.bfloat16)
        values = x.astype("float32") if half else x
        reference = _mean(values)
        if self.conv is not None:
            reference = self.conv(x).astype(values.dtype)
        difference = values - _repeat(reference)
        if self.detail == "asymmetric":
            difference = F.relu(difference)
        detail = difference * difference + 1e-3
        power = paddle.exp(self._of_channels(self.lam, values)) / 2
        alpha = limited(self._of_channels(self.alpha, values), most=10.0)
        weight = (detail / _repeat(_mean(detail))) ** power + paddle.exp(alpha)
        return (_mean(values * weight) / _mean(weight)).astype(x.dtype)

    def _of_channels(self, parameter, values):
        return parameter.astype(values.dtype).reshape([1, -1, 1, 1])


def _mean(x):
    return F.avg_pool2d(x, 2, 2)


def _repeat(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")
