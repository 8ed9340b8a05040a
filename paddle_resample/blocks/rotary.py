"""A rotary code of the pixel's position with learned frequencies."""

from __future__ import annotations

import math

import numpy as np
import paddle
import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Assign

from ..ops import regular_grid, spatial_size

__all__ = ["Rotary"]


class Rotary(nn.Layer):
    """Rotate channel pairs by angles that grow with the pixel's position.

    Args:
        width: channels, a multiple of 4; the first half is rotated with the row, the
            second with the column, both from 0 to 1 across the map.
        theta: base of the frequencies.

    Shape:
        x [N, width, H, W] -> the same. The angles are computed in the dtype of the
        parameter `freqs`, float32 under mixed precision.
    """

    def __init__(self, width: int, theta: float = 100):
        super().__init__()
        line = theta ** np.linspace(0, -1, width // 4)
        freqs = np.zeros([2, width])
        freqs[0, : width // 2] = freqs[1, width // 2 :] = np.tile(line, 2)
        init = Assign((freqs * 2 * math.pi).astype("float32"))
        self.freqs = self.create_parameter([2, width], default_initializer=init)

    def forward(self, x: Tensor) -> Tensor:
        grid = regular_grid(spatial_size(x), align_corners=True)
        grid = ((grid + 1) / 2).astype(self.freqs.dtype)  # [1, H, W, (column, row)]
        row, column = self.freqs.reshape([2, 1, -1, 1, 1])
        angle = grid[..., 1].unsqueeze(1) * row + grid[..., 0].unsqueeze(1) * column
        half = x.shape[1] // 2
        rotated = paddle.concat([-x[:, half:], x[:, :half]], axis=1)
        return x * angle.cos().astype(x.dtype) + rotated * angle.sin().astype(x.dtype)
