"""Regions of a scene: sky, hills, water, fields. Soft, large, told apart by texture."""

import cv2
import numpy as np

from .canvas import DETAIL
from .classes import FIELD, HILL, SKY, WATER
from .dice import ONE, noise, spline

__all__ = ["fields", "hills", "mix", "sky", "water"]


def mix(a, b, share):
    """Colour between a (share 0) and b (share 1)."""
    return tuple(int(p + (q - p) * share) for p, q in zip(a, b))


def sky(canvas, dice, mood, horizon):
    """Fill the rows down to the horizon: gradient, sun or moon, clouds, stars."""
    tall, w = horizon + 3, canvas.width
    # all that is soft is made at half the resolution
    h2, w2 = (tall + 1) // 2, (w + 1) // 2
    rows = np.arange(h2)
    stops = [0, horizon * dice.uniform(0.45, 0.7) / 2, horizon / 2]
    colours = np.array([mood.zenith, mood.middle, mood.horizon])
    column = np.stack([np.interp(rows, stops, c) for c in colours.T], -1)
    picture = np.repeat(column.astype(np.float32)[:, None], w2, 1)

    x, y = dice.uniform(0.1, 0.9) * w, dice.uniform(0.3, 0.95) * horizon
    radius = dice.uniform(0.05, 0.09) * min(canvas.height, w)
    gx = np.arange(w2, dtype=np.float32) * 2 - x
    gy = np.arange(h2, dtype=np.float32) * 2 - y
    square = (gx * gx + (gy * gy)[:, None]) * np.float32(1 / (6 * radius * radius))
    glow = np.float32(0.35 if mood.stars else 0.6) / (1 + square)
    picture += glow[..., None] * (np.float32(mood.sun) - picture)

    cover = noise(dice, h2, w2, stretch=(1, 3)).astype(np.float32)
    cover = np.clip((cover - dice.integer(-10, 45)) / 60, 0, 1)
    cover *= 0.2 if mood.stars else 0.65
    white = np.float32(mix(mood.horizon, mood.chalk, 0.5 if mood.stars else 0.7))
    picture += cover[..., None] * (white - picture)

    picture = cv2.resize(np.minimum(picture, 255).astype(np.uint8), (w2 * 2, h2 * 2))
    picture = picture[:tall, :w]
    for _ in range(tall * w // 250 if mood.stars else 0):
        y2, x2 = dice.integer(0, tall - 1), dice.integer(0, w - 1)
        picture[y2, x2] = mix(
            picture[y2, x2].tolist(), mood.sun, dice.uniform(0.1, 0.6)
        )
    canvas.paste(picture, None, SKY)
    share = 0.45 * dice.chance(0.4)  # a veil of cloud
    canvas.disc((x, y), radius, mix(mood.sun, mood.horizon, share), SKY)


def hills(canvas, dice, mood, horizon):
    """Draw one to three ridges behind each other; distance pales them."""
    count = dice.integer(1, 3)
    for i in range(count):
        near = (i + 1) / count if count > 1 else dice.uniform(0.4, 1)
        lift = horizon * dice.uniform(0.12, 0.3) * (1.25 - 0.75 * i / count)
        rough = dice.uniform(0.4, 1.0)
        ridge = (
            horizon
            - lift
            + _profile(dice, canvas.width, dice.integer(3, 7)) * (lift * rough)
        )
        colour = mix(mood.far_hill, mood.near_hill, near)
        _ridge(canvas, dice, ridge, horizon, colour, mix(colour, mood.horizon, 0.45))


def _profile(dice, width, bumps):
    """Smooth random curve in about -1..1, one value for each fine column."""
    knots = [dice.integer(-100, 100) for _ in range(bumps + 4)]
    knots[1::2] = [k - 70 for k in knots[1::2]]  # valleys between the tops
    return spline(bumps + 4, width * DETAIL) @ np.array(knots) / (ONE * 75)


def _below(edge, top, bottom):
    """Mask of the fine points in rows top..bottom that lie below an edge."""
    rows = np.arange(top * DETAIL, bottom * DETAIL, dtype=np.int32)[:, None]
    return (rows >= np.rint(edge * DETAIL).astype(np.int32)).view(np.uint8)


def _ridge(canvas, dice, ridge, horizon, colour, foot):
    bottom = min(canvas.height, int(horizon) + 2)
    top = max(0, int(ridge.min()))
    mask = _below(ridge, top, bottom)
    h = bottom - top
    if h < 2:
        return
    share = np.linspace(0, 1, h, dtype=np.float32)[:, None, None]
    picture = np.float32(colour) * (1 - share) + np.float32(foot) * share
    relief = noise(dice, h, canvas.width, stretch=(1, 1)).astype(np.float32)
    picture = picture * (1 + relief[..., None] * np.float32(0.0018))
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    canvas.paste(picture, mask, HILL, top)


def water(canvas, dice, mood, top, bottom):
    """Fill rows top..bottom with a rippled reflection of what stands above."""
    h, w = bottom - top, canvas.width
    above = canvas.points[max(0, top - int(h * 1.3)) * DETAIL : top * DETAIL, :, :3]
    above = np.ascontiguousarray(above[::-DETAIL, 1::DETAIL])
    mirror = cv2.blur(cv2.resize(above, (w, h)), (3, 5))
    depth = np.arange(h, dtype=np.float32)
    # ripples look finer the farther away they are: rows of noise pass faster there
    ripple = noise(dice, 150, w, grain="sand", stretch=(1, 6)).astype(np.float32)
    ripple += noise(dice, 150, w, stretch=(1, 4)) * np.float32(0.7)
    reach = depth * np.float32(128 / min(canvas.height, w))
    position = 148 * reach / (reach + 24)
    first = position.astype(np.int32)
    beyond = (position - first).astype(np.float32)[:, None]
    ripple = ripple[first] * (1 - beyond) + ripple[first + 1] * beyond
    columns = np.arange(w, dtype=np.float32)[None]
    bend = ripple * np.float32(0.06)
    mirror = cv2.remap(
        mirror,
        np.broadcast_to(columns, (h, w)) + bend,
        np.broadcast_to(depth[:, None], (h, w)) + bend * np.float32(0.7),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    ).astype(np.float32)
    share = np.float32(0.35 + 0.4 * depth / h)[:, None, None]
    picture = mirror * (1 - share) + np.float32(mood.water) * share
    glint = dice.uniform(0.25, 0.5)
    picture += (ripple * np.float32(glint))[..., None]
    canvas.paste(np.clip(picture, 0, 255).astype(np.uint8), None, WATER, top)


def fields(canvas, dice, mood, top, *, wavy):
    """Fill from row `top` down with one or two ploughed fields in perspective.

    Args:
        wavy: bool, the far edge is a shore line and not the straight horizon.
    """
    h, w = canvas.height - top, canvas.width
    mask = None
    if wavy:
        edge = _profile(dice, w, 3) * (h * 0.12) + h * 0.14
        mask = _below(edge, 0, h)
    first = dice.integer(0, 1)
    canvas.paste(_ploughed(dice, mood, h, w, mood.fields[first]), mask, FIELD, top)
    if dice.chance(0.6):
        second = _ploughed(dice, mood, h, w, mood.fields[1 - first])
        start, end = dice.uniform(0.1, 0.9) * w, dice.uniform(-0.2, 1.2) * w
        corners = [(start, 0), (w + 9, 0), (w + 9, h), (end, h)]
        part = np.zeros((h * DETAIL, w * DETAIL), np.uint8)
        cv2.fillPoly(part, [np.int32(np.rint(np.array(corners) * DETAIL))], 1)
        if mask is not None:
            part &= mask
        canvas.paste(second, part, FIELD, top)


def _ploughed(dice, mood, h, w, colour):
    """Rows that run to a vanishing point; fading where they are too fine to see."""
    depth = (np.arange(h, dtype=np.float32)[:, None] + 3) / h
    centre = dice.uniform(-0.3, 1.3) * w
    # of furrows, in pixels at the lower edge
    period = dice.uniform(6, 14) * max(1, w / 128)
    across = (np.arange(w, dtype=np.float32)[None] - np.float32(centre)) / depth
    phase = across / np.float32(period)
    phase -= np.floor(phase)
    furrow = np.abs(phase * 4 - 2) - 1  # triangle wave, -1..1
    pitch = 1 / (depth * np.float32(period))  # furrows per pixel, along and down
    pitch = pitch + np.abs(across) * (pitch / depth) * np.float32(1 / h)
    visible = np.clip((0.42 - pitch) / 0.2, 0, 1)
    contrast = dice.uniform(0.16, 0.3)
    gain = 1 + furrow * visible * np.float32(contrast)
    gain += noise(dice, h, w, grain="sand").astype(np.float32) * np.float32(0.0012)
    haze = np.float32(0.35) * (1 - np.minimum(depth, 1))[..., None]
    picture = np.float32(colour) * gain[..., None]
    picture += haze * (np.float32(mix(colour, mood.horizon, 0.6)) - picture)
    return np.clip(picture, 0, 255).astype(np.uint8)
