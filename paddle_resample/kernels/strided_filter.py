"""One filter on every channel at every stride-th pixel, natively; see
ops.strided_filter."""

from .call import call

__all__ = ["strided_filter"]

_BORDERS = {"reflect": 0, "replicate": 1, "zeros": 2}


def strided_filter(x, kernel, stride, padding, border):
    """See ops.strided_filter.

    Args:
        x: [N, C, H, W], with padding no smaller than the kernel.
        kernel: [1, 1, k, k], dtype of x, without a gradient.
        stride, padding, border: as there.
    """
    size = list(x.shape[2:])
    return call(
        "strided_filter", x, kernel, stride, list(padding), _BORDERS[border], size
    )
