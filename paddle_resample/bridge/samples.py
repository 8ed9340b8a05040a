"""A data set's samples, checked: what cannot be used says which file it is."""

import os
import random

import cv2
import numpy as np
import paddle
from paddleseg.datasets import Dataset
from PIL import Image

__all__ = ["Fault", "Samples", "picture_fault"]

_ENDS = {b"\xff\xd8": b"\xff\xd9", b"\x89P": b"IEND\xaeB`\x82"}  # JPEG, PNG


class Fault:
    """Why a sample cannot be used; it travels through the loader in its place.

    Raising in the loader would leave Paddle 3 waiting for ever (num_workers 0) or end
    in a message without a file name (workers).
    """

    def __init__(self, text):
        self.text = text


class Samples(paddle.io.Dataset):
    """A PaddleSeg data set, read one sample at a time.

    In training every sample is drawn with randomness seeded by (seed, epoch, index),
    so augmentation does not depend on the number of workers, on the operator that is
    trained, or on where training resumed.

    Args:
        dataset: a PaddleSeg data set.
        seed: of the augmentation; None leaves Python's and NumPy's state alone.

    Items: samples[epoch, index] or samples[index] -> dict of the sample, or Fault.
    """

    def __init__(self, dataset, seed=None):
        self.dataset = dataset
        self.seed = seed
        self.num_classes = dataset.num_classes
        self.ignore_index = dataset.ignore_index
        self.files = getattr(dataset, "file_list", [])
        self._sound = set()

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, key):
        epoch, index = key if isinstance(key, tuple) else (0, key)
        if self.seed is not None:
            words = np.random.SeedSequence([self.seed, epoch, index]).generate_state(2)
            random.seed(int(words[0]))
            np.random.seed(words[1])
        fault = self._file_fault(index)
        if fault:
            return Fault(fault)
        try:
            sample = self.dataset[index]
        except Exception as error:
            # Any failure here is about this sample; name it and let the run decide.
            return Fault(f"{self.name(index)}: {type(error).__name__}: {error}")
        fault = self._label_fault(sample["label"], index)
        return Fault(fault) if fault else sample

    def name(self, index):
        """The sample in words, its file names where it has some."""
        if index < len(self.files):
            return " with label ".join(str(f) for f in self.files[index] if f)
        return f"sample {index}"

    def _file_fault(self, index):
        """Look at the files before reading them, once for each."""
        if index in self._sound or not isinstance(self.dataset, Dataset):
            return None
        image, label = self.files[index]
        sizes = []
        for kind, path in (("image", image), ("label", label)):
            if path is None:
                continue
            fault, size = _look_at(path)
            if fault:
                return f"{kind} {path} {fault}"
            sizes.append(size)
        if len(sizes) == 2 and sizes[0] != sizes[1]:
            (w, h), (label_w, label_h) = sizes
            return (
                f"image {image} is {w}x{h} pixels but its label {label} is "
                f"{label_w}x{label_h}"
            )
        self._sound.add(index)
        return None

    def _label_fault(self, label, index):
        label = np.asarray(label)
        wrong = (label >= self.num_classes) & (label != self.ignore_index)
        if not wrong.any():
            return None
        value = int(label[wrong].max())
        count = int((label == value).sum())
        return (
            f"{self.name(index)}: {count} label pixels have the value {value} after "
            f"the transforms, but num_classes={self.num_classes} allows 0 to "
            f"{self.num_classes - 1} and ignore_index={self.ignore_index}; correct "
            "num_classes, the labels, or the transforms' label_padding_value"
        )


def picture_fault(path):
    """What is wrong with a picture file.

    Args:
        path: of the file.

    Returns:
        str, the rest of a sentence that begins with the file, or None when it is whole.
    """
    return _look_at(path)[0]


def _look_at(path):
    """(what is wrong with a picture file or None, its (width, height))."""
    try:
        if os.path.getsize(path) == 0:
            return "is empty", None
        with Image.open(path) as picture:
            size = picture.size
            if not _ends_well(path):
                picture.load()
    except FileNotFoundError:
        return "does not exist", None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        text = str(error).replace(f" {str(path)!r}", "")
        return f"cannot be read as a picture ({text})", None
    if not cv2.haveImageReader(path):
        return "is of a kind that OpenCV cannot read", None
    return None, size


def _ends_well(path):
    """Whether the file is a JPEG or PNG with its closing mark: then it was written to
    the end, and a full decoding need not prove it."""
    with open(path, "rb") as file:
        end = _ENDS.get(file.read(2))
        if end is None:
            return False
        file.seek(-min(64, os.path.getsize(path)), os.SEEK_END)
        return end in file.read()
