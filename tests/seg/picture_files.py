"""A data set of two pictures with labels, and ways to damage one of its files."""

import io
import struct

import numpy as np
from PIL import Image

SIDE = (20, 24)  # height, width
CONFIG = """
batch_size: 2
iters: 4
train_dataset:
  type: Dataset
  dataset_root: {root}
  train_path: {root}/train.txt
  num_classes: 3
  mode: train
  transforms: [{{type: Normalize}}]
val_dataset:
  type: Dataset
  dataset_root: {root}
  val_path: {root}/val.txt
  num_classes: 3
  mode: val
  transforms: [{{type: Normalize}}]
optimizer: {{type: SGD}}
lr_scheduler: {{type: PolynomialDecay, learning_rate: 0.01}}
loss: {{types: [{{type: CrossEntropyLoss}}], coef: [1]}}
model: {{type: ResampleUNet, num_classes: 3, width: 4, depth: 2}}
"""


def write_set(folder, rng, train=4, val=2):
    """Write pictures, labels, lists and a configuration; return the latter's path."""
    for part, count in (("train", train), ("val", val)):
        lines = []
        for i in range(count):
            image = rng.integers(0, 256, size=(*SIDE, 3), dtype=np.uint8)
            label = rng.integers(0, 3, size=SIDE, dtype=np.uint8)
            label[:2] = 255
            Image.fromarray(image).save(folder / f"{part}{i}.png")
            Image.fromarray(label).save(folder / f"{part}{i}_label.png")
            lines.append(f"{part}{i}.png {part}{i}_label.png\n")
        (folder / f"{part}.txt").write_text("".join(lines))
    path = folder / "files.yml"
    path.write_text(CONFIG.format(root=folder))
    return path


def encoded(array, kind="PNG", mode=None, **options):
    """A picture's file as bytes."""
    picture = Image.fromarray(array)
    if mode:
        picture = picture.convert(mode)
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


# Each damage: function(image or label array, bytes of the file, rng) -> new bytes.
def cut(array, content, rng):
    return content[: rng.integers(1, len(content))]


def cut_jpeg(array, content, rng):
    whole = encoded(array, "JPEG", quality=90)
    return whole[: rng.integers(1, len(whole) - 2)]


def emptied(array, content, rng):
    return b""


def zeroed(array, content, rng):
    return bytes(len(content))


def flipped(array, content, rng):
    changed = bytearray(content)
    for place in rng.integers(8, len(content), size=3):
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def text(array, content, rng):
    return b"not a picture " * 9


def gif(array, content, rng):
    return encoded(array, "GIF")


def jpeg(array, content, rng):
    return encoded(array, "JPEG", quality=95)


def bitmap(array, content, rng):
    return encoded(array, "BMP")


def huge_header(array, content, rng):
    side = int(rng.choice([70_000, 20_000, 5_000]))
    return content[:16] + struct.pack(">II", side, side) + content[24:]


def wider_header(array, content, rng):
    """A wrong size whose checksum was made to fit."""
    import zlib

    head = b"IHDR" + struct.pack(">II", 3 * array.shape[1], array.shape[0])
    head += content[24:29]
    return content[:12] + head + struct.pack(">I", zlib.crc32(head)) + content[33:]


def sixteen_bits(array, content, rng):
    import cv2

    factor = 257 if array.ndim == 3 else 1
    return (
        cv2.imencode(".png", array[..., ::-1].astype(np.uint16) * factor)[1].tobytes()
        if array.ndim == 3
        else encoded(array.astype(np.uint16))
    )


def palette(array, content, rng):
    if array.ndim == 3:
        return encoded(array, mode="P")
    picture = Image.fromarray(array, "P")
    picture.putpalette(list(rng.integers(0, 256, size=768)))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def cmyk(array, content, rng):
    if array.ndim == 2:
        array = np.stack([array] * 3, axis=-1)
    return encoded(array, "JPEG", mode="CMYK", quality=95)


def colours(array, content, rng):
    """A label in colours, an image with transparency."""
    return encoded(array, mode="RGB" if array.ndim == 2 else "RGBA")


def rotated(array, content, rng):
    exif = Image.Exif()
    exif[0x0112] = int(rng.integers(2, 9))
    return encoded(array, "JPEG" if array.ndim == 3 else "PNG", exif=exif)


def one_pixel(array, content, rng):
    return encoded(array[:1, :1])


DAMAGES = (
    cut,
    cut_jpeg,
    emptied,
    zeroed,
    flipped,
    text,
    gif,
    jpeg,
    bitmap,
    huge_header,
    wider_header,
    sixteen_bits,
    palette,
    cmyk,
    colours,
    rotated,
    one_pixel,
)


def dataset_of_files(
    folder, image, label, transforms, mode="train", num_classes=2, **options
):
    """PaddleSeg's Dataset of one image, blue first or any bands, and its label."""
    import tifffile
    from paddleseg.datasets import Dataset

    image = image[..., 0] if image.shape[2:] == (1,) else image
    stored = image[..., ::-1] if image.shape[2:] == (3,) else image
    colours = "rgb" if stored is not image else "minisblack"
    planar = {"planarconfig": "contig"} if image.ndim == 3 else {}
    tifffile.imwrite(folder / "image.tif", stored, photometric=colours, **planar)
    Image.fromarray(label).save(folder / "label.png")
    (folder / "list.txt").write_text("image.tif label.png\n")
    return Dataset(
        mode,
        str(folder),
        transforms,
        num_classes,
        **{f"{mode}_path": str(folder / "list.txt")},
        **options,
    )
