"""The Haar wavelet transform and its inverse, natively; see ops.haar."""

from .call import call, call_all

__all__ = ["haar", "haar_inverse"]


def haar(x, border):
    """See ops.haar.

    Args:
        x: [N, C, H, W].
        border: "replicate" or "zeros".

    Returns:
        (low [N, C, ceil(H/2), ceil(W/2)], high [N, 3*C, ...]).
    """
    low, high = call_all("haar", x, border == "replicate", list(x.shape[2:]))
    return low, high


def haar_inverse(low, high, size):
    """See ops.haar_inverse.

    Args:
        low: [N, C, h, w].
        high: [N, 3*C, h, w].
        size: (H, W), each twice the side of low or one less.

    Returns:
        [N, C, H, W].
    """
    return call("haar_inverse", low, high, [int(side) for side in size])
