"""What benchmarks/operators.py measures: a table, one entry for every operation.

A new operation is one more Row. Neither Paddle nor PyTorch is imported here: a Row's
functions get the framework's module of functions, and tensors of the same numbers.
"""

from dataclasses import dataclass
from typing import Callable, Optional

import numpy as np

__all__ = ["ROWS", "SHAPES", "Row"]

SHAPES = ((1, 64, 128, 128), (4, 256, 64, 64), (8, 32, 56, 56), (2, 128, 33, 47))


@dataclass
class Row:
    """One operation.

    Args:
        name: as the table shows it.
        ours: ours(ops, *tensors) -> y, with `paddle_resample.ops`.
        torch: torch(F, *tensors) -> y, with `torch.nn.functional`; None without.
        inputs: inputs(n, c, h, w) -> arrays, float32, from the numbers of a shape.
        ratio: side of y by side of x, for the choice of sizes in --growth.
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


def _merge(F, x, s=2):
    n, h, w, c = x.shape
    cells = x.reshape(n, h // s, s, w // s, s, c).permute(0, 1, 3, 4, 2, 5)
    return cells.reshape(n, h // s, w // s, s * s * c)


def _expand(F, x, s=2):
    n, h, w, c = x.shape
    cells = x.reshape(n, h, w, s, s, c // (s * s)).permute(0, 1, 3, 2, 4, 5)
    return cells.reshape(n, h * s, w * s, c // (s * s))


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
]
