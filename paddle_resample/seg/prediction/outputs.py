"""Files that a prediction writes: within its folder, each once, over none it read."""

import os
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from paddleseg.utils.visualize import get_pseudo_color_map
from PIL import Image

from ...errors import UsageError
from ...files import writing
from .palette import overlay

__all__ = [
    "ADDED",
    "MASKS",
    "check_outputs",
    "mask_files",
    "output_names",
    "save_mask",
    "write_masks",
]

MASKS, ADDED = "pseudo_color_prediction", "added_prediction"


def output_names(files, root=None):
    """A name for the results of each file: its path below a folder.

    Args:
        files: list of paths.
        root: the folder; the one that all files share is taken where a file lies
            outside of it.

    Returns:
        list of str, relative, without suffix and each once; where two files differ in
        their suffix alone it stays, as in "a_png" and "a_jpg".

    >>> output_names(["d/x/a.png", "d/x/b.png", "d/y/a.png"])
    ['x/a', 'x/b', 'y/a']
    >>> output_names(["d/a.png", "d/a.jpg"])
    ['a_png', 'a_jpg']
    """
    paths = [os.path.abspath(file) for file in files]
    if not paths:
        return []
    folder = os.path.commonpath([os.path.dirname(path) for path in paths])
    if root is not None:
        root = os.path.abspath(root)
        folder = root if os.path.commonpath([root, folder]) == root else folder
    names = [os.path.splitext(os.path.relpath(path, folder))[0] for path in paths]
    suffixes = [os.path.splitext(path)[1].lstrip(".") for path in paths]
    times, taken, result = Counter(names), set(), []
    for plain, suffix in zip(names, suffixes):
        name = f"{plain}_{suffix}" if times[plain] > 1 and suffix else plain
        number, unique = 1, name
        while unique in taken or (unique != plain and unique in times):
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique)
        result.append(Path(unique).as_posix())
    return result


def check_outputs(save_dir, outputs, inputs):
    """Refuse to write over what is read.

    Args:
        save_dir: folder of the results.
        outputs: paths that will be written.
        inputs: paths that are read.

    Raises:
        UsageError: a path outside save_dir, or one that is read.
    """
    root = os.path.realpath(save_dir)
    read = {os.path.realpath(path): path for path in inputs if path}
    for path in outputs:
        real = os.path.realpath(path)
        if os.path.commonpath([root, real]) != root:
            raise UsageError(f"{path} would lie outside --save_dir {save_dir}")
        if real in read:
            raise UsageError(
                f"the result {path} would replace {read[real]}, which is read; choose "
                "another --save_dir"
            )


def mask_files(save_dir, name):
    """Paths of the mask and of the overlay that `write_masks` writes."""
    save_dir = Path(save_dir)
    return save_dir / MASKS / f"{name}.png", save_dir / ADDED / f"{name}.jpg"


def write_masks(save_dir, picture, labels, palette, with_overlay=True):
    """Write a prediction as PaddleSeg does.

    Args:
        save_dir: gets pseudo_color_prediction/NAME.png, whose values are the classes
            (with a palette, or in 16 bits where there are more than 256 colours), and
            added_prediction/NAME.jpg, the overlay.
        picture: `pictures.Picture`.
        labels: int [H, W].
        palette: uint8 [colours, 3].
        with_overlay: False writes the mask alone.

    Raises:
        UsageError: the prediction has not the size of the picture; nothing is written.
    """
    if labels.shape != picture.image.shape[:2]:
        (h, w), (own_h, own_w) = labels.shape, picture.image.shape[:2]
        raise UsageError(
            f"image {picture.name}: the prediction is {h}x{w} and the image "
            f"{own_h}x{own_w}; a transform of val_dataset changes the size without "
            "recording it"
        )
    mask, added = mask_files(save_dir, picture.name)
    mask.parent.mkdir(parents=True, exist_ok=True)
    save_mask(mask, labels, palette)
    if not with_overlay:
        return
    added.parent.mkdir(parents=True, exist_ok=True)
    blended = overlay(picture.image, labels, palette)[:, :, ::-1]
    options = [cv2.IMWRITE_JPEG_QUALITY, 95]
    with writing(added, "wb") as file:
        file.write(cv2.imencode(".jpg", blended, options)[1].tobytes())


def save_mask(path, labels, palette):
    """Write class numbers as a PNG with a palette, or in 16 bits.

    Args:
        path: of the file.
        labels: int [H, W].
        palette: uint8 [colours, 3]; up to 256 colours fit a palette.
    """
    if len(palette) <= 256:
        picture = get_pseudo_color_map(labels, palette.ravel().tolist())
    else:
        picture = Image.fromarray(labels.astype(np.uint16))
    with writing(path, "wb") as file:
        picture.save(file, "PNG")
