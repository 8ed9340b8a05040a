"""Reassembly: every output pixel is a weighted sum of a small window of the input, with
weights of its own. The core of CARAFE and of the upsamplers after it.

No window is ever unfolded: taps are views of one padded copy of x. Training keeps x,
kernels and the padded copy; the native kernel keeps x and kernels only.
"""

from __future__ import annotations

import paddle
from paddle import Tensor

from ..arguments import check_maps
from ..errors import UsageError
from ..kernels import native
from .shuffle import _pixel_shuffle, _pixel_unshuffle
from .size import spatial_size
from .window import (
    WINDOW_BORDERS,
    check_window,
    keep_inside,
    pad_window,
    softmax_windows,
    window_taps,
)

__all__ = ["reassemble", "reassemble_down"]


def reassemble(
    x: Tensor,
    kernels: Tensor,
    kernel_size: int,
    scale: int,
    groups: int = 1,
    dilation: int = 1,
    border: str = "zero",
    owner: str | None = None,
    softmax: bool = False,
) -> Tensor:
    """y[p] = sum over the window q of kernels[p, q] * x[p // scale + q].

    Args:
        x: float [N, C, H, W].
        kernels: float [N, groups*k*k, H*scale, W*scale], channels ordered (group, row,
            column); the sum of a window need not be 1.
        kernel_size: k, side of the window, odd.
        scale: at least 1.
        groups: groups of channels, each with its own kernels; divides C.
        dilation: distance between neighbours of the window in input pixels.
        border: outside of x: "zero" as published, so that weights which point outside
            are lost; "replicate": the nearest pixel of x; "renormalise": nothing, the
            weights inside are divided by their sum, which must not vanish.
        owner: name for error messages.
        softmax: whether kernels are logits, of which the softmax over each window and
            group is taken first, pixels outside x included.

    Returns:
        [N, C, H*scale, W*scale].

    Raises:
        UsageError: unknown border, even k, shapes that do not fit.

    Source:
        Wang et al., "CARAFE: Content-aware reassembly of features", ICCV 2019, section
        3.3; "replicate" and "renormalise" are ours.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import reassemble
        >>> x, mean = paddle.ones([1, 1, 3, 3]), paddle.full([1, 25, 6, 6], 1 / 25)
        >>> y = reassemble(x, mean, kernel_size=5, scale=2)
        >>> round(y[0, 0, 0, 0].item(), 2)
        0.36
        >>> y = reassemble(x, mean, kernel_size=5, scale=2, border="renormalise")
        >>> round(y.min().item(), 4)
        1.0
    """
    owner = owner or "reassemble"
    check_window(
        owner, border, kernel_size, scale=scale, groups=groups, dilation=dilation
    )
    _check_kernels(owner, x, kernels, kernel_size, groups, lambda side: side * scale)
    return _reassemble(
        x, kernels, kernel_size, scale, groups, dilation, border, bool(softmax)
    )


def _reassemble(
    x,
    kernels,
    kernel_size,
    scale,
    groups=1,
    dilation=1,
    border="zero",
    softmax=False,
):
    """reassemble of checked arguments."""
    fast = native("reassemble", x, kernels)
    if fast is not None:
        how = kernel_size, scale, groups, dilation, border, softmax
        return fast(x, kernels, *how)
    height, width = _sides(x)
    taps = kernel_size**2
    if softmax:
        window = kernel_size, groups, dilation
        kernels, border = _softmax(x, kernels, border, *window, up=scale)
    weights = _pixel_unshuffle(kernels.astype(x.dtype), scale).reshape(
        [-1, groups, taps, scale * scale, height, width]
    )

    def gather(values, border):
        cells, total = values.shape[1] * scale * scale, None
        values = pad_window(values, kernel_size, dilation, border)
        values = _group(values, groups).unsqueeze(3)
        for q, tap in enumerate(window_taps(values, kernel_size, dilation)):
            total = _add(total, tap * weights[:, :, q].unsqueeze(2))
        return _pixel_shuffle(total.reshape([-1, cells, height, width]), scale)

    y = gather(x, border)
    if border == "renormalise":
        y = _divide(y, gather(paddle.ones_like(x[:1, :groups]), "zero"), groups)
    return y


def reassemble_down(
    x: Tensor,
    kernels: Tensor,
    kernel_size: int,
    scale: int,
    groups: int = 1,
    border: str = "zero",
    owner: str | None = None,
    softmax: bool = False,
) -> Tensor:
    """y[p] = sum over the window q of kernels[p, q] * x[p * scale + q].

    Args:
        x: float [N, C, H, W].
        kernels: float [N, groups*k*k, ceil(H/scale), ceil(W/scale)], channels ordered
            (group, row, column).
        kernel_size: k, side of the window.
        scale, groups, border, owner, softmax: as of `reassemble`.

    Returns:
        [N, C, ceil(H/scale), ceil(W/scale)]. The window of output (i, j) begins
        (k - 1) // 2 rows and columns before input (i * scale, j * scale): centred there
        for odd k, half a pixel after for even k.

    Raises:
        UsageError: as reassemble.

    Source:
        Wang et al., "CARAFE++", TPAMI 2021; even k: Dai et al., "Learning
        affinity-aware upsampling for deep image matting", CVPR 2021.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import reassemble_down
        >>> x, mean = paddle.ones([1, 1, 5, 5]), paddle.full([1, 9, 3, 3], 1 / 9)
        >>> y = reassemble_down(x, mean, kernel_size=3, scale=2)
        >>> [round(v, 3) for v in y.numpy()[0, 0, 0].tolist()]
        [0.444, 0.667, 0.444]
    """
    owner = owner or "reassemble_down"
    check_window(owner, border, kernel_size, odd=False, scale=scale, groups=groups)
    _check_kernels(
        owner, x, kernels, kernel_size, groups, lambda side: -(-side // scale)
    )
    return _reassemble_down(
        x, kernels, kernel_size, scale, groups, border, bool(softmax)
    )


def _reassemble_down(
    x, kernels, kernel_size, scale, groups=1, border="zero", softmax=False
):
    """reassemble_down of checked arguments; border also "reflect" or "circular"."""
    fast = native("reassemble_down", x, kernels) if border in WINDOW_BORDERS else None
    if fast is not None:
        return fast(x, kernels, kernel_size, scale, groups, border, softmax)
    if softmax:
        window = kernel_size, groups, 1
        kernels, border = _softmax(x, kernels, border, *window, down=scale)
    height, width = _sides(kernels)
    weights = kernels.astype(x.dtype).reshape(
        [-1, groups, kernel_size**2, height, width]
    )

    def gather(values, border):
        channels, total = values.shape[1], None
        values = _group(pad_window(values, kernel_size, 1, border), groups)
        for q, tap in enumerate(window_taps(values, kernel_size, 1, scale)):
            total = _add(total, tap * weights[:, :, q].unsqueeze(2))
        return total.reshape([-1, channels, height, width])

    y = gather(x, border)
    if border == "renormalise":
        y = _divide(y, gather(paddle.ones_like(x[:1, :groups]), "zero"), groups)
    return y


def _softmax(x, kernels, border, kernel_size, groups, dilation, **scales):
    """(softmax of the kernels over each window, the border that is left to do)."""
    if border == "renormalise":  # the same, and no sum can vanish
        sides = _sides(x)
        kernels = keep_inside(kernels, sides, kernel_size, groups, dilation, **scales)
        border = "zero"
    return softmax_windows(kernels, kernel_size, groups), border


def _sides(x):
    size = spatial_size(x)
    return size[0], size[1]


def _group(x, groups):
    """[N, C, H, W] -> [N, groups, C/groups, H, W]."""
    height, width = _sides(x)
    return x.reshape([-1, groups, x.shape[1] // groups, height, width])


def _add(total, part):
    if total is None:
        return part
    # In place, so that no third map is alive.
    return total.add_(part) if paddle.in_dynamic_mode() else total + part


def _divide(y, total, groups):
    height, width = _sides(y)
    channels = y.shape[1]
    y = y.reshape([-1, groups, channels // groups, height, width])
    return (y / total.unsqueeze(2)).reshape([-1, channels, height, width])


def _check_kernels(owner, x, kernels, kernel_size, groups, side):
    check_maps(owner, (4,), x=x, kernels=kernels)
    channels = x.shape[1]
    if channels % groups:
        raise UsageError(
            f"{owner}: groups={groups} must divide the {channels} channels"
        )
    if not paddle.in_dynamic_mode():
        return
    n, _, height, width = x.shape
    wanted = [n, groups * kernel_size**2, side(height), side(width)]
    if list(kernels.shape) != wanted:
        raise UsageError(
            f"{owner}: kernels are {list(kernels.shape)}, but for x of "
            f"{list(x.shape)} they must be {wanted}"
        )
