"""What operators are shown to be measured: flat maps, ramps, edges, nature, noise."""

import numpy as np
import paddle
import paddle.nn.functional as F

from ...seg.embedded_data.photographs import photograph
from ..photograph.picture import working_copy

__all__ = ["edge", "features", "flat", "flat_noise", "photograph_tile", "ramp"]

_GRAIN = 1e-2  # standard deviation; colours are 0 to 1


def flat(channels, side, value):
    """The same value everywhere, float64 [1, channels, side, side]."""
    return np.full((1, channels, side, side), float(value))


def ramp(channels, side, axis):
    """A map that rises evenly from 0 by 1 / side a pixel.

    Args:
        channels: that all hold the same.
        side: in pixels.
        axis: 2 rises downwards, 3 to the right.

    Returns:
        float64 [1, channels, side, side].
    """
    line = np.arange(side) / side
    line = line[:, None] if axis == 2 else line[None]
    return np.broadcast_to(line, (1, channels, side, side)).copy()


def edge(channels, side, column):
    """0 left of a column and 1 from it on, float64 [1, channels, side, side]."""
    picture = flat(channels, side, 0)
    picture[..., column:] = 1.0
    return picture


def flat_noise(channels, side, rng):
    """Noise with the same power at every frequency, exactly.

    Args:
        channels: drawn independently.
        side: of the tile, odd.
        rng: NumPy generator.

    Returns:
        float64 [1, channels, side, side], periodic: |DFT| is 1 everywhere, the phases
        are random.

    >>> noise = flat_noise(1, 5, np.random.default_rng(0))
    >>> bool(np.allclose(np.abs(np.fft.fft2(noise)), 1))
    True
    """
    spectrum = np.fft.fft2(rng.normal(size=(1, channels, side, side)))
    return np.fft.ifft2(spectrum / np.abs(spectrum)).real


def photograph_tile(side):
    """A detail of the temple, repeating itself with seams.

    Args:
        side: in pixels.

    Returns:
        float64 [side, side, 3] in [0, 1].
    """
    photo = working_copy(photograph("china"), 256, 4) / 255
    rows = (44 + np.arange(side)) % photo.shape[0]
    columns = (38 + np.arange(side)) % photo.shape[1]
    return photo[rows[:, None], columns]


def features(tile, channels):
    """A map like that of a first layer: the colours, then filters of them.

    Args:
        tile: float64 [H, W, 3], periodic.
        channels: of the map.

    Returns:
        float64 [1, channels, H, W]: three colours, then ReLU of random 3x3 filters
        (always the same), periodic as the tile is; a little noise on all, so that no
        two pixels are equal and every maximum is one pixel's.
    """
    x = tile.transpose(2, 0, 1)[None]
    rng = np.random.RandomState(0)
    filters = rng.normal(size=(channels, 3, 3, 3)) / 27**0.5
    padded = paddle.to_tensor(np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)], "wrap"))
    made = F.relu(F.conv2d(padded, paddle.to_tensor(filters))).numpy()
    maps = np.concatenate([x, made], axis=1)[:, :channels]
    return maps + _GRAIN * rng.normal(size=maps.shape)
