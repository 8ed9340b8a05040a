"""Start a learned resampler as one without weights, so that a trained network in which
it replaces that one behaves as before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Union

import numpy as np
import paddle
import paddle.nn.functional as F
from paddle import Tensor

from .arguments import check_choice
from .base import Downsampler, Resampler, Upsampler
from .errors import UsageError
from .ops.interpolate import _interpolate

__all__ = [
    "DOWN_STARTS",
    "TOLERANCE",
    "UP_STARTS",
    "Start",
    "check_start",
    "start_as",
]

UP_STARTS = ("bilinear", "bilinear_aligned", "nearest")
DOWN_STARTS = ("first", "mean", "max")
TOLERANCE = 0.05  # of the reference's standard deviation, away from the border
_HOPELESS = 0.8  # error after half of the steps at which a fit is given up
_COARSE, _BATCH = 10, 2  # sides and number of the maps of noise

Reference = Union[str, Callable[[Tensor], Tensor]]


class Start(NamedTuple):
    """How a layer was started.

    Attributes:
        way: "closed form", "fitted", or without steps "copied": as the layer was.
        error: root mean square difference from the reference on noise, in standard
            deviations of the reference, without two coarse pixels at every side; in
            training and in evaluation, whichever is more.
        border: the same of those outer pixels alone.
    """

    way: str
    error: float
    border: float


def start_as(
    layer: Resampler,
    reference: Reference,
    *,
    steps: int = 300,
    seed: int = 0,
    tolerance: float = TOLERANCE,
) -> Start:
    """Set the weights of a layer so that it computes what a reference does.

    Where the class declares a closed form (`Resampler.starts`), it is taken. Otherwise
    the weights are fitted to the reference by Adam on seeded noise, smooth and white,
    of changing mean and contrast; a guide is noise that has nothing to do with x. The
    global random state is not touched.

    Args:
        layer: with weights; it keeps its channels, unless the reference is a function.
        reference: of an upsampler "bilinear", "bilinear_aligned" (corners aligned) or
            "nearest"; of a downsampler "first" (the first pixel of every cell, which a
            strided convolution reads), "mean" or "max" of every cell; or a function of
            x that gives a map of the layer's size.
        steps: of the fit, if there is one; 0 only measures.
        seed: of the noise.
        tolerance: the largest `Start.error` that counts as the same.

    Returns:
        Start.

    Raises:
        UsageError: no weights, channels that change, an unknown reference, or an error
            above the tolerance; then the layer is as it was.

    >>> from paddle_resample import DySample
    >>> layer = DySample(8)
    >>> start_as(layer, "bilinear").way
    'closed form'
    """
    _check(layer, reference)
    weights = [p for p in layer.parameters() if not p.stop_gradient]
    before = {key: value.clone() for key, value in layer.state_dict().items()}
    target = _function(layer, reference)
    way = "closed form"
    mode = reference if isinstance(reference, str) else ""
    if not (mode in layer.starts and layer.set_start(mode)):
        way = "fitted" if steps else "copied"
        _fit(layer, weights, target, steps, np.random.default_rng([seed, 1]))
    error, border = _errors(layer, target, np.random.default_rng([seed, 2]))
    if not error <= tolerance:
        layer.set_state_dict(before)
        named = reference if isinstance(reference, str) else "what stood there"
        able = f"; it can start as {' or '.join(layer.starts)}" if layer.starts else ""
        raise UsageError(
            f"{layer.name}: cannot start as {named}: {error:.0%} of it would differ, "
            f"and {tolerance:.0%} may{able}"
        )
    return Start(way, error, border)


def check_start(cls: type[Resampler], start: str) -> None:
    """Refuse a reference that a class cannot have, before anything is built."""
    known = UP_STARTS if issubclass(cls, Upsampler) else DOWN_STARTS
    check_choice(cls.name, "start", start, known)
    if not cls.learned:
        raise UsageError(
            f"{cls.name}: has no weights that could start as another; leave start out"
        )


def _check(layer, reference):
    if isinstance(reference, str):
        check_start(type(layer), reference)
    if all(p.stop_gradient for p in layer.parameters()):
        raise UsageError(f"{layer.name}: has no weights that could start as another")
    if isinstance(reference, str) and layer.in_channels != layer.out_channels:
        raise UsageError(
            f"{layer.name}: cannot start as an operator that keeps its channels, "
            f"because it changes them from {layer.in_channels} to {layer.out_channels}"
        )


def _function(layer, reference):
    if not isinstance(reference, str):
        return reference
    s = layer.scale
    functions: dict[str, Callable[[Tensor], Any]] = {
        "bilinear": lambda x: _interpolate(x, None, s, "bilinear"),
        "bilinear_aligned": lambda x: _interpolate(
            x, None, s, "bilinear", align_corners=True
        ),
        "nearest": lambda x: _interpolate(x, None, s, "nearest"),
        "first": lambda x: x[:, :, ::s, ::s],
        "mean": lambda x: F.avg_pool2d(x, s, s),
        "max": lambda x: F.max_pool2d(x, s, s),
    }
    return functions[reference]


def _fit(layer, weights, target, steps, rng):
    """Adam with a rate that falls to zero, on the pixels away from the border."""
    rate = paddle.optimizer.lr.CosineAnnealingDecay(0.02, max(steps, 1))
    optimizer = paddle.optimizer.Adam(rate, parameters=weights)
    training = layer.training
    layer.train()
    with paddle.enable_grad(), paddle.amp.auto_cast(enable=False):
        for step in range(steps):
            x, guide = _noise(layer, rng)
            loss = _difference(layer, target, x, guide)[0]
            if step == steps // 2 and float(loss) > _HOPELESS**2:
                break
            loss.backward()
            optimizer.step()
            optimizer.clear_grad()
            rate.step()
    if not training:
        layer.eval()


def _errors(layer, target, rng):
    training = layer.training
    state = {key: value.clone() for key, value in layer.state_dict().items()}
    errors = []
    with paddle.no_grad(), paddle.amp.auto_cast(enable=False):
        for mode in (layer.eval, layer.train):
            mode()
            errors.append(_difference(layer, target, *_noise(layer, rng)))
    layer.set_state_dict(state)  # running statistics
    if not training:
        layer.eval()
    return [max(float(e) for e in kind) ** 0.5 for kind in zip(*errors)]


def _difference(layer, target, x, guide):
    """Squared errors over the reference's variance: inside, and of the border."""
    y = layer(x) if guide is None else layer(x, guide=guide)
    expected = target(x)
    margin = 2 if isinstance(layer, Downsampler) else 2 * layer.scale
    inner = (..., slice(margin, -margin), slice(margin, -margin))
    squares = (y - expected) ** 2
    mean = expected.mean(axis=[1, 2, 3], keepdim=True)
    variance = ((expected - mean) ** 2).mean(axis=[1, 2, 3], keepdim=True)
    squares = squares / variance
    whole, inside = squares.mean(), squares[inner].mean()
    share = squares[inner].size / squares.size
    return inside, (whole - share * inside) / (1 - share)


def _noise(layer, rng):
    """(x, guide or None): smooth and white noise of changing mean and contrast."""
    side = _COARSE * (layer.scale if isinstance(layer, Downsampler) else 1)
    x = _maps(rng, layer.in_channels, side)
    if not getattr(layer, "needs_guide", False):
        return x, None
    channels = getattr(layer, "guide_channels", None) or layer.in_channels
    return x, _maps(rng, channels, _COARSE * layer.scale)


def _maps(rng, channels, side):
    white = rng.normal(size=(_BATCH, channels, side, side)).astype("float32")
    smooth = white + np.roll(white, 1, 2) + np.roll(white, 1, 3)
    smooth = (smooth + np.roll(smooth, (1, 1), (2, 3))) / 3
    share = rng.uniform(size=(_BATCH, 1, 1, 1)).astype("float32")
    contrast = rng.uniform(0.3, 3, size=(_BATCH, 1, 1, 1)).astype("float32")
    mean = rng.normal(size=(_BATCH, channels, 1, 1)).astype("float32")
    maps = contrast * (share * white + (1 - share) * smooth) + mean
    return paddle.to_tensor(maps)
