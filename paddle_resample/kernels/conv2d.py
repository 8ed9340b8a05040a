"""Convolution of feature maps by the oneDNN that Paddle brings, natively.

Paddle's own CPU convolution multiplies matrices; oneDNN, which the same package holds
for inference programs, convolves directly and takes a third of the time.
"""

import paddle

from .call import call, call_weighted, compute, is_plain

__all__ = ["conv2d", "conv2d_transpose", "obstacle"]

_NOT_PROBED = object()
_obstacle = _NOT_PROBED


def conv2d(x, weight, bias, how):
    """Convolve.

    Args:
        x: float32 [N, C, H, W].
        weight: [O, C / groups, kernel height, kernel width].
        bias: [O] or None.
        how: the ConvHow of them.

    Returns:
        [N, O, H', W'].
    """
    return _call("conv2d", x, weight, bias, how)


def conv2d_transpose(x, weight, bias, how):
    """The gradient of a convolution as a function: see conv2d.

    Args:
        x: float32 [N, C, H, W].
        weight: [C, O / groups, kernel height, kernel width].
        bias: [O] or None.
        how: the ConvHow of them.

    Returns:
        [N, O, H', W'].
    """
    return _call("conv2d_transpose", x, weight, bias, how)


def obstacle():
    """Say why oneDNN cannot be used here; None where it can. Asks once.

    The library of kernels must be loaded. A convolution with its gradients is compared
    with Paddle's: a oneDNN that counts differently must not be trusted.
    """
    global _obstacle
    if _obstacle is _NOT_PROBED:
        _obstacle = _probe()
    return _obstacle


def _call(name, x, weight, bias, how):
    if is_plain(x, weight) and (bias is None or is_plain(bias)):
        added = None if bias is None else bias.data_ptr()
        pointers = x.data_ptr(), weight.data_ptr(), added, how.array
        return compute(f"{name}_forward", how.made, pointers)
    return call_weighted(name, x, weight, bias, how.numbers)


def _probe():
    if call("conv_ready", paddle.ones([1])).shape != [1]:
        return "this Paddle brings no oneDNN 3"
    x = paddle.arange(2 * 16 * 25, dtype="float32").reshape([2, 16, 5, 5]).cos()
    weight = paddle.arange(8 * 16 * 9, dtype="float32").reshape([8, 16, 3, 3]).sin()
    bias = paddle.arange(8, dtype="float32")
    tensors = x, weight, bias
    for tensor in tensors:
        tensor.stop_gradient = False
    stride, padding, dilation = [2, 1], [1, 2], [1, 2]
    how = [*stride, *dilation, *padding, *padding, 1]
    try:
        with paddle.enable_grad():
            ours = call_weighted("conv2d", *tensors, how)
            own = paddle._C_ops.conv2d(
                x, weight, stride, padding, "EXPLICIT", dilation, 1, "NCHW"
            )
            own = own + bias.reshape([1, -1, 1, 1])
            gradients = (paddle.grad((y * y).sum(), tensors) for y in (ours, own))
            pairs = [(ours, own), *zip(*gradients)]
        if all(paddle.allclose(a, b, 1e-3, 1e-3) for a, b in pairs):
            return None
        return "Paddle's oneDNN convolves differently"
    except Exception as error:  # whatever Paddle makes of the library's exceptions
        return f"Paddle's oneDNN does not convolve ({str(error).strip()[-80:]})"
