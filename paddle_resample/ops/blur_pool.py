"""A fixed low-pass filter on every channel, evaluated at every stride-th pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, check_counts, check_maps
from ..errors import UsageError
from ..kernels import native
from .border import BORDERS, pad_border

__all__ = ["binomial_line", "blur_padding", "blur_pool", "strided_filter"]

_PADDINGS = ("adobe", "timm")


def blur_pool(
    x: Tensor,
    filter_size: int = 4,
    stride: int = 2,
    padding: str = "adobe",
    border: str = "reflect",
) -> Tensor:
    """Smooth x with a binomial filter and keep every stride-th pixel.

    Args:
        x: float [N, C, H, W].
        filter_size: f, taps a side, 1 to 7; 1 is plain striding.
        stride: s, at least 1.
        padding: "adobe" adds floor((f - 1) / 2) rows above and ceil((f - 1) / 2) below,
            "timm" adds floor((s + f - 2) / 2) on either side; they differ for even f.
        border: "reflect" (without the border pixel), "replicate", "zeros" or
            "circular" (the opposite border).

    Returns:
        [N, C, h, w], h = floor((H - 1) / s) + 1 with "adobe". Output i is centred on
        input i * s for odd f, and on i * s + 0.5 for even f.

    Raises:
        UsageError: filter_size out of range, unknown padding or border, x too small to
            be reflected.

    Source:
        R. Zhang, "Making convolutional networks shift-invariant again", ICML 2019.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import blur_pool
        >>> x = paddle.to_tensor([[[[0.0, 0.0, 8.0, 0.0]]]])
        >>> blur_pool(x, filter_size=3, border="zeros").numpy().ravel().tolist()
        [0.0, 2.0]
    """
    check_maps("blur_pool", (4,), x=x)
    check_choice("strided_filter", "border", border, BORDERS)
    kernel = _binomial_kernel(filter_size, x)
    added = blur_padding(filter_size, stride, padding)
    return _strided_filter(x, kernel, stride, added, border)


def _binomial_kernel(filter_size, x):
    """[1, 1, f, f] for x. Kept on a CPU: making it takes longer than a small map."""
    if type(filter_size) is int and paddle.in_dynamic_mode() and x.place.is_cpu_place():
        return _kept_kernel(filter_size, x.dtype)
    return _new_kernel(filter_size, x.dtype)


def _new_kernel(filter_size, dtype, place=None):
    line = binomial_line(filter_size)
    weights = [[[[down * across for across in line] for down in line]]]
    return paddle.to_tensor(weights, dtype=dtype, place=place)


@cache
def _kept_kernel(filter_size, dtype):
    return _new_kernel(filter_size, dtype, paddle.CPUPlace())


def binomial_line(filter_size: int) -> list[float]:
    """A row of Pascal's triangle, divided by its sum.

    Args:
        filter_size: taps, 1 to 7.

    >>> binomial_line(3)
    [0.25, 0.5, 0.25]
    """
    whole = isinstance(filter_size, int) and not isinstance(filter_size, bool)
    if not whole or not 1 <= filter_size <= 7:
        raise UsageError(f"blur_pool: filter_size must be 1 to 7, not {filter_size!r}")
    n = filter_size - 1
    return [math.comb(n, k) / 2**n for k in range(filter_size)]


def blur_padding(
    filter_size: int, stride: int, padding: str = "adobe"
) -> tuple[int, int]:
    """Return the rows to add (above, below); arguments as of `blur_pool`.

    >>> blur_padding(4, 2), blur_padding(4, 2, "timm")
    ((1, 2), (2, 2))
    """
    check_choice("blur_pool", "padding", padding, _PADDINGS)
    check_counts("blur_pool", stride=stride)
    if padding == "timm":
        side = (stride + filter_size - 2) // 2
        return side, side
    return (filter_size - 1) // 2, filter_size // 2


def strided_filter(
    x: Tensor,
    kernel: Tensor,
    stride: int,
    padding: Sequence[int],
    border: str = "reflect",
) -> Tensor:
    """Filter every channel with the same kernel, at every stride-th pixel.

    Args:
        x: float [N, C, H, W].
        kernel: float [1, 1, k, k].
        stride: at least 1.
        padding: (above, below), also left and right.
        border: "reflect" (without the border pixel), "replicate", "zeros" or
            "circular" (the opposite border).

    Returns:
        [N, C, floor((H + above + below - k) / stride) + 1, ...].

    Raises:
        UsageError: unknown border, a kernel of another shape, x too small.

    Source:
        Textbook.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import strided_filter
        >>> x = paddle.ones([1, 1, 4, 4])
        >>> strided_filter(x, paddle.ones([1, 1, 3, 3]), 2, (1, 1))[0, 0, 0, 0].item()
        9.0
    """
    check_choice("strided_filter", "border", border, BORDERS)
    check_counts("strided_filter", stride=stride)
    if not isinstance(padding, (list, tuple)) or len(padding) != 2:
        raise UsageError(
            f"strided_filter: padding must be (above, below), not {padding!r}"
        )
    above, below = padding
    check_counts("strided_filter", 0, above=above, below=below)
    _check_kernel(x, kernel)
    return _strided_filter(x, kernel, stride, padding, border)


def _strided_filter(x, kernel, stride, padding, border="reflect"):
    """strided_filter of checked arguments; still refuses an x that is too small."""
    above, below = padding
    _check_sides(x, kernel, above, below, border)
    if border == "circular":
        x = pad_border(x, padding, border)
        padding, border = (0, 0), "zeros"
    fast = native("strided_filter", x, kernel) if kernel.stop_gradient else None
    if fast is not None:
        return fast(x, kernel, stride, padding, border)
    x = pad_border(x, padding, border)
    if kernel.shape[-1] == 1:
        return x[:, :, ::stride, ::stride] * kernel.reshape([1])
    channels = x.shape[1]
    weight = kernel.astype(x.dtype).expand([channels, 1, -1, -1])
    return F.conv2d(x, weight, stride=stride, groups=channels)


def _check_kernel(x, kernel):
    check_maps("strided_filter", (4,), x=x, kernel=kernel)
    if not paddle.in_dynamic_mode():
        return
    taps = kernel.shape[-1]
    if list(kernel.shape) != [1, 1, taps, taps]:
        raise UsageError(
            f"strided_filter: kernel must be [1, 1, k, k], not {list(kernel.shape)}"
        )


def _check_sides(x, kernel, above, below, border):
    if not paddle.in_dynamic_mode():
        return
    height, width = x.shape[2:]
    taps, least = kernel.shape[-1], min(height, width)
    if least + above + below < taps:
        raise UsageError(
            f"strided_filter: {height}x{width} with {above + below} pixels added is "
            f"too small for a filter of {taps} pixels"
        )
    if border == "reflect" and below and least <= below:
        raise UsageError(
            f"strided_filter: {height}x{width} is too small to be reflected by "
            f"{below} pixels; use border 'replicate' or a smaller filter"
        )
