"""What benchmarks/operators.py measures: a table, one entry for every operation.

A new operation is one more Row. Neither Paddle nor PyTorch is imported here: a Row's
functions get the framework's module of functions, and tensors of the same numbers.
"""

from dataclasses import dataclass
from typing import Callable, Optional

import numpy as np

__all__ = ["HELD_OUT", "ROWS", "SHAPES", "Row"]

SHAPES = ((1, 64, 128, 128), (4, 256, 64, 64), (8, 32, 56, 56), (2, 128, 33, 47))
# Shapes that no kernel was tuned on; channels are multiples of 16 for pixel_shuffle 4.
HELD_OUT = (
    (2, 96, 144, 176),
    (1, 32, 96, 64),
    (3, 48, 50, 70),
    (6, 16, 75, 101),
    (1, 320, 20, 28),
)


@dataclass
class Row:
    """One operation.

    Args:
        name: as the table shows it.
        ours: ours(ops, *tensors) -> y or a tuple, with `paddle_resample.ops`.
        torch: torch(F, *tensors) -> the same, with `torch.nn.functional`; None without.
        inputs: inputs(n, c, h, w) -> arrays, float32 but for positions, from the
            numbers of a shape.
        ratio: side of y by the h and w of a shape, for the choice of sizes in --growth.
        gradients: how many of the inputs, from the first, get a gradient.
    """

    name: str
    ours: Callable
    torch: Optional[Callable]
    inputs: Callable
    ratio: float = 2.0
    gradients: int = 1


def _random(*shape):
    return np.random.default_rng(3).uniform(-1, 1, size=shape).astype("float32")


def _map(n, c, h, w):
    return (_random(n, c, h, w),)


def _even_map(n, c, h, w):
    return (_random(n, c, h // 2 * 2, w // 2 * 2),)


def _last(n, c, h, w):
    return (_random(n, h, w, c),)


def _even_last(n, c, h, w):
    return (_random(n, h // 2 * 2, w // 2 * 2, c),)


def _anywhere(n, c, h, w):
    """A map, and twice as many places a side that lie all over it."""
    return _random(n, c, h, w), _random(n, 2 * h, 2 * w, 2)


def _flow(n, c, h, w):
    """A map, and twice as many places a side, each moved by up to half a pixel."""
    across = (np.arange(2 * w) + 0.5) / w - 1
    down = (np.arange(2 * h) + 0.5) / h - 1
    regular = np.stack(np.meshgrid(across, down), -1)
    moved = regular + _random(n, 2 * h, 2 * w, 2) / np.array([w, h])
    return _random(n, c, h, w), moved.astype("float32")


def _windows(n, c, h, w):
    """A map and the logits of 5x5 windows; a quarter of one sample, because Paddle's
    way takes seconds for more."""
    return _random(1, c, h // 2, w // 2), _random(1, 25, h // 2 * 2, w // 2 * 2)


def _queries(n, c, h, w):
    """Queries, and keys half as fine; as little."""
    return _random(1, c, h // 2 * 2, w // 2 * 2), _random(1, c, h // 2, w // 2)


def _offsets(n, c, h, w):
    """A map, and offsets of four groups of channels for the four pixels of a cell."""
    return _random(n, c, h, w), _random(n, 32, h, w)


def _offset_layer(n, c, h, w):
    """A map, and weights that make such offsets of it."""
    return _random(n, c, h, w), _random(32, c, 1, 1)


def _bands(n, c, h, w):
    return _random(n, c, h // 2, w // 2), _random(n, 3 * c, h // 2, w // 2)


def _maxima(n, c, h, w):
    """Pooled values, and where in its cell of 2x2 each stood."""
    rows, columns = np.mgrid[: h // 2, : w // 2] * 2
    places = np.random.default_rng(4).integers(0, 2, size=(2, n, c, h // 2, w // 2))
    indices = (rows + places[0]) * (w // 2 * 2) + columns + places[1]
    return _random(n, c, h // 2, w // 2), indices


def _taps(F, x):
    """What each of 5x5 taps reads, with an axis for the pixels of a cell."""
    h, w = x.shape[2:]
    padded = F.pad(x, [2] * 4).unsqueeze(2)
    return [padded[..., k // 5 :, k % 5 :][..., :h, :w] for k in range(25)]


def _reassemble(F, x, logits):
    n, _, h, w = x.shape
    weights = F.pixel_unshuffle(F.softmax(logits, 1), 2).reshape(n, 25, 4, h, w)
    y = sum(tap * weights[:, None, k] for k, tap in enumerate(_taps(F, x)))
    return F.pixel_shuffle(y.flatten(1, 2), 2)


def _similarity(F, query, key):
    n, c, h, w = key.shape
    fine = F.pixel_unshuffle(query, 2).reshape(n, c, 4, h, w)
    scores = F.torch.stack([(fine * tap).sum(1) for tap in _taps(F, key)], 1)
    return F.pixel_shuffle(scores.flatten(1, 2), 2)


def _offset_warp(F, x, offset):
    """As DySample's authors do it."""
    torch, (n, c, h, w) = F.torch, x.shape
    offset = F.pixel_shuffle(offset * 0.25, 2).reshape(n, 2, 4, 2 * h, 2 * w)
    across = (torch.arange(2 * w) + 0.5) / 2
    down = (torch.arange(2 * h) + 0.5) / 2
    regular = torch.stack(torch.meshgrid(across, down, indexing="xy"))
    sides = torch.tensor([w, h], dtype=x.dtype).reshape(2, 1, 1, 1)
    grid = 2 * (regular[:, None] + offset) / sides - 1
    grid = grid.permute(0, 2, 3, 4, 1).flatten(0, 1)
    y = F.grid_sample(
        x.reshape(n * 4, c // 4, h, w),
        grid,
        padding_mode="border",
        align_corners=False,
    )
    return y.reshape(n, c, 2 * h, 2 * w)


def _blur(F, x, line):
    size = len(line)
    kernel = x.new_tensor(line)
    kernel = (kernel[:, None] * kernel).expand(x.shape[1], 1, size, size)
    low, high = (size - 1) // 2, size // 2
    padded = F.pad(x, [low, high, low, high], "reflect")
    return F.conv2d(padded, kernel, stride=2, groups=x.shape[1])


def _haar(F, x):
    above, below = x[:, :, 0::2], x[:, :, 1::2]
    total, rows = above + below, above - below
    low = total[..., 0::2] + total[..., 1::2]
    high = [rows[..., 0::2] + rows[..., 1::2], total[..., 0::2] - total[..., 1::2]]
    high.append(rows[..., 0::2] - rows[..., 1::2])
    return low * 0.5, F.torch.cat(high, 1) * 0.5


def _haar_inverse(F, low, high):
    low, (rows, columns, diagonal) = low * 0.5, (high * 0.5).chunk(3, 1)
    plus, minus = low + rows, low - rows
    other, opposite = columns + diagonal, columns - diagonal
    cell = [plus + other, plus - other, minus + opposite, minus - opposite]
    return F.pixel_shuffle(F.torch.stack(cell, 2).flatten(1, 2), 2)


def _merge(F, x, s=2):
    n, h, w, c = x.shape
    cells = x.reshape(n, h // s, s, w // s, s, c).permute(0, 1, 3, 4, 2, 5)
    return cells.reshape(n, h // s, w // s, s * s * c)


def _expand(F, x, s=2):
    n, h, w, c = x.shape
    cells = x.reshape(n, h, w, s, s, c // (s * s)).permute(0, 1, 3, 2, 4, 5)
    return cells.reshape(n, h * s, w * s, c // (s * s))


def _haar_ours(ops, x):
    low, side = ops.haar(x)
    return low, side.high


def _haar_inverse_ours(ops, low, high):
    size = [2 * n for n in low.shape[2:]]
    return ops.haar_inverse(low, ops.HaarBands(high, size))


def _max_unpool_ours(ops, x, indices):
    return ops.max_unpool(x, ops.PoolIndices(indices, [2 * n for n in x.shape[2:]]))


def _dysample_ours(ops, x, w):
    offset = ops.pointwise_conv(x, w)
    return ops.offset_warp(x, offset, 4, reach=0.25, cell=2)


def _resize(mode, target, ratio):
    """target: name of a function from a side of x to one of y."""
    to = {
        "x2": lambda n: 2 * n,
        "half": lambda n: n // 2,
        "odd": lambda n: 3 * n // 2 | 1,
    }[target]

    def size(x):
        return [to(n) for n in tuple(x.shape)[2:]]

    corners = False if mode.startswith("bi") else None
    return Row(
        f"{mode} {target}",
        lambda ops, x: ops.interpolate(x, size(x), mode=mode),
        lambda F, x: F.interpolate(x, size(x), mode=mode, align_corners=corners),
        _map,
        ratio,
    )


def _sample(mode, places, name, gradients):
    return Row(
        f"grid_sample {mode} {name}",
        lambda ops, x, grid: ops.grid_sample(x, grid, mode),
        lambda F, x, grid: F.grid_sample(x, grid, mode, align_corners=False),
        places,
        gradients=gradients,
    )


ROWS = [
    Row(
        "pixel_shuffle 2",
        lambda ops, x: ops.pixel_shuffle(x, 2),
        lambda F, x: F.pixel_shuffle(x, 2),
        _map,
    ),
    Row(
        "pixel_shuffle 4",
        lambda ops, x: ops.pixel_shuffle(x, 4),
        lambda F, x: F.pixel_shuffle(x, 4),
        _map,
        ratio=4,
    ),
    Row(
        "pixel_unshuffle 2",
        lambda ops, x: ops.pixel_unshuffle(x, 2),
        lambda F, x: F.pixel_unshuffle(x, 2),
        _even_map,
        ratio=0.5,
    ),
    Row(
        "merge_cells 2",
        lambda ops, x: ops.merge_cells(x, 2),
        _merge,
        _even_last,
        ratio=0.5,
    ),
    Row("expand_cells 2", lambda ops, x: ops.expand_cells(x, 2), _expand, _last),
    *(
        _resize(mode, target, ratio)
        for mode in ("nearest", "bilinear", "bicubic", "area")
        for target, ratio in (("x2", 2), ("half", 0.5), ("odd", 1.5))
    ),
    _sample("bilinear", _anywhere, "anywhere", 1),
    _sample("bilinear", _flow, "flow", 2),
    _sample("nearest", _anywhere, "anywhere", 1),
    Row(
        "reassemble 5 softmax",
        lambda ops, x, w: ops.reassemble(x, w, 5, 2, softmax=True),
        _reassemble,
        _windows,
        ratio=1,
        gradients=2,
    ),
    Row(
        "similarity 5",
        lambda ops, query, key: ops.similarity(query, key, 5, 2),
        _similarity,
        _queries,
        ratio=1,
        gradients=2,
    ),
    Row(
        "offset_warp 4 groups",
        lambda ops, x, offset: ops.offset_warp(x, offset, 4, reach=0.25, cell=2),
        _offset_warp,
        _offsets,
        gradients=2,
    ),
    Row(
        "pointwise_conv 32",
        lambda ops, x, w: ops.pointwise_conv(x, w),
        lambda F, x, w: F.conv2d(x, w),
        _offset_layer,
        ratio=1,
        gradients=2,
    ),
    Row(
        "dysample",
        _dysample_ours,
        lambda F, x, w: _offset_warp(F, x, F.conv2d(x, w)),
        _offset_layer,
        gradients=2,
    ),
    Row(
        "blur_pool 3",
        lambda ops, x: ops.blur_pool(x, 3),
        lambda F, x: _blur(F, x, [0.25, 0.5, 0.25]),
        _map,
        ratio=0.5,
    ),
    Row(
        "blur_pool 4",
        lambda ops, x: ops.blur_pool(x, 4),
        lambda F, x: _blur(F, x, [0.125, 0.375, 0.375, 0.125]),
        _map,
        ratio=0.5,
    ),
    Row(
        "max_unpool 2",
        _max_unpool_ours,
        lambda F, x, indices: F.max_unpool2d(x, indices, 2),
        _maxima,
        ratio=1,
    ),
    Row("haar", _haar_ours, _haar, _even_map, ratio=0.5),
    Row("haar_inverse", _haar_inverse_ours, _haar_inverse, _bands, 1, gradients=2),
]
