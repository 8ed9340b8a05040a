"""The largest value along one axis, with a gradient that does not wait.

Paddle's gradient takes half a microsecond for every element on a CPU, which is most of
a training step of PP-LiteSeg. This one is made of Paddle's comparison and choice.
"""

import functools

import paddle

__all__ = ["max_over_axis"]

# As Paddle has it: networks may get another one later, which calls this module.
_PADDLES = paddle._C_ops.max


def max_over_axis(x, axis, keepdim):
    """max(x, axis); several that are the largest share the gradient as in Paddle.

    Args:
        x: float32 Tensor.
        axis: int.
        keepdim: whether the axis stays, of length 1.

    Returns:
        Tensor.
    """
    return _MaxOverAxis.apply(x, axis, keepdim)


class _MaxOverAxis(paddle.autograd.PyLayer):
    @staticmethod
    def forward(ctx, x, axis, keepdim):
        y = _PADDLES(x, [axis], keepdim)
        ctx.save_for_backward(x, y)
        ctx.axis, ctx.keepdim = axis, keepdim
        return y

    @staticmethod
    def backward(ctx, dy):
        x, y = ctx.saved_tensor()
        if not ctx.keepdim:
            y, dy = y.unsqueeze(ctx.axis), dy.unsqueeze(ctx.axis)
        largest = x == y
        if _divides():
            dy = dy / largest.astype(dy.dtype).sum(ctx.axis, keepdim=True)
        return paddle.where(largest, dy, paddle.zeros([], dy.dtype))


@functools.cache
def _divides():
    """Whether Paddle divides the gradient among several: 3.2 does, 2.6 does not."""
    with paddle.enable_grad():
        x = paddle.ones([2])
        x.stop_gradient = False
        (dx,) = paddle.grad(_PADDLES(x, [0], False), x)
    return float(dx[0]) < 1
