"""The labels of a PaddleSeg data set, at the size that the network sees."""

import copy

import numpy as np
from PIL import Image

from ..errors import UsageError

__all__ = ["DatasetLabels"]

# Transforms that set the size alike for every epoch; all others are augmentation.
_RESIZING = ("Resize", "ResizeByLong", "ResizeByShort", "LimitLong")


class DatasetLabels:
    """Labels of a data set, read one at a time, without their images.

    The transforms that resize every image alike are applied, to the label by nearest
    neighbour as in training; random scales, crops and flips are not.

    Args:
        dataset: a PaddleSeg data set with labels, in any mode.
        class_names: list of str; None takes the data set's, or numbers.
        resize: whether to apply the resizing transforms; False takes labels as they
            are stored.

    Attributes:
        num_classes, ignore_index, class_names.
        colours: list of RGB, one a class, where the data set has them; else None.

    Raises:
        UsageError: another number of names than of classes; (of an item) a label file
            that cannot be read or holds a value that is no class.
    """

    def __init__(self, dataset, class_names=None, resize=True):
        self.num_classes = dataset.num_classes
        self.ignore_index = dataset.ignore_index
        names = class_names or getattr(dataset, "CLASS_NAMES", None)
        names = names or [f"class {i}" for i in range(self.num_classes)]
        self.class_names = [str(name) for name in names]
        if len(self.class_names) != self.num_classes:
            raise UsageError(
                f"{len(self.class_names)} class names for num_classes="
                f"{self.num_classes}; every class needs one"
            )
        palette = getattr(dataset, "PALETTE", None)
        self.colours = None
        if palette is not None and len(palette) >= self.num_classes:
            self.colours = np.asarray(palette)[: self.num_classes].tolist()
        self._dataset = copy.copy(dataset)
        steps = getattr(dataset.transforms, "transforms", [])
        self._dataset.transforms = _LabelAlone(
            [step for step in steps if resize and _resizes_alike(step)]
        )

    def __len__(self):
        return len(self._dataset)

    def name(self, index):
        """The label's file, or the sample's number where there is none."""
        files = getattr(self._dataset, "file_list", None)
        return str(files[index][-1]) if files else f"sample {index}"

    def __getitem__(self, index):
        """int64 [H, W]; void is `ignore_index`."""
        try:
            label = np.asarray(self._dataset[index]["label"])
        except (OSError, SyntaxError) as error:
            raise UsageError(
                f"{self.name(index)}: the label cannot be read: {error}"
            ) from None
        label = np.squeeze(label).astype(np.int64)
        if label.ndim != 2:
            raise UsageError(
                f"{self.name(index)}: a label holds one class a pixel, [H, W], but "
                f"this file is {list(label.shape)}"
            )
        wrong = (label < 0) | (label >= self.num_classes)
        wrong &= label != self.ignore_index
        if wrong.any():
            raise UsageError(
                f"{self.name(index)}: label value {label[wrong][0]}, but num_classes="
                f"{self.num_classes} allows 0 to {self.num_classes - 1} and "
                f"ignore_index={self.ignore_index}"
            )
        return label


class _LabelAlone:
    """Stands in for a data set's transforms: resizes the label, reads no image."""

    def __init__(self, steps):
        self.steps = steps

    def __call__(self, data):
        label = data.get("label")
        if label is None:
            raise UsageError("the data set has no labels")
        if isinstance(label, str):
            label = np.asarray(Image.open(label))
        # The steps resize an image too; the label's own shape will do.
        data = {**data, "img": label, "label": label, "gt_fields": ["label"]}
        for step in self.steps:
            data = step(data)
        return data


def _resizes_alike(step):
    random = getattr(step, "interp", None) == "RANDOM"
    return type(step).__name__ in _RESIZING and not random
