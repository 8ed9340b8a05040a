"""The published labels of CrackForest become lists that a configuration reads."""

import runpy
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat

from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig

CONFIGS = Path(__file__).parents[1] / "configs" / "crackforest"


def test_values_lists_and_the_wrong_label(tmp_path):
    source, target = tmp_path / "published", tmp_path / "data"
    (source / "image").mkdir(parents=True)
    (source / "groundTruth").mkdir()
    segmentation = np.ones((32, 48), np.uint16)
    segmentation[4], segmentation[8], segmentation[12] = 2, 3, 4
    for number in (40, 41, 42, 43, 46, 48):
        image = Image.new("RGB", (48, 32), (number, 9, 9))
        image.save(source / "image" / f"{number:03}.jpg")
        path = source / "groundTruth" / f"{number:03}.mat"
        truth = {"Segmentation": segmentation, "Boundaries": segmentation > 1}
        savemat(path, {"groundTruth": truth})
    prepare = runpy.run_path(str(CONFIGS / "prepare.py"))["prepare"]
    assert prepare(source, target) == {"train": 3, "val": 1, "test": 1}
    opts = [
        f"{part}_dataset.{key}={value}"
        for part in ("train", "val")
        for key, value in {
            "dataset_root": target,
            f"{part}_path": target / f"{part}_list.txt",
        }.items()
    ]
    config = ResampleConfig(str(CONFIGS / "unet_bilinear.yml"), opts=opts)
    dataset = Components(config).need("val_dataset")
    assert [Path(image).name for image, _ in dataset.file_list] == ["048.jpg"]
    label = np.squeeze(dataset[0]["label"])
    np.testing.assert_array_equal(label, segmentation == 2)
