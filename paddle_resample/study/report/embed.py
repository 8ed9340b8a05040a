"""Pictures as data URIs, small enough for one page."""

import base64
import io

import numpy as np
from PIL import Image

__all__ = ["embed_errors", "embed_labels", "embed_photo", "smaller"]

_WRONG = (0xF0, 0xE4, 0x42)  # yellow, as `method_style`
# Void is hatched: any one colour may be that of a class.
_STRIPES = (0xF2, 0x3C)


def embed_photo(path, side):
    """A photograph, or what has as many colours.

    Args:
        path: of a picture file.
        side: the longer side is made no longer than this.

    Returns:
        str: data URI, WebP.
    """
    with Image.open(path) as file:
        picture = file.convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _uri(picture, "webp", quality=85, method=4)


def embed_labels(labels, palette, side):
    """A label map; classes keep their pixels, nothing is blended.

    Args:
        labels: int [H, W].
        palette: list of RGB, a colour a class; others, void, are hatched.
        side: as `embed_photo`.

    Returns:
        str: data URI, PNG.
    """
    labels = smaller(labels, side)
    count = len(palette)
    void = count + _hatch(labels.shape)
    colours = [*palette, *_stripes(palette)]
    return _paletted(np.where(labels < count, labels, void), colours)


def embed_errors(labels, truth, ignore_index, side):
    """Where a prediction is wrong: yellow, void hatched, all else transparent.

    Args:
        labels, truth: int [H, W].
        ignore_index: void.
        side: as `embed_photo`.

    Returns:
        str: data URI, PNG.
    """
    kind = np.where(truth == ignore_index, 2, (labels != truth).astype(np.uint8))
    kind = smaller(kind, side)
    kind = np.where(kind == 2, 2 * _hatch(kind.shape), kind)
    colours = [(0, 0, 0), _WRONG, (_STRIPES[0],) * 3]
    return _paletted(kind, colours, transparency=0)


def smaller(labels, side):
    """A label map without some of its rows and columns, its longer side no longer than
    `side`: each pixel is the one nearest to its centre."""
    height, width = labels.shape
    ratio = max(height, width) / side
    if ratio <= 1:
        return labels
    rows, columns = (
        ((np.arange(round(n / ratio)) + 0.5) * n / round(n / ratio)).astype(int)
        for n in (height, width)
    )
    return labels[rows][:, columns]


def _hatch(shape):
    """0 and 1 in diagonal stripes, as wide as shows in a small picture too."""
    width = max(2, max(shape) // 90)
    return np.add.outer(*map(np.arange, shape)) // width % 2


def _stripes(palette):
    """Two greys that no class has: what is pointed at is named by its colour."""
    taken = {tuple(colour) for colour in palette}
    stripes = []
    for grey in _STRIPES:
        while (grey,) * 3 in taken:
            grey -= 1
        stripes.append((grey,) * 3)
    return stripes


def _paletted(labels, colours, **options):
    picture = Image.fromarray(labels.astype(np.uint8), mode="P")
    picture.putpalette([value for colour in colours for value in colour])
    return _uri(picture, "png", optimize=True, **options)


def _uri(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
