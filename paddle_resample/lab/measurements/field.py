"""Where measurements look: a map that repeats itself, with margins to cut off."""

from dataclasses import dataclass

import numpy as np

__all__ = ["FIELD", "Field", "moved"]


@dataclass(frozen=True)
class Field:
    """A square map that shows one period of a pattern, continued on all sides.

    Inside the margins an operator of no longer reach sees an endless periodic pattern,
    so that Fourier transforms and shifts of its result are exact.

    Attributes:
        period: side of the pattern in coarse pixels, odd, so that no frequency lies on
            the edge of the coarse band.
        before, after: margins in coarse pixels; 0 makes it a circle.
    """

    period: int = 15
    before: int = 6
    after: int = 7

    @property
    def side(self):
        """Of the whole map, in coarse pixels."""
        return self.before + self.period + self.after

    def wrap(self, tile, scale=1):
        """Continue one period to the whole map.

        Args:
            tile: [..., period*scale, period*scale].
            scale: pixels of the map in a coarse pixel.

        Returns:
            [..., side*scale, side*scale].

        >>> Field(3, 1, 2).wrap(np.arange(9).reshape(3, 3))[0]
        array([8, 6, 7, 8, 6, 7])
        """
        at = np.arange(-self.before * scale, (self.period + self.after) * scale)
        at = at % tile.shape[-1]
        return tile[..., at[:, None], at]

    def inside(self, whole, scale=1):
        """Cut one period out of a whole map, the inverse of `wrap`."""
        start = self.before * scale
        part = slice(start, start + self.period * scale)
        return whole[..., part, part]


FIELD = Field()


def moved(tile, rows, columns):
    """Shift one period of a pattern, by whole or broken pixels.

    Args:
        tile: float [..., H, W], periodic; for a broken shift the sides are odd.
        rows, columns: pixels, down and to the right.

    Returns:
        float [..., H, W]: for a broken shift what the trigonometric polynomial through
        the pixels has at the new locations.

    >>> moved(np.eye(3), 0, 1)
    array([[0., 1., 0.],
           [0., 0., 1.],
           [1., 0., 0.]])
    """
    if rows == int(rows) and columns == int(columns):
        return np.roll(tile, (int(rows), int(columns)), (-2, -1))
    down = np.fft.fftfreq(tile.shape[-2])[:, None] * rows
    right = np.fft.fftfreq(tile.shape[-1]) * columns
    shifted = np.fft.fft2(tile) * np.exp(-2j * np.pi * (down + right))
    return np.fft.ifft2(shifted).real
