"""python -m paddle_resample check-data CONFIG: look at every file of the data."""

import functools
import hashlib
import os
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np
from paddleseg.datasets import Dataset
from PIL import Image
from rich.console import Console
from rich.table import Table

from ..errors import UsageError
from .check_config import check_config
from .config.components import Components
from .config.config import ResampleConfig
from .data.picture_file import pair_fault
from .progress import RunDisplay

__all__ = ["DataReport", "check_data", "print_check_data"]

_THREADS = 4  # the decoders of OpenCV and Pillow work side by side


@dataclass
class DataReport:
    """What is known about the data of a configuration.

    Attributes:
        faults: list of str, one sentence for each thing that cannot be used.
        notes: list of str, what can be used and may still be meant otherwise.
        samples: dict, "train" and "val" -> number of samples.
        pixels: dict, "train" and "val" -> Counter of label value -> pixels.
        num_classes, ignore_index: of the data set.
    """

    faults: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    samples: dict = field(default_factory=dict)
    pixels: dict = field(default_factory=dict)
    num_classes: int = 0
    ignore_index: int = 255


def print_check_data(path, opts=None):
    """Look at all data of a configuration and print what was found.

    Args:
        path: of the .yml file.
        opts: as after --opts of tools/train.py.

    Raises:
        UsageError: the number of faults, after all of them were printed; a
            configuration or folder that cannot be used at all.
    """
    check_config(path, opts)
    report = check_data(ResampleConfig(path, opts=opts))
    console = Console(soft_wrap=True)
    console.print(_histogram(report), highlight=False)
    for text in report.notes:
        console.print(f"note: {text}", highlight=False, markup=False)
    for text in report.faults:
        console.print(f"fault: {text}", highlight=False, markup=False)
    if report.faults:
        number = len(report.faults)
        raise UsageError(
            f"{path}: the data has {number} fault{'s' if number > 1 else ''}, listed "
            "above"
        )
    listed = " and ".join(f"{n} {part}" for part, n in report.samples.items())
    console.print(f"all files of {listed} samples can be used", highlight=False)


def check_data(config, quiet=False):
    """Look at every file of a configuration's data sets.

    Args:
        config: ResampleConfig.
        quiet: show no progress.

    Returns:
        DataReport.
    """
    report, seen = DataReport(), {}
    components = Components(config)
    for part in ("train", "val"):
        section = f"{part}_dataset"
        if section not in config.dic:
            continue
        pairs, dataset = _pairs(components, section, report)
        count = len(dataset) if pairs is None else len(pairs)
        report.samples[part], report.pixels[part] = count, Counter()
        with RunDisplay(f"look at {part}", count, quiet=quiet) as display:
            if pairs is None:
                found = map(lambda i, d=dataset: _drawn(d, i), range(count))
                _collect(report, part, found, seen, display)
            else:
                limits = report.num_classes, report.ignore_index
                look = functools.partial(_look, limits=limits)
                with ThreadPoolExecutor(_THREADS) as pool:
                    found = pool.map(look, pairs)
                    _collect(report, part, found, seen, display)
    _summarise(report, config)
    return report


def _pairs(components, section, report):
    """([(image, label)], None) of files, or (None, data set) of drawn samples."""
    given = components.config.dic[section]
    if given["type"] == "Dataset":
        report.num_classes = given["num_classes"]
        report.ignore_index = given.get("ignore_index", 255)
        return _listed(given, section, report), None
    dataset = components.need(section)
    report.num_classes, report.ignore_index = dataset.num_classes, dataset.ignore_index
    if isinstance(dataset, Dataset):
        return [tuple(pair) for pair in dataset.file_list], None
    return None, dataset


def _listed(given, section, report):
    """The pairs of a list file; PaddleSeg stops at its first wrong line."""
    path = given[f"{given['mode']}_path"]
    root, separator = given["dataset_root"], given.get("separator", " ")
    if not os.path.isdir(root):
        raise UsageError(f"{section}: dataset_root {root!r} is no folder")
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{section}: list {path!r} cannot be read: {error}") from None
    pairs = []
    for number, line in enumerate(lines, 1):
        words = line.strip().split(separator)
        if len(words) != 2:
            report.faults.append(
                f"{path}, line {number}: {line!r} is not an image and a label "
                f"separated by {separator!r}"
            )
        else:
            pairs.append(tuple(os.path.join(root, word) for word in words))
    if not pairs:
        report.faults.append(f"{path} lists no samples")
    return pairs


def _look(pair, limits):
    """(name, fault or None, digest of the pixels, {label value: pixels})."""
    image, label = pair
    fault = pair_fault(image, label, thorough=True)
    if fault:
        return image, fault, None, {}
    try:
        pixels = cv2.imread(image, cv2.IMREAD_COLOR)
    except cv2.error as error:
        text = f"image {image} cannot be read by OpenCV ({error.err})"
        return image, text, None, {}
    if pixels is None:
        return image, f"image {image} cannot be read by OpenCV", None, {}
    digest = hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()
    digest += bytes(str(pixels.shape), "ascii")
    if label is None:
        return image, None, digest, {}
    with Image.open(label) as picture:
        values, counts = np.unique(np.asarray(picture), return_counts=True)
    found = {int(value): int(count) for value, count in zip(values, counts)}
    return image, _range_fault(label, found, *limits), digest, found


def _range_fault(label, found, num_classes, ignore_index):
    wrong = [
        value
        for value in found
        if not 0 <= value < num_classes and value != ignore_index
    ]
    if not wrong:
        return None
    listed = ", ".join(f"{value} ({found[value]} pixels)" for value in wrong[:4])
    more = f" and {len(wrong) - 4} more values" if len(wrong) > 4 else ""
    return (
        f"label {label} holds {listed}{more}, but num_classes={num_classes} allows 0 "
        f"to {num_classes - 1} and ignore_index={ignore_index}"
    )


def _drawn(dataset, index):
    """The same of a data set without files; its name is the sample's number."""
    sample = dataset[index]
    image = np.ascontiguousarray(sample["img"])
    values, counts = np.unique(np.asarray(sample["label"]), return_counts=True)
    digest = hashlib.blake2b(image.tobytes(), digest_size=16).digest()
    found = {int(value): int(count) for value, count in zip(values, counts)}
    return f"sample {index}", None, digest, found


def _collect(report, part, found, seen, display):
    for name, fault, digest, values in found:
        display.advance()
        report.pixels[part].update(values)
        if fault:
            report.faults.append(fault)
        if digest is None:
            continue
        earlier_part, earlier = seen.setdefault(digest, (part, name))
        if earlier_part != part:
            report.faults.append(
                f"{name} of {part} has the pixels of {earlier} of {earlier_part}: what "
                "is trained on cannot judge"
            )
        elif earlier != name:
            report.notes.append(f"{name} has the pixels of {earlier}")


def _summarise(report, config):
    train = report.samples.get("train", 0)
    if train < config.batch_size:
        report.faults.append(
            f"the {train} training samples do not fill one batch of {config.batch_size}"
        )
    classes = range(report.num_classes)
    for part, pixels in report.pixels.items():
        absent = [str(c) for c in classes if not pixels[c]]
        if absent and pixels:
            report.notes.append(f"no pixel of {part} has class {', '.join(absent)}")
    for section in ("train_dataset", "val_dataset"):
        given = config.dic.get(section, {})
        for transform in given.get("transforms") or []:
            _padding_note(report, section, transform)


def _padding_note(report, section, transform):
    name = transform.get("type") if isinstance(transform, Mapping) else None
    if name not in ("Padding", "RandomPaddingCrop", "RandomRotation", "RandomAffine"):
        return
    value = transform.get("label_padding_value", 255)
    if value >= report.num_classes and value != report.ignore_index:
        report.notes.append(
            f"{name} of {section} fills labels with {value}, which is neither a class "
            f"nor ignore_index; set label_padding_value: {report.ignore_index}"
        )


def _histogram(report):
    table = Table(title="Pixels of each class", box=None, title_justify="left")
    table.add_column("class")
    for part, count in report.samples.items():
        table.add_column(f"{part} ({count})", justify="right")
    values = sorted({v for pixels in report.pixels.values() for v in pixels})
    for value in values:
        name = f"{value} (ignored)" if value == report.ignore_index else str(value)
        cells = []
        for part in report.samples:
            pixels = report.pixels[part]
            cells.append(f"{pixels[value] / max(1, sum(pixels.values())):.2%}")
        table.add_row(name, *cells)
    return table
