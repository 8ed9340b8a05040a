"""Fractional max pooling: windows at pseudo-random distances."""

from __future__ import annotations

import numpy as np
import paddle
from paddle import Tensor

from ..arguments import check_counts, whole_number
from ..base import Downsampler
from ..errors import UsageError
from ..notes import Notes
from ..ops.fractional_max_pool import _fractional_max_pool
from ..ops.size import spatial_size
from ..registry import register

__all__ = ["FractionalMaxPool"]


@register("fractional_max_pool")
class FractionalMaxPool(Downsampler):
    """Maxima of k x k windows whose starts are drawn channel by channel; no weights.

    Training draws them anew for every call and sample, from Paddle's generator
    (`paddle.seed` repeats them); evaluation takes those of `seed`, the same for every
    sample. An even side, scale 2 and k = 2 leave no choice: that is max pooling.

    Args:
        scale: s; for other ratios see `ops.fractional_max_pool`.
        kernel_size: k, window side, default s + 1, so that windows overlap, and 1 at
            scale 1.
        seed: of the starts in evaluation.

    Shape:
        x: [N, C, H, W].
        y: [N, C, floor(H/s), floor(W/s)].

    Source:
        Graham, "Fractional max-pooling", arXiv 1412.6071, 2014, with overlapping
        pseudo-random windows as PyTorch draws them (PyTorch in evaluation too).

    Example:
        >>> import paddle, paddle_resample
        >>> layer = paddle_resample.FractionalMaxPool(1)
        >>> _ = layer.eval()
        >>> x = paddle.arange(64.0).reshape([1, 1, 8, 8])
        >>> layer(x)[0, 0, -1].tolist()
        [58.0, 59.0, 61.0, 63.0]
    """

    source = "Graham, arXiv 1412.6071, 2014"
    year = 2014
    notes = Notes(
        formula="""
        Along an axis of n pixels with m windows and a = (n - k) / (m - 1), window i
        starts at floor((i + u) * a) - floor(u * a), the last one at n - k; u is drawn
        from [0, 1) for each axis.
        """,
        grid="""
        No padding: the first window starts at the first pixel, the last one ends at the
        last. So output i has no fixed centre; windows lie about (n - k) / (m - 1)
        pixels apart. A window larger than the map takes all of it.
        """,
        cost="No parameters, k*k comparisons per output value.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        kernel_size: int | None = None,
        seed: int = 0,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        k = kernel_size
        if k is None:
            k = scale + 1 if scale > 1 else 1
        self.kernel_size = whole_number(self.name, "kernel_size", k)
        if scale == 1 and k > 1:
            raise UsageError(
                f"fractional_max_pool: at scale 1 kernel_size must be 1, not {k}"
            )
        check_counts(self.name, 0, seed=seed)
        samples = np.random.default_rng(seed).random((1, in_channels, 2))
        self.register_buffer(
            "samples", paddle.to_tensor(samples, "float32"), persistable=False
        )

    def forward(self, x: Tensor) -> Tensor:
        size, samples = spatial_size(x), self.samples
        if self.training:
            samples = paddle.rand([paddle.shape(x)[0], self.in_channels, 2], "float32")
        windows = [size[axis] // self.scale for axis in (0, 1)]
        kernel = (self.kernel_size, self.kernel_size)
        return _fractional_max_pool(x, samples, kernel, windows)[0]
