"""Which calls of Paddle change the resolution, and what they were asked for.

A call is read into one form, whether it was written as a function, as a layer or as a
`functools.partial` of a function.
"""

import functools
import math

import paddle
import paddle.nn.functional as F
from paddle import nn

from ...ops import spatial_size

__all__ = [
    "LAYERS",
    "STATELESS",
    "Call",
    "is_function",
    "is_layer",
    "read_call",
    "wanted_size",
]

_INTERPOLATE = ("x", "size", "scale_factor", "mode", "align_corners", "align_mode")
_POOL = ("x", "kernel_size", "stride", "padding")
_FUNCTIONS = (F.interpolate, F.upsample, F.max_unpool2d, F.max_pool2d, F.avg_pool2d)
# Names of functions and layer classes, not they themselves: Paddle's tracing (SOT)
# cannot look things up by functions and classes.
_ORDER = {
    "interpolate": (*_INTERPOLATE, "data_format"),
    "upsample": (*_INTERPOLATE, "data_format"),
    "max_unpool2d": ("x", "indices", *_POOL[1:], "data_format", "output_size"),
    "max_pool2d": (*_POOL, "return_mask", "ceil_mode", "data_format"),
    "avg_pool2d": (*_POOL, "ceil_mode", "exclusive", "divisor_override", "data_format"),
}
_UPSAMPLE = {"size": "size", "scale_factor": "scale_factor"}
_MODES = {"mode": "mode", "align_corners": "align_corners", "align_mode": "align_mode"}
_POOLING = {"kernel_size": "ksize", "stride": "stride", "padding": "padding"}
_CONV = {
    "kernel_size": "_kernel_size",
    "stride": "_stride",
    "padding": "_padding",
    "dilation": "_dilation",
    "output_padding": "output_padding",
}
# Name of the layer class -> {argument: attribute that holds it}.
_ATTRIBUTES = {
    "Upsample": {**_UPSAMPLE, **_MODES},
    "UpsamplingBilinear2D": _UPSAMPLE,
    "UpsamplingNearest2D": _UPSAMPLE,
    "MaxUnPool2D": {**_POOLING, "output_size": "output_size"},
    "MaxPool2D": {
        **_POOLING,
        "ceil_mode": "ceil_mode",
        "return_mask": "return_mask",
    },
    "AvgPool2D": {**_POOLING, "ceil_mode": "ceil_mode"},
    "Conv2D": _CONV,
    "Conv2DTranspose": _CONV,
}
LAYERS = tuple(getattr(nn, name) for name in _ATTRIBUTES)
STATELESS = LAYERS[:-2]
_TRANSPOSED = ("max_unpool2d", "MaxUnPool2D", "Conv2DTranspose")
_WINDOWS = ("max_pool2d", "avg_pool2d", "MaxPool2D", "AvgPool2D", "Conv2D")


class Call:
    """One call that changes, or may change, the resolution.

    Attributes:
        operation: name of the function or layer class.
        x: the map, [N, C, H, W].
        arguments: dict of the arguments of the call beside x, by the names of Paddle's
            functions.
        layer: the layer, None for a function.
        kernel_size, stride: (vertical, horizontal) of a window or of a transposed one,
            else None.
    """

    # A plain class: Paddle's tracing (SOT) knows no properties of others.
    def __init__(self, operation, x, arguments, layer):
        self.operation, self.x = operation, x
        self.arguments, self.layer = arguments, layer
        self.kernel_size = self.stride = None
        if operation in _WINDOWS + _TRANSPOSED:
            self.kernel_size = _pair(arguments["kernel_size"])
            stride = arguments.get("stride")
            self.stride = self.kernel_size if stride is None else _pair(stride)

    @property
    def spec(self):
        """The spec that computes the same, None where there is none."""
        a, name = self.arguments, self.operation
        if name == "UpsamplingBilinear2D":
            return {"name": "bilinear", "align_corners": True}
        mode = "nearest" if name == "UpsamplingNearest2D" else a.get("mode", "nearest")
        if name in _WINDOWS + _TRANSPOSED or mode not in ("nearest", "bilinear"):
            return None
        if mode == "nearest":
            return None if a.get("align_corners") else {"name": "nearest"}
        aligned = bool(a.get("align_corners"))
        if a.get("align_mode") and not aligned:
            return None
        return {"name": "bilinear", "align_corners": aligned}


def is_function(function):
    """Whether this is one of the functions, or a functools.partial of one."""
    while isinstance(function, functools.partial):
        function = function.func
    return any(function is known for known in _FUNCTIONS)


def is_layer(layer, classes=LAYERS):
    """Whether this is a layer of these classes, rerouted or not.

    Subclasses written by others may compute something else and do not count.
    """
    return isinstance(layer, nn.Layer) and _own_class(layer) in classes


def read_call(function, args, kwargs):
    """Read a call.

    Args:
        function: one for which `is_function` holds, or a layer of `LAYERS`.
        args, kwargs: of the call.

    Returns:
        Call.
    """
    while isinstance(function, functools.partial):
        args = (*function.args, *args)
        kwargs = {**function.keywords, **kwargs}
        function = function.func
    if not isinstance(function, nn.Layer):
        arguments = {**dict(zip(_ORDER[function.__name__], args)), **kwargs}
        x = arguments.pop("x") if "x" in arguments else arguments.pop("input")
        return Call(function.__name__, x, arguments, None)
    layer, kind = function, _own_class(function).__name__
    arguments = {key: getattr(layer, name) for key, name in _ATTRIBUTES[kind].items()}
    arguments["data_format"] = getattr(layer, "data_format", None) or getattr(
        layer, "_data_format", None
    )
    if kind == "Conv2DTranspose" and len(args) > 1:
        arguments["output_size"] = args[1]
    arguments = {**arguments, **{k: v for k, v in kwargs.items() if v is not None}}
    x = arguments.pop("x") if "x" in arguments else args[0]
    return Call(kind, x, arguments, layer)


def wanted_size(call, stride=None):
    """The spatial size that a call gives.

    Args:
        call: Call.
        stride: pair, in the place of the call's.

    Returns:
        list of two ints in eager execution, an integer Tensor [2] while traced; None
        where x's size is multiplied by a whole number.
    """
    if call.operation in _WINDOWS:
        return _sides(call, _window, stride or call.stride)
    if call.operation in _TRANSPOSED:
        output_size = call.arguments.get("output_size")
        if output_size is not None:
            return _as_size(output_size[-2:])
        return _sides(call, _stamps, stride or call.stride)
    size = call.arguments.get("size")
    if size is not None:
        return _as_size(size)
    return _times(spatial_size(call.x), call.arguments["scale_factor"])


def _own_class(layer):
    return getattr(type(layer), "_rerouted_class", type(layer))


def _times(sides, factor):
    """Sides multiplied by one or two numbers; None for one whole number."""
    if not isinstance(factor, (int, float, list, tuple)):
        if not paddle.in_dynamic_mode():
            return paddle.floor(sides.astype("float32") * factor).astype("int32")
        factor = factor.numpy().reshape([-1]).tolist()  # a Tensor
    factors = _pair(factor)
    if factors[0] == factors[1] and float(factors[0]).is_integer():
        return None
    if isinstance(sides, list):
        return [math.floor(n * f) for n, f in zip(sides, factors)]
    return _times(sides, paddle.to_tensor([float(f) for f in factors]))


def _window(n, axis, call, stride):
    """Windows that fit into n rows."""
    a = call.arguments
    padding = a.get("padding", 0)
    stride, kernel = stride[axis], call.kernel_size[axis]
    reach = _pair(a.get("dilation", 1))[axis] * (kernel - 1) + 1
    if isinstance(padding, str):
        if padding.lower() == "same":
            return (n + stride - 1) // stride
        padding = 0
    before, after = _paddings(padding)[axis]
    extra = stride - 1 if a.get("ceil_mode") else 0
    return (n + before + after - reach + extra) // stride + 1


def _stamps(n, axis, call, stride):
    """Rows that n kernels cover."""
    a = call.arguments
    before, after = _paddings(a.get("padding", 0))[axis]
    reach = _pair(a.get("dilation", 1))[axis] * (call.kernel_size[axis] - 1) + 1
    more = _pair(a.get("output_padding", 0))[axis]
    return (n - 1) * stride[axis] - before - after + reach + more


def _sides(call, formula, stride):
    sides = spatial_size(call.x)
    size = [formula(sides[axis], axis, call, stride) for axis in (0, 1)]
    return size if isinstance(sides, list) else _as_size(size)


def _as_size(size):
    """A size in any of the forms Paddle takes, as `wanted_size` returns it."""
    if isinstance(size, int):
        size = [size, size]
    if paddle.in_dynamic_mode():
        return [int(n) for n in size]
    if not isinstance(size, (list, tuple)):
        return size
    if all(isinstance(n, int) for n in size):
        return list(size)
    return paddle.concat([_one_number(n) for n in size])


def _one_number(n):
    if isinstance(n, int):
        return paddle.full([1], n, "int32")
    return n.reshape([1]).astype("int32")


def _pair(value):
    if isinstance(value, (list, tuple)):
        return tuple(value) if len(value) == 2 else (value[0], value[0])
    return (value, value)


def _paddings(padding):
    """((top, bottom), (left, right)) of Paddle's forms of padding."""
    if isinstance(padding, (list, tuple)):
        if len(padding) == 4 and not isinstance(padding[0], (list, tuple)):
            return tuple(padding[:2]), tuple(padding[2:])
        if len(padding) == 4:
            return tuple(padding[2]), tuple(padding[3])
    down, right = _pair(padding)
    return (down, down), (right, right)
