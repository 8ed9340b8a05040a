"""Val, predict and export take what training takes: bands, depth, lists, windows.

Each configuration is trained for two iterations, scored, and asked to predict its own
evaluation set from files; the masks' confusion with the labels must be val's.
"""

import json

import cv2
import numpy as np
import pytest
import tifffile
import yaml
from PIL import Image

from paddle_resample.metrics import confusion_matrix


def write_data(folder, rng, bands, dtype, suffix, classes, separator, blanks, listed):
    top = np.iinfo(dtype).max if dtype != "float32" else 1
    images = folder / ("my images" if blanks else "images")
    labels = folder / "labels"
    images.mkdir(parents=True)
    labels.mkdir()
    lines = []
    for number in range(4):
        size = (40, 48) if number < 2 else (33, 50)
        image = (rng.random((*size, bands)) * top).astype(dtype)
        label = rng.integers(0, classes, size).astype("uint16")
        name = f"{number}.{suffix}"
        if suffix == "TIF":
            tifffile.imwrite(images / name, image, planarconfig="contig")
        else:
            cv2.imwrite(str(images / name), image)
        mode = "uint8" if classes <= 256 else "uint16"
        Image.fromarray(label.astype(mode)).save(labels / f"{number}.png")
        lines.append(f"{images.name}/{name}{separator}labels/{number}.png")
    path = folder / "list.txt"
    path.write_text("\n".join([*lines, ""]))
    return path if listed else folder


def config_of(folder, data, bands, classes, separator, model, transforms, test):
    def section(mode):
        return {
            "type": "Dataset",
            "dataset_root": str(folder),
            f"{mode}_path": str(data),
            "num_classes": classes,
            "img_channels": bands,
            "separator": separator,
            "mode": mode,
            "transforms": transforms,
        }

    training = section("train")
    training["transforms"] = [{"type": "Resize", "target_size": [32, 32]}]
    training["transforms"] += [{"type": "Normalize"}]
    return {
        "batch_size": 2,
        "iters": 2,
        "train_dataset": training,
        "val_dataset": section("val"),
        "optimizer": {"type": "SGD"},
        "lr_scheduler": {"type": "PolynomialDecay", "learning_rate": 0.01},
        "loss": {"types": [{"type": "CrossEntropyLoss"}], "coef": [1]},
        "model": model,
        "test_config": test,
    }


UNET = {"type": "ResampleUNet", "width": 4, "depth": 2}
USUAL = {
    "bands": 3,
    "dtype": "uint8",
    "suffix": "png",
    "classes": 3,
    "separator": " ",
    "blanks": False,
    "listed": True,
    "model": UNET,
    "transforms": [{"type": "Normalize"}],
    "test": {},
}
WINDOW = {"is_slide": True, "crop_size": [24, 20], "stride": [16, 16]}
KINDS = {
    "plain": {},
    "gray": {"bands": 1},
    "gray in 16 bits": {"bands": 1, "dtype": "uint16"},
    "two bands": {"bands": 2, "suffix": "TIF"},
    "four bands": {"bands": 4, "suffix": "TIF"},
    "thirteen bands in 16 bits": {"bands": 13, "dtype": "uint16", "suffix": "TIF"},
    "floating point": {"bands": 5, "dtype": "float32", "suffix": "TIF"},
    "names with blanks": {"separator": ",", "blanks": True},
    "a folder for a list": {"listed": False},
    "300 classes": {"classes": 300},
    "resized": {"transforms": [{"type": "Resize", "target_size": [32, 48]}]},
    "scaled and padded": {
        "transforms": [{"type": "ScalePadding", "target_size": [32, 32]}]
    },
    "a window": {"test": WINDOW},
    "scales and flips": {
        "test": {"aug_eval": True, "scales": [0.5, 1.0], "flip_horizontal": True}
    },
    "another model resampled": {
        "bands": 4,
        "suffix": "TIF",
        "model": {
            "type": "Resampled",
            "model": {"type": "UNet", "in_channels": 4, "num_classes": 3},
            "upsample": {"*_list.3.*": "pixel_shuffle"},
        },
    },
    "a backbone": {
        "bands": 4,
        "suffix": "TIF",
        "model": {"type": "ResampleFPN", "backbone": {"type": "ResNet18_vd"}},
    },
}


def with_numbers(model, bands, classes):
    model = {"num_classes": classes, **model}
    if "backbone" in model:
        backbone = {**model["backbone"], "in_channels": bands}
        return {**model, "backbone": backbone}
    return {"in_channels": bands, **model} if bands != 3 else model


# The rest shares its code with one of these.
QUICK = ("gray", "thirteen bands in 16 bits", "names with blanks", "300 classes")
QUICK += ("scaled and padded", "a window", "a backbone")


@pytest.mark.parametrize(
    "kind",
    [
        kind if kind in QUICK else pytest.param(kind, marks=pytest.mark.slow)
        for kind in KINDS
    ],
)
def test_masks_have_the_scores_of_val_and_the_program_answers(
    tool, tmp_path, rng, kind
):
    setting = {**USUAL, **KINDS[kind]}
    bands, classes = setting["bands"], setting["classes"]
    names = ("dtype", "suffix", "classes", "separator", "blanks", "listed")
    root = tmp_path / "d"
    data = write_data(root, rng, bands, *(setting[name] for name in names))
    model = with_numbers(setting["model"], bands, classes)
    transforms = [*setting["transforms"]]
    if transforms[-1]["type"] != "Normalize":
        transforms.append({"type": "Normalize"})
    config = config_of(
        root,
        data,
        bands,
        classes,
        setting["separator"],
        model,
        transforms,
        setting["test"],
    )
    path = tmp_path / "c.yml"
    path.write_text(yaml.safe_dump(config))
    run = tmp_path / "run"
    status, _, stderr = tool("train", "--config", path, "--save_dir", run)
    assert status == 0, stderr
    if "backbone" in model:  # a file that the checkpoint replaces
        model["backbone"]["pretrained"] = "gone/weights.pdparams"
        path.write_text(yaml.safe_dump(config))
    usual = ["--config", path, "--model_path", run / "iter_2"]
    status, _, stderr = tool("val", *usual, "--save_dir", tmp_path / "val")
    assert status == 0, stderr
    scores = json.loads((tmp_path / "val" / "scores.json").read_text())
    source = data if setting["listed"] else root / "images"
    arguments = ["--image_path", source, "--save_dir", tmp_path / "p"]
    status, _, stderr = tool("predict", *usual, *arguments)
    assert status == 0, stderr
    total = 0
    folder = tmp_path / "p" / "pseudo_color_prediction"
    masks = sorted(folder.rglob("*.png"))
    assert len(masks) == 4
    for mask in masks:
        with (
            Image.open(mask) as picture,
            Image.open(root / "labels" / mask.name) as own,
        ):
            total += confusion_matrix(np.asarray(picture), np.asarray(own), classes)
    np.testing.assert_array_equal(total, scores["confusion"])
    arguments = ["--save_dir", tmp_path / "e", "--no_check"]
    status, _, stderr = tool("export", *usual, *arguments)
    assert status == 0, stderr
    deploy = yaml.safe_load((tmp_path / "e" / "deploy.yaml").read_text())["Deploy"]
    assert deploy["input_shape"] == [None, bands, None, None]
