"""One filter on every channel at every stride-th pixel, natively; see
ops.strided_filter."""

from .call import call, compute, is_plain

__all__ = ["strided_filter"]

_BORDERS = {"reflect": 0, "replicate": 1, "zeros": 2}


def strided_filter(x, kernel, stride, padding, border):
    """See ops.strided_filter.

    Args:
        x: [N, C, H, W], with padding no smaller than the kernel.
        kernel: [1, 1, k, k], dtype of x, without a gradient.
        stride, padding, border: as there.
    """
    n, c, *size = x.shape
    padding, border = list(padding), _BORDERS[border]
    if not is_plain(x, kernel):
        return call("strided_filter", x, kernel, stride, padding, border, size)
    taps = kernel.shape[-1]
    made = [(side + sum(padding) - taps) // stride + 1 for side in size]
    how = n * c, *size, taps, stride, *padding, border, x.element_size() == 8
    pointers = x.data_ptr(), kernel.data_ptr()
    return compute(
        "strided_filter_forward", [n, c, *made], pointers, how, dtype=x.dtype
    )
