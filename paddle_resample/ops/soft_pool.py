"""Pooling by a weighted mean whose weights are exponentials: SoftPool and LIP."""

from __future__ import annotations

from collections.abc import Sequence

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, check_maps
from ..errors import UsageError
from .pool import check_window, pair

__all__ = ["importance_pool", "soft_pool"]

_WEIGHTS = ("channel", "shared")


def soft_pool(
    x: Tensor,
    kernel_size: int | Sequence[int] = 2,
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    weights: str = "channel",
) -> Tensor:
    """Mean of each window weighted by the softmax of its own values.

    Args:
        x: float [N, C, H, W].
        kernel_size: window side k, or (rows, columns).
        stride: step, or (rows, columns); default kernel_size.
        padding: rows and columns added on every side, or (rows, columns); they never
            have a weight.
        weights: "channel": every channel has its own weights, exp(x) / sum(exp(x)), the
            paper's equation and the released GPU kernel; "shared": the sum of exp(x)
            over the channels weighs all of them and negative results become 0, the
            released Python path.

    Returns:
        [N, C, h, w], h = floor((H + 2*padding - k) / stride) + 1.

    Raises:
        UsageError: unknown weights, windows that do not fit x.

    Source:
        Stergiou et al., "Refining activation downsampling with SoftPool", ICCV 2021,
        eq. 1 and 2. The gradient is the true one; the released kernel's treats the
        weights as constants.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import soft_pool
        >>> soft_pool(paddle.to_tensor([[[[1000.0, 0.0], [0.0, 0.0]]]])).item()
        1000.0
    """
    check_choice("soft_pool", "weights", weights, _WEIGHTS)
    check_window("soft_pool", x, kernel_size, stride, padding, (4,), pairs=True)
    stride = kernel_size if stride is None else stride
    return _soft_pool(x, kernel_size, stride, padding, weights)


def _soft_pool(x, kernel_size, stride, padding=0, weights="channel"):
    """soft_pool of checked arguments."""
    if weights == "channel":
        return _importance_pool(x, x, kernel_size, stride, padding)
    wide = paddle.logsumexp(_wide(x), axis=1, keepdim=True)
    return F.relu(_importance_pool(x, wide, kernel_size, stride, padding))


def importance_pool(
    x: Tensor,
    logit: Tensor,
    kernel_size: int | Sequence[int] = 3,
    stride: int | Sequence[int] = 2,
    padding: int | Sequence[int] = 1,
) -> Tensor:
    """Mean of each window weighted by exp(logit).

    Args:
        x: float [N, C, H, W].
        logit: float [N, C, H, W] or [N, 1, H, W].
        kernel_size, stride, padding: as of `soft_pool`.

    Returns:
        [N, C, h, w]; the sums are float32 at the least.

    Raises:
        UsageError: a logit of another shape, windows that do not fit x.

    Source:
        Gao et al., "LIP: Local importance-based pooling", ICCV 2019, eq. 1 and 2.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import importance_pool
        >>> x = paddle.to_tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> importance_pool(x, paddle.zeros_like(x), 2, 2, 0).item()
        2.5
    """
    check_window("importance_pool", x, kernel_size, stride, padding, (4,), pairs=True)
    check_maps("importance_pool", (4,), logit=logit)
    if paddle.in_dynamic_mode():
        n, channels, height, width = x.shape
        if list(logit.shape) not in ([n, c, height, width] for c in (1, channels)):
            raise UsageError(
                f"importance_pool: logit is {list(logit.shape)}, but for x of "
                f"{list(x.shape)} it must be of its shape or have one channel"
            )
    return _importance_pool(x, logit, kernel_size, stride, padding)


def _importance_pool(x, logit, kernel_size=3, stride=2, padding=1):
    """importance_pool of checked arguments."""
    values, logit = _wide(x), _wide(logit)
    above, left = pair(padding)
    if above or left:
        sides = [left, left, above, above]
        values = F.pad(values, sides)
        logit = F.pad(logit, sides, value=float("-inf"))
    largest = None
    for tap in taps(logit.detach(), kernel_size, stride):
        largest = tap if largest is None else paddle.maximum(largest, tap)
    above = below = 0.0
    for value, tap in zip(
        taps(values, kernel_size, stride), taps(logit, kernel_size, stride)
    ):
        weight = paddle.exp(tap - largest)
        above = above + weight * value
        below = below + weight
    return (above / below).astype(x.dtype)


def _wide(x):
    return x.astype("float32") if x.dtype in (paddle.float16, paddle.bfloat16) else x


def taps(x, kernel_size, stride):
    """Each pixel of the window, as a map of the size of the result.

    Args:
        x: [N, C, H, W].
        kernel_size, stride: numbers or (rows, columns), checked.

    Yields:
        [N, C, h, w], row by row of the window.
    """
    (height, width), (down, along) = pair(kernel_size), pair(stride)
    for row in range(height):
        for column in range(width):
            below, right = row + 1 - height or None, column + 1 - width or None
            yield x[:, :, row:below:down, column:right:along]
