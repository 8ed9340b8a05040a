"""Scenes made from numbers: what stands where, in which light."""

from numbers import Integral
from typing import NamedTuple

import cv2
import numpy as np

from ...errors import UsageError, did_you_mean
from . import backdrop, strokes, structures
from .canvas import Canvas
from .dice import Dice, noise
from .moods import MOODS

__all__ = ["SMALLEST", "SPLITS", "Scene", "check_scene", "render_scene"]

SPLITS = ("train", "val", "test")
SMALLEST = 32  # pixels a side; less holds no scene


class Scene(NamedTuple):
    """A picture and what is in it.

    Attributes:
        image: uint8 [H, W, 3], RGB.
        label: uint8 [H, W], class of the thing under each pixel's centre.
        width: uint8 [H, W], nominal width in pixels (1-4) of the thin structure, or of
            the gap between two things of one class, that the pixel belongs to; else 0.
    """

    image: np.ndarray
    label: np.ndarray
    width: np.ndarray


def render_scene(seed, index, split="train", size=(128, 128)):
    """Draw one scene; the same arguments give the same scene anywhere.

    Args:
        seed: int, at least 0.
        index: int, at least 0, number within the split.
        split: str, one of SPLITS; splits never share a scene.
        size: (height, width) in pixels. Things grow with it, line widths do not.

    Returns:
        Scene.
    """
    check_scene(seed, index, split, size)
    height, width = size
    dice = Dice(seed, SPLITS.index(split), index)
    canvas = Canvas(height, width)
    mood = dice.pick(MOODS)
    scale = min(height, width) / 128
    horizon = int(dice.uniform(0.48, 0.66) * height)
    backdrop.sky(canvas, dice, mood, horizon)
    backdrop.hills(canvas, dice, mood, horizon)
    _in_the_air(canvas, dice, mood, horizon, scale)
    bank = _on_the_ground(canvas, dice, mood, horizon, scale)
    _in_front(canvas, dice, mood, horizon, bank, scale)
    image, label, thin = canvas.finish()
    return Scene(_photograph(image, dice), label, thin)


def check_scene(seed, index, split, size):
    """Raise UsageError unless these can name a scene (see render_scene)."""
    if split not in SPLITS:
        hint = did_you_mean(split, SPLITS)
        raise UsageError(f"FineShapes: unknown split {split!r}{hint}")
    for name, number in (("seed", seed), ("index", index)):
        if not _whole(number) or not 0 <= number < 2**32:
            raise UsageError(
                f"FineShapes: {name} must be a whole number from 0 to 2**32 - 1, "
                f"but is {number!r}"
            )
    fits = isinstance(size, (list, tuple)) and len(size) == 2
    if not fits or not all(_whole(n) and n >= SMALLEST for n in size):
        raise UsageError(
            f"FineShapes: size must be one whole number of pixels or (height, width), "
            f"each at least {SMALLEST}, but is {size!r}"
        )


def _whole(number):
    return isinstance(number, Integral) and not isinstance(number, bool)


def _in_the_air(canvas, dice, mood, horizon, scale):
    w = canvas.width
    for _ in range(dice.pick([0, 1, 1, 2])):
        x, y = dice.uniform(0.15, 0.85) * w, dice.uniform(0.1, 0.6) * horizon
        strokes.birds(canvas, dice, mood, x, y, scale)
    position, kind = dice.uniform(0.16, 0.84) * w, dice.uniform(0, 1)
    if kind < 0.5:
        structures.wheel(canvas, dice, mood, position, horizon, scale)
    elif kind < 0.72:
        structures.turbines(canvas, dice, mood, position, horizon, scale)
    for _ in range(dice.pick([0, 1, 1, 2])):
        x, y = dice.uniform(0.1, 0.9) * w, dice.uniform(0.18, 0.45) * horizon
        structures.balloons(canvas, dice, mood, x, y, scale)


def _on_the_ground(canvas, dice, mood, horizon, scale):
    """Water, fields and houses; returns the first row of the near bank."""
    h, w = canvas.height, canvas.width
    lake = dice.chance(0.65)
    if not lake:
        backdrop.fields(canvas, dice, mood, horizon, wavy=False)
    if dice.chance(0.75):
        begin = dice.uniform(-0.1, 0.6) * w
        end = begin + dice.uniform(0.25, 0.7) * w
        structures.houses(canvas, dice, mood, horizon + 1, begin, end, scale)
    if not lake:
        return horizon
    # after the houses, which it mirrors
    bank = int(horizon + (h - horizon) * dice.uniform(0.25, 0.7))
    backdrop.water(canvas, dice, mood, horizon, min(h, bank + (h - bank) // 3 + 1))
    backdrop.fields(canvas, dice, mood, bank, wavy=True)
    return bank + (h - bank) // 3


def _in_front(canvas, dice, mood, horizon, bank, scale):
    h, w = canvas.height, canvas.width
    if dice.chance(0.6):
        foot = bank + (h - bank) * dice.uniform(0.1, 0.8)
        across = bank > horizon  # no pole stands in the water
        strokes.wires(canvas, dice, mood, horizon, foot, scale, across=across)
    fenced = dice.chance(0.6)
    if dice.chance(0.6):
        x, foot = dice.uniform(0, 0.6) * w, dice.uniform(0.8, 0.93)
        foot = (foot - 0.06 * fenced) * h
        strokes.sign(canvas, dice, mood, x, foot, scale)
    if fenced:
        strokes.fence(canvas, dice, mood, scale)


def _photograph(image, dice):
    """Uneven light, a lens that is never quite sharp, and a grainy sensor."""
    h, w = image.shape[:2]
    if dice.chance(0.7):  # a small blur, its centre kept: labels stay aligned
        soft = dice.integer(6, 34)
        kernel = np.int32([soft, 256 - 2 * soft, soft]).astype(np.float32) / 256
        image = cv2.sepFilter2D(image, -1, kernel, kernel)
    right, down = dice.integer(-13, 13), dice.integer(-7, 13)
    gain = 128 + np.linspace(-right, right, w).astype(np.int16)[None]
    gain = gain + np.linspace(-down, down, h).astype(np.int16)[:, None]
    gain = (gain + noise(dice, h, w) // 12).astype(np.uint16)
    out = ((image * gain[..., None]) >> 7).astype(np.int16)
    level = dice.integer(4, 17)
    for channel in range(3):
        out[..., channel] += (noise(dice, h, w, grain="sand") * level) >> 7
    return np.clip(out, 0, 255).astype(np.uint8)
