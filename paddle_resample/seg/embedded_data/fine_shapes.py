"""FineShapes: the embedded data set, drawn from numbers, for PaddleSeg."""

import numpy as np
import paddle
from paddleseg.cvlibs import manager
from paddleseg.transforms import Compose

from ...errors import UsageError
from ..data.file_dataset import transformed
from . import classes
from .scenes import check_scene, render_scene

__all__ = ["FineShapes"]

_KEPT = 1 << 27  # bytes of drawn scenes that a data set keeps: 1600 of 128 x 128 pixels


@manager.DATASETS.add_component
class FineShapes(paddle.io.Dataset):
    """Lakes and fields, houses and fairs: large regions beside structures 1-4 px wide.

    Samples are drawn when first asked for, and kept up to 128 MiB; sample i of a split
    depends on seed, split, i and size only. Nothing is downloaded or written.

    Args:
        transforms: list of PaddleSeg transforms; [] changes nothing.
        mode: str, the split: "train", "val" or "test"; they never share a scene.
        num_samples: int, at least 1; None takes 800, 100 and 200 for the three splits.
            The first samples are the same whatever the number.
        size: int or (height, width), pixels, each at least 32. Things grow with it;
            line widths do not.
        seed: int, 0 to 2**32 - 1; another seed is another data set.
        edge: bool, add the label's edges to training samples, as PaddleSeg's Dataset.

    Each sample is a dict as PaddleSeg's Dataset gives: "img" float32 [3, H, W] in RGB;
    "label" uint8 [H, W] for training, and [1, H, W], untouched by the transforms, for
    val and test; "trans_info"; "gt_fields".

    >>> FineShapes(transforms=[], mode="val")[0]["label"].shape
    (1, 128, 128)
    """

    NUM_CLASSES = classes.NUM_CLASSES
    IGNORE_INDEX = classes.IGNORE_INDEX  # no scene has such pixels; padding may
    IMG_CHANNELS = 3
    CLASS_NAMES = classes.CLASS_NAMES
    PALETTE = classes.PALETTE
    NUM_SAMPLES = {"train": 800, "val": 100, "test": 200}  # noqa: RUF012  as its peers

    def __init__(
        self,
        transforms,
        mode="train",
        num_samples=None,
        size=128,
        seed=0,
        edge=False,
    ):
        if not isinstance(transforms, list):
            raise UsageError(
                f"FineShapes: transforms must be a list ([] for none), "
                f"but is {transforms!r}"
            )
        self.mode = mode.lower() if isinstance(mode, str) else mode
        self.size = tuple(size) if isinstance(size, (list, tuple)) else (size, size)
        check_scene(seed, 0, self.mode, self.size)
        count = self.NUM_SAMPLES[self.mode] if num_samples is None else num_samples
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise UsageError(
                f"FineShapes: num_samples must be a whole number of at least 1, "
                f"but is {num_samples!r}"
            )
        self.transforms = Compose(transforms)
        self.seed = seed
        self.edge = edge
        self.num_classes = self.NUM_CLASSES
        self.ignore_index = self.IGNORE_INDEX
        self.img_channels = self.IMG_CHANNELS
        # PaddleSeg repeats and shuffles this list, so a sample is found by its entry
        names = (f"FineShapes/{self.mode}/{i:06d}" for i in range(count))
        self.file_list = [[name, name] for name in names]
        self._drawn = {}  # drawing takes longer than all transforms together

    def scene(self, idx):
        """The Scene (image, label, thin widths) of a sample, before transforms.

        Its arrays cannot be written to: later epochs read them again.
        """
        index = int(self.file_list[idx][0].rsplit("/", 1)[1])
        if index in self._drawn:
            return self._drawn[index]
        scene = render_scene(self.seed, index, self.mode, self.size)
        for array in scene:
            array.setflags(write=False)
        if (len(self._drawn) + 1) * sum(array.nbytes for array in scene) <= _KEPT:
            self._drawn[index] = scene
        return scene

    def __getitem__(self, idx):
        scene = self.scene(idx)
        # as if read by OpenCV, channels blue first: Compose turns them round
        image = np.ascontiguousarray(scene.image[..., ::-1], np.float32)
        return transformed(self, image, scene.label.copy())

    def __len__(self):
        return len(self.file_list)
