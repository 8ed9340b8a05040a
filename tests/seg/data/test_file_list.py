"""Lists and folders: read whatever their spaces and marks, or refused by line."""

import codecs

import pytest
from paddleseg.datasets import Dataset

from paddle_resample.errors import UsageError
from paddle_resample.seg.data.file_list import sample_pairs


def write(folder, text, coding="utf-8"):
    path = folder / "list.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(coding))
    return str(path)


PLAIN = [["d/a.png", "d/b.png"], ["d/c.png", "d/e.png"]]


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a.png b.png\nc.png e.png", " "),
        ("a.png b.png\nc.png e.png\n\n\n", " "),
        ("\n\na.png  b.png \n  c.png   e.png\n", " "),
        ("a.png\tb.png\nc.png\te.png\n", " "),
        ("a.png b.png\r\nc.png e.png\r\n", " "),
        (codecs.BOM_UTF8 + b"a.png b.png\nc.png e.png\n", " "),
        ("a.png,b.png\nc.png , e.png\n", ","),
        ("a.png|b.png\nc.png|e.png", "|"),
    ],
)
def test_lines_that_mean_the_same(tmp_path, text, separator):
    assert sample_pairs(write(tmp_path, text), "d", separator) == (PLAIN, [])


def test_names_with_blanks(tmp_path):
    path = write(tmp_path, "my images/a.png,my labels/a.png\n")
    assert sample_pairs(path, "", ",")[0] == [["my images/a.png", "my labels/a.png"]]


@pytest.mark.parametrize(
    ("text", "separator", "fault"),
    [
        (
            "a.png b.png\n\nc.png,e.png\n",
            " ",
            "line 3: 'c.png,e.png' is not an image and a label separated by white "
            "space; set separator: ',' of the data set",
        ),
        (
            "a b.png c.png\n",
            " ",
            "line 1: 'a b.png c.png' is not an image and a label separated by white "
            "space; names with blanks need another separator, such as ','",
        ),
        (
            "a.png b.png\n",
            ",",
            "line 1: 'a.png b.png' is not an image and a label separated by ','; set "
            "separator: ' ' of the data set",
        ),
        (
            "a.png,\n",
            ",",
            "line 1: 'a.png,' is not an image and a label separated by ','",
        ),
        ("", " ", "has no lines"),
    ],
)
def test_wrong_lines_are_named_with_what_would_help(tmp_path, text, separator, fault):
    path = write(tmp_path, text)
    faults = sample_pairs(path, "", separator)[1]
    assert [f.replace(f"list {path!r}, ", "").replace(f"list {path!r} ", "") for f in
            faults] == [fault]  # fmt: skip
    with pytest.raises(UsageError, match=r"list '.*list\.txt'"):
        Dataset("train", str(tmp_path), [], 2, train_path=path, separator=separator)


@pytest.mark.parametrize("coding", ["gbk", "utf-16"])
def test_another_coding(tmp_path, coding):
    path = write(tmp_path, "a.png b.png\n图像.png 标签.png\n", coding)
    with pytest.raises(
        UsageError, match=r"list.txt', line [12]: the text is not UTF-8"
    ):
        sample_pairs(path)


def test_images_alone_are_for_mode_test(tmp_path):
    path = write(tmp_path, "a.png\nb.png c.png\n")
    assert sample_pairs(path, needs_label=False) == (
        [["a.png", None], ["b.png", "c.png"]],
        [],
    )
    assert len(sample_pairs(path)[1]) == 1


# Folders in place of lists


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.mark.parametrize("labels", ["labels", "masks", "annotations"])
def test_a_folder_stands_for_its_list(tmp_path, labels):
    touch(tmp_path, "images/a.JPG", "images/sub/b.tif", "images/notes.txt")
    touch(tmp_path, f"{labels}/a.png", f"{labels}/sub/b.png", f"{labels}/more.png")
    pairs, faults = sample_pairs(tmp_path)
    assert faults == []
    root = str(tmp_path)
    assert [[p.replace(root, "") for p in pair] for pair in pairs] == [
        ["/images/a.JPG", f"/{labels}/a.png"],
        ["/images/sub/b.tif", f"/{labels}/sub/b.png"],
    ]


def test_a_split_below_images(tmp_path):
    touch(tmp_path, "images/train/a.png", "images/val/b.png")
    touch(tmp_path, "labels/train/a.png", "labels/val/b.png")
    pairs, _ = sample_pairs(tmp_path / "images" / "val")
    assert [[p.replace(str(tmp_path), "") for p in pair] for pair in pairs] == [
        ["/images/val/b.png", "/labels/val/b.png"]
    ]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["images/a.png", "labels/b.png"], "images/a.png' has no label .*labels/a.png"),
        (["images/a.png", "images/a.jpg", "labels/a.png"], "have one name before the"),
        (["images/a.png", "labels/a.png", "labels/a.tif"], "has several labels"),
        (["images/a.txt", "labels/a.png"], "has no images"),
    ],
)
def test_folders_that_leave_it_open(tmp_path, names, message):
    touch(tmp_path, *names)
    with pytest.raises(UsageError, match=message):
        Dataset("train", str(tmp_path), [], 2, train_path=str(tmp_path))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["images/a.png"], "its labels are missing; expected them in '.*/labels'"),
        (["a.png"], "needs the folders images and labels in it"),
    ],
)
def test_folders_that_stand_for_no_list(tmp_path, names, message):
    touch(tmp_path, *names)
    with pytest.raises(UsageError, match=message):
        sample_pairs(tmp_path)


def test_missing_data_points_to_the_page(tmp_path):
    with pytest.raises(UsageError, match=r"dataset_root 'data/no' does not exist; doc"):
        Dataset("val", "data/no", [], 2, val_path=str(tmp_path))
