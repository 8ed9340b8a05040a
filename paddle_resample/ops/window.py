"""Windows of neighbouring pixels as `reassemble` has them: the views of a map at each
place of the window, and weights of the places that sum to 1."""

import paddle.nn.functional as F

from .size import spatial_size

__all__ = ["pad_window", "softmax_windows", "window_taps"]


def pad_window(x, kernel_size, dilation, border):
    """Surround x [N, C, H, W] so that every pixel has its window."""
    before = (kernel_size - 1) // 2 * dilation
    after = kernel_size // 2 * dilation
    mode = "replicate" if border == "replicate" else "constant"
    return F.pad(x, [before, after, before, after], mode) if after else x


def window_taps(x, kernel_size, dilation=1, stride=1):
    """Views of a padded map x [..., H, W], one for each place of the window."""
    reach = (kernel_size - 1) * dilation
    for row in range(0, reach + 1, dilation):
        for column in range(0, reach + 1, dilation):
            rows = slice(row, row - reach or None, stride)
            columns = slice(column, column - reach or None, stride)
            yield x[..., rows, columns]


def softmax_windows(logits, kernel_size, groups=1):
    """Softmax over each window and group.

    Args:
        logits: float [N, groups*k*k, H, W], as `reassemble`'s kernels.
        kernel_size: k.
        groups: groups of channels.

    Returns:
        [N, groups*k*k, H, W]; the weights of a window sum to 1.

    >>> import paddle
    >>> softmax_windows(paddle.zeros([1, 8, 1, 1]), 2, 2).numpy().ravel()[:2].tolist()
    [0.25, 0.25]
    """
    if groups == 1:
        return F.softmax(logits, axis=1)
    size = spatial_size(logits)
    windows = logits.reshape([-1, groups, kernel_size**2, size[0], size[1]])
    return F.softmax(windows, axis=2).flatten(1, 2)
