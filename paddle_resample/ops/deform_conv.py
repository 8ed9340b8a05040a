"""3x3 modulated deformable convolution."""

from __future__ import annotations

import paddle
import paddle.nn.functional as F
from paddle import Tensor
from paddle.vision.ops import deform_conv2d

from ..arguments import check_counts, check_maps, converting
from ..errors import UsageError
from .offset_warp import _offset_warp
from .onnx_forms import in_onnx_forms
from .size import spatial_size

__all__ = ["deform_conv"]

_TAPS = 9


def deform_conv(
    x: Tensor,
    offset: Tensor,
    mask: Tensor,
    weight: Tensor,
    bias: Tensor,
    groups: int,
) -> Tensor:
    """A 3x3 convolution whose taps are displaced by offsets and scaled by a mask.

    Args:
        x: float [N, C, H, W].
        offset: float [N, 2*9*groups, H, W], channels ordered (group, tap, (row,
            column)), in pixels from the tap's regular location.
        mask: float [N, 9*groups, H, W], factor of every tap, ordered (group, tap).
        weight: float [D, C, 3, 3].
        bias: float [D].
        groups: of neighbouring channels with the same offsets; divides C and D.

    Returns:
        [N, D, H, W]; zero outside of x.

    Raises:
        UsageError: shapes or dtypes that do not fit each other.

    Source:
        Zhu et al., "Deformable ConvNets v2", CVPR 2019, eq. 1.

    Example:
        >>> import paddle
        >>> from paddle_resample.ops import deform_conv
        >>> x = paddle.to_tensor([[[[1.0, 2.0, 3.0]]]])
        >>> weight = paddle.zeros([1, 1, 3, 3])
        >>> weight[0, 0, 1, 1] = 1.0
        >>> zero, mask = paddle.zeros([1, 18, 1, 3]), paddle.ones([1, 9, 1, 3])
        >>> right = zero + 0.5 * (paddle.arange(18) == 9).reshape([1, 18, 1, 1])
        >>> y = deform_conv(x, right, mask, weight, paddle.zeros([1]), groups=1)
        >>> y.numpy().ravel().tolist()
        [1.5, 2.5, 1.5]
    """
    _check(x, offset, mask, weight, bias, groups)
    return _deform_conv(x, offset, mask, weight, bias, groups)


def _deform_conv(x, offset, mask, weight, bias, groups):
    """deform_conv of checked arguments."""
    if not in_onnx_forms():
        return deform_conv2d(
            x, offset, weight, bias, padding=1, deformable_groups=groups, mask=mask
        )
    # The converter forgets the groups: sample every tap, then a 1x1 convolution of it.
    height, width = (spatial_size(x)[i] for i in (0, 1))
    y = bias.reshape([1, -1, 1, 1])
    for tap in range(_TAPS):
        rows = offset[:, 2 * tap :: 2 * _TAPS] + (tap // 3 - 1.0)
        columns = offset[:, 2 * tap + 1 :: 2 * _TAPS] + (tap % 3 - 1.0)
        flow = paddle.concat([columns, rows], axis=1)
        moved = _offset_warp(x, flow, groups, padding="zeros")
        moved = moved.reshape([-1, groups, x.shape[1] // groups, height, width])
        moved = (moved * mask[:, tap::_TAPS].unsqueeze(2)).flatten(1, 2)
        y = y + F.conv2d(moved, weight[:, :, tap // 3, tap % 3].unsqueeze([2, 3]))
    return y


def _check(x, offset, mask, weight, bias, groups):
    owner = "deform_conv"
    check_counts(owner, groups=groups)
    check_maps(owner, (4,), x=x, offset=offset, mask=mask, weight=weight)
    check_maps(owner, (1,), bias=bias)
    if not paddle.in_dynamic_mode():
        return
    n, channels, height, width = x.shape
    made, out = _TAPS * groups, weight.shape[0]
    if channels % groups or out % groups:
        raise UsageError(
            f"{owner}: groups={groups} must divide the {channels} channels of x and "
            f"the {out} of the result"
        )
    for key, tensor, wanted in (
        ("offset", offset, [n, 2 * made, height, width]),
        ("mask", mask, [n, made, height, width]),
        ("weight", weight, [out, channels, 3, 3]),
        ("bias", bias, [out]),
    ):
        if list(tensor.shape) != wanted:
            raise UsageError(
                f"{owner}: {key} must be {wanted} for x of {list(x.shape)}, not "
                f"{list(tensor.shape)}"
            )
        if tensor.dtype != x.dtype and not converting():
            raise UsageError(f"{owner}: x is {x.dtype} but {key} {tensor.dtype}")
