"""What PaddleSeg's `Dataset` does here: lists, bands and the reading of its samples.

`repairs.reading` has PaddleSeg's class call these functions.
"""

import os

import numpy as np
import paddleseg.transforms.functional as F
from paddleseg.transforms import Compose

from ...errors import UsageError
from ...language import translated
from ..device import rank
from .file_list import sample_pairs
from .image_file import read_image

__all__ = ["read_sample", "set_up", "transformed"]

_MODES = ("train", "val", "test")


def set_up(
    dataset,
    mode,
    dataset_root,
    transforms,
    num_classes,
    img_channels=3,
    paths=None,
    separator=" ",
    ignore_index=255,
    edge=False,
):
    """Give a `Dataset` its attributes.

    Args:
        dataset: PaddleSeg's Dataset, new.
        mode: "train", "val" or "test"; only lists of "test" may leave out labels.
        dataset_root, transforms, num_classes, separator, ignore_index, edge: as
            PaddleSeg's.
        img_channels: any number of bands; see `image_file.read_image`.
        paths: dict, mode -> list file or folder, see `file_list.sample_pairs`.

    Raises:
        UsageError: a value, folder, list or line that cannot be used.
    """
    mode = str(mode).lower()
    if mode not in _MODES:
        raise UsageError(f"Dataset: mode must be train, val or test, not {mode!r}")
    path = (paths or {}).get(mode)
    if path is None:
        raise UsageError(
            f"Dataset: mode {mode} needs {mode}_path, a list of files or a folder with "
            "images/ and labels/"
        )
    if num_classes < 1:
        raise UsageError(f"Dataset: num_classes must be positive, not {num_classes}")
    whole = isinstance(img_channels, int) and not isinstance(img_channels, bool)
    if not whole or img_channels < 1:
        raise UsageError(
            f"Dataset: img_channels must be a positive integer, not {img_channels!r}"
        )
    if transforms is None:
        raise UsageError("Dataset: transforms is missing; [] changes nothing")
    for key, name in (("dataset_root", dataset_root), (f"{mode}_path", path)):
        if not os.path.exists(name):
            raise UsageError(
                f"Dataset: {key} {str(name)!r} does not exist; docs/data.md in the "
                "repository says where the data of the configurations comes from and "
                "how it is laid out"
            )
    pairs, faults = sample_pairs(path, dataset_root, separator, mode != "test")
    if faults:
        more = len(faults) - 1
        rest = f" ({more} more: python -m paddle_resample check-data lists them)"
        raise UsageError(faults[0] + (rest if more else ""))
    dataset.dataset_root = dataset_root
    dataset.transforms = Compose(transforms, img_channels=img_channels)
    dataset.file_list = pairs
    dataset.mode = mode
    dataset.num_classes = num_classes
    dataset.img_channels = img_channels
    dataset.ignore_index = ignore_index
    dataset.edge = edge
    if mode == "train":
        _note_depth(pairs[0][0], img_channels)


def _note_depth(path, channels):
    """Say once what Normalize does with images that have not 8 bits."""
    try:
        image = read_image(path, channels)
    except UsageError:
        return  # the loader, or check-data, names it
    low, high = image.min(), image.max()
    eight_bits = (low >= 0 and 1 < high <= 255) or low == high == 0
    if not eight_bits and rank() == 0:
        line = (
            f"note: {path} has values from {low:g} to {high:g}, which are kept; "
            "Normalize divides by 255, so choose its mean and std in units of 255 "
            "(docs/data.md in the repository)"
        )
        print(translated(line))


def read_sample(dataset, index):
    """Read and transform one sample of a `Dataset`.

    Args:
        dataset: PaddleSeg's Dataset.
        index: number of the sample.

    Returns:
        dict: "img", "trans_info", "gt_fields"; "label", untouched by the transforms
        and [1, H, W] but for mode train; "edge" where asked for.
    """
    image, label = dataset.file_list[index]
    return transformed(dataset, image, label)


def transformed(dataset, image, label):
    """Pass an image and its label through the transforms of a data set.

    Args:
        dataset: has `mode`, `transforms`, `edge` and `num_classes`, as PaddleSeg's.
        image, label: arrays or the names of files; label may be None.

    Returns:
        dict: as `read_sample`.
    """
    data = {"trans_info": [], "img": image, "gt_fields": []}
    if label is not None:
        data["label"] = label
    if dataset.mode != "train":
        data = dataset.transforms(data)
        if label is not None:
            data["label"] = data["label"][np.newaxis]
        return data
    data["gt_fields"].append("label")
    data = dataset.transforms(data)
    if dataset.edge:
        data["edge"] = F.mask_to_binary_edge(
            data["label"], radius=2, num_classes=dataset.num_classes
        )
    return data
