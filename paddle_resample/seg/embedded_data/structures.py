"""Things with a body: houses, Ferris wheels, wind turbines, balloons."""

import math

from .backdrop import mix
from .canvas import direction
from .classes import BALLOON, WALL, WHEEL, WINDOW
from .moods import ACCENTS, ROOFS, WALLS

__all__ = ["balloons", "houses", "readable", "tint", "turbines", "wheel"]


def tint(colour, mood):
    """Colour of a thing in the mood's light."""
    return tuple(c * t // 255 for c, t in zip(colour, mood.light))


def readable(dice, behind, options, apart=60):
    """An option that stands out from the colour behind it; the best if none does."""

    def distance(colour):
        return sum(w * abs(a - b) for w, a, b in zip((0.3, 0.5, 0.2), colour, behind))

    # cast the die in any case: colours seen must not shift what comes after
    share = dice.uniform(0, 1)
    clear = [c for c in options if distance(c) >= apart]
    return clear[int(share * len(clear))] if clear else max(options, key=distance)


def houses(canvas, dice, mood, ground, left, right, scale):
    """A row of houses, often alike, with gaps of one to three pixels."""
    alike = dice.chance(0.5)
    wall, roof = dice.pick(WALLS), dice.pick(ROOFS)
    gap = dice.integer(1, 3)
    lean = dice.integer(-14, 14) * scale
    far = ground + 5 * scale
    shadow = [(left, ground), (right, ground), (right + lean, far), (left + lean, far)]
    canvas.shade(shadow, 64)
    x, before = left, None
    while x < right - 10 * scale and x < canvas.width:
        if not alike:
            wall, roof = dice.pick(WALLS), dice.pick(ROOFS)
        w = dice.integer(13, 26) * scale
        top = ground - dice.integer(14, 36) * scale
        _house(canvas, dice, mood, (x, top, w, ground - top), wall, roof)
        if before is not None:
            higher = max(top, before)
            a, b = x - gap - 0.5, x + 0.5
            canvas.mark_gap(
                [(a, higher), (b, higher), (b, ground), (a, ground)], gap, WALL
            )
        before, x = top, x + w + gap
    return x


def _house(canvas, dice, mood, box, wall, roof):
    x, y, w, h = box
    wall, roof = tint(wall, mood), tint(roof, mood)
    if dice.chance(0.65):  # gabled: wall colour in front, roof as two slopes
        rise = w * dice.uniform(0.3, 0.55)
        peak = (x + w / 2, y - rise)
        canvas.polygon([(x, y + 0.5), (x + w, y + 0.5), peak], roof, WALL)
        side = mix(roof, (0, 0, 0), 0.2)
        canvas.polygon([(x + w / 2, y + 0.5), (x + w, y + 0.5), peak], side, WALL)
    else:
        cap = [(x, y - 2), (x + w, y - 2), (x + w, y + 0.5), (x, y + 0.5)]
        canvas.polygon(cap, mix(roof, wall, 0.4), WALL)
    canvas.polygon([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], wall, WALL)
    dark = x + w * 0.72
    shadow = mix(wall, (20, 16, 48), 0.2)
    canvas.polygon([(dark, y), (x + w, y), (x + w, y + h), (dark, y + h)], shadow, WALL)
    _windows(canvas, dice, mood, (x + 2, y + 2, w - 4, h - 4), wall)


def _windows(canvas, dice, mood, box, wall):
    """A block of panes; the bars between them are wall, one or two pixels wide."""
    x, y, w, h = box
    pane_w, pane_h = dice.integer(2, 5), dice.integer(3, 6)
    gap_x, gap_y = dice.integer(1, 2), dice.integer(1, 2)
    columns = int((w + gap_x) // (pane_w + gap_x))
    rows = int((h * 0.8 + gap_y) // (pane_h + gap_y))
    if columns < 1 or rows < 1:
        return
    x += (w - columns * (pane_w + gap_x) + gap_x) / 2
    glass, lamp = mix(mood.water, mood.ink, 0.55), (255, 214, 122)
    bright = sum(wall) > 360
    if not bright:
        glass = mix(mood.horizon, (255, 255, 255), 0.2)
    right = x + columns * (pane_w + gap_x) - gap_x
    low = y + rows * (pane_h + gap_y) - gap_y
    for i in range(1, columns):
        a = x + i * (pane_w + gap_x) - gap_x
        canvas.mark((a, y, a + gap_x, low), gap_x)
    for j in range(1, rows):
        a = y + j * (pane_h + gap_y) - gap_y
        canvas.mark((x, a, right, a + gap_y), gap_y)
    for j in range(rows):
        for i in range(columns):
            px, py = x + i * (pane_w + gap_x), y + j * (pane_h + gap_y)
            colour = lamp if dice.chance(mood.lit) else glass
            inset = 1 / 6  # the fill includes its outline
            x0, y0 = px + inset, py + inset
            x1, y1 = px + pane_w - inset, py + pane_h - inset
            corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
            canvas.polygon(corners, colour, WINDOW)


def wheel(canvas, dice, mood, x, ground, scale):
    """A Ferris wheel: rings, spokes, cabins and two legs."""
    radius = dice.uniform(18, 32) * scale
    y = ground - radius - dice.uniform(4, 8) * scale
    behind = canvas.colour_at(x, y)
    lines = [mood.chalk, mood.ink, *(tint(c, mood) for c in ACCENTS[:3])]
    colour = readable(dice, behind, lines)
    legs, spoke, rim = dice.integer(2, 3), dice.integer(1, 2), dice.integer(1, 3)
    for side in (-1, 1):
        foot = (x + side * radius * 0.55, ground + 1)
        canvas.stroke([(x, y), foot], legs, mix(colour, mood.ink, 0.3), WHEEL)
    count, turn = dice.pick([6, 8, 9, 10, 12]), dice.integer(0, 59)
    spokes = [direction(turn + i * 360 // count) for i in range(count)]
    for c, s in spokes:
        end = (x + radius * c, y + radius * s)
        canvas.stroke([(x, y), end], spoke, colour, WHEEL)
    canvas.ring((x, y), radius, rim, colour, WHEEL)
    if dice.chance(0.6):
        inner = radius * dice.uniform(0.35, 0.8)
        canvas.ring((x, y), inner, 1, mix(colour, behind, 0.15), WHEEL)
    canvas.disc((x, y), 2.2, mix(colour, mood.ink, 0.4), WHEEL)
    accent = tint(dice.pick(ACCENTS), mood)
    for c, s in spokes if dice.chance(0.7) else ():
        canvas.disc((x + radius * c, y + radius * s + 1), 2.2, accent, WHEEL)


def turbines(canvas, dice, mood, x, ground, scale):
    """One to three wind turbines: a mast and three straight blades each."""
    behind = canvas.colour_at(x, ground - 24 * scale)
    colour = readable(
        dice, behind, [mood.chalk, mood.ink, mix(mood.chalk, behind, 0.2)]
    )
    for i in range(dice.integer(1, 3)):
        size = dice.uniform(11, 19) * scale
        mast, blade = dice.integer(1, 3), dice.integer(1, 3)
        hub = (x + i * 24 * scale, ground - size * dice.uniform(1.3, 1.7))
        canvas.stroke([hub, (hub[0], ground + 1)], mast, colour, WHEEL)
        turn = dice.integer(0, 119)
        for k in range(3):
            c, s = direction(turn + 120 * k)
            tip = (hub[0] + size * c, hub[1] + size * s)
            canvas.stroke([hub, tip], blade, colour, WHEEL)
        canvas.disc(hub, 1.6, colour, WHEEL)


def balloons(canvas, dice, mood, x, y, scale):
    """A bunch of balloons that all but touch, on strings one pixel wide."""
    gap = dice.integer(1, 2)
    alike = dice.chance(0.6)
    colour = dice.pick(ACCENTS)
    count = dice.integer(2, 7)
    bunch = _bunch(dice, x, y, count, gap, scale)
    hand = (x + dice.uniform(-4, 4) * scale, max(b for _, b, _ in bunch) + 16 * scale)
    string = readable(dice, canvas.colour_at(*hand), [mood.chalk, mood.ink])
    for cx, cy, _ in bunch:
        canvas.stroke([(cx, cy), hand], 1, string, BALLOON)
    for cx, cy, r in bunch:
        base = tint(colour if alike else dice.pick(ACCENTS), mood)
        canvas.disc((cx, cy), r, mix(base, (30, 10, 50), 0.25), BALLOON)
        canvas.disc((cx - r * 0.12, cy - r * 0.12), r * 0.8, base, BALLOON)
        light = mix(base, (255, 255, 255), 0.65)
        canvas.disc((cx - r * 0.35, cy - r * 0.4), r * 0.24, light, BALLOON)
    for i, a in enumerate(bunch):
        for b in bunch[:i]:
            _mark_between(canvas, a, b, gap)


def _bunch(dice, x, y, count, gap, scale):
    """Circles (x, y, radius), each one `gap` from another and none nearer."""
    bunch = [(x, y, dice.uniform(5, 10) * scale)]
    for _ in range(count * 8):
        if len(bunch) == count:
            break
        px, py, pr = dice.pick(bunch)
        r = dice.uniform(5, 10) * scale
        c, s = direction(dice.integer(0, 359))
        cx, cy = px + (pr + r + gap) * c, py + (pr + r + gap) * s
        if all(
            (cx - ox) ** 2 + (cy - oy) ** 2 >= (r + o + gap - 1e-6) ** 2
            for ox, oy, o in bunch
        ):
            bunch.append((cx, cy, r))
    return bunch


def _mark_between(canvas, a, b, gap):
    """Mark the narrowest part of the gap, where it is wider by under half a pixel."""
    (ax, ay, ar), (bx, by, br) = a, b
    dx, dy = bx - ax, by - ay
    distance = math.sqrt(dx * dx + dy * dy)
    if distance > ar + br + gap + 0.1:
        return
    dx, dy = dx / distance, dy / distance
    half = math.sqrt(ar * br / (ar + br))  # a circle falls back by t^2 / 2r at t
    corners = []
    for reach, side in ((ar - 1, half), (ar - 1, -half), (ar + gap + 1, -half)):
        corners.append((ax + dx * reach - dy * side, ay + dy * reach + dx * side))
    reach = ar + gap + 1
    corners.append((ax + dx * reach - dy * half, ay + dy * reach + dx * half))
    canvas.mark_gap(corners, gap, BALLOON)
