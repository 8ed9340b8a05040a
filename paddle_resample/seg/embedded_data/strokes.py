"""Things that are nothing but lines: wires, fences, lettering, birds."""

import math

from .backdrop import mix
from .classes import BIRD, FENCE, LETTER, WALL, WIRE
from .glyphs import GLYPHS
from .moods import ACCENTS, ROOFS, WALLS
from .structures import readable, tint

__all__ = ["birds", "fence", "sign", "wires"]


def wires(canvas, dice, mood, horizon, near_foot, scale, *, across):
    """Poles that come nearer from one side to the other, and cables between them.

    Args:
        near_foot: row where the nearest pole stands; the farthest is on the horizon.
        across: bool, only those two poles: what lies between them is water.
    """
    w = canvas.width
    count = 2 if across else dice.integer(2, 4)
    near_x, far_x = dice.uniform(0.72, 0.98) * w, dice.uniform(0.02, 0.3) * w
    if dice.chance(0.5):
        near_x, far_x = w - near_x, w - far_x
    far_foot = horizon + 2 * scale
    near_tall, far_tall = dice.uniform(54, 84) * scale, dice.uniform(22, 36) * scale
    cables, sag = dice.integer(2, 4), dice.uniform(0.05, 0.16)
    heavy, light = dice.integer(2, 4), dice.integer(1, 2)
    behind = canvas.colour_at(w / 2, horizon - 0.6 * far_tall)
    colour = readable(dice, behind, [mood.ink, mood.ink, mood.chalk], 80)
    ends = []
    for i in range(-1, count + 1):  # one beyond each end, outside the picture
        share = i / (count - 1)
        near = share * share if 0 < share < 1 else share
        x = far_x + (near_x - far_x) * near
        foot = far_foot + (near_foot - far_foot) * near
        tall = max(far_tall + (near_tall - far_tall) * near, 12)
        top = foot - tall
        arm = tall * 0.16
        if 0 <= i < count:
            pole = heavy if near > 0.6 else max(1, heavy - 1)
            canvas.stroke([(x, top - 2), (x, foot)], pole, colour, WIRE)
            for level in range((cables + 1) // 2):
                y = top + 1 + level * tall * 0.12
                canvas.stroke([(x - arm, y), (x + arm, y)], light, colour, WIRE)
        ends.append((x, top, arm, tall, near))
    for a, b in zip(ends[:-1], ends[1:]):
        width = light if max(a[4], b[4]) > 0.6 else 1
        for k in range(cables):
            _cable(canvas, a, b, k, sag, width, colour)


def _cable(canvas, a, b, k, sag, width, colour):
    side = 1 if k % 2 else -1
    x0, y0 = a[0] + side * a[2], a[1] + 1 + k // 2 * a[3] * 0.12
    x1, y1 = b[0] + side * b[2], b[1] + 1 + k // 2 * b[3] * 0.12
    drop = sag * math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
    path = []
    for i in range(11):
        t = i / 10
        y = y0 + (y1 - y0) * t + 4 * drop * t * (1 - t)
        path.append((x0 + (x1 - x0) * t, y))
    canvas.stroke(path, width, colour, WIRE)


def fence(canvas, dice, mood, scale):
    """A grating across the foreground: pickets, railing or lattice, with two rails."""
    w, h = canvas.width, canvas.height
    tall = dice.uniform(12, 21) * scale
    left = dice.uniform(0.92, 1.05) * h
    right = dice.uniform(0.92, 1.05) * h
    start, end = -2.0, w + 2.0
    if dice.chance(0.45):
        if dice.chance(0.5):
            start = dice.uniform(0.2, 0.5) * w
        else:
            end = dice.uniform(0.5, 0.8) * w
    wood = tint((176, 128, 84), mood)
    options = [mood.chalk, mood.chalk, mood.ink, wood, tint(dice.pick(ACCENTS), mood)]
    colour = readable(
        dice, canvas.colour_at(w / 2, (left + right) / 2 - tall / 2), options
    )
    kind = dice.pick(["picket", "picket", "railing", "lattice"])
    bar = {"picket": dice.integer(2, 4), "railing": 1, "lattice": 1}[kind]
    gap = dice.integer(max(1, bar - 1), 4) if kind == "picket" else dice.integer(2, 4)
    rail = dice.integer(1, 2)

    def base(x):
        return left + (right - left) * (x / w)

    for level in (0.22, 0.78):
        ends = [(x, base(x) - tall * level) for x in (start, end)]
        canvas.stroke(ends, rail, mix(colour, mood.ink, 0.15), FENCE)
    x = start + bar / 2
    shaded = mix(colour, mood.ink, 0.25)
    while x < end:
        foot, top = base(x), base(x) - tall
        if kind == "lattice":
            for side in (-1, 1):
                far = x + side * tall * 0.55
                if not start <= far <= end:
                    continue
                path = [(x, foot - tall * 0.2), (far, base(far) - tall * 0.8)]
                canvas.stroke(path, bar, colour, FENCE)
            x += bar + gap + 3
            continue
        canvas.stroke([(x, top), (x, foot)], bar, colour, FENCE, square=False)
        if kind == "picket":
            half = bar / 2 - 1 / 6
            tip = [(x - half, top + 0.3), (x, top - bar * 0.7), (x + half, top + 0.3)]
            canvas.polygon(tip, colour, FENCE, bar)
            if bar > 2:  # its shaded edge; of the same class and width
                edge = x + bar / 2 - 0.5
                dark = [
                    (edge - 0.5, top),
                    (edge + 0.3, top),
                    (edge + 0.3, foot),
                    (edge - 0.5, foot),
                ]
                canvas.polygon(dark, shaded, FENCE, bar)
        x += bar + gap


def sign(canvas, dice, mood, x, foot, scale):
    """A board with one or two lines of lettering, on two legs."""
    stroke = dice.integer(1, 3)
    size = dice.uniform(2.0, 3.2) * max(scale, 0.6) + stroke * 0.6  # of a grid step
    step = size * 2 + stroke * 2 + 1.2
    letters, lines = dice.integer(3, 6), 1 if stroke > 1 or dice.chance(0.5) else 2
    height = size * 4 + stroke + 4
    board = tint(dice.pick(WALLS + ROOFS), mood)
    w, h = letters * step + 5, lines * height + 2
    leg = dice.integer(2, 3)
    top = foot - h - dice.uniform(4, 9) * scale
    x = min(max(x, 2), max(2, canvas.width - w - 2))
    post = mix(tint((110, 84, 66), mood), mood.ink, 0.3)
    for share in (0.18, 0.82):
        spot = x + w * share
        canvas.stroke([(spot, top + h), (spot, foot)], leg, post, WALL)
    canvas.polygon(_box(x, top, w, h), mix(board, mood.ink, 0.45), WALL)
    canvas.polygon(_box(x + 1, top + 1, w - 2, h - 2), board, WALL)
    inks = [mood.ink, mood.chalk, (250, 246, 236), (40, 34, 48)]
    ink = readable(dice, board, [*inks, tint(dice.pick(ACCENTS), mood)], 80)
    names = sorted(GLYPHS)
    for line in range(lines):
        y = top + 3 + stroke / 2 + line * height
        for i in range(letters):
            left = x + 3 + stroke / 2 + i * step
            for path in GLYPHS[dice.pick(names)]:
                points = [(left + a * size, y + b * size) for a, b in path]
                canvas.stroke(points, stroke, ink, LETTER, square=True)


def birds(canvas, dice, mood, x, y, scale):
    """A flock: gulls of two short strokes, or far birds that are dots."""
    gulls = dice.chance(0.6)
    dot = dice.integer(2, 3)
    options = [mood.ink, mood.chalk]
    colour = readable(dice, canvas.colour_at(x, y), options, 70)
    for _ in range(dice.integer(4, 11)):
        bx = x + dice.uniform(-22, 22) * scale
        by = y + dice.uniform(-9, 9) * scale
        if gulls:
            wing, lift = dice.uniform(2.2, 4.5), dice.uniform(1.0, 2.6)
            path = [(bx - wing, by - lift), (bx, by), (bx + wing, by - lift)]
            canvas.stroke(path, 1, colour, BIRD)
        else:
            canvas.disc((bx, by), dot / 2, colour, BIRD, dot)


def _box(x, y, w, h):
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
