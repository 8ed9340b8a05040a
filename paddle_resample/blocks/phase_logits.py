"""The networks of learnable polyphase sampling, which give every polyphase component a
score. All components pass the same weights, so that a shift of the map only exchanges
the scores."""

from __future__ import annotations

import paddle
import paddle.nn as nn
import paddle.nn.functional as F

from ..errors import UsageError
from .border_conv import BorderConv
from .conv import conv

__all__ = ["PHASE_LOGITS", "count_phase_logits", "phase_logits"]


class ConvLogits(nn.Layer):
    """Two 3x3 convolutions with a ReLU between, mean over channels and positions."""

    def __init__(self, channels, hidden, border):
        super().__init__()
        self.conv1 = BorderConv(channels, hidden, 3, border=border, owner="lps")
        self.conv2 = BorderConv(hidden, hidden, 3, border=border, owner="lps")

    def forward(self, phases):
        x, parts = _as_samples(phases)
        return _mean(self._features(x), parts)

    def _features(self, x):
        return self.conv2(F.relu(self.conv1(x)))


class SkipLogits(ConvLogits):
    """The same, with the component added to the second convolution's result."""

    def _features(self, x):
        return x + self.conv2(F.relu(self.conv1(x)))


class AttentionLogits(nn.Layer):
    """Scores beta of the components, mixed by an attention among them."""

    def __init__(self, channels, hidden, border):
        super().__init__()
        self._phi = self._branch(channels, hidden, border)
        self._psi = self._branch(channels, hidden, border)
        self._beta = self._branch(channels, hidden, border)

    def _branch(self, channels, hidden, border):
        return nn.Sequential(
            BorderConv(channels, hidden, 3, border=border, owner="lps"),
            nn.ReLU(),
            nn.Identity(),
            BorderConv(hidden, hidden, 3, border=border, owner="lps"),
        )

    def forward(self, phases):
        x, parts = _as_samples(phases)
        query, key = (
            branch(x).mean(axis=[2, 3]).reshape([-1, parts, self._phi[3].bias.shape[0]])
            for branch in (self._phi, self._psi)
        )
        attention = F.softmax(paddle.matmul(query, key, transpose_y=True), axis=2)
        values = _mean(self._beta(x), parts).unsqueeze(2)
        return paddle.matmul(attention, values).squeeze(2)


class NormedAttentionLogits(AttentionLogits):
    """The same, with batch norm behind the ReLU and no bias before it."""

    def _branch(self, channels, hidden, border):
        first = BorderConv(channels, hidden, 3, border=border, owner="lps", bias=False)
        last = BorderConv(hidden, hidden, 3, border=border, owner="lps")
        return nn.Sequential(first, nn.ReLU(), nn.BatchNorm2D(hidden), last)


class PerceptronLogits(nn.Layer):
    """A 1x1 convolution to one channel, mean over positions."""

    def __init__(self, channels, hidden, border):
        super().__init__()
        self.perceptron = conv(channels, 1)

    def forward(self, phases):
        x, parts = _as_samples(phases)
        return _mean(self.perceptron(x), parts)


PHASE_LOGITS: dict[str, type[nn.Layer]] = {
    "conv": ConvLogits,
    "skip": SkipLogits,
    "attention": AttentionLogits,
    "attention_norm": NormedAttentionLogits,
    "perceptron": PerceptronLogits,
}


def phase_logits(name: str, channels: int, hidden: int, border: str) -> nn.Layer:
    """The network of a name.

    Args:
        name: one of PHASE_LOGITS.
        channels: C of the map.
        hidden: h, channels within.
        border: of the 3x3 convolutions.

    Returns:
        nn.Layer: phases [N, C, s*s, h, w] -> scores [N, s*s].

    Raises:
        UsageError: "skip" with other hidden channels than C.
    """
    if name == "skip" and hidden != channels:
        raise UsageError(
            f"lps: logits 'skip' adds the map, so hidden_channels={hidden} must be "
            f"in_channels={channels}"
        )
    return PHASE_LOGITS[name](channels, hidden, border)


def count_phase_logits(name: str, channels: int, hidden: int) -> tuple[int, int]:
    """(parameters, multiply-accumulates per pixel of the map).

    >>> count_phase_logits("conv", 8, 4)
    (440, 432)
    """
    if name == "perceptron":
        return channels + 1, channels
    first, last = 9 * channels * hidden, 9 * hidden * hidden
    biases = 3 * hidden if name == "attention_norm" else 2 * hidden
    branches = 3 if name.startswith("attention") else 1
    return branches * (first + last + biases), branches * (first + last)


def _as_samples(phases):
    """([N*P, C, h, w], P)."""
    return phases.transpose([0, 2, 1, 3, 4]).flatten(0, 1), phases.shape[2]


def _mean(features, parts):
    """Of channels and positions, [N*P, D, h, w] -> [N, P]."""
    return features.mean(axis=[1, 2, 3]).reshape([-1, parts])
