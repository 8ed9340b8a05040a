import random

import cv2
import numpy as np
import paddle
import paddleseg.transforms as T
import pytest
from paddleseg.cvlibs import manager
from paddleseg.datasets import Dataset

from paddle_resample.errors import UsageError
from paddle_resample.seg.embedded_data import (
    CLASS_NAMES,
    FineShapes,
    fine_shapes,
    render_scene,
)


def transforms():
    return [
        T.Resize(target_size=(96, 80)),
        T.RandomHorizontalFlip(prob=0.5),
        T.Normalize(mean=[0.4, 0.5, 0.6], std=[0.5, 0.4, 0.3]),
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six training and validation scenes as files, and their lists."""
    root = tmp_path_factory.mktemp("scenes")
    for mode in ("train", "val"):
        lines = []
        for i in range(6):
            scene = render_scene(0, i, mode)
            cv2.imwrite(str(root / f"{mode}{i}.png"), scene.image[..., ::-1])
            cv2.imwrite(str(root / f"{mode}{i}_label.png"), scene.label)
            lines.append(f"{mode}{i}.png {mode}{i}_label.png")
        (root / f"{mode}.txt").write_text("\n".join(lines) + "\n")
    return root


@pytest.mark.parametrize(
    ("mode", "edge"), [("train", False), ("train", True), ("val", False), ("val", True)]
)
def test_equals_paddleseg_reading_files(folder, mode, edge):
    theirs = Dataset(
        mode=mode,
        dataset_root=str(folder),
        transforms=transforms(),
        num_classes=12,
        edge=edge,
        **{f"{mode}_path": str(folder / f"{mode}.txt")},
    )
    ours = FineShapes(transforms(), mode=mode, num_samples=6, edge=edge)
    assert len(ours) == len(theirs) == 6
    for key in ("num_classes", "ignore_index", "img_channels", "mode"):
        assert getattr(ours, key) == getattr(theirs, key)
    flipped = 0
    for i in range(6):
        random.seed(i)
        a = ours[i]
        random.seed(i)
        b = theirs[i]
        assert set(a) == set(b)
        assert a["trans_info"] == b["trans_info"] and a["gt_fields"] == b["gt_fields"]
        for key in set(a) - {"trans_info", "gt_fields"}:
            assert a[key].dtype == b[key].dtype
            np.testing.assert_array_equal(a[key], b[key])
        random.seed(i)
        flipped += random.random() < 0.5
    assert 0 < flipped < 6


def test_network_sees_red_first():
    data = FineShapes([], num_samples=3)
    for i in range(3):
        image = data[i]["img"]
        assert image.dtype == np.float32
        np.testing.assert_array_equal(image.transpose(1, 2, 0), data.scene(i).image)


def test_test_split_is_scored_like_val():
    sample = FineShapes(transforms(), mode="test", num_samples=1)[0]
    assert sample["img"].shape == (3, 80, 96)
    np.testing.assert_array_equal(sample["label"][0], render_scene(0, 0, "test").label)


def test_scenes_come_from_the_arguments():
    data = FineShapes([], mode="val", num_samples=2, size=[48, 64], seed=5)
    sample, scene = data[1], render_scene(5, 1, "val", (48, 64))
    np.testing.assert_array_equal(sample["label"][0], scene.label)
    np.testing.assert_array_equal(data.scene(1).width, scene.width)
    assert FineShapes([], size=48).scene(0).label.shape == (48, 48)


def test_scenes_are_drawn_once(monkeypatch):
    drawn = []

    def render(seed, index, split, size):
        drawn.append(index)
        return render_scene(seed, index, split, size)

    monkeypatch.setattr(fine_shapes, "render_scene", render)
    data = FineShapes([], num_samples=2, size=48)
    for _ in range(2):  # epochs
        for i in range(2):
            sample = data[i]
            sample["img"][:] = sample["label"][:] = 7  # which no later one sees
    assert drawn == [0, 1]
    scene = render_scene(0, 1, "train", (48, 48))
    np.testing.assert_array_equal(data[1]["label"], scene.label)
    with pytest.raises(ValueError, match="read-only"):
        data.scene(1).width[:] = 0
    monkeypatch.setattr(fine_shapes, "_KEPT", 48 * 48 * 5)  # room for one
    data = FineShapes([], num_samples=2, size=48)
    for i in (0, 1, 0, 1):
        data.scene(i)
    assert drawn == [0, 1, 0, 1, 1]


def test_entries_decide_samples():
    data = FineShapes([], mode="VAL", num_samples=4)
    assert data.file_list[3] == ["FineShapes/val/000003"] * 2
    expected = [data.scene(i).label for i in range(4)]
    data.file_list *= 2  # as --repeats does
    assert len(data) == 8
    np.testing.assert_array_equal(data[6]["label"][0], expected[2])
    data.file_list.reverse()
    np.testing.assert_array_equal(data[0]["label"][0], expected[3])


def test_splits_have_their_sizes_and_share_no_entry():
    entries = []
    for mode, count in (("train", 800), ("val", 100), ("test", 200)):
        data = FineShapes([], mode=mode)
        assert len(data) == count
        entries += [tuple(e) for e in data.file_list]
    assert len(set(entries)) == 1100


def test_paddleseg_finds_it():
    assert manager.DATASETS["FineShapes"] is FineShapes
    assert (FineShapes.NUM_CLASSES, FineShapes.IMG_CHANNELS) == (12, 3)
    assert FineShapes.IGNORE_INDEX == 255
    assert len(FineShapes.CLASS_NAMES) == len(FineShapes.PALETTE) == 12
    assert FineShapes.CLASS_NAMES == CLASS_NAMES


@pytest.mark.parametrize("workers", [0, 2])
def test_loads_in_batches(workers):
    data = FineShapes([T.Normalize()], num_samples=6)
    loader = paddle.io.DataLoader(
        data, batch_size=4, num_workers=workers, use_shared_memory=False
    )
    batches = list(loader)
    assert [b["img"].shape for b in batches] == [[4, 3, 128, 128], [2, 3, 128, 128]]
    images = np.concatenate([b["img"].numpy() for b in batches])
    labels = np.concatenate([b["label"].numpy() for b in batches])
    for i in range(6):
        np.testing.assert_array_equal(images[i], data[i]["img"])
        np.testing.assert_array_equal(labels[i], data.scene(i).label)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "tset"}, "unknown split 'tset'; did you mean 'test'"),
        ({"mode": None}, "unknown split None; known: 'test', 'train', 'val'"),
        ({"size": 16}, r"at least 32, but is \(16, 16\)"),
        ({"size": "big"}, "size must be one whole number"),
        ({"num_samples": -1}, "num_samples must be .* at least 1, but is -1"),
        ({"num_samples": 0}, "num_samples must be"),
        ({"num_samples": 2.0}, "num_samples must be"),
        ({"seed": -3}, "seed must be .* is -3"),
        ({"transforms": None}, "transforms must be a list .* is None"),
        ({"transforms": {"type": "Normalize"}}, "transforms must be a list"),
    ],
    ids=str,
)
def test_mistakes_are_named(arguments, message):
    with pytest.raises(UsageError, match=message):
        FineShapes(**{"transforms": [], **arguments})
