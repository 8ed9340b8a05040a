import numpy as np
import pytest
from PIL import Image

from paddle_resample.errors import UsageError
from paddle_resample.lab.photograph.picture import (
    Window,
    finest_window,
    read_picture,
    working_copy,
)


@pytest.fixture
def picture(rng):
    return rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)


def test_turns_as_exif_says(tmp_path, picture):
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    Image.fromarray(picture).save(tmp_path / "a.png", exif=exif)
    read = read_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(read, np.rot90(picture, -1))


def test_grey_is_repeated(tmp_path, picture):
    Image.fromarray(picture[..., 0]).save(tmp_path / "a.png")
    np.testing.assert_array_equal(
        read_picture(tmp_path / "a.png"), np.repeat(picture[..., :1], 3, -1)
    )


def test_sixteen_bits_become_eight(tmp_path, picture):
    wide = picture[..., 0].astype(np.uint16) * 257
    Image.fromarray(wide).save(tmp_path / "a.png")
    np.testing.assert_array_equal(
        read_picture(tmp_path / "a.png")[..., 1], picture[..., 0]
    )


def test_transparency_lies_over_white(tmp_path, picture):
    alpha = np.full((6, 9, 1), 255, np.uint8)
    alpha[:, :4] = 0
    Image.fromarray(np.concatenate([picture, alpha], -1)).save(tmp_path / "a.png")
    read = read_picture(tmp_path / "a.png")
    assert (read[:, :4] == 255).all()
    np.testing.assert_array_equal(read[:, 4:], picture[:, 4:])


def test_palette_with_a_transparent_colour(tmp_path):
    indexed = Image.new("P", (4, 4), 1)
    indexed.putpalette([0, 0, 0, 10, 20, 30])
    indexed.putpixel((0, 0), 0)
    indexed.save(tmp_path / "a.png", transparency=0)
    read = read_picture(tmp_path / "a.png")
    assert read[0, 0].tolist() == [255, 255, 255]
    assert read[3, 3].tolist() == [10, 20, 30]


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "bmp", "tif"])
def test_truncated_file_is_named(tmp_path, rng, kind):
    path = tmp_path / f"a.{kind}"
    noise = rng.integers(0, 256, (60, 60, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UsageError, match=f"a.{kind}' cannot be read: "):
        read_picture(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.png' is empty"),
        (b"no picture at all", "a.png' cannot be read: its format is not known"),
        (None, "a.png' is not there, or is not a file"),
    ],
)
def test_no_picture_is_named(tmp_path, content, message):
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read_picture(tmp_path / "a.png")


def test_working_copy_cuts_evenly(rng):
    picture = rng.integers(0, 256, (39, 46, 3), dtype=np.uint8)
    cut = working_copy(picture, size=100, multiple=4)
    np.testing.assert_array_equal(cut, picture[1:37, 1:45])


def test_working_copy_keeps_the_mean(rng):
    picture = np.full((120, 80, 3), 77, np.uint8)
    small = working_copy(picture, size=60, multiple=4)
    assert small.shape == (60, 40, 3)
    assert (small == 77).all()


@pytest.mark.parametrize("size", [20, 384])
def test_too_small_a_picture_is_refused(size):
    picture = np.zeros((400 if size == 20 else 31, 400, 3), np.uint8)
    with pytest.raises(UsageError, match="at least 32 are needed"):
        working_copy(picture, size, multiple=4)


def test_finest_window_covers_what_halving_loses(rng):
    picture = np.full((96, 128, 3), 120, np.uint8)
    picture[:, :64] += np.arange(64, dtype=np.uint8)[:, None]  # steep but smooth
    picture[41:59, 81:99] = rng.integers(0, 256, (18, 18, 1), dtype=np.uint8)
    x, y, size = finest_window(picture)
    assert size == 20 and x % 4 == y % 4 == 0
    assert 76 <= x <= 84 and 36 <= y <= 44


def test_window_must_lie_inside():
    assert Window((4, 8, 12)).check(20, 16) == (4, 8, 12)
    for wrong in [(5, 8, 12), (4, 9, 12), (-1, 0, 8), (0, -1, 8), (0, 0, 3)]:
        with pytest.raises(UsageError, match="16x20 pixels"):
            Window(wrong).check(20, 16)
