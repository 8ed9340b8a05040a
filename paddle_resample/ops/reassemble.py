"""Reassembly: every output pixel is a weighted sum of a small window of the input, with
weights of its own. The core of CARAFE and of the upsamplers after it.

No window is ever unfolded: taps are views of one padded copy of x. Training keeps x,
kernels and the padded copy; the native kernel keeps x and kernels only.
"""

from __future__ import annotations

import paddle
from paddle import Tensor

from ..arguments import check_choice, check_counts, check_maps
from ..errors import UsageError
from ..kernels import native
from .shuffle import _pixel_shuffle, _pixel_unshuffle
from .size import spatial_size
from .window import keep_inside, pad_window, softmax_windows, window_taps

__all__ = ["check_border", "reassemble", "reassemble_down", "similarity"]

_BORDERS = ("zero", "replicate", "renormalise")


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
    check_border(owner, border)
    check_counts(
        owner, kernel_size=kernel_size, scale=scale, groups=groups, dilation=dilation
    )
    if kernel_size % 2 == 0:
        raise UsageError(
            f"{owner}: kernel_size={kernel_size} has no middle; choose an odd one"
        )
    _check_kernels(
        owner,
        x,
        kernels,
        kernel_size,
        groups,
        lambda side: side * scale,
    )
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
    if softmax and border == "renormalise":  # the same, and no sum can vanish
        kernels = keep_inside(
            kernels, _sides(x), kernel_size, groups, dilation, up=scale
        )
        border = "zero"
    if softmax:
        kernels = softmax_windows(kernels, kernel_size, groups)
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
    check_border(owner, border)
    check_counts(owner, kernel_size=kernel_size, scale=scale, groups=groups)
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
    fast = native("reassemble_down", x, kernels) if border in _BORDERS else None
    if fast is not None:
        return fast(x, kernels, kernel_size, scale, groups, border, softmax)
    if softmax and border == "renormalise":  # the same, and no sum can vanish
        kernels = keep_inside(kernels, _sides(x), kernel_size, groups, down=scale)
        border = "zero"
    if softmax:
        kernels = softmax_windows(kernels, kernel_size, groups)
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
    check_border(owner, border)
    check_counts(owner, kernel_size=kernel_size, scale=scale)
    check_maps(owner, (4,), query=query, key=key)
    if kernel_size % 2 == 0:
        raise UsageError(
            f"{owner}: kernel_size={kernel_size} has no middle; choose an odd one"
        )
    if paddle.in_dynamic_mode():
        _check_query(owner, query, key, scale)
    return _similarity(query, key, kernel_size, scale, border)


def _similarity(query, key, kernel_size, scale, border="zero"):
    """similarity of checked arguments."""
    fast = native("similarity", query, key)
    if fast is not None:
        return fast(query, key, kernel_size, scale, border)
    height, width = _sides(key)
    depth = key.shape[1]
    fine = _pixel_unshuffle(query, scale).reshape(
        [-1, depth, scale * scale, height, width]
    )
    key = pad_window(key, kernel_size, 1, border).unsqueeze(2)
    scores = [(fine * tap).sum(axis=1) for tap in window_taps(key, kernel_size)]
    scores = paddle.stack(scores, axis=1)
    cells = kernel_size**2 * scale * scale
    return _pixel_shuffle(scores.reshape([-1, cells, height, width]), scale)


def check_border(owner: str, border: str) -> str:
    """Return border if `reassemble` has it.

    Args:
        owner: name for the message.
        border: "zero", "replicate" or "renormalise".

    Raises:
        UsageError: any other.
    """
    check_choice(owner, "border", border, _BORDERS)
    return border


def _check_query(owner, query, key, scale):
    n, depth, height, width = key.shape
    wanted = [n, depth, height * scale, width * scale]
    if list(query.shape) != wanted:
        raise UsageError(
            f"{owner}: query is {list(query.shape)}, but for key of "
            f"{list(key.shape)} it must be {wanted}"
        )


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
