"""What one pixel does to the result of an upsampler, and what one result pixel of a
downsampler reads: their kernels, however they are computed."""

import numpy as np
import paddle

__all__ = ["impulse_response", "pixels_read"]


def impulse_response(up, x, location, *, guide=None, side=None, channel=0, step=1e-3):
    """How an upsampler's result changes with one pixel of x.

    Args:
        up: an upsampler, float64 and in eval mode.
        x: float64 [1, C, H, W]: where it is changed; for operators linear in x any map
            gives the same.
        location: (row, column) of the pixel.
        guide, side: what it is called with besides x; they stay the same.
        channel: that is changed and looked at.
        step: half the change of the central difference, exact for linear operators.

    Returns:
        float64 [H', W']: d y[channel] / d x[channel, location]. Where the result
        depends on x through its kernels too, that part is in it.

    >>> from paddle_resample import build
    >>> x = paddle.zeros([1, 1, 3, 3], "float64")
    >>> impulse_response(build("nearest", 1), x, (1, 1))[2].round(6).tolist()
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    """
    change = np.zeros(x.shape)
    change[(0, channel, *location)] = step
    change = paddle.to_tensor(change)
    with paddle.no_grad():
        more = up(x + change, guide=guide, side=side)
        less = up(x - change, guide=guide, side=side)
    return (more - less).numpy()[0, channel] / (2 * step)


def pixels_read(down, x, location, *, channel=0):
    """How one pixel of a downsampler's result depends on the pixels of x.

    Args:
        down: a downsampler, float64 and in eval mode.
        x: float64 [1, C, H, W]: where the dependence is measured.
        location: (row, column) of the result's pixel.
        channel: of both that is looked at.

    Returns:
        float64 [H, W]: d y[channel, location] / d x[channel], by backpropagation.

    >>> from paddle_resample import build
    >>> x = paddle.zeros([1, 1, 2, 4], "float64")
    >>> pixels_read(build("avg_pool", 1), x, (0, 1))[0].tolist()
    [0.0, 0.0, 0.25, 0.25]
    """
    x = x.detach()
    x.stop_gradient = False
    row, column = location
    y = down(x)
    (gradient,) = paddle.grad(y[0, channel, row, column], x)
    return gradient.numpy()[0, channel]
