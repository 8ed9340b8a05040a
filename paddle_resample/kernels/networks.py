"""Native layers for whole networks, as they are.

`use_native_layers()` is the one place that puts them in: `nn.Conv2D`,
`nn.Conv2DTranspose`, `nn.Linear`, `nn.LayerNorm`, `nn.GELU`, `nn.Softmax`,
`nn.CrossEntropyLoss`, their functions, `transpose`, `concat` and `+ - * /` of every
network then ask `native` first. Paddle's own functions run wherever it offers nothing:
while a program is traced, on other devices, under automatic mixed precision, for other
types than float32, with PADDLE_RESAMPLE_NATIVE=off.
"""

import functools
import inspect

import paddle
import paddle.nn.functional as F

from .choice import FLOAT32, native
from .conv_arguments import conv2d_how, conv2d_transpose_how
from .layers import METHODS, OPERATORS, are_tensors
from .onednn import usable

__all__ = ["use_native_layers"]

_done = False


def use_native_layers():
    """Let the layers of this process be native where they can be; once."""
    global _done
    if _done:
        return
    _done = True
    for name, ours in (("conv2d", _conv2d), ("conv2d_transpose", _conv2d_transpose)):
        first = _first(ours, getattr(F.conv, name))
        setattr(F, name, first)
        setattr(F.conv, name, first)
    # What layers call, which have looked at their arguments before.
    F.conv._conv_nd = _first(_conv_nd, F.conv._conv_nd)
    for name, ours in OPERATORS.items():
        paddles = getattr(paddle._C_ops, name)
        first = _first_operator(ours, paddles)
        # Some versions of Paddle export the operator itself as their function.
        for module in (paddle._C_ops, F.activation, F):
            if getattr(module, name, None) is paddles:
                setattr(module, name, first)
    for name, ours in METHODS.items():
        first = _first_operator(ours, getattr(paddle.Tensor, name))
        setattr(paddle.Tensor, name, first)


def _first_operator(ours, paddles):
    """Paddle's operator, which asks ours first."""

    @functools.wraps(paddles)
    def operator(*arguments, **named):
        if paddle.in_dynamic_mode():
            y = ours(*arguments, **named)
            if y is not None:
                return y
        return paddles(*arguments, **named)

    return operator


def _first(ours, paddles):
    """Paddle's function, which asks ours first."""
    # By name: their order is not the same in all versions of Paddle.
    names = tuple(inspect.signature(paddles).parameters)

    @functools.wraps(paddles)
    def function(*arguments, **named):
        if paddle.in_dynamic_mode():
            y = ours(**dict(zip(names, arguments)), **named)
            if y is not None:
                return y
        return paddles(*arguments, **named)

    return function


def _conv2d(
    x=None,
    weight=None,
    bias=None,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    data_format="NCHW",
    **_,
):
    fast = _fast("conv2d", x, weight, bias, data_format)
    if fast is None:
        return None
    how = conv2d_how(x, weight, bias, stride, padding, dilation, groups)
    return how and fast(x, weight, bias, how)


def _conv_nd(padding=0, padding_algorithm=None, op_type="conv2d", **others):
    if op_type not in ("conv2d", "depthwise_conv2d"):
        return None
    if padding_algorithm in ("SAME", "VALID"):
        padding = padding_algorithm
    return _conv2d(padding=padding, **others)


def _conv2d_transpose(
    x=None,
    weight=None,
    bias=None,
    stride=1,
    padding=0,
    output_padding=0,
    groups=1,
    dilation=1,
    output_size=None,
    data_format="NCHW",
    **_,
):
    fast = _fast("conv2d_transpose", x, weight, bias, data_format)
    if fast is None:
        return None
    sides = stride, padding, output_padding
    how = conv2d_transpose_how(x, weight, bias, *sides, groups, dilation, output_size)
    return how and fast(x, weight, bias, how)


def _fast(name, x, weight, bias, data_format):
    given = (x, weight) if bias is None else (x, weight, bias)
    if data_format != "NCHW" or not are_tensors(*given):
        return None
    fast = native(name, *given, dtypes=FLOAT32)
    return fast if fast is not None and usable() else None
