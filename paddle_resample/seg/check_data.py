"""python -m paddle_resample check-data CONFIG: check every file of the data."""

import functools
import hashlib
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Optional

import numpy as np
from paddleseg.datasets import Dataset
from rich.console import Console

from ..errors import UsageError
from ..language import translated
from .check_config import check_config
from .config.class_names import class_names
from .config.components import Components
from .config.config import ResampleConfig
from .data.file_check import pair_fault
from .data.file_list import sample_pairs
from .data.image_file import read_image, read_label
from .data.item_contract import check_item
from .data_report import DataReport, histogram, judge_totals
from .progress import RunDisplay

__all__ = ["check_data", "print_check_data"]

_THREADS = 4  # the decoders of OpenCV and Pillow work side by side


def print_check_data(path, opts=None):
    """Check all data of a configuration and print the faults.

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
    console.print(translated(histogram(report)), highlight=False)
    for text in report.notes:
        console.print(translated(f"note: {text}"), highlight=False, markup=False)
    for text in report.faults:
        console.print(translated(f"fault: {text}"), highlight=False, markup=False)
    if report.faults:
        number = len(report.faults)
        raise UsageError(
            f"{path}: the data has {number} fault{'s' if number > 1 else ''}, listed "
            "above"
        )
    listed = " and ".join(f"{n} {part}" for part, n in report.samples.items())
    line = f"all files of {listed} samples can be used"
    console.print(translated(line), highlight=False)


def check_data(config, quiet=False):
    """Check every file of a configuration's data sets.

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
        source = _source(components, section, report)
        pairs, dataset = source.pairs, source.dataset
        count = len(dataset) if pairs is None else len(pairs)
        report.samples[part], report.pixels[part] = count, Counter()
        with RunDisplay(f"check {part}", count, quiet=quiet) as display:
            if pairs is None:
                inspected = map(functools.partial(_inspect_item, dataset), range(count))
                _collect(report, part, inspected, seen, display)
            else:
                inspect = functools.partial(_inspect_pair, source)
                with ThreadPoolExecutor(_THREADS) as pool:
                    inspected = pool.map(inspect, pairs)
                    _collect(report, part, inspected, seen, display)
    judge_totals(report, config)
    return report


class _Source(NamedTuple):
    """Where samples come from: pairs of files, or a data set that has none."""

    pairs: Optional[list]
    dataset: Any
    num_classes: int
    ignore_index: int
    channels: int


class _Inspected(NamedTuple):
    """One sample: its name, what is wrong with it, a digest of its pixels, how many
    label pixels have which value, and the range of an image that has not 8 bits."""

    name: str
    fault: Optional[str] = None
    digest: Optional[bytes] = None
    values: dict = {}  # noqa: RUF012  never changed
    beyond: Optional[tuple] = None


def _source(components, section, report):
    data = components.config.dic[section]
    if data["type"] == "Dataset":
        pairs = _listed(data, section, report)
        numbers = data["num_classes"], data.get("ignore_index", 255)
        source = _Source(pairs, None, *numbers, data.get("img_channels", 3))
    else:
        dataset = components.need(section)
        numbers = dataset.num_classes, dataset.ignore_index
        files = dataset.file_list if isinstance(dataset, Dataset) else None
        pairs = None if files is None else [tuple(pair) for pair in files]
        source = _Source(pairs, dataset, *numbers, getattr(dataset, "img_channels", 3))
    report.num_classes, report.ignore_index = numbers
    report.class_names = class_names(components.config, source.dataset or report)
    return source


def _listed(data, section, report):
    """The pairs of a list file or folder; every wrong line is a fault."""
    mode = data["mode"]
    path = data[f"{mode}_path"]
    root, separator = data["dataset_root"], data.get("separator", " ")
    if not os.path.isdir(root):
        raise UsageError(f"{section}: dataset_root {root!r} is no folder")
    try:
        pairs, faults = sample_pairs(path, root, separator, mode != "test")
    except UsageError as error:
        raise UsageError(f"{section}: {error}") from None
    report.faults += faults
    return [tuple(pair) for pair in pairs]


def _inspect_pair(source, pair):
    image, label = pair
    fault = pair_fault(image, label, thorough=True, channels=source.channels)
    if fault:
        return _Inspected(image, fault)
    pixels = read_image(image, source.channels)
    digest = hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()
    digest += bytes(str(pixels.shape), "ascii")
    low, high = float(pixels.min()), float(pixels.max())
    whole = (0 <= low and 1 < high <= 255) or low == high == 0
    beyond = None if whole else (low, high)
    values = {} if label is None else _counts(read_label(label))
    fault = _range_fault(label, values, source.num_classes, source.ignore_index)
    return _Inspected(image, fault, digest, values, beyond)


def _counts(label):
    values, counts = np.unique(np.asarray(label), return_counts=True)
    return {int(value): int(count) for value, count in zip(values, counts)}


def _range_fault(label, values, num_classes, ignore_index):
    wrong = [
        value
        for value in values
        if not 0 <= value < num_classes and value != ignore_index
    ]
    if not wrong:
        return None
    listed = ", ".join(f"{value} ({values[value]} pixels)" for value in wrong[:4])
    more = f" and {len(wrong) - 4} more values" if len(wrong) > 4 else ""
    return (
        f"label {label} holds {listed}{more}, but num_classes={num_classes} allows 0 "
        f"to {num_classes - 1} and ignore_index={ignore_index}"
    )


def _inspect_item(dataset, index):
    """The same of a data set without files; its name is the sample's number."""
    name = f"sample {index}"
    try:
        sample = check_item(dataset[index], name, dataset)
    except UsageError as error:
        return _Inspected(name, str(error))
    except (Exception, SystemExit) as error:
        # Any failure of a user's own class is about this sample.
        return _Inspected(name, f"{name}: {type(error).__name__}: {error}")
    image = np.ascontiguousarray(sample["img"])
    digest = hashlib.blake2b(image.tobytes(), digest_size=16).digest()
    return _Inspected(name, None, digest, _counts(sample.get("label", ())))


def _collect(report, part, inspected, seen, display):
    beyond = []
    for sample in inspected:
        display.advance()
        report.pixels[part].update(sample.values)
        if sample.fault:
            report.faults.append(sample.fault)
        if sample.beyond:
            beyond.append(sample)
        if sample.digest is None:
            continue
        earlier_part, earlier = seen.setdefault(sample.digest, (part, sample.name))
        if earlier_part != part:
            report.faults.append(
                f"{sample.name} of {part} has the pixels of {earlier} of "
                f"{earlier_part}: what is trained on cannot judge"
            )
        elif earlier != sample.name:
            report.notes.append(f"{sample.name} has the pixels of {earlier}")
    if beyond:
        low = min(sample.beyond[0] for sample in beyond)
        high = max(sample.beyond[1] for sample in beyond)
        report.notes.append(
            f"{len(beyond)} images of {part} have values from {low:g} to {high:g} "
            f"({beyond[0].name} is one), which are kept; Normalize divides by 255, so "
            "choose its mean and std in units of 255"
        )
