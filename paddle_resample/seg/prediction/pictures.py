"""The pictures to predict: files, folders, lists, videos, or the evaluation set."""

import copy
import os
from pathlib import Path
from typing import Any, NamedTuple, Optional

import numpy as np
from paddleseg.datasets import Dataset
from paddleseg.transforms import Compose

from ...errors import UsageError
from ..config.checks.random_transforms import random_faults
from ..data.file_check import image_fault
from ..data.file_list import read_list, split_line
from ..data.image_file import is_image_name, read_image, to_display
from ..data.samples import Fault, Samples, check_evaluation
from .outputs import output_names
from .video import frames_of, is_video_name, open_video

__all__ = ["Picture", "Pictures", "channels_of", "pictures", "prepare"]


class Picture(NamedTuple):
    """One picture to predict.

    Attributes:
        name: relative path without suffix, used for the files written.
        image: uint8 [H, W, 3], RGB, for the eye.
        label: int [H, W], or None.
        inputs: dict of the network's input: "img" [C, h, w] and "trans_info"; made by
            the transforms of the components handed to `pictures`.
        source: what other configurations prepare their inputs from: the path, or the
            array as `read_image` gives it.
    """

    name: str
    image: np.ndarray
    label: Optional[np.ndarray]
    inputs: Any
    source: Any = None


class Pictures(NamedTuple):
    """Several pictures, read one after another.

    Attributes:
        count: how many; of a video what its header says.
        each: iterator of Picture.
        files: paths that are read, in order; empty for the evaluation set.
        names: of their results, in the same order.
        left_out: files of a folder that are no pictures.
        frame_rate: of a video, frames a second; else None.
    """

    count: int
    each: Any
    files: tuple = ()
    names: tuple = ()
    left_out: tuple = ()
    frame_rate: Optional[float] = None


def pictures(components, image_path=None, count=8, separator=None, leave_out=None):
    """The pictures to predict, read one after another.

    Args:
        components: whose evaluation transforms prepare the pictures.
        image_path: a picture, a video, a folder of pictures, or a text file that lists
            them, relative to its own folder or to dataset_root; None takes samples
            spread over the evaluation set, with their labels where it has some.
        count: how many samples of the evaluation set.
        separator: of the list; None takes that of val_dataset.
        leave_out: folder whose content is not taken, that of earlier results.

    Returns:
        Pictures.

    Raises:
        UsageError: nothing there, a picture that cannot be read, by name, or random
            transforms.
    """
    for _, fault in random_faults(components.config.val_dataset_cfg.get("transforms")):
        raise UsageError(f"{components.config.path}: val_dataset: {fault}")
    if image_path is None:
        return _labelled(components, count)
    image_path = str(image_path)
    if os.path.isfile(image_path) and is_video_name(image_path):
        return _from_video(components, image_path)
    left_out, root = (), None
    if os.path.isdir(image_path):
        files, left_out = _of_folder(image_path, leave_out)
        root = image_path
    elif os.path.isfile(image_path) and is_image_name(image_path):
        files = [image_path]
    elif os.path.isfile(image_path):
        files = _of_list(components, image_path, separator)
        root = os.path.dirname(image_path)
    else:
        files = []
    if not files:
        raise UsageError(
            f"--image_path {image_path!r} is no picture, no folder with pictures and "
            "no text file that lists pictures"
        )
    channels = channels_of(components)
    for file in files:
        fault = image_fault(file, channels)
        if fault:
            raise UsageError(fault)
    names = output_names(files, root)
    each = _from_files(components, files, names)
    return Pictures(len(files), each, tuple(files), tuple(names), tuple(left_out))


def channels_of(components):
    """Bands of the images that a configuration takes."""
    config = components.config.val_dataset_cfg or components.config.train_dataset_cfg
    if config.get("type") == "Dataset":
        return config.get("img_channels", 3)
    return getattr(components.train_dataset_class, "IMG_CHANNELS", 3)


def prepare(components, source):
    """Transform a picture as the evaluation set is transformed.

    Args:
        components: the configuration's.
        source: see `Picture`.

    Returns:
        dict, the inputs of a Picture.
    """
    compose = Compose(
        components.need("val_transforms"), img_channels=channels_of(components)
    )
    image = source if isinstance(source, str) else np.array(source, np.float32)
    return compose({"img": image, "trans_info": [], "gt_fields": []})


def _of_folder(folder, leave_out):
    hidden = None if leave_out is None else os.path.realpath(leave_out)
    files, left_out = [], []
    for parent, folders, names in os.walk(folder):
        folders[:] = [
            f
            for f in folders
            if not f.startswith(".")
            and os.path.realpath(os.path.join(parent, f)) != hidden
        ]
        for name in names:
            if not name.startswith("."):
                chosen = files if is_image_name(name) else left_out
                chosen.append(os.path.join(parent, name))
    return sorted(files), sorted(left_out)


def _of_list(components, path, separator):
    data = components.config.val_dataset_cfg
    separator = separator or data.get("separator", " ")
    roots = [os.path.dirname(path), data.get("dataset_root"), "."]
    roots = [root for root in roots if root is not None]
    files = []
    for line in read_list(path, separator):
        names = (line.text, line.words[0], split_line(line.text, " ")[0])
        candidates = [os.path.join(root, name) for root in roots for name in names]
        file = next((c for c in candidates if os.path.isfile(c)), None)
        if file is None:
            raise UsageError(
                f"list {path!r}, line {line.number}: image {line.words[0]!r} does not "
                "exist, neither beside the list nor in dataset_root"
            )
        if file not in files:
            files.append(file)
    return files


def _from_files(components, files, names):
    channels = channels_of(components)
    for file, name in zip(files, names):
        raw = read_image(file, channels)
        image = to_display(raw)
        yield Picture(name, image, None, prepare(components, raw), file)


def _from_video(components, path):
    video = open_video(path)
    stem = Path(path).stem

    def each():
        for number, raw in enumerate(frames_of(video, channels_of(components))):
            inputs = prepare(components, raw)
            yield Picture(f"{stem}/{number:06}", to_display(raw), None, inputs, raw)

    return Pictures(video.count, each(), (path,), (stem,), frame_rate=video.frame_rate)


def _labelled(components, count):
    dataset = components.need("val_dataset")
    check_evaluation(dataset)
    count = min(count, len(dataset))
    prepared = Samples(dataset, labelled=False)
    # Neighbours in a list are often alike, frames of one video for instance.
    indices = np.linspace(0, len(dataset) - 1, count).round().astype(int).tolist()
    files = getattr(dataset, "file_list", None)
    of_files = isinstance(dataset, Dataset) and bool(files)
    paths = [str(files[index][0]) for index in indices] if of_files else []
    if of_files:
        names = output_names(paths)
    elif files:
        names = [Path(str(files[index][0])).stem for index in indices]
    else:
        names = [str(index) for index in indices]

    def each():
        for number, index in enumerate(indices):
            inputs = _sound(prepared[index])
            label = inputs.get("label")
            if of_files:
                raw = read_image(paths[number], channels_of(components))
                source = paths[number]
            else:
                raw = source = _untransformed(dataset, index)
            yield Picture(names[number], to_display(raw), label, inputs, source)

    return Pictures(count, each(), tuple(paths), tuple(names))


def _untransformed(dataset, index):
    """A sample's image [H, W, C] as it is before the transforms, blue first."""
    plain = copy.copy(dataset)
    if isinstance(getattr(dataset, "transforms", None), Compose):
        plain.transforms = copy.copy(dataset.transforms)
        plain.transforms.transforms = []
    image = _sound(Samples(plain, labelled=False)[index])["img"]
    image = np.transpose(image, (1, 2, 0))
    return image[..., ::-1] if image.shape[2] == 3 else image


def _sound(sample):
    if isinstance(sample, Fault):
        raise UsageError(sample.text)
    return sample
