"""Sines and cosines of positions, and of an image's values, at many frequencies."""

from __future__ import annotations

import paddle
import paddle.nn as nn
from paddle import Tensor
from paddle.nn.initializer import Normal

from ..ops import regular_grid, spatial_size

__all__ = ["FourierFeatures"]


class FourierFeatures(nn.Layer):
    """sin(f * s + a) and cos(f * s + b) for every frequency f and signal s.

    Signals are the row and the column, from -1 to 1 between the centres of the corner
    pixels, and the channels of x. Phases up to 22,026 are computed in float64, where
    float32 would be off by a thousandth. The learned phases `biases` are stored
    [2, 2 + G, F] and read as [2, F, 2 + G], as released.

    Args:
        frequencies: number F of frequencies, spaced evenly in their logarithm from
            e**-2 to e**10.
        image_channels: G; with 0 only the batch and size of x matter.

    Shape:
        x [N, G, H, W] -> [N, 2*F*(2 + G) + G, H, W], dtype of `biases`: sines, then
        cosines, each frequency by frequency of (row, column, channels), then x.

    Source: Huang et al., "LoftUp", ICCV 2025, with the released numbers and layout;
    after Tancik et al., "Fourier features let networks learn high frequency functions
    in low dimensional domains", NeurIPS 2020.
    """

    def __init__(self, frequencies: int, image_channels: int = 0):
        super().__init__()
        self.image_channels = image_channels
        self.signals = 2 + image_channels
        self.frequencies = frequencies
        self.biases = self.create_parameter(
            [2, self.signals, frequencies], default_initializer=Normal(0.0, 1.0)
        )

    @property
    def out_channels(self) -> int:
        """Channels of the result."""
        return 2 * self.frequencies * self.signals + self.image_channels

    def forward(self, x: Tensor) -> Tensor:
        size, number = spatial_size(x), self.frequencies
        positions = regular_grid(size, align_corners=True, dtype="float64")
        positions = paddle.stack(
            [positions[..., 1], positions[..., 0]], axis=1
        )  # row, column
        signals = positions + paddle.zeros_like(x[:, :1]).astype("float64")
        if self.image_channels:
            signals = paddle.concat([signals, x.astype("float64")], axis=1)
        # No constant: Paddle 2.6 puts constants of float64 into programs as float32.
        frequencies = paddle.linspace(-2, 10, number, "float64").exp()
        phases = signals.unsqueeze(1) * frequencies.reshape([1, -1, 1, 1, 1])
        biases = self.biases.astype("float64")
        biases = biases.reshape([2, 1, number, self.signals, 1, 1])
        shape = [-1, number * self.signals, size[0], size[1]]
        waves = [(phases + biases[0]).sin(), (phases + biases[1]).cos()]
        features = [wave.reshape(shape) for wave in waves]
        if self.image_channels:
            features.append(x)
        dtype = self.biases.dtype
        return paddle.concat([f.astype(dtype) for f in features], axis=1)
