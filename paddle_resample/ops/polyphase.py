"""The polyphase components of a feature map, the s*s maps of every s-th row and column,
and their choice or mixture by weights that a partner upsampler uses again."""

from __future__ import annotations

from typing import Any, NamedTuple

import paddle
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_side
from ..errors import UsageError
from .shuffle import _pixel_shuffle, _pixel_unshuffle
from .size import Size, _fit, spatial_size

__all__ = [
    "PhaseWeights",
    "check_phase_weights",
    "mix_phases",
    "one_hot_phase",
    "polyphase",
    "spread_phases",
    "to_recorded_size",
]


class PhaseWeights(NamedTuple):
    """How much of each polyphase component a downsampler kept.

    Attributes:
        weights: float [N, s*s], those of a sample sum to 1; component s*i + j has the
            rows i, i + s, ... and the columns j, j + s, ...
        size: (H, W) of the map before.
    """

    weights: Any
    size: Any


def polyphase(x: Tensor, scale: int) -> Tensor:
    """Split a map into its polyphase components.

    Args:
        x: float [N, C, H, W]; H and W are multiples of scale.
        scale: s.

    Returns:
        [N, C, s*s, H/s, W/s]; component s*i + j is x[:, :, i::s, j::s].

    >>> x = paddle.to_tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> polyphase(x, 2).numpy().ravel().tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    channels = x.shape[1]
    x = _pixel_unshuffle(x, scale)
    size = spatial_size(x)
    return x.reshape([-1, channels, scale * scale, size[0], size[1]])


def mix_phases(phases: Tensor, weights: Tensor) -> Tensor:
    """Weighted sum of polyphase components.

    Args:
        phases: [N, C, s*s, h, w], see `polyphase`.
        weights: [N, s*s].

    Returns:
        [N, C, h, w].

    >>> phases = paddle.to_tensor([1.0, 2.0, 3.0, 4.0]).reshape([1, 1, 4, 1, 1])
    >>> mix_phases(phases, paddle.to_tensor([[0.0, 0.5, 0.0, 0.5]])).item()
    3.0
    """
    return (phases * _per_phase(phases, weights)).sum(axis=2)


def spread_phases(x: Tensor, weights: Tensor, scale: int) -> Tensor:
    """Put x to every polyphase component, times the weight of that component.

    Args:
        x: [N, C, h, w].
        weights: [N, s*s].
        scale: s.

    Returns:
        [N, C, h*s, w*s].

    >>> y = spread_phases(paddle.ones([1, 1, 1, 1]), paddle.eye(4)[2:3], 2)
    >>> y.numpy()[0, 0].tolist()
    [[0.0, 0.0], [1.0, 0.0]]
    """
    fine = x.unsqueeze(2) * _per_phase(x, weights)
    return _pixel_shuffle(fine.flatten(1, 2), scale)


def _per_phase(x, weights):
    return weights.astype(x.dtype).reshape([-1, 1, weights.shape[1], 1, 1])


def one_hot_phase(scores: Tensor, least: bool = False) -> Tensor:
    """1 for the component of the largest score, 0 for the others; no gradient.

    Args:
        scores: float [N, P]; of equal ones the first counts.
        least: the smallest score instead.

    Returns:
        [N, P], dtype of scores.

    >>> one_hot_phase(paddle.to_tensor([[1.0, 3.0, 3.0]])).numpy().tolist()
    [[0.0, 1.0, 0.0]]
    """
    index = (paddle.argmin if least else paddle.argmax)(scores.detach(), axis=1)
    return F.one_hot(index, scores.shape[1]).astype(scores.dtype)


def check_phase_weights(owner: str, side: Any, x: Tensor, scale: int) -> None:
    """Check the side information of a polyphase upsampler, in eager execution.

    Args:
        owner: name of the layer, for the message.
        side: the argument.
        x: [N, C, h, w], what is upsampled.
        scale: s.

    Raises:
        UsageError: it is no PhaseWeights of N samples and s*s components.
    """
    check_side(owner, side, PhaseWeights)
    if not paddle.in_dynamic_mode():
        return
    wanted = [x.shape[0], scale * scale]
    if list(side.weights.shape) != wanted:
        raise UsageError(
            f"{owner}: the recorded phase weights are {list(side.weights.shape)}, but "
            f"x of {list(x.shape)} with scale={scale} needs {wanted}"
        )


def to_recorded_size(y: Tensor, recorded: Size, size: Size | None, scale: int):
    """Crop to the size before the downsampler, then to the one that is asked for.

    Args:
        y: [N, C, h*s, w*s].
        recorded: `PhaseWeights.size`.
        size: as of every upsampler.
        scale: s.
    """
    return _fit(_fit(y, recorded, scale), size, scale)
