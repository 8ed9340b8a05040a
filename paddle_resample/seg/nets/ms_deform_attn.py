"""Multi-scale deformable attention: every query samples a few points of every level."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Assign, Constant, XavierUniform

from ...base import whole_number
from ...errors import UsageError
from ...ops import spatial_size
from ...ops.sampling_grid import coordinate_dtype
from ...ops.size import Size
from ...ops.warp import _grid_sample

__all__ = ["MSDeformAttn", "ms_deform_attn"]


def ms_deform_attn(
    x: Tensor, sizes: Sequence[Size], locations: Tensor, weights: Tensor
) -> Tensor:
    """Weighted sums of values sampled bilinearly from several maps.

    Args:
        x: float [N, S, M, D], the S pixels of all L maps in a row, each row by row, for
            M heads.
        sizes: height and width of every map.
        locations: [N, Q, M, L, P, 2], (column, row) of the P points of every query,
            head and map, in [0, 1] from outer edge to outer edge; zero outside.
        weights: [N, Q, M, L, P].

    Returns:
        [N, Q, M*D].

    Source: Zhu et al., "Deformable DETR", ICLR 2021, equation 3 without projections.

    >>> import paddle
    >>> from paddle_resample.seg.nets.ms_deform_attn import ms_deform_attn
    >>> x = paddle.to_tensor([0.0, 1.0, 2.0, 3.0]).reshape([1, 4, 1, 1])
    >>> centre = paddle.full([1, 1, 1, 1, 1, 2], 0.5)
    >>> ms_deform_attn(x, [(2, 2)], centre, paddle.ones([1, 1, 1, 1, 1])).item()
    1.5
    """
    heads, depth = x.shape[2:]
    x = x.transpose([0, 2, 3, 1])  # [N, M, D, S]
    grid = (2.0 * locations - 1.0).transpose([0, 2, 3, 1, 4, 5])  # [N, M, L, Q, P, 2]
    weights = weights.transpose([0, 2, 3, 1, 4])
    total, start = 0.0, 0
    for level, size in enumerate(sizes):
        end = start + size[0] * size[1]
        values = x[:, :, :, start:end].reshape([-1, depth, size[0], size[1]])
        sampled = _grid_sample(values, grid[:, :, level].flatten(0, 1))
        weight = weights[:, :, level].flatten(0, 1).unsqueeze(1).astype(x.dtype)
        total = total + (sampled * weight).sum(axis=-1)  # [N*M, D, Q]
        start = end
    queries = spatial_size(total.unsqueeze(-1))[0]
    return total.reshape([-1, heads * depth, queries]).transpose([0, 2, 1])


class MSDeformAttn(nn.Layer):
    """Deformable attention over several maps, with its projections.

    Args:
        channels: C of queries, values and results.
        levels: L, number of maps.
        heads: M, must divide C.
        points: P, samples of every head in every map.

    Call:
        query: float [N, Q, C].
        reference: [N or 1, Q, L, 2], (column, row) in [0, 1] that the learned offsets,
            in pixels of each map, are counted from; or [N or 1, Q, L, 4] with width and
            height of a box, half of which P units of offset are.
        x: [N, S, C], the pixels of all maps in a row, each row by row.
        sizes: height and width of every map.
        mask: bool [N, S], pixels whose value is nothing; None for none.

    Returns:
        [N, Q, C].

    Source: Zhu et al., ICLR 2021, equation 3, initialized as section A.4 says: the
    heads look in M directions, point p as p + 1 pixels far.

    Raises:
        UsageError: heads that do not divide C.

    >>> import paddle
    >>> from paddle_resample.seg.nets import MSDeformAttn
    >>> layer = MSDeformAttn(8, levels=2, heads=2, points=3)
    >>> x, reference = paddle.ones([1, 20, 8]), paddle.full([1, 5, 2, 2], 0.5)
    >>> list(layer(x[:, :5], reference, x, [(4, 4), (2, 2)]).shape)
    [1, 5, 8]
    """

    def __init__(
        self, channels: int = 256, levels: int = 4, heads: int = 8, points: int = 4
    ):
        super().__init__()
        sizes = {"channels": channels, "levels": levels, "heads": heads}
        for key, value in {**sizes, "points": points}.items():
            whole_number("MSDeformAttn", key, value)
        if channels % heads:
            raise UsageError(
                f"MSDeformAttn: heads={heads} must divide channels={channels}"
            )
        self.shape = [heads, levels, points]
        samples = heads * levels * points
        zero, xavier = Constant(0.0), XavierUniform()
        self.sampling_offsets = nn.Linear(
            channels, 2 * samples, zero, Assign(_directions(heads, levels, points))
        )
        self.attention_weights = nn.Linear(channels, samples, zero, zero)
        self.value_proj = nn.Linear(channels, channels, xavier, zero)
        self.output_proj = nn.Linear(channels, channels, xavier, zero)

    def forward(
        self,
        query: Tensor,
        reference: Tensor,
        x: Tensor,
        sizes: Sequence[Size],
        mask: Tensor | None = None,
    ) -> Tensor:
        heads, levels, points = self.shape
        values = self.value_proj(x)
        if mask is not None:
            values = values * (1.0 - mask.astype(values.dtype)).unsqueeze(-1)
        values = values.reshape([0, 0, heads, x.shape[-1] // heads])
        weights = self.attention_weights(query).reshape([0, 0, heads, levels * points])
        weights = F.softmax(weights, axis=-1).reshape([0, 0, heads, levels, points])
        offsets = self.sampling_offsets(query).reshape([0, 0, *self.shape, 2])
        offsets = offsets.astype(coordinate_dtype(offsets))
        # [N, Q, 1, L, 1, 2 or 4]
        reference = reference.unsqueeze([2, 4])
        if reference.shape[-1] == 2:
            unit = paddle.stack([_column_and_row(s, offsets.dtype) for s in sizes])
            offsets = offsets / unit.reshape([1, 1, 1, levels, 1, 2])
        else:
            offsets = offsets * reference[..., 2:] * (0.5 / points)
        locations = reference[..., :2] + offsets
        return self.output_proj(ms_deform_attn(values, sizes, locations, weights))


def _column_and_row(size, dtype):
    """[width, height] of a map."""
    if paddle.in_dynamic_mode():
        return paddle.to_tensor([size[1], size[0]], dtype=dtype)
    return paddle.flip(size, axis=[0]).astype(dtype)


def _directions(heads, levels, points):
    """Initial offsets, along the axes' unit square."""
    angles = 2 * math.pi * np.arange(heads) / heads
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    ways /= np.abs(ways).max(axis=-1, keepdims=True)
    far = np.arange(1, points + 1)
    offsets = ways[:, None, None, :] * far[None, None, :, None]
    return np.tile(offsets, [1, levels, 1, 1]).ravel().astype("float32")
