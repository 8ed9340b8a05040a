"""What Paddle's operators of layers are given, for the native functions.

Each function takes the arguments of Paddle's operator of this name and returns what
that would return, or None where it must run itself.
"""

import functools
import math

import paddle

from .broadcast import broadcast_shape
from .choice import FLOAT32, native
from .onednn import usable

__all__ = ["METHODS", "OPERATORS", "are_tensors"]

_native = functools.partial(native, dtypes=FLOAT32)

# Fewer products take Paddle less time: measured.
_PRODUCTS = 1 << 16
# Of fewer elements Paddle's operator takes less time, on one thread: measured.
_FEW = {
    "batch_norm": 1 << 19,
    "batch_norm_fixed": 1 << 21,
    "broadcast": 1 << 12,
    "concat": 1 << 20,
    "concat_rows": 1 << 14,
    "pool2d": 1 << 17,
    "relu": 1 << 17,
    "relu_forward": 1 << 20,
}


def _transpose(x, perm, *more):
    if (
        more
        or not are_tensors(x)
        or isinstance(x, paddle.base.framework.EagerParamBase)
    ):
        return None  # who transposes a parameter may want to write through the view
    rank, shape = x.ndim, x.shape
    if len(perm) != rank or not all(isinstance(axis, int) for axis in perm):
        return None
    order = [axis % rank if axis >= -rank else axis for axis in perm]
    if sorted(order) != [*range(rank)]:
        return None
    fast = _native("transpose", x)
    if fast is None:
        return None
    moved = [axis for axis in order if shape[axis] > 1]
    if moved != sorted(moved):
        return fast(x, order)
    # The values stay in order; but Paddle's view looks as if they did not, and a matrix
    # product would copy it element by element.
    return x.reshape([shape[axis] for axis in order]) if x.is_contiguous() else None


def _linear(x, weight, bias=None, *more):
    given = (x, weight) if bias is None else (x, weight, bias)
    if more or not are_tensors(*given) or weight.ndim != 2 or x.ndim < 2:
        return None
    into, out = weight.shape
    if x.shape[-1] != into or (bias is not None and bias.shape != [out]):
        return None
    if math.prod(x.shape) * out < _PRODUCTS:
        return None
    fast = _native("linear", *given)
    return fast(x, weight, bias) if fast is not None and usable() else None


def _softmax(x, axis=-1, *more, out=None):
    if more or out is not None or not are_tensors(x) or x.ndim < 1:
        return None
    if not isinstance(axis, int) or not -x.ndim <= axis < x.ndim:
        return None
    fast = _native("softmax", x)
    return fast and fast(x, axis)


def _gelu(x, approximate=False, name=None, *more, **named):
    # A name, which some versions of Paddle take here, changes nothing.
    if more or named or approximate not in (False, "none") or not are_tensors(x):
        return None
    fast = _native("gelu", x)
    return fast and fast(x)


def _layer_norm(x, weight, bias, epsilon, begin_norm_axis, *more):
    if more or not are_tensors(x, weight, bias):
        return None
    axes = math.prod(x.shape[begin_norm_axis:])
    if weight.shape != [axes] or bias.shape != [axes] or begin_norm_axis < 1:
        return None
    fast = _native("layer_norm", x, weight, bias)
    return fast and fast(x, weight, bias, epsilon)


def _relu(x, name=None, *more, which="relu"):
    if more or not are_tensors(x):
        return None
    if _few(x, "relu_forward" if _forward_only(x) else "relu"):
        return None
    fast = _native(which, x)
    return fast and fast(x)


def _batch_norm(
    x, mean, variance, weight, bias, test, momentum, epsilon, layout, fixed, trainable
):
    given = x, weight, bias, mean, variance
    if layout != "NCHW" or (test and trainable) or not are_tensors(x):
        return None
    channels = x.shape[1:2]
    fixed = fixed or test
    if not channels or _few(x, "batch_norm_fixed" if fixed else "batch_norm"):
        return None
    if not all(_is_of(tensor, channels) for tensor in given[1:]):
        return None
    if not fixed:
        # The running ones are written; Paddle leaves x where a channel is one value.
        if [math.prod(x.shape)] == channels or not (
            mean.is_contiguous() and variance.is_contiguous()
        ):
            return None
    fast = _native("batch_norm", *given)  # which are of one dtype, it looks
    if fast is None:
        return None
    y = fast(*given, fixed, momentum, epsilon)
    return y, mean, variance, None, None, None  # nobody asks for the others


def _broadcast(x, y, name=None, *more, out=None, which):
    if more or out is not None or not are_tensors(x, y):
        return None
    shapes = x.shape, y.shape
    if shapes[0] == shapes[1]:
        return None  # of which Paddle takes no longer
    made = broadcast_shape(*shapes)
    if made is None or math.prod(made) < _FEW["broadcast"]:
        return None
    fast = _native(which, x, y)
    return fast and fast(x, y, made)


def _concat(x, axis=0, *more, out=None):
    if more or out is not None or not isinstance(x, (list, tuple)) or len(x) < 2:
        return None
    if not are_tensors(*x) or type(axis) is not int:
        return None
    shapes = [one.shape for one in x]
    rank = len(shapes[0])
    if not -rank <= axis < rank:
        return None
    axis %= rank
    around = shapes[0][:axis], shapes[0][axis + 1 :]
    for shape in shapes:
        if len(shape) != rank or (shape[:axis], shape[axis + 1 :]) != around:
            return None
    # Paddle takes short rows one by one.
    short = math.prod(around[1]) * shapes[0][axis] < 1 << 10
    few = _FEW["concat_rows" if short else "concat"]
    if sum(map(math.prod, shapes)) < few:
        return None
    fast = _native("concat", *x)
    return fast and fast(*x, axis=axis)


def _max(x, axis=None, keepdim=False, *more, **named):
    if more or named or not are_tensors(x):
        return None
    axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
    if type(axis) is not int or not -x.ndim <= axis < x.ndim:
        return None
    axis %= x.ndim
    if _forward_only(x) and math.prod(x.shape[axis + 1 :]) < 16:
        return None  # rows, of which Paddle's gradient alone is slow
    fast = _native("max_over_axis", x)
    return fast and fast(x, axis, keepdim)


def _pool2d(
    x,
    kernel,
    stride,
    padding,
    upwards,
    exclusive,
    layout,
    kind,
    whole=False,
    adaptive=False,
    algorithm="EXPLICIT",
):
    if layout != "NCHW" or whole or adaptive or algorithm != "EXPLICIT":
        return None
    if (
        not are_tensors(x)
        or x.ndim != 4
        or _few(x, "pool2d")
        or kind not in ("avg", "max")
    ):
        return None
    numbers = *kernel, *stride, *padding
    if not all(type(n) is int and n >= 0 for n in numbers) or min(*kernel, *stride) < 1:
        return None
    sides = padding if len(padding) == 4 else [p for p in padding for _ in range(2)]
    made = []
    for axis, (before, after) in enumerate((sides[:2], sides[2:])):
        if max(before, after) >= kernel[axis]:
            return None
        steps = x.shape[2 + axis] + before + after - kernel[axis]
        if steps < 0 or (upwards and steps % stride[axis]):
            return None
        made.append(steps // stride[axis] + 1)
    fast = _native("pool2d", x)
    how = [*kernel, *stride, sides[0], sides[2], *made]
    return fast and fast(x, kind == "max", exclusive, how)


def _bilinear(
    x,
    out_size,
    side_tensors,
    scale_tensor,
    layout,
    depth,
    height,
    width,
    scale,
    method,
    aligned,
    old_grid,
):
    tensors = out_size, side_tensors, scale_tensor
    if any(t is not None for t in tensors) or (old_grid and not aligned):
        return None
    if not are_tensors(x) or x.ndim != 4 or layout not in ("NCHW", "NHWC"):
        return None
    size = None if scale else (height, width)
    if size and min(size) < 1:
        return None
    fast = _native("bilinear", x)
    return fast and fast(x, size, scale or None, "bilinear", aligned, layout)


def _cross_entropy(logits, label, soft, softmax, stable, ignored, axis, *more):
    if more or soft or not softmax or not are_tensors(logits) or logits.ndim < 3:
        return None
    if axis not in (1, 1 - logits.ndim) or not isinstance(label, paddle.Tensor):
        return None
    if label.dtype not in (paddle.int64, paddle.int32):
        return None
    if label.shape != [logits.shape[0], 1, *logits.shape[2:]]:
        return None
    fast = _native("cross_entropy", logits)
    if fast is None:
        return None
    loss, probabilities = fast(logits, label, ignored)
    return probabilities.detach(), loss


def _few(x, what):
    return math.prod(x.shape) < _FEW[what]  # Tensor.size takes twenty times as long


def _forward_only(x):
    return x.stop_gradient or not paddle.is_grad_enabled()


def _is_of(x, shape):
    return isinstance(x, paddle.Tensor) and x.shape == shape


def are_tensors(*tensors):
    """Return whether all are Tensor."""
    for x in tensors:
        if not isinstance(x, paddle.Tensor):
            return False
    return True


_ARITHMETIC = {
    name: functools.partial(_broadcast, which=name)
    for name in ("add", "subtract", "multiply", "divide")
}

OPERATORS = {
    **_ARITHMETIC,
    "batch_norm": _batch_norm,
    "bilinear_interp": _bilinear,
    "concat": _concat,
    "cross_entropy_with_softmax": _cross_entropy,
    "gelu": _gelu,
    "layer_norm": _layer_norm,
    "linear": _linear,
    "max": _max,
    "pool2d": _pool2d,
    "relu": _relu,
    "relu6": functools.partial(_relu, which="relu6"),
    "softmax": _softmax,
    "transpose": _transpose,
}

# Methods of Tensor that Paddle does not take through these.
METHODS = {
    "__add__": _ARITHMETIC["add"],
    "__sub__": _ARITHMETIC["subtract"],
    "__mul__": _ARITHMETIC["multiply"],
    "__truediv__": _ARITHMETIC["divide"],
}
