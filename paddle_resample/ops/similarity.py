"""Similarity of a fine pixel to each pixel of a small coarse window, the scores that
SAPA's kernels are made of."""

from __future__ import annotations

import paddle
from paddle import Tensor

from ..arguments import check_maps
from ..errors import UsageError
from ..kernels import native
from .shuffle import _pixel_shuffle, _pixel_unshuffle
from .size import spatial_size
from .window import check_window, pad_window, window_taps

__all__ = ["similarity"]


def similarity(
    query: Tensor,
    key: Tensor,
    kernel_size: int,
    scale: int,
    border: str = "zero",
    owner: str | None = None,
) -> Tensor:
    """s[p, q] = <query[p], key[p // scale + q]> for the window q.

    Args:
        query: float [N, D, H*scale, W*scale].
        key: float [N, D, H, W].
        kernel_size: k, side of the window, odd.
        scale: at least 1.
        border: "replicate" repeats the border's keys; with "zero" and "renormalise"
            the scores of keys outside are 0.
        owner: name for error messages.

    Returns:
        [N, k*k, H*scale, W*scale], in the order of `reassemble`'s kernels.

    Raises:
        UsageError: unknown border, even k, shapes that do not fit.

    Source:
        Lu et al., "SAPA: Similarity-aware point affiliation for feature upsampling",
        NeurIPS 2022.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import similarity
        >>> s = similarity(paddle.ones([1, 3, 2, 2]), paddle.ones([1, 3, 1, 1]), 3, 2)
        >>> s.numpy()[0, 3:6, 0, 0].tolist()
        [0.0, 3.0, 0.0]
    """
    owner = owner or "similarity"
    check_window(owner, border, kernel_size, scale=scale)
    check_maps(owner, (4,), query=query, key=key)
    if paddle.in_dynamic_mode():
        _check_query(owner, query, key, scale)
    return _similarity(query, key, kernel_size, scale, border)


def _similarity(query, key, kernel_size, scale, border="zero"):
    """similarity of checked arguments."""
    fast = native("similarity", query, key)
    if fast is not None:
        return fast(query, key, kernel_size, scale, border)
    size = spatial_size(key)
    height, width = size[0], size[1]
    depth = key.shape[1]
    fine = _pixel_unshuffle(query, scale).reshape(
        [-1, depth, scale * scale, height, width]
    )
    key = pad_window(key, kernel_size, 1, border).unsqueeze(2)
    scores = [(fine * tap).sum(axis=1) for tap in window_taps(key, kernel_size)]
    scores = paddle.stack(scores, axis=1)
    cells = kernel_size**2 * scale * scale
    return _pixel_shuffle(scores.reshape([-1, cells, height, width]), scale)


def _check_query(owner, query, key, scale):
    n, depth, height, width = key.shape
    expected = [n, depth, height * scale, width * scale]
    if list(query.shape) != expected:
        raise UsageError(
            f"{owner}: query is {list(query.shape)}, but for key of "
            f"{list(key.shape)} it must be {expected}"
        )
