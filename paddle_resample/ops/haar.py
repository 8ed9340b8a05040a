"""The Haar wavelet transform of one level, and its inverse."""

from __future__ import annotations

from typing import Any, NamedTuple

import paddle
from paddle import Tensor

from ..arguments import check_choice, check_maps, check_side, check_size
from ..errors import UsageError
from ..kernels import native
from .shuffle import _pixel_shuffle
from .size import _fit, _pad_to_multiple, spatial_size

__all__ = ["HaarBands", "haar", "haar_inverse"]

_BORDERS = {"replicate": "replicate", "zeros": "constant"}


class HaarBands(NamedTuple):
    """What a map loses when only its low band is kept.

    Attributes:
        high: float [N, 3*C, h, w]: of all channels the differences between rows, then
            those between columns, then the diagonal ones.
        size: (H, W) of the transformed map.
    """

    high: Any
    size: Any


def haar(x: Tensor, border: str = "replicate") -> tuple[Tensor, HaarBands]:
    """Orthonormal Haar transform of one level.

    Args:
        x: float [N, C, H, W].
        border: what completes an odd last row or column: "replicate" or "zeros".

    Returns:
        (low [N, C, ceil(H/2), ceil(W/2)], HaarBands). For a cell a b / c d: low
        (a + b + c + d) / 2, rows (a + b - c - d) / 2, columns (a - b + c - d) / 2,
        diagonal (a - b - c + d) / 2.

    Raises:
        UsageError: unknown border.

    Source:
        S. Mallat, "A theory for multiresolution signal decomposition", TPAMI 1989;
        order and signs of PyWavelets' "haar" as pytorch_wavelets returns it.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import haar
        >>> low, side = haar(paddle.to_tensor([[[[1.0, 2.0], [3.0, 4.0]]]]))
        >>> low.item(), side.high.numpy().ravel().tolist()
        (5.0, [-2.0, -1.0, 0.0])
    """
    check_choice("haar", "border", border, _BORDERS)
    check_maps("haar", (4,), x=x)
    return _haar(x, border)


def _haar(x, border="replicate"):
    """haar of checked arguments."""
    size = spatial_size(x)
    fast = native("haar", x)
    if fast is not None:
        low, high = fast(x, border)
        return low, HaarBands(high, size)
    x = _pad_to_multiple(x, 2, _BORDERS[border])
    above, below = x[:, :, 0::2, :], x[:, :, 1::2, :]
    total, rows = above + below, above - below
    low = total[:, :, :, 0::2] + total[:, :, :, 1::2]
    columns = total[:, :, :, 0::2] - total[:, :, :, 1::2]
    diagonal = rows[:, :, :, 0::2] - rows[:, :, :, 1::2]
    rows = rows[:, :, :, 0::2] + rows[:, :, :, 1::2]
    high = paddle.concat([rows, columns, diagonal], axis=1)
    return low * 0.5, HaarBands(high * 0.5, size)


def haar_inverse(low: Tensor, side: HaarBands) -> Tensor:
    """Inverse of `haar`.

    Args:
        low: float [N, C, h, w].
        side: HaarBands of the same N, C, h, w.

    Returns:
        [N, C, H, W] with (H, W) = side.size.

    Raises:
        UsageError: the shapes of low and the details differ.

    Source:
        As `haar`.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import haar, haar_inverse
        >>> low, side = haar(paddle.to_tensor([[[[1.0, 2.0], [3.0, 4.0]]]]))
        >>> haar_inverse(low, side).numpy()[0, 0].tolist()
        [[1.0, 2.0], [3.0, 4.0]]
    """
    check_side("haar_inverse", side, HaarBands)
    check_maps("haar_inverse", (4,), low=low, high=side.high)
    n, c, h, w = low.shape
    if paddle.in_dynamic_mode() and list(side.high.shape) != [n, 3 * c, h, w]:
        raise UsageError(
            f"haar_inverse: the low band is {list(low.shape)}, so the details must be "
            f"{[n, 3 * c, h, w]}, not {list(side.high.shape)}; the channels and size "
            "must be those of the transform"
        )
    check_size("haar_inverse", side.size, 2, n * c)
    return _haar_inverse(low, side)


def _haar_inverse(low, side):
    """haar_inverse of checked arguments."""
    c, h, w = low.shape[1:]
    fast = native("haar_inverse", low, side.high)
    if fast is not None:
        # An odd side that was completed; fit() extends, or refuses, the others.
        sides = [n if n == 2 * m - 1 else 2 * m for n, m in zip(side.size, (h, w))]
        return _fit(fast(low, side.high, sides), side.size, 2)
    low = low * 0.5
    high = side.high * 0.5
    rows, columns, diagonal = (high[:, k * c : (k + 1) * c] for k in range(3))
    plus, minus = low + rows, low - rows
    other, opposite = columns + diagonal, columns - diagonal
    cell = [plus + other, plus - other, minus + opposite, minus - opposite]
    y = _pixel_shuffle(paddle.stack(cell, axis=2).flatten(1, 2), 2)
    return _fit(y, side.size, 2)
