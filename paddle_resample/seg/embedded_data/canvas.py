"""A drawing board that holds picture and label together.

Everything is drawn once, three times finer than the result, into four bytes a point:
red, green, blue, and a part number that packs class and nominal width. The picture is
the mean of each 3x3 cell, so its edges are smooth; the label is the cell's middle
point, so it is what lies under the pixel's centre and stays hard.

Coordinates are (x, y) in pixels of the result, pixel i covering [i, i + 1).
"""

import math

import cv2
import numpy as np

__all__ = ["Canvas", "DETAIL", "direction"]

DETAIL = 3  # odd, so that a cell has a middle point
_SHIFT = 4  # fractional bits that OpenCV keeps of a coordinate
_SCALE, _OFFSET = DETAIL << _SHIFT, 0.5 * (1 << _SHIFT)
_TURN = 360
_DIRECTIONS = [
    (
        round(math.cos(math.pi * i / 180) * 16384) / 16384,
        round(math.sin(math.pi * i / 180) * 16384) / 16384,
    )
    for i in range(_TURN)
]  # rounded, so that no machine's last bit of a cosine decides a pixel


def direction(degrees):
    """Unit vector (x, y) of a whole number of degrees, from x towards y."""
    return _DIRECTIONS[int(degrees) % _TURN]


class Canvas:
    """Picture and label of one scene while it is drawn.

    Args:
        height, width: int, pixels of the result.
    """

    def __init__(self, height, width):
        self.height, self.width = height, width
        self.points = np.zeros((height * DETAIL, width * DETAIL, 4), np.uint8)

    def polygon(self, corners, colour, label, width=0):
        """Fill a polygon; `width` marks it as a thin structure of so many pixels."""
        cv2.fillPoly(
            self.points, [_fixed(corners)], _paint(colour, label, width), shift=_SHIFT
        )

    def stroke(self, path, width, colour, label, *, square=False):
        """Draw straight segments of a whole number of pixels in width.

        `square` lengthens each segment by half the width: closed corners.
        """
        paint = _paint(colour, label, width)
        half = (width - 1 / DETAIL) / 2 * _SCALE  # OpenCV's fill includes its outline
        path = [(x * _SCALE - _OFFSET, y * _SCALE - _OFFSET) for x, y in path]
        for (x0, y0), (x1, y1) in zip(path[:-1], path[1:]):
            dx, dy = x1 - x0, y1 - y0
            reach = half / (math.sqrt(dx * dx + dy * dy) or 1.0)
            dx, dy = dx * reach, dy * reach
            if square:
                x0, y0, x1, y1 = x0 - dx, y0 - dy, x1 + dx, y1 + dy
            quad = (
                (round(x0 - dy), round(y0 + dx)), (round(x1 - dy), round(y1 + dx)),
                (round(x1 + dy), round(y1 - dx)), (round(x0 + dy), round(y0 - dx)),
            )  # fmt: skip
            corners = np.array(quad, np.int32)
            cv2.fillConvexPoly(self.points, corners, paint, 8, _SHIFT)

    def disc(self, centre, radius, colour, label, width=0):
        """Fill a circle."""
        [middle] = _fixed([centre]).tolist()
        reach = round(radius * _SCALE - _OFFSET)
        paint = _paint(colour, label, width)
        cv2.circle(self.points, middle, reach, paint, cv2.FILLED, 8, _SHIFT)

    def ring(self, centre, radius, width, colour, label):
        """Draw a circle line; radius is that of its middle."""
        half = (width - 1 / DETAIL) / 2
        rims = [_fixed(_circle(centre, r)) for r in (radius + half, radius - half)]
        cv2.fillPoly(self.points, rims, _paint(colour, label, width), shift=_SHIFT)

    def paste(self, picture, mask, label, top=0):
        """Lay a picture of the result's resolution over rows from `top` on.

        Args:
            picture: uint8 [h, width, 3].
            mask: uint8 [h * DETAIL, width * DETAIL], 0 keeps what was there; or None.
            label: int, class of the covered points.
            top: int, first row, in pixels.
        """
        h, w = picture.shape[:2]
        painted = cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA)
        painted[..., 3] = label
        size = (w * DETAIL, h * DETAIL)
        here = self.points[top * DETAIL : (top + h) * DETAIL]
        if mask is None:
            cv2.resize(painted, size, dst=here)
        else:
            cv2.copyTo(cv2.resize(painted, size), mask, here)

    def shade(self, corners, strength, softness=2):
        """Darken a polygon by strength/256, with an edge soft over some pixels."""
        here, dark = self._around(corners, strength, softness + 1)
        if dark.size:
            dark = cv2.blur(dark, (2 * softness * DETAIL + 1,) * 2)
            keep = 256 - dark.astype(np.uint16)
            here[..., :3] = (here[..., :3] * keep[..., None]) >> 8

    def mark(self, box, width):
        """Give the upright box (x0, y0, x1, y1) a width, whatever class lies there."""
        x0, y0, x1, y1 = (max(0, round(c * DETAIL)) for c in box)
        part = self.points[y0:y1, x0:x1, 3]
        part &= 15
        part |= width << 4

    def mark_gap(self, corners, width, label):
        """Note that a narrow gap of so many pixels runs between objects of a class.

        Points in the polygon that the class does not cover keep their own class and
        get the gap's width: thin background is thin structure too.
        """
        here, inside = self._around(corners, width << 4)
        part = here[..., 3]
        inside[((part & 15) == label) | (part > 15)] = 0
        part |= inside

    def _around(self, corners, value, margin=0):
        """The points about a polygon, and a mask with `value` inside it, else 0."""
        columns, rows = zip(*corners)
        x0, y0 = max(0, int(min(columns)) - margin), max(0, int(min(rows)) - margin)
        x1 = max(x0, min(self.width, int(max(columns)) + margin + 1))
        y1 = max(y0, min(self.height, int(max(rows)) + margin + 1))
        here = self.points[y0 * DETAIL : y1 * DETAIL, x0 * DETAIL : x1 * DETAIL]
        mask = np.zeros(here.shape[:2], np.uint8)
        if mask.size:
            moved = _fixed([(x - x0, y - y0) for x, y in corners])
            cv2.fillPoly(mask, [moved], value, shift=_SHIFT)
        return here, mask

    def colour_at(self, x, y):
        """Mean (r, g, b) of what is drawn around a location so far."""
        cx = min(max(int(x), 4), self.width - 5) * DETAIL
        cy = min(max(int(y), 4), self.height - 5) * DETAIL
        reach = 4 * DETAIL
        patch = self.points[cy - reach : cy + reach, cx - reach : cx + reach, :3]
        return tuple(
            int(c) for c in patch.sum((0, 1), dtype=np.int64) // patch[..., 0].size
        )

    def finish(self):
        """Reduce to (image uint8 [H, W, 3], label uint8 [H, W], width uint8 [H, W])."""
        middle = slice(DETAIL // 2, None, DETAIL)
        image = cv2.blur(self.points, (DETAIL, DETAIL))[middle, middle, :3]
        part = self.points[middle, middle, 3].copy()
        return np.ascontiguousarray(image), part & 15, part >> 4


def _paint(colour, label, width):
    r, g, b = colour
    return (r, g, b, label | width << 4)


def _fixed(points):
    """Coordinates in OpenCV's fixed point; its whole numbers are centres of points."""
    if len(points) > 16:
        return np.rint(np.array(points) * _SCALE - _OFFSET).astype(np.int32)
    few = [
        (round(x * _SCALE - _OFFSET), round(y * _SCALE - _OFFSET)) for x, y in points
    ]
    return np.array(few, np.int32)  # the same, faster for a few


def _circle(centre, radius):
    x, y = centre
    step = 10 if radius < 12 else 5
    return [(x + radius * c, y + radius * s) for c, s in _DIRECTIONS[::step]]
