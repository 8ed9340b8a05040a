"""Pictures as data URIs, small enough for one page."""

import base64
import io

import numpy as np
from PIL import Image

__all__ = ["embed_errors", "embed_labels", "embed_photo", "smaller"]

_WRONG, _VOID = (
    (0xF0, 0xE4, 0x42),
    (0x00, 0x72, 0xB2),
)  # yellow and blue, as `method_style`


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
        palette: list of RGB, a colour a class; others are blue.
        side: as `embed_photo`.

    Returns:
        str: data URI, PNG.
    """
    colours = [*palette, *[_VOID] * (256 - len(palette))]
    return _paletted(smaller(labels, side), colours)


def embed_errors(labels, truth, ignore_index, side):
    """Where a prediction is wrong: yellow, void blue, all else transparent.

    Args:
        labels, truth: int [H, W].
        ignore_index: void.
        side: as `embed_photo`.

    Returns:
        str: data URI, PNG.
    """
    kind = np.where(truth == ignore_index, 2, (labels != truth).astype(np.uint8))
    colours = [(0, 0, 0), _WRONG, _VOID]
    return _paletted(smaller(kind, side), colours, transparency=0)


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


def _paletted(labels, colours, **options):
    picture = Image.fromarray(labels.astype(np.uint8), mode="P")
    picture.putpalette([value for colour in colours for value in colour])
    return _uri(picture, "png", optimize=True, **options)


def _uri(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
