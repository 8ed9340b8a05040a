"""Blur pooling: a binomial filter before the stride, so that what cannot be shown at
the coarse resolution does not come back as aliasing."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..base import Downsampler, Site
from ..errors import UsageError, did_you_mean
from ..notes import Notes
from ..ops.blur_pool import _strided_filter, binomial_line, blur_padding
from ..ops.border import BORDERS
from ..ops.size import _pad_to_multiple
from ..registry import register

__all__ = ["BlurPool"]

_BEFORE = ("none", "max", "avg")


@register("blur_pool")
class BlurPool(Downsampler):
    """Binomial low-pass filter of stride s; no weights.

    Args:
        filter_size: f, taps a side, 1 to 7; 4 is [1, 3, 3, 1] / 8, 1 plain striding.
        padding: "adobe" (published) or "timm", see `ops.blur_pool`; they differ for
            even f, where "timm" gives one row and column more than s divides.
        border: "reflect" (published), "replicate", "zeros" or "circular".
        before: "none", or the dense half of an s x s pooling evaluated at stride 1:
            "max" (MaxBlurPool, what replaces max pooling) or "avg". The same before a
            convolution is conv_blur_pool.

    Shape:
        x: [N, C, H, W], sides above f // 2 with border "reflect".
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        Zhang, "Making convolutional networks shift-invariant again", ICML 2019, section
        3.2 and released code.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[0.0, 0.0, 8.0, 0.0]]]])
        >>> layer = paddle_resample.BlurPool(1, filter_size=3, border="replicate")
        >>> layer(x)[0].numpy().ravel().tolist()
        [0.0, 4.0]
    """

    source = "Zhang, ICML 2019"
    year = 2019
    odd = "ceil"
    notes = Notes(
        grid="""
        Output i is centred on input i * s for odd f and on i * s + 0.5 for even f, (s -
        1) / 2 more behind "max" or "avg", which first repeat an odd last row and column
        to fill the cell.
        """,
        cost="No parameters, f*f*C multiply-accumulates per output pixel.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        filter_size: int = 4,
        padding: Literal["adobe", "timm"] = "adobe",
        border: Literal["reflect", "replicate", "zeros", "circular"] = "reflect",
        before: Literal["none", "max", "avg"] = "none",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        line = binomial_line(filter_size)
        self.rows = blur_padding(filter_size, scale, padding)
        for key, value, known in (
            ("border", border, BORDERS),
            ("before", before, _BEFORE),
        ):
            if value not in known:
                raise UsageError(
                    f"blur_pool: unknown {key} {value!r}{did_you_mean(value, known)}"
                )
        self.border = border
        self.before = before
        kernel = np.outer(line, line)[None, None].astype("float32")
        self.register_buffer("filt", paddle.to_tensor(kernel), persistable=False)

    @staticmethod
    def official_name(name: str) -> str | None:
        """The official state dict holds the fixed filter; it is passed over."""
        return None if name.endswith("filt") else name

    @classmethod
    def count(cls, site: Site, *, filter_size: int, **options: Any) -> tuple[int, int]:
        pixels = site.coarse_height * site.coarse_width
        return 0, filter_size**2 * site.in_channels * pixels

    def forward(self, x: Tensor) -> Tensor:
        if self.before != "none" and self.scale > 1:
            x = _pad_to_multiple(x, self.scale, "replicate")
            pool = F.max_pool2d if self.before == "max" else F.avg_pool2d
            x = pool(x, self.scale, stride=1)
        return _strided_filter(x, self.filt, self.scale, self.rows, self.border)
