"""What is known about the data of a configuration, and what follows from its totals."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.table import Table

from ..language import translated
from .config.checks.random_transforms import random_faults

__all__ = ["DataReport", "histogram", "judge_totals"]


@dataclass
class DataReport:
    """What is known about the data of a configuration.

    Attributes:
        faults: list of str, one sentence for each thing that cannot be used.
        notes: list of str, what can be used and may still be meant otherwise.
        samples: dict, "train" and "val" -> number of samples.
        pixels: dict, "train" and "val" -> Counter of label value -> pixels.
        num_classes, ignore_index: of the data set.
        class_names: list of str, what the classes are called.
    """

    faults: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    samples: dict = field(default_factory=dict)
    pixels: dict = field(default_factory=dict)
    num_classes: int = 0
    ignore_index: int = 255
    class_names: list = field(default_factory=list)


def judge_totals(report, config):
    """Add what follows from the numbers of samples and pixels, and from the transforms.

    Args:
        report: DataReport; faults and notes are added.
        config: ResampleConfig.
    """
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
        transforms = config.dic.get(section, {}).get("transforms") or []
        for transform in transforms:
            _padding_note(report, section, transform)
        if section == "val_dataset":
            for _, fault in random_faults(transforms):
                report.faults.append(f"val_dataset: {fault}")
    if report.ignore_index == 255 < report.num_classes:
        report.notes.append(
            f"ignore_index {report.ignore_index} is the number of a class, whose "
            f"pixels are never judged; set ignore_index to {report.num_classes} or more"
        )


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


def histogram(report):
    """The share of every class in the label pixels: a rich Table."""
    table = Table(title="Pixels of each class", box=None, title_justify="left")
    table.add_column("class")
    for part, count in report.samples.items():
        table.add_column(f"{translated(part)} ({count})", justify="right")
    values = sorted({v for pixels in report.pixels.values() for v in pixels})
    for value in values:
        cells = []
        for part in report.samples:
            pixels = report.pixels[part]
            cells.append(f"{pixels[value] / max(1, sum(pixels.values())):.2%}")
        table.add_row(_name(value, report), *cells)
    return table


def _name(value, report):
    """The number of a class, and what it is called where that says more."""
    if value == report.ignore_index:
        return translated(f"{value} (ignored)")
    known = 0 <= value < len(report.class_names)
    name = report.class_names[value] if known else str(value)
    return str(value) if name == str(value) else f"{value} {name}"
