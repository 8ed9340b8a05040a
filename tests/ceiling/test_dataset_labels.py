import numpy as np
import pytest
from paddleseg.datasets import Dataset
from paddleseg.transforms import Normalize, RandomHorizontalFlip, Resize
from PIL import Image

from paddle_resample import UsageError
from paddle_resample.ceiling import DatasetLabels
from paddle_resample.seg.embedded_data import FineShapes


@pytest.fixture
def files(tmp_path, rng):
    labels = [rng.integers(0, 3, (24, 30)).astype(np.uint8) for _ in range(3)]
    for i, label in enumerate(labels):
        label[:2] = 255
        Image.fromarray(label).save(tmp_path / f"{i}.png")
    lines = [f"no_such_image_{i}.jpg {i}.png\n" for i in range(3)]
    (tmp_path / "list.txt").write_text("".join(lines))
    return tmp_path, labels


def dataset(folder, steps, mode="train", **options):
    options = {f"{mode}_path": str(folder / "list.txt"), "num_classes": 3, **options}
    return Dataset(mode, str(folder), steps, **options)


@pytest.mark.parametrize("mode", ["train", "val"])
def test_labels_are_read_without_images_and_without_augmentation(files, mode):
    folder, labels = files
    steps = [RandomHorizontalFlip(1.0), Normalize()]
    found = DatasetLabels(dataset(folder, steps, mode))
    assert len(found) == 3 and found.class_names == ["class 0", "class 1", "class 2"]
    for i in range(3):
        np.testing.assert_array_equal(found[i], labels[i])
    assert found.name(1).endswith("1.png")


def test_resizing_is_that_of_training(files):
    folder, _ = files
    set_ = dataset(folder, [Resize([20, 12])])
    expected = Resize([20, 12])(
        {
            "img": files[1][0],
            "label": files[1][0],
            "gt_fields": ["label"],
            "trans_info": [],
        }
    )["label"]
    np.testing.assert_array_equal(DatasetLabels(set_)[0], expected)
    assert DatasetLabels(set_, resize=False)[0].shape == (24, 30)


def test_the_data_set_stays_as_it_was(files):
    folder, _ = files
    set_ = dataset(folder, [Normalize()])
    before = set_.transforms
    DatasetLabels(set_)[0]
    assert set_.transforms is before


def test_the_embedded_data():
    set_ = FineShapes(transforms=[], mode="val", num_samples=2, size=64)
    found = DatasetLabels(set_)
    np.testing.assert_array_equal(found[1], set_.scene(1).label)
    assert found.class_names[0] == "sky" and len(found.colours) == 12


def test_a_value_that_is_no_class(files):
    folder, _ = files
    labels = DatasetLabels(dataset(folder, [], num_classes=2))
    with pytest.raises(UsageError, match=r"0.png: label value 2, but num_classes=2"):
        labels[0]


def test_a_missing_and_a_coloured_label(files):
    folder, _ = files
    labels = DatasetLabels(dataset(folder, []))
    (folder / "0.png").unlink()
    with pytest.raises(UsageError, match=r"0.png: the label cannot be read"):
        labels[0]
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(folder / "1.png")
    with pytest.raises(UsageError, match="one class a pixel"):
        labels[1]


def test_names_for_every_class(files):
    with pytest.raises(UsageError, match="2 class names for num_classes=3"):
        DatasetLabels(dataset(files[0], []), class_names=["a", "b"])
