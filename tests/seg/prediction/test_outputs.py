"""Results lie within their folder, each once, and over nothing that was read."""

import numpy as np
import pytest
from PIL import Image

from paddle_resample.errors import UsageError
from paddle_resample.seg.prediction.outputs import (
    check_outputs,
    output_names,
    save_mask,
    write_masks,
)
from paddle_resample.seg.prediction.pictures import Picture

PALETTE = np.arange(768, dtype=np.uint8).reshape(256, 3)


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a.png"], ["a"]),
        (["/x/y/a.png", "/x/z/a.png", "/x/z/b.jpg"], ["y/a", "z/a", "z/b"]),
        (["d/a.png", "d/a.jpg"], ["a_png", "a_jpg"]),
        (["d/a.png", "d/a.jpg", "d/a_png.png"], ["a_png_2", "a_jpg", "a_png"]),
        (["d/../e/a.png", "e/b.png"], ["a", "b"]),
        (["d/a.b.png", "d/a.png"], ["a.b", "a"]),
        ([], []),
    ],
)
def test_names_are_relative_and_unique(files, names):
    assert output_names(files) == names


def test_names_below_the_folder_that_was_named():
    assert output_names(["in/deep/a.png"], "in") == ["deep/a"]
    assert output_names(["/else/a.png", "in/b.png"], "in")[0].endswith("else/a")


def test_nothing_is_written_over_what_is_read(tmp_path):
    inside = tmp_path / "out" / "a.png"
    check_outputs(tmp_path / "out", [inside], [tmp_path / "a.png"])
    with pytest.raises(UsageError, match=r"would replace .*, which is read; choose"):
        check_outputs(tmp_path / "out", [inside], [tmp_path / "x" / ".." / "out/a.png"])
    with pytest.raises(UsageError, match="would lie outside --save_dir"):
        check_outputs(tmp_path / "out", [tmp_path / "out" / ".." / "b.png"], [])
    (tmp_path / "out").mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "out" / "link").symlink_to(tmp_path / "photos")
    with pytest.raises(UsageError, match="would lie outside --save_dir"):
        check_outputs(tmp_path / "out", [tmp_path / "out" / "link" / "b.png"], [])


def test_masks_of_many_classes_have_16_bits(tmp_path, rng):
    labels = rng.integers(0, 400, (5, 6))
    save_mask(tmp_path / "a.png", labels, np.zeros((400, 3), np.uint8))
    with Image.open(tmp_path / "a.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), labels)
    save_mask(tmp_path / "a.png", labels % 256, PALETTE)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.mode == "P"
        np.testing.assert_array_equal(np.asarray(picture), labels % 256)


def test_a_mask_of_another_size_is_never_left(tmp_path):
    picture = Picture("a", np.zeros((5, 6, 3), np.uint8), None, None)
    with pytest.raises(UsageError, match="prediction is 4x6 and the image 5x6"):
        write_masks(tmp_path, picture, np.zeros((4, 6), int), PALETTE)
    assert list(tmp_path.iterdir()) == []
