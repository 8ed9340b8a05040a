"""Layer normalization of feature maps."""

from __future__ import annotations

import paddle.nn as nn
from paddle import Tensor

__all__ = ["LayerNorm2D"]


class LayerNorm2D(nn.LayerNorm):
    """LayerNorm over the channels of every pixel, stored as nn.LayerNorm stores it.

    Args:
        channels: C.
        epsilon: added to the variance.

    Shape:
        x [N, C, H, W] -> [N, C, H, W].

    >>> import paddle
    >>> x = paddle.to_tensor([1.0, 3.0]).reshape([1, 2, 1, 1])
    >>> LayerNorm2D(2)(x).flatten().numpy().round(3).tolist()
    [-1.0, 1.0]
    """

    def __init__(self, channels: int, epsilon: float = 1e-5):
        super().__init__(channels, epsilon)

    def forward(self, x: Tensor) -> Tensor:
        # Paddle 2.6 cannot trace super().
        y = nn.LayerNorm.forward(self, x.transpose([0, 2, 3, 1]))
        return y.transpose([0, 3, 1, 2])
