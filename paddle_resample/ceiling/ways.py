"""Ways up without weights: what the registry has, and the best linear one."""

import numpy as np
import paddle

from ..base import Upsampler
from ..registry import build, resampler_class, resampler_names

__all__ = ["LinearFit", "fixed_ways", "go_up", "winners"]

TAPS = 5  # cells a side that the best linear way looks at


def fixed_ways():
    """Names of the registered upsamplers that need nothing but a coarse map.

    Returns:
        list of str: those without weights, guide or side information that keep the
        channels at any scale.
    """
    return [
        name for name in resampler_names(Upsampler) if _is_fixed(resampler_class(name))
    ]


def _is_fixed(cls):
    needs = cls.learned or cls.needs_guide or cls.needs_side
    return not needs and cls.scales is None and cls.keeps_channels


def go_up(way, maps, stride, size):
    """Upsample maps by a fixed way; cells cut by the border are cut again.

    Args:
        way: one of `fixed_ways`.
        maps: float32 [K, h, w].
        stride: scale.
        size: (H, W).

    Returns:
        float32 [K, H, W].
    """
    with paddle.no_grad():
        y = build(way, 1, scale=stride)(paddle.to_tensor(maps[:, None]))
    return y.numpy()[:, 0, : size[0], : size[1]]


def winners(maps, classes):
    """The class of every pixel: where its map is largest, the first of equal ones.

    Args:
        maps: float [K, H, W].
        classes: int [K].

    Returns:
        int64 [H, W].
    """
    best, index = maps[0].copy(), np.zeros(maps.shape[1:], np.int64)
    for i, values in enumerate(maps[1:], 1):
        above = values > best
        index[above] = i
        np.maximum(best, values, out=best)
    return np.asarray(classes)[index]


class LinearFit:
    """The linear upsampler that has the least squared error on these labels.

    Each pixel of a cell has a kernel over the 5x5 cells around its own, the same for
    all classes and everywhere, as a transposed convolution of every class by itself
    has. The kernels minimise the squared distance of upsampled shares and one-hot
    labels over the cells without void that the border does not cut, with a small
    penalty on the distance from bilinear, which decides what the labels do not.

    Args:
        stride: scale.
    """

    def __init__(self, stride):
        self.stride = stride
        self._products = np.zeros((TAPS**2, TAPS**2))
        self._targets = np.zeros((TAPS**2, stride**2))
        self._prior = _bilinear_kernels(stride)
        self.kernels = self._prior

    def add(self, maps, shares):
        """Take one label into account.

        Args:
            maps: float32 [K, H, W], one-hot.
            shares: float32 [K, h, w], of the same label.
        """
        s = self.stride
        rows, columns = maps.shape[1] // s, maps.shape[2] // s
        if not rows or not columns:
            return
        cells = maps[:, : rows * s, : columns * s].reshape(-1, rows, s, columns, s)
        cells = cells.transpose(0, 1, 3, 2, 4).reshape(-1, rows * columns, s * s)
        labelled = cells.sum(axis=(0, 2)) == s * s
        around = _neighbourhoods(shares)[:, :, :rows, :columns]
        around = around.reshape(len(maps), TAPS**2, -1)[:, :, labelled]
        around = around.transpose(1, 0, 2).reshape(TAPS**2, -1)
        self._products += around @ around.T
        self._targets += around @ cells[:, labelled].reshape(-1, s * s)

    def solve(self):
        """Fit the kernels to what was added."""
        penalty = 1e-3 * np.trace(self._products) / TAPS**2 + 1e-6
        matrix = self._products + penalty * np.eye(TAPS**2)
        target = self._targets + penalty * self._prior.T
        self.kernels = np.linalg.solve(matrix, target).T

    def up(self, shares, size):
        """Upsample shares.

        Args:
            shares: float32 [K, h, w].
            size: (H, W).

        Returns:
            float32 [K, H, W].
        """
        k, rows, columns = shares.shape
        s = self.stride
        around = _neighbourhoods(shares).reshape(k, TAPS**2, -1)
        fine = self.kernels.astype(np.float32) @ around
        fine = fine.reshape(k, s, s, rows, columns).transpose(0, 3, 1, 4, 2)
        return fine.reshape(k, rows * s, columns * s)[:, : size[0], : size[1]]


def _neighbourhoods(maps):
    """[K, TAPS^2, h, w]: the cells around every cell, border cells repeated."""
    reach = TAPS // 2
    framed = np.pad(maps, ((0, 0), (reach, reach), (reach, reach)), "edge")
    windows = np.lib.stride_tricks.sliding_window_view(framed, (TAPS, TAPS), (1, 2))
    k, rows, columns = maps.shape
    return windows.transpose(0, 3, 4, 1, 2).reshape(k, TAPS**2, rows, columns)


def _bilinear_kernels(stride):
    """[stride^2, TAPS^2]: bilinear interpolation as such kernels."""
    impulses = np.eye(TAPS**2, dtype=np.float32).reshape(-1, TAPS, TAPS)
    whole = (TAPS * stride, TAPS * stride)
    middle = slice(TAPS // 2 * stride, (TAPS // 2 + 1) * stride)
    cells = go_up("bilinear", impulses, stride, whole)[:, middle, middle]
    return cells.reshape(TAPS**2, -1).T.astype(np.float64)
