"""Gaussian pooling: one step down a Gaussian pyramid."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import paddle
from paddle import Tensor

from ..base import Downsampler, Site, whole_number
from ..errors import UsageError
from ..notes import Notes
from ..ops.blur_pool import _strided_filter
from ..registry import register

__all__ = ["GaussianPool"]


@register("gaussian_pool")
class GaussianPool(Downsampler):
    """Gaussian low-pass filter of stride s; no weights.

    Args:
        sigma: standard deviation in input pixels, default s / 2. More blurs more than
            the stride asks for, less lets aliasing through.
        kernel_size: k, odd, default 2*s + 1; the Gaussian is sampled at the taps and
            divided by its sum.
        border: "reflect", "replicate" or "zeros".

    Shape:
        x: [N, C, H, W], sides above k // 2 with border "reflect".
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        Burt and Adelson, "The Laplacian pyramid as a compact image code", IEEE Trans.
        Communications 1983 (REDUCE). Theirs is the binomial filter, which is blur_pool
        with filter_size 5 and has the sigma of this default for s = 2.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.zeros([1, 1, 1, 5])
        >>> x[0, 0, 0, 2] = 1.0
        >>> y = paddle_resample.GaussianPool(1, border="replicate")(x)
        >>> [round(v, 4) for v in y.numpy().ravel().tolist()]
        [0.0545, 0.4026, 0.0545]
    """

    source = "Burt and Adelson, IEEE Trans. Communications 1983"
    year = 1983
    odd = "ceil"
    notes = Notes(
        grid="Output i is centred on input i * s.",
        cost="No parameters, k*k*C multiply-accumulates per output pixel.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        sigma: float | None = None,
        kernel_size: int | None = None,
        border: Literal["reflect", "replicate", "zeros"] = "reflect",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        sigma = scale / 2 if sigma is None else sigma
        k = 2 * scale + 1 if kernel_size is None else kernel_size
        whole_number(self.name, "kernel_size", k, odd=True)
        number = isinstance(sigma, (int, float)) and not isinstance(sigma, bool)
        if not number or not 0 < sigma < math.inf:
            raise UsageError(
                f"gaussian_pool: sigma must be a positive number, not {sigma!r}"
            )
        if border not in ("reflect", "replicate", "zeros"):
            raise UsageError(
                f"gaussian_pool: border must be 'reflect', 'replicate' or 'zeros', not "
                f"{border!r}"
            )
        self.border = border
        self.rows = (k // 2, k // 2)
        line = np.exp(-0.5 * ((np.arange(k) - k // 2) / sigma) ** 2)
        line = line / line.sum()
        kernel = np.outer(line, line)[None, None].astype("float32")
        self.register_buffer("filt", paddle.to_tensor(kernel), persistable=False)

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int | None, **options: Any
    ) -> tuple[int, int]:
        k = 2 * site.scale + 1 if kernel_size is None else kernel_size
        return 0, k * k * site.in_channels * site.coarse_height * site.coarse_width

    def forward(self, x: Tensor) -> Tensor:
        return _strided_filter(x, self.filt, self.scale, self.rows, self.border)
