"""Depth, bands and type of images and labels are kept, changed by rule, or refused."""

import cv2
import numpy as np
import pytest
import tifffile
from paddleseg.transforms import (
    Normalize,
    Padding,
    RandomAffine,
    RandomDistort,
    RandomHorizontalFlip,
    RandomPaddingCrop,
    RandomRotation,
    Resize,
    ScalePadding,
)
from PIL import Image

from paddle_resample.errors import UsageError
from paddle_resample.seg.data.image_file import read_image, read_label, to_display
from tests.seg.picture_files import dataset_of_files

SHAPE = (20, 24)


def values(rng, bands, dtype="uint8"):
    shape = SHAPE if bands == 1 else (*SHAPE, bands)
    if dtype.startswith("float"):
        return rng.normal(size=shape).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max, size=shape, dtype=dtype)


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("bands", [1, 3, 4])
def test_values_of_opencv_s_files_are_kept(tmp_path, rng, bands, dtype, suffix):
    array, path = values(rng, bands, dtype), str(tmp_path / f"a.{suffix}")
    cv2.imwrite(path, array)
    image = read_image(path, bands)
    assert image.dtype == np.float32
    expected = array[..., [2, 1, 0, 3]] if bands == 4 else array
    np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32", "float64"])
@pytest.mark.parametrize("bands", [2, 5, 13])
def test_bands_of_a_tiff_are_kept(tmp_path, rng, bands, dtype, planar):
    array, path = values(rng, bands, dtype), str(tmp_path / "a.tif")
    stored = array if planar == "contig" else array.transpose(2, 0, 1)
    tifffile.imwrite(path, stored, planarconfig=planar, photometric="minisblack")
    np.testing.assert_array_equal(read_image(path, bands), array.astype("float32"))


@pytest.mark.parametrize("first", [True, False])
def test_bands_as_pages(tmp_path, rng, first):
    """As tifffile.imwrite(path, array) stores them."""
    array, path = values(rng, 13, "uint16"), str(tmp_path / "a.tif")
    tifffile.imwrite(path, array.transpose(2, 0, 1) if first else array)
    np.testing.assert_array_equal(read_image(path, 13), array)


def test_float_tiff_with_one_band(tmp_path, rng):
    array, path = values(rng, 1, "float32"), str(tmp_path / "a.tif")
    tifffile.imwrite(path, array)
    np.testing.assert_array_equal(read_image(path, 1), array)
    np.testing.assert_array_equal(read_image(path, 3)[..., 1], array)


def test_gray_is_repeated_and_colours_become_luminance(tmp_path, rng):
    path = str(tmp_path / "a.png")
    gray = values(rng, 1, "uint16")
    cv2.imwrite(path, gray)
    np.testing.assert_array_equal(read_image(path, 3), np.stack([gray] * 3, -1))
    colours = values(rng, 3)
    cv2.imwrite(path, colours)
    assert np.abs(read_image(path, 1) - colours @ [0.114, 0.587, 0.299]).max() <= 1


def test_one_bit_and_palette(tmp_path, rng):
    path = str(tmp_path / "a.png")
    bits = rng.integers(0, 2, SHAPE).astype(bool)
    Image.fromarray(bits).save(path)
    np.testing.assert_array_equal(read_image(path, 1), bits * 255)
    picture = Image.fromarray(bits.astype("uint8"), "P")
    picture.putpalette([1, 2, 3, 40, 50, 60])
    picture.save(path)
    expected = np.array([[3, 2, 1], [60, 50, 40]])[bits.astype(int)]
    np.testing.assert_array_equal(read_image(path, 3), expected)


def test_transparency_of_a_png_is_left_out_and_of_a_tiff_only_when_opaque(
    tmp_path, rng
):
    array = values(rng, 4)
    cv2.imwrite(str(tmp_path / "a.png"), array)
    np.testing.assert_array_equal(
        read_image(tmp_path / "a.png", 3), array[..., :3].astype("float32")
    )
    path = str(tmp_path / "a.tif")
    for alpha in (255, 254):
        array[..., 3] = alpha
        tifffile.imwrite(path, array, photometric="rgb", extrasamples=["unassalpha"])
        if alpha == 255:
            np.testing.assert_array_equal(read_image(path, 3), array[..., 2::-1])
        else:
            with pytest.raises(UsageError, match="has 4 bands, but img_channels is 3"):
                read_image(path, 3)


@pytest.mark.parametrize(("bands", "channels"), [(4, 3), (13, 3), (3, 13), (2, 1)])
def test_other_bands_are_refused_by_name(tmp_path, rng, bands, channels):
    path = str(tmp_path / "a.tif")
    tifffile.imwrite(path, values(rng, bands), planarconfig="contig")
    with pytest.raises(UsageError, match=f"a.tif has {bands} bands, but img_channels"):
        read_image(path, channels)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.full(SHAPE, np.nan, "float32"), "480 values that are infinite or not a"),
        (np.full(SHAPE, 2**25, "int32"), "33554432, which float32 does not tell apart"),
        (np.full(SHAPE, 1e300), "beyond the range of float32"),
    ],
)
def test_values_that_float32_does_not_hold(tmp_path, array, message):
    path = str(tmp_path / "a.tif")
    tifffile.imwrite(path, array)
    with pytest.raises(UsageError, match=message):
        read_image(path, 1)


def test_turned_tiff(tmp_path, rng):
    path = str(tmp_path / "a.tif")
    tifffile.imwrite(path, values(rng, 3), extratags=[(274, "H", 1, 6, True)])
    with pytest.raises(UsageError, match="TIFF orientation 6; store it upright"):
        read_image(path, 3)


# Labels


def test_labels_keep_their_numbers(tmp_path, rng):
    label = rng.integers(0, 400, SHAPE).astype("uint16")
    for name in ("a.png", "a.tif"):
        cv2.imwrite(str(tmp_path / name), label)
        np.testing.assert_array_equal(read_label(tmp_path / name), label)
    Image.fromarray(label > 200).save(tmp_path / "a.png")
    bits = read_label(tmp_path / "a.png")
    assert bits.dtype == np.uint8
    np.testing.assert_array_equal(bits, label > 200)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((*SHAPE, 3), "uint8"), "kind RGB, not one class number each"),
        (np.zeros(SHAPE, "float32"), "kind F, not one class number each"),
        (np.full(SHAPE, 70000, "int32"), "numbers from 70000 to 70000"),
        (np.full(SHAPE, -1, "int32"), "numbers from -1 to -1"),
    ],
)
def test_labels_that_are_none(tmp_path, array, message):
    tifffile.imwrite(tmp_path / "a.tif", array)
    with pytest.raises(UsageError, match=message):
        read_label(tmp_path / "a.tif")


# Through PaddleSeg's transforms


def test_a_twelve_bit_camera_s_counts_reach_the_network(tmp_path, rng):
    counts = rng.integers(20, 4096, SHAPE).astype("uint16")
    label = rng.integers(0, 2, SHAPE).astype("uint8")
    dataset = dataset_of_files(tmp_path, counts, label, [Normalize()], img_channels=1)
    expected = (counts.astype("float32") / 255 - 0.5) / 0.5
    np.testing.assert_allclose(dataset[0]["img"][0], expected, rtol=1e-6)


@pytest.mark.parametrize(
    "transform",
    [
        Resize((33, 17)),
        RandomHorizontalFlip(1.0),
        Padding((40, 30)),
        RandomPaddingCrop((30, 30)),
        RandomRotation(20),
        RandomAffine((32, 16)),
    ],
    ids=lambda t: type(t).__name__,
)
@pytest.mark.parametrize("bands", [1, 3, 4, 13])
def test_every_band_is_transformed_alike(tmp_path, rng, transform, bands):
    """Band b holds the first one and b on top, padding aside."""
    first = rng.integers(300, 4000, SHAPE)
    order = range(bands)[::-1] if bands == 3 else range(bands)  # blue first
    array = np.stack([first + b for b in order], -1).astype("uint16")
    label = (first % 300).astype("uint16")
    options = {"img_channels": bands, "num_classes": 300, "ignore_index": 65535}
    dataset = dataset_of_files(tmp_path, array, label, [transform], **options)
    np.random.seed(3)
    sample = dataset[0]
    image = sample["img"]
    assert len(image) == bands and image.shape[1:] == sample["label"].shape
    inside = image[0] > 300
    assert inside.sum() > 100
    for b in range(1, bands):
        off = np.abs(image[b] - image[0] - b)[inside]
        assert np.median(off) < 1e-2
    assert set(np.unique(sample["label"])) - {255} <= set(np.unique(label))


def test_labels_above_255_survive_every_transform(tmp_path, rng):
    image = rng.integers(0, 256, (*SHAPE, 3)).astype("uint8")
    label = np.full(SHAPE, 300, "uint16")
    for transform in (RandomAffine((32, 32)), ScalePadding((32, 32)), Resize((9, 9))):
        dataset = dataset_of_files(tmp_path, image, label, [transform], num_classes=400)
        assert set(np.unique(dataset[0]["label"])) - {255} == {300}


def test_one_bit_masks_are_resized(tmp_path, rng):
    image = rng.integers(0, 256, (*SHAPE, 3)).astype("uint8")
    label = np.zeros(SHAPE, bool)
    label[:, :12] = True
    dataset = dataset_of_files(tmp_path, image, label, [Resize((48, 40))])
    assert dataset[0]["label"][:, :24].all() and not dataset[0]["label"][:, 24:].any()


@pytest.mark.parametrize(
    ("transform", "dtype", "message"),
    [
        (RandomDistort(), "uint16", "RandomDistort works on 8 bits, and the image has"),
        (ScalePadding((9, 9)), "float32", "ScalePadding works on 8 bits, and the"),
    ],
)
def test_transforms_of_eight_bits_refuse_others(
    tmp_path, rng, transform, dtype, message
):
    array = rng.random((*SHAPE, 3)).astype("float32") * 0.9
    array = array if dtype == "float32" else (array * 4000).astype(dtype)
    dataset = dataset_of_files(tmp_path, array, np.zeros(SHAPE, "uint8"), [transform])
    with pytest.raises(UsageError, match=message):
        dataset[0]


def test_display_stretches_what_has_not_eight_bits(rng):
    plain = rng.integers(0, 256, (*SHAPE, 3)).astype("float32")
    np.testing.assert_array_equal(to_display(plain), plain[..., ::-1])
    shown = to_display(rng.random(SHAPE).astype("float32"))
    assert shown.dtype == np.uint8 and shown.shape == (*SHAPE, 3)
    assert shown.min() == 0 and shown.max() == 255


@pytest.mark.parametrize(("top", "noted"), [(256, False), (4096, True)])
def test_training_says_what_normalize_does_with_other_depths(
    tmp_path, rng, capsys, top, noted
):
    counts = rng.integers(20, top, SHAPE).astype("uint16")
    label = np.zeros(SHAPE, "uint8")
    dataset_of_files(tmp_path, counts, label, [Normalize()], img_channels=1)
    said = capsys.readouterr().out
    assert ("which are kept; Normalize divides by 255" in said) == noted
