"""Pictures to tensors and back, and several of them side by side, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import paddle
from paddle import Tensor

from .errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["show", "to_image", "to_tensor"]

Picture = Union[np.ndarray, Tensor]

_GAP, _TITLE, _POINTS = 12, 22, 9.5  # pixels, pixels, points
_INK = "#1a1a1a"


def to_tensor(picture: np.ndarray) -> Tensor:
    """A picture as a batch of one, as layers take it.

    Args:
        picture: uint8 [H, W, 3], or [H, W] of one channel.

    Returns:
        float32 [1, 3, H, W] or [1, 1, H, W], 0 to 1.

    Raises:
        UsageError: another dtype or shape.

    Example:
        >>> import numpy as np
        >>> from paddle_resample.images import to_tensor
        >>> list(to_tensor(np.full([4, 6, 3], 255, "uint8")).shape)
        [1, 3, 4, 6]
    """
    values = _checked("to_tensor", picture)
    values = values[..., None] if values.ndim == 2 else values
    return paddle.to_tensor(values.transpose(2, 0, 1)[None].astype("float32") / 255)


def to_image(x: Tensor, stretch: bool = False) -> np.ndarray:
    """The first map of a batch as a picture.

    Args:
        x: float [N, C, H, W] or [C, H, W]; three channels are red, green and blue, of
            any other number the first is shown in grey.
        stretch: whether the darkest and the brightest hundredth become black and
            white, for feature maps of any range; else 0 is black, 1 is white and what
            lies beyond is clipped.

    Returns:
        uint8 [H, W, 3], or [H, W] of one channel.

    Raises:
        UsageError: another number of axes.

    Example:
        >>> import paddle
        >>> from paddle_resample.images import to_image
        >>> to_image(paddle.to_tensor([[[[0.0, 0.5, 2.0]]]])).tolist()
        [[0, 128, 255]]
    """
    if x.ndim not in (3, 4):
        raise UsageError(
            f"to_image: x must be [N, C, H, W] or [C, H, W], not {list(x.shape)}"
        )
    maps = x.astype("float32").numpy().astype(np.float64)
    maps = maps[0] if x.ndim == 4 else maps
    values = maps.transpose(1, 2, 0) if len(maps) == 3 else maps[0]
    if stretch:
        low, high = np.percentile(values, [1, 99])
        values = (values - low) / max(high - low, 1e-12)
    return np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)


def show(
    pictures: Mapping[str, Picture], height: int = 200, columns: int | None = None
) -> Figure:
    """Draw titled pictures side by side, their pixels enlarged to equal squares.

    A notebook shows the figure where it is the last value of a cell, once
    `%matplotlib inline` has run; elsewhere `show(...).savefig("pictures.png")`.
    Needs matplotlib.

    Args:
        pictures: title -> uint8 [H, W, 3] or [H, W], or a tensor as `to_image` takes.
            Titles are Latin or Greek; other characters become "?".
        height: how tall each is drawn, about, in pixels: a picture is enlarged a whole
            number of times, and never shrunk.
        columns: pictures in a row; default all.

    Returns:
        matplotlib.figure.Figure at 100 dpi, bound to no window.

    Raises:
        UsageError: no picture, one of another dtype or shape, or a number below 1.

    Example:
        >>> import numpy as np
        >>> from paddle_resample.images import show
        >>> figure = show({"black": np.zeros([8, 8], "uint8")})
        >>> [text.get_text() for text in figure.texts]
        ['black']
    """
    # Drawing alone needs matplotlib, which takes a moment to load.
    from .sheet import Sheet

    images = {title: _as_image(title, each) for title, each in pictures.items()}
    if not images:
        raise UsageError("show: pictures is empty; name at least one")
    columns = len(images) if columns is None else columns
    for name, value in (("height", height), ("columns", columns)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UsageError(f"show: {name} must be an int from 1, not {value!r}")
    columns = min(columns, len(images))
    sides = [_enlarged(image, height) for image in images.values()]
    lefts = [_GAP]
    for column in range(columns):
        lefts.append(lefts[-1] + max(w for w, _ in sides[column::columns]) + _GAP)
    tops = [_GAP]
    for first in range(0, len(sides), columns):
        tallest = max(h for _, h in sides[first : first + columns])
        tops.append(tops[-1] + _TITLE + tallest + _GAP)
    sheet = Sheet(lefts[-1], tops[-1], dpi=100)
    for i, ((title, image), (w, h)) in enumerate(zip(images.items(), sides)):
        row, column = divmod(i, columns)
        left, top = lefts[column], tops[row]
        room = lefts[column + 1] - _GAP - left
        sheet.text(left, top + _TITLE - 8, title, _POINTS, room=room, color=_INK)
        sheet.picture(left, top + _TITLE, w, h, image, cmap="gray", vmin=0, vmax=255)
    return sheet.figure


def _as_image(title: str, picture: Any) -> np.ndarray:
    if isinstance(picture, Tensor):
        return to_image(picture)
    return _checked(f"show, {title!r}", picture)


def _checked(owner: str, picture: Any) -> np.ndarray:
    values = np.asarray(picture)
    colours = values.ndim == 3 and values.shape[-1] == 3
    if values.dtype != np.uint8 or not (colours or values.ndim == 2):
        raise UsageError(
            f"{owner}: a picture must be uint8 [H, W, 3] or [H, W], not "
            f"{values.dtype} {list(values.shape)}"
        )
    return values


def _enlarged(image: np.ndarray, height: int) -> tuple[int, int]:
    """Width and height on the page."""
    times = max(1, round(height / image.shape[0]))
    return image.shape[1] * times, image.shape[0] * times
