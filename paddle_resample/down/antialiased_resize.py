"""Antialiased resizing: interpolation with a kernel as wide as the step."""

from __future__ import annotations

from typing import Any, Literal

from paddle import Tensor

from ..base import Downsampler, Site
from ..errors import UsageError
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..ops.size import spatial_size
from ..registry import register

__all__ = ["AntialiasedResize"]


@register("antialiased_resize")
class AntialiasedResize(Downsampler):
    """Resize by a kernel stretched to the step, as image libraries do; no weights.

    Args:
        mode: "bilinear" (triangle of 2*s pixels) or "bicubic" (Keys' kernel with a =
            -0.5, of 4*s pixels).

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        textbook (area-preserving resampling); `ops.interpolate` with antialias.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[0.0, 0.0, 7.0, 0.0]]]])
        >>> paddle_resample.AntialiasedResize(1)(x)[0].numpy().ravel().tolist()
        [1.0, 3.0]
    """

    source = "textbook"
    data_formats = ("NCHW", "NHWC")
    odd = "ceil"
    notes = Notes(
        grid="""
        Output i is centred on input (i + 0.5) * step - 0.5 with step = H / ceil(H/s),
        which is s where s divides H. The weights are normalised over the pixels inside,
        so nothing outside is sampled. For scale 2 "bilinear" equals blur_pool with 4
        taps away from the border.
        """,
        cost="""
        No parameters; counted as two products with dense matrices, C*H*W*h + C*h*W*w
        multiply-accumulates for an h x w result, most of them with zeros.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        data_format: str = "NCHW",
        mode: Literal["bilinear", "bicubic"] = "bilinear",
    ):
        super().__init__(
            in_channels, out_channels, scale=scale, data_format=data_format
        )
        if mode not in ("bilinear", "bicubic"):
            raise UsageError(
                "antialiased_resize: mode must be 'bilinear' or 'bicubic', not "
                f"{mode!r}"
            )
        self.mode = mode

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        rows = site.height * site.width * site.coarse_height
        columns = site.coarse_height * site.width * site.coarse_width
        return 0, site.in_channels * (rows + columns)

    def forward(self, x: Tensor) -> Tensor:
        size = spatial_size(x, self.data_format)
        if isinstance(size, list):
            size = [-(-n // self.scale) for n in size]
        else:
            size = (size + self.scale - 1) // self.scale
        return _interpolate(
            x, size, mode=self.mode, data_format=self.data_format, antialias=True
        )
