import json
import os

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from paddle_resample.errors import UsageError
from paddle_resample.seg.check_data import check_data, print_check_data
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.data.file_check import pair_fault
from paddle_resample.seg.data.loading import training_loader
from paddle_resample.seg.data.samples import Fault, Samples
from paddle_resample.seg.training.trainer import Settings, Trainer
from tests.seg.picture_files import DAMAGES, sixteen_bits, write_set

EACH = 9  # 17 damages of images and of labels: 306 files


def report_of(path):
    return check_data(ResampleConfig(str(path)), quiet=True)


def dataset_of(path):
    return Components(ResampleConfig(str(path))).need("train_dataset")


def test_sound_data_has_no_fault(tmp_path, rng, capsys):
    path = write_set(tmp_path, rng)
    report = report_of(path)
    assert report.faults == [] and report.notes == []
    assert report.samples == {"train": 4, "val": 2}
    counted = np.zeros(256, int)
    for i in range(4):
        label = np.array(Image.open(tmp_path / f"train{i}_label.png"))
        counted += np.bincount(label.ravel(), minlength=256)
    assert report.pixels["train"] == {v: n for v, n in enumerate(counted) if n}
    print_check_data(str(path))
    shown = " ".join(capsys.readouterr().out.split())
    assert "255 (ignored) 10.00% 10.00%" in shown
    assert "all files of 4 train and 2 val samples can be used" in shown


def test_classes_are_called_by_their_names(tmp_path, rng, capsys):
    path = write_set(tmp_path, rng)
    count = dataset_of(path).num_classes
    names = [f"kind{i}" for i in range(count)]
    print_check_data(str(path), [f"class_names={json.dumps(names)}"])
    assert "0 kind0" in capsys.readouterr().out
    with pytest.raises(UsageError, match=f"class_names must be a list of {count}"):
        print_check_data(str(path), ["class_names=[one]"])


def test_all_faults_are_listed_at_once(tmp_path, rng, capsys):
    path = write_set(tmp_path, rng, train=8)
    (tmp_path / "train0.png").unlink()
    (tmp_path / "train1_label.png").write_bytes(b"")
    Image.new("L", (5, 6)).save(tmp_path / "train2_label.png")
    label = np.array(Image.open(tmp_path / "train3_label.png"))
    label[5, 3:9] = 7
    Image.fromarray(label).save(tmp_path / "train3_label.png")
    (tmp_path / "train4.png").write_bytes((tmp_path / "val1.png").read_bytes())
    Image.open(tmp_path / "train6.png").save(tmp_path / "train5.png", optimize=True)
    with open(tmp_path / "train.txt", "a") as file:
        file.write("\nalone.png\n")
    report = report_of(path)
    root = str(tmp_path)
    assert [fault.replace(root, "ROOT") for fault in report.faults] == [
        "list 'ROOT/train.txt', line 10: 'alone.png' is not an image and a label "
        "separated by white space",
        "image ROOT/train0.png does not exist",
        "label ROOT/train1_label.png is empty",
        "image ROOT/train2.png is 24x20 pixels but its label ROOT/train2_label.png is "
        "5x6",
        "label ROOT/train3_label.png holds 7 (6 pixels), but num_classes=3 allows 0 to "
        "2 and ignore_index=255",
        "ROOT/val1.png of val has the pixels of ROOT/train4.png of train: what is "
        "trained on cannot judge",
    ]
    assert report.notes == [f"{root}/train6.png has the pixels of {root}/train5.png"]
    with pytest.raises(UsageError, match="the data has 6 faults, listed above"):
        print_check_data(str(path))
    assert capsys.readouterr().out.count("fault: ") == 6


def test_less_than_a_batch_and_absent_classes(tmp_path, rng):
    path = write_set(tmp_path, rng, train=1)
    Image.new("L", (24, 20), 1).save(tmp_path / "train0_label.png")
    report = report_of(path)
    assert report.faults == ["the 1 training samples do not fill one batch of 2"]
    assert report.notes == ["no pixel of train has class 0, 2"]


def test_padding_that_is_no_class_is_noted(tmp_path, rng):
    path = write_set(tmp_path, rng)
    crop = "{type: RandomPaddingCrop, crop_size: [8, 8]}"
    text = path.read_text().replace("[{type: Normalize}]", f"[{crop}]", 1)
    path.write_text(
        text.replace("num_classes: 3\n", "num_classes: 3\n  ignore_index: 9\n")
    )
    assert report_of(path).notes == [
        "RandomPaddingCrop of train_dataset fills labels with 255, which is neither a "
        "class nor ignore_index; set label_padding_value: 9"
    ]


def test_the_embedded_data_is_looked_at_too(tmp_path):
    from tests.seg.config.test_schema import UNET

    small = ["train_dataset.num_samples=8", "val_dataset.num_samples=2"]
    small += ["train_dataset.size=32", "val_dataset.size=32"]
    report = check_data(ResampleConfig(str(UNET), opts=small), quiet=True)
    assert report.faults == [] and report.samples == {"train": 8, "val": 2}
    assert sum(report.pixels["train"].values()) == 8 * 32 * 32
    assert report.class_names[0] == "sky"


@pytest.mark.parametrize("of", ["image", "label"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda f: f.__name__)
def test_damaged_files_load_rightly_or_are_named(tmp_path, rng, damage, of):
    path = write_set(tmp_path, rng, train=2, val=0)
    path.write_text(path.read_text().replace("[{type: Normalize}]", "[]"))
    file = tmp_path / ("train0.png" if of == "image" else "train0_label.png")
    content, array = file.read_bytes(), np.array(Image.open(file))
    label = np.array(Image.open(tmp_path / "train0_label.png"))
    dataset = dataset_of(path)
    for _ in range(EACH):
        file.write_bytes(damage(array, content, rng))
        sample = Samples(dataset, 0)[0, 0]
        fault = pair_fault(*dataset.file_list[0], thorough=True)
        if isinstance(sample, Fault):
            assert str(file) in sample.text or "train0.png" in sample.text
            assert fault or not sample.of_file
            continue
        assert fault is None
        assert np.array_equal(np.asarray(sample["label"]), label)
        assert np.asarray(sample["label"]).dtype in (np.uint8, np.int32)
        if of == "image":
            shown = seen(file) * (257 if damage is sixteen_bits else 1)
            assert np.abs(sample["img"].transpose(1, 2, 0) - shown).mean() < 4


def seen(file):
    """A picture as a viewer shows it, in 8 bits."""
    picture = ImageOps.exif_transpose(Image.open(file))
    return np.array(picture.convert("RGB"), dtype=float)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (os.mkdir, "is no file"),
        (os.mkfifo, "is no file"),
        (lambda p: os.symlink(p, p), "is no file"),
    ],
    ids=["folder", "pipe", "loop"],
)
def test_what_is_no_file_does_not_hang(tmp_path, rng, make, sentence):
    write_set(tmp_path, rng)
    file = tmp_path / "train0.png"
    file.unlink()
    make(str(file))
    label = str(tmp_path / "train0_label.png")
    assert pair_fault(str(file), label) == f"image {file} {sentence}"


def test_an_upright_file_that_only_opencv_turns(tmp_path):
    """90 degrees and a label of the turned size: what OpenCV reads fits."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image, label = tmp_path / "a.jpg", tmp_path / "a.png"
    Image.new("RGB", (30, 20)).save(image)
    Image.fromarray(np.arange(600, dtype=np.uint8).reshape(20, 30)).convert("RGB").save(
        image, exif=exif
    )
    Image.new("L", (20, 30)).save(label)
    assert cv2.imread(str(image)).shape == (30, 20, 3)
    assert pair_fault(str(image), str(label)) is None
    exif[0x0112] = 3
    Image.fromarray(np.arange(600, dtype=np.uint8).reshape(30, 20)).convert("RGB").save(
        image, exif=exif
    )
    assert "has the EXIF orientation 3, by which" in pair_fault(str(image), str(label))


def test_pixels_changed_in_a_png_are_found(tmp_path, rng):
    """Uncompressed, so that any decoder would read other classes without a word."""
    path = write_set(tmp_path, rng)
    file = tmp_path / "train0_label.png"
    label = np.array(Image.open(file))
    Image.fromarray(label).save(file, compress_level=0)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    said = Samples(dataset_of(path), 0)[0, 0].text
    assert said.endswith("cannot be read as a picture (a checksum of the PNG is wrong)")


@pytest.mark.parametrize("kind", ["JPEG", "GIF"])
def test_labels_of_kinds_that_change_numbers(tmp_path, rng, kind):
    path = write_set(tmp_path, rng)
    Image.new("L", (24, 20), 1).save(tmp_path / "train0_label.png", kind)
    assert f"train0_label.png is a {kind}, whose" in Samples(dataset_of(path))[0].text


def test_the_replacement_is_augmented_as_the_lost_sample(tmp_path, rng):
    path = write_set(tmp_path, rng)
    flip = "[{type: RandomHorizontalFlip}, {type: Normalize}]"
    path.write_text(path.read_text().replace("[{type: Normalize}]", flip, 1))
    (tmp_path / "train2.png").write_bytes((tmp_path / "train1.png").read_bytes())
    dataset = dataset_of(path)
    whole = [Samples(dataset, 3)[epoch, 1]["img"] for epoch in range(8)]
    (tmp_path / "train1.png").unlink()
    samples = Samples(dataset, 3, skip_damaged=True)
    for epoch, image in enumerate(whole):
        assert np.array_equal(samples[epoch, 1]["img"], image)


def batches(path, damaged, workers=0, start=0, stop=4):
    loader = training_loader(
        *(dataset_of(path), 2, 5, start, stop, workers), skip_damaged=damaged == "skip"
    )
    return [(b["img"].numpy(), b.get("skipped", [])) for b in loader]


def test_stop_is_the_default(tmp_path, rng):
    path = write_set(tmp_path, rng)
    (tmp_path / "train1.png").unlink()
    with pytest.raises(UsageError, match=r"train1\.png does not exist"):
        batches(path, "stop")


@pytest.mark.parametrize("workers", [0, 2])
def test_skip_leaves_all_other_samples_in_place(tmp_path, rng, workers):
    path = write_set(tmp_path, rng)
    sound = batches(path, "skip")
    assert all(skipped == [] for _, skipped in sound)
    (tmp_path / "train1.png").write_bytes(b"")
    fault = f"image {tmp_path / 'train1.png'} is empty"
    images = dataset_of(path)
    lost = [images[i]["img"] for i in (0, 2, 3)]
    count = 0
    for (old, _), (new, skipped) in zip(sound, batches(path, "skip", workers)):
        count += len(skipped)
        assert set(skipped) <= {fault}
        for before, now in zip(old, new):
            same = np.array_equal(before, now)
            replaced = np.array_equal(now, lost[1]) and not any(
                np.array_equal(before, image) for image in lost
            )
            assert same or replaced
    assert count == 2  # two epochs of two batches


def test_skip_resumes_where_it_was(tmp_path, rng):
    path = write_set(tmp_path, rng)
    (tmp_path / "train1.png").unlink()
    whole, late = batches(path, "skip"), batches(path, "skip", start=2)
    for (a, why), (b, why_again) in zip(whole[2:], late):
        assert np.array_equal(a, b) and why == why_again


def test_skip_needs_one_sound_sample(tmp_path, rng):
    path = write_set(tmp_path, rng, train=2)
    for i in range(2):
        (tmp_path / f"train{i}.png").unlink()
    with pytest.raises(
        UsageError, match="no sample of the data set can be used: image"
    ):
        batches(path, "skip")


def test_wrong_labels_are_never_skipped(tmp_path, rng):
    path = write_set(tmp_path, rng)
    Image.new("L", (24, 20), 9).save(tmp_path / "train1_label.png")
    with pytest.raises(UsageError, match="label pixels have the value 9"):
        batches(path, "skip")


def test_a_file_that_vanishes_in_training_is_named(tmp_path, rng):
    samples = Samples(dataset_of(write_set(tmp_path, rng)), 0)
    assert not isinstance(samples[0, 1], Fault)
    (tmp_path / "train1.png").unlink()
    assert samples[0, 1].text == f"image {tmp_path / 'train1.png'} does not exist"


def test_the_run_s_record_counts_what_was_skipped(tmp_path, rng, capsys):
    path = write_set(tmp_path, rng)
    (tmp_path / "train1.png").unlink()
    config = ResampleConfig(str(path), opts=["damaged_samples=skip"])
    Trainer(Components(config), Settings(save_dir=str(tmp_path / "run"))).run()
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    fault = f"image {tmp_path / 'train1.png'} does not exist"
    assert record["skipped_samples"] == {fault: 2}
    assert capsys.readouterr().out.count(f"skipped: {fault}") == 1
