"""Windows of neighbouring pixels for `reassemble`: views of a map at each tap, and
weights that sum to 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, check_counts
from ..errors import UsageError
from .border import BORDERS, pad_border
from .size import spatial_size

WINDOW_BORDERS = ("zero", "replicate", "renormalise")

__all__ = [
    "WINDOW_BORDERS",
    "check_border",
    "check_window",
    "keep_inside",
    "pad_window",
    "softmax_windows",
    "window_taps",
]


def check_border(owner: str, border: str) -> str:
    """Return border if `reassemble` has it.

    Args:
        owner: name for the message.
        border: "zero", "replicate" or "renormalise".

    Raises:
        UsageError: any other.
    """
    check_choice(owner, "border", border, WINDOW_BORDERS)
    return border


def check_window(
    owner: str, border: str, kernel_size: int, *, odd: bool = True, **counts: int
) -> None:
    """Check what describes a window: its border, side and other positive integers.

    Args:
        owner: name for the messages.
        border: see `check_border`.
        kernel_size: side of the window.
        odd: whether the window must have a middle.
        counts: key -> argument.

    Raises:
        UsageError: one of them cannot be used.
    """
    check_border(owner, border)
    check_counts(owner, kernel_size=kernel_size, **counts)
    if odd and kernel_size % 2 == 0:
        raise UsageError(
            f"{owner}: kernel_size={kernel_size} has no middle; choose an odd one"
        )


def pad_window(x: Tensor, kernel_size: int, dilation: int, border: str) -> Tensor:
    """Surround x [N, C, H, W] so that every pixel has its window."""
    before = (kernel_size - 1) // 2 * dilation
    after = kernel_size // 2 * dilation
    return pad_border(x, (before, after), border if border in BORDERS else "zeros")


def window_taps(
    x: Tensor, kernel_size: int, dilation: int = 1, stride: int = 1
) -> Iterator[Tensor]:
    """Yield a view of a padded map x [..., H, W] for each tap of the window."""
    reach = (kernel_size - 1) * dilation
    for row in range(0, reach + 1, dilation):
        for column in range(0, reach + 1, dilation):
            rows = slice(row, row - reach or None, stride)
            columns = slice(column, column - reach or None, stride)
            yield x[..., rows, columns]


def softmax_windows(logits: Tensor, kernel_size: int, groups: int = 1) -> Tensor:
    """Softmax over each window and group.

    Args:
        logits: float [N, groups*k*k, H, W], as `reassemble`'s kernels.
        kernel_size: k.
        groups: groups of channels.

    Returns:
        [N, groups*k*k, H, W]; the weights of a window sum to 1.

    >>> import paddle
    >>> softmax_windows(paddle.zeros([1, 8, 1, 1]), 2, 2).numpy().ravel()[:2].tolist()
    [0.25, 0.25]
    """
    if groups == 1:
        return F.softmax(logits, axis=1)
    size = spatial_size(logits)
    windows = logits.reshape([-1, groups, kernel_size**2, size[0], size[1]])
    return F.softmax(windows, axis=2).flatten(1, 2)


def keep_inside(
    logits: Tensor,
    sides: Sequence[int] | Tensor,
    kernel_size: int,
    groups: int = 1,
    dilation: int = 1,
    up: int = 1,
    down: int = 1,
) -> Tensor:
    """Make the softmax over each window leave out the pixels outside the map.

    Args:
        logits: float [N, groups*k*k, H', W'], as `reassemble`'s kernels.
        sides: (H, W) of the map.
        kernel_size: k.
        groups: groups of channels.
        dilation: distance between neighbours of a window.
        up, down: the window of (i, j) belongs to pixel (i // up * down, ...).

    Returns:
        [N, groups*k*k, H', W'], very low outside.

    >>> import paddle
    >>> one = keep_inside(paddle.zeros([1, 9, 1, 1]), (1, 1), 3)
    >>> softmax_windows(one, 3).numpy().ravel()[3:6].round(9).tolist()
    [0.0, 1.0, 0.0]
    """
    taps = (paddle.arange(kernel_size) - (kernel_size - 1) // 2) * dilation
    fine, inside = spatial_size(logits), []
    for i in (0, 1):
        location = taps.unsqueeze(1) + paddle.arange(fine[i]) // up * down
        inside.append((location >= 0) & (location < sides[i]))
    rows, columns = inside
    both = rows.reshape([kernel_size, 1, -1, 1]) & columns.unsqueeze([0, 2])
    both = both.astype("float32")  # Paddle 2.6 traces no flatten of bool
    both = both.flatten(0, 1).unsqueeze(0).tile([1, groups, 1, 1])
    low = 1e4 if logits.dtype == paddle.float16 else 1e30
    return logits + (both * low - low).astype(logits.dtype)
