"""A data set's samples, checked: what cannot be used says which file it is."""

import random

import numpy as np
import paddle
from paddleseg.datasets import Dataset

from .picture_file import look_at, pair_fault

__all__ = ["Fault", "Samples", "picture_fault"]


class Fault:
    """Why a sample cannot be used; it travels through the loader in its place.

    Raising in the loader would leave Paddle 3 waiting for ever (num_workers 0) or end
    in a message without a file name (workers).

    Args:
        text: one sentence that names the file.
        of_file: whether the file itself is damaged or gone; else its content does not
            fit the configuration.
    """

    def __init__(self, text, of_file=False):
        self.text, self.of_file = text, of_file


class Samples(paddle.io.Dataset):
    """A PaddleSeg data set, read one sample at a time.

    In training every sample is drawn with randomness seeded by (seed, epoch, index),
    so augmentation does not depend on the number of workers, on the operator that is
    trained, or on where training resumed.

    Args:
        dataset: a PaddleSeg data set.
        seed: of the augmentation; None leaves Python's and NumPy's state alone.
        skip_damaged: a sample whose file is damaged or gone is replaced by the next
            sound one, with the augmentation drawn for the lost one; all others stay
            where they were. The item's "skipped" then says what was wrong.

    Items: samples[epoch, index] or samples[index] -> dict of the sample, or Fault.
    """

    def __init__(self, dataset, seed=None, skip_damaged=False):
        self.dataset = dataset
        self.skip_damaged = skip_damaged
        self.seed = seed
        self.num_classes = dataset.num_classes
        self.ignore_index = dataset.ignore_index
        self.files = getattr(dataset, "file_list", [])
        self._sound = set()

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, key):
        epoch, index = key if isinstance(key, tuple) else (0, key)
        sample = self._read(index, (epoch, index))
        if not (self.skip_damaged and isinstance(sample, Fault) and sample.of_file):
            return sample
        lost = sample.text
        for other in range(index + 1, index + len(self.dataset)):
            sample = self._read(other % len(self.dataset), (epoch, index))
            if not isinstance(sample, Fault):
                sample["skipped"] = lost
            if not (isinstance(sample, Fault) and sample.of_file):
                return sample
        return Fault(f"no sample of the data set can be used: {lost}")

    def _read(self, index, drawn):
        """One sample, augmented as the draw (epoch, index) says."""
        if self.seed is not None:
            words = np.random.SeedSequence([self.seed, *drawn]).generate_state(2)
            random.seed(int(words[0]))
            np.random.seed(words[1])
        fault = self._file_fault(index)
        if fault:
            return Fault(fault, of_file=True)
        try:
            sample = self.dataset[index]
        except Exception as error:
            # Any failure here is about this sample; name it and let the run decide.
            fault = self._file_fault(index, again=True)
            text = f"{self.name(index)}: {type(error).__name__}: {error}"
            return Fault(fault or text, of_file=bool(fault))
        fault = self._label_fault(sample["label"], index)
        if fault:
            return Fault(fault)
        # To Paddle, 16 bits without a sign are a kind of float.
        if np.asarray(sample["label"]).dtype == np.uint16:
            sample["label"] = np.asarray(sample["label"]).astype("int32")
        return sample

    def name(self, index):
        """The sample in words, its file names where it has some."""
        if index < len(self.files):
            return " with label ".join(str(f) for f in self.files[index] if f)
        return f"sample {index}"

    def _file_fault(self, index, again=False):
        """Look at the files before reading them, once for each; again and in full where
        reading them failed."""
        known = index in self._sound and not again
        if known or not isinstance(self.dataset, Dataset):
            return None
        fault = pair_fault(*self.files[index], thorough=again)
        if fault is None:
            self._sound.add(index)
        return fault

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
    return look_at(path).fault
