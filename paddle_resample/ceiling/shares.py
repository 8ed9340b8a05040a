"""Class shares: what the best coarse map that knows nothing within a cell would say."""

import numpy as np

__all__ = ["class_shares", "one_hot"]


def one_hot(label, classes):
    """A label as one map a class.

    Args:
        label: int [H, W], void below 0.
        classes: int [K], the classes to make maps of.

    Returns:
        float32 [K, H, W], 0 where the label is void.
    """
    return (label[None] == np.reshape(classes, (-1, 1, 1))).astype(np.float32)


def class_shares(maps, strides):
    """Shares of the classes in square cells.

    A share is the number of a class's pixels over the number of labelled pixels of the
    cell. Void does not count; a cell of void alone has only zeros, so that it says
    nothing to its neighbours either when shares are interpolated. Cells at the lower
    and right border may be cut, as those of a network with padding are.

    Args:
        maps: float32 [K, H, W] of `one_hot`.
        strides: ints, sides of the cells in pixels.

    Returns:
        dict: stride -> float32 [K, ceil(H / stride), ceil(W / stride)].

    >>> maps = one_hot(np.array([[0, 1, 1, -1]]), [0, 1])
    >>> class_shares(maps, [2])[2].tolist()
    [[[0.5, 0.0]], [[0.5, 1.0]]]
    """
    counts, shares = {1: maps}, {}
    for stride in sorted(strides):
        finer = max(s for s in counts if stride % s == 0)
        counts[stride] = _sums(counts[finer], stride // finer)
        labelled = counts[stride].sum(0)
        shares[stride] = counts[stride] / np.maximum(labelled, 1)
    return shares


def _sums(maps, cell):
    """Sums over cells of `cell` by `cell`."""
    if cell == 1:
        return maps
    for axis in (2, 1):
        maps = np.add.reduceat(maps, np.arange(0, maps.shape[axis], cell), axis=axis)
    return maps
