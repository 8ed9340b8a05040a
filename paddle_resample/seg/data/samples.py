"""A data set's samples, checked: what cannot be used says which file it is."""

import random

import numpy as np
import paddle
from paddleseg.datasets import Dataset

from ...errors import UsageError
from ..config.checks.random_transforms import random_faults
from .file_check import pair_fault
from .item_contract import check_dataset, check_item
from .tiff import DamagedFile

__all__ = ["Fault", "Samples", "check_evaluation"]


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
        labelled: whether a sample without a label is a Fault.

    Items: samples[epoch, index] or samples[index] -> dict of the sample, see
    `item_contract.check_item`, or Fault; nothing is raised.

    Raises:
        UsageError: the object is no data set (see docs/data.md).
    """

    def __init__(self, dataset, seed=None, skip_damaged=False, labelled=True):
        check_dataset(dataset)
        self.dataset = dataset
        self.labelled = labelled
        self.skip_damaged = skip_damaged
        self.seed = seed
        self.channels = getattr(dataset, "img_channels", 3)
        files = getattr(dataset, "file_list", None)
        self.files = files if isinstance(files, (list, tuple)) else []
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
        try:
            fault = self._file_fault(index)
            if fault:
                return Fault(fault, of_file=True)
            sample = check_item(
                self.dataset[index],
                self.name(index),
                self.dataset,
                training=self.seed is not None,
            )
        except UsageError as error:
            damaged = isinstance(error, DamagedFile)
            fault = self._file_fault(index, again=True) if damaged else None
            if fault:
                return Fault(fault, of_file=True)
            return Fault(self._with_name(str(error), index), of_file=damaged)
        except (Exception, SystemExit) as error:
            # Any failure here is about this sample; name it and let the run decide.
            fault = self._file_fault(index, again=True)
            text = f"{self.name(index)}: {type(error).__name__}: {error}"
            return Fault(fault or text, of_file=bool(fault))
        if self.labelled and "label" not in sample:
            return Fault(
                f"{self.name(index)} has no label, so it can be predicted but neither "
                "trained on nor scored"
            )
        return sample

    def name(self, index):
        """The sample in words, its file names where it has some."""
        return " with label ".join(self._names(index)) or f"sample {index}"

    def _names(self, index):
        entry = self.files[index] if index < len(self.files) else ()
        entry = entry if isinstance(entry, (list, tuple)) else (entry,)
        return list(dict.fromkeys(str(file) for file in entry if file is not None))

    def _with_name(self, text, index):
        """A refusal that names the sample, if it does not yet."""
        name = self.name(index)
        named = any(n in text for n in (name, *self._names(index)))
        return text if named else f"{name}: {text}"

    def _file_fault(self, index, again=False):
        """Check the files before reading them, once for each; again and in full where
        reading them failed."""
        known = index in self._sound and not again
        if known or not isinstance(self.dataset, Dataset):
            return None
        pair = self.files[index]
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            return None  # a class of the user's own, derived from PaddleSeg's
        fault = pair_fault(*pair, thorough=again, channels=self.channels)
        if fault is None:
            self._sound.add(index)
        return fault


def check_evaluation(dataset):
    """Refuse an evaluation set whose transforms are random.

    Args:
        dataset: a PaddleSeg data set.

    Raises:
        UsageError: the first such transform; two reads of the first sample differ.
    """
    for key, value in vars(dataset).items():
        if key.endswith(("transforms", "transforms1", "transforms2")):
            steps = getattr(value, "transforms", value)
            for _, fault in random_faults(steps):
                raise UsageError(f"val_dataset: {fault}")
