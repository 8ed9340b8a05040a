"""Bilinear upsampling, trilinear of a volume: linear interpolation along each side."""

from __future__ import annotations

from typing import Any, ClassVar

from paddle import Tensor

from ..base import Site, Upsampler
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..registry import register

__all__ = ["Bilinear"]


@register("bilinear")
class Bilinear(Upsampler):
    """Linear interpolation of the 2x2 nearest pixels; no weights.

    Args:
        align_corners: the grid: False (default) centres the pixels, True puts the
            corner pixels on each other.

    Shape:
        x: [N, C, H, W].
        size: any (H', W'), default (H*scale, W*scale).
        y: [N, C, H', W']; with "NCDHW" [N, C, D', H', W'] of x [N, C, D, H, W] and size
            (D', H', W').

    Source:
        textbook.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
        >>> paddle_resample.Bilinear(1)(x)[0, 0, 0].tolist()
        [0.0, 0.25, 0.75, 1.0]
    """

    source = "textbook"
    data_formats: ClassVar[tuple[str, ...]] = ("NCHW", "NHWC", "NCDHW")
    any_size = True
    mode = "bilinear"
    notes = Notes(
        formula="""
        In a volume (data_format "NCDHW") it is trilinear interpolation, of 2x2x2.
        """,
        grid="""
        Output i lies at (i + 0.5) * H / H' - 0.5, or i * (H - 1) / (H' - 1) with
        aligned corners; outside the centres of the border pixels these are repeated.
        """,
        cost="4 multiply-accumulates per output value, 8 in a volume.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        data_format: str = "NCHW",
        align_corners: bool = False,
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        self.align_corners = align_corners

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        taps = 4 if cls.mode == "bilinear" else 16
        return 0, taps * site.in_channels * site.pixels * site.scale**2

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        return _interpolate(
            x,
            size=size,
            scale=self.scale if size is None else None,
            mode="trilinear" if self.data_format == "NCDHW" else self.mode,
            align_corners=self.align_corners,
            data_format=self.data_format,
        )
