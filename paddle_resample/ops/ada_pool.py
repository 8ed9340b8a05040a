"""Pooling by exponentials of the values and of their likeness to the mean."""

from __future__ import annotations

from collections.abc import Sequence

import paddle
from paddle import Tensor

from ..arguments import check_choice, check_maps
from ..errors import UsageError
from .pool import check_window, pair
from .soft_pool import _importance_pool, taps

__all__ = ["ada_pool"]

_WEIGHTS = ("ada", "edscw", "em")


def ada_pool(
    x: Tensor,
    beta: Tensor | None = None,
    kernel_size: int | Sequence[int] = 2,
    stride: int | Sequence[int] | None = None,
    weights: str = "ada",
) -> Tensor:
    """Weighted mean of each window, channel by channel.

    Args:
        x: float [N, C, H, W].
        beta: float [h, w] or [1, 1], share of "edscw" in "ada", which needs it.
        kernel_size: window side k, or (rows, columns).
        stride: step, or (rows, columns); default kernel_size.
        weights: "em", the softmax of the values (SoftPool); "edscw", the softmax of
            their Dice similarity 2*|x*m| / (x*x + m*m) to the mean m of the window;
            "ada", beta * edscw + (1 - beta) * em.

    Returns:
        [N, C, h, w], h = floor((H - k) / stride) + 1. Where a pixel of a window and its
        mean are both 0 the similarity is 0 / 0, and edscw is 0, with no gradient.

    Raises:
        UsageError: unknown weights, a beta of another shape, windows that do not fit x.

    Source:
        Stergiou and Poppe, "AdaPool: Exponential adaptive pooling for
        information-retaining downsampling", IEEE TIP 2022. The gradient is the true
        one; the released kernel's treats the weights as constants.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import ada_pool
        >>> x = paddle.to_tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
        >>> half = paddle.full([1, 1], 0.5)
        >>> [round(ada_pool(x, half, weights=w).item(), 4) for w in ("ada", "em")]
        [2.1092, 2.4927]
    """
    check_choice("ada_pool", "weights", weights, _WEIGHTS)
    check_window("ada_pool", x, kernel_size, stride, 0, (4,), pairs=True)
    stride = kernel_size if stride is None else stride
    if weights == "ada":
        check_beta("ada_pool", beta, x, kernel_size, stride)
    return _ada_pool(x, beta, kernel_size, stride, weights)


def check_beta(owner, beta, x, kernel_size, stride):
    """Check in eager execution that beta is [1, 1] or has the size of the result.

    Args:
        owner: name of the function or layer, for the message.
        beta: the argument.
        x, kernel_size, stride: of the pooling.

    Raises:
        UsageError: it has not.
    """
    check_maps(owner, (2,), beta=beta)
    if not paddle.in_dynamic_mode() or list(beta.shape) == [1, 1]:
        return
    size = [
        (side - k) // step + 1
        for side, k, step in zip(x.shape[2:], pair(kernel_size), pair(stride))
    ]
    if list(beta.shape) != size:
        raise UsageError(
            f"{owner}: beta is {list(beta.shape)}, but the result of x of "
            f"{'x'.join(map(str, x.shape[2:]))} is {size}; only [1, 1] fits every size"
        )


def _ada_pool(x, beta, kernel_size, stride, weights="ada"):
    """ada_pool of checked arguments."""
    if weights == "em":
        return _importance_pool(x, x, kernel_size, stride, 0)
    half = x.dtype in (paddle.float16, paddle.bfloat16)
    values = x.astype("float32") if half else x
    y = _similar_to_mean(list(taps(values, kernel_size, stride)))
    if weights == "ada":
        beta = beta.astype(values.dtype)
        largest = _importance_pool(values, values, kernel_size, stride, 0)
        y = beta * y + (1 - beta) * largest
    return y.astype(x.dtype)


def _similar_to_mean(pixels):
    """edscw of the pixels of each window."""
    mean = paddle.add_n(pixels) / len(pixels)
    above = below = defined = None
    for pixel in pixels:
        squares = pixel * pixel + mean * mean
        some = squares > 0
        # Where it is 0 the quotient must not be, even in what is then left out.
        squares = paddle.where(some, squares, paddle.ones_like(squares))
        weight = paddle.exp(2 * paddle.abs(pixel * mean) / squares)
        above = weight * pixel if above is None else above + weight * pixel
        below = weight if below is None else below + weight
        defined = some if defined is None else paddle.logical_and(defined, some)
    y = above / below
    return paddle.where(defined, y, paddle.zeros_like(y))
