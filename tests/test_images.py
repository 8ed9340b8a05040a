"""Pictures to tensors and back, and drawn side by side."""

import io
import subprocess
import sys

import numpy as np
import paddle
import pytest
from PIL import Image

from paddle_resample.errors import UsageError
from paddle_resample.images import show, to_image, to_tensor


@pytest.mark.parametrize("shape", [(5, 7, 3), (5, 7)], ids=str)
def test_there_and_back(rng, shape):
    picture = rng.integers(0, 256, shape).astype(np.uint8)
    x = to_tensor(picture)
    assert x.shape == [1, *shape[2:], 5, 7] or x.shape == [1, 1, 5, 7]
    assert x.dtype == paddle.float32
    np.testing.assert_array_equal(to_image(x), picture)
    np.testing.assert_array_equal(to_image(x[0]), picture)


def test_channels_are_red_green_blue():
    picture = np.zeros([1, 2, 3], np.uint8)
    picture[0, 1] = 255, 51, 0
    assert to_tensor(picture).numpy()[0, :, 0, 1].tolist() == pytest.approx([1, 0.2, 0])


def test_of_many_channels_the_first_is_shown(rng):
    x = paddle.to_tensor(rng.uniform(size=(2, 5, 3, 4)).astype("float32"))
    np.testing.assert_array_equal(to_image(x), np.rint(255 * x.numpy()[0, 0]))


def test_what_lies_beyond_is_clipped():
    assert to_image(paddle.to_tensor([[[-1.0, 3.0]]])).tolist() == [[0, 255]]


def test_stretched_to_black_and_white():
    ramp = paddle.linspace(-30, 70, 101).reshape([1, 1, 101])
    image = to_image(ramp, stretch=True)[0]
    # The first and the last hundredth are at the ends, the middle is grey.
    assert image[:2].tolist() == [0, 0] and image[-2:].tolist() == [255, 255]
    assert image[50] in (127, 128) and image[2] > 0


def test_a_constant_map_is_stretched_without_a_warning():
    assert to_image(paddle.ones([1, 4, 4]), stretch=True).max() == 0


def drawn(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return np.asarray(Image.open(file).convert("RGB"))


def test_pixels_are_drawn_as_equal_squares(rng):
    small = rng.integers(0, 256, (3, 4, 3)).astype(np.uint8)
    large = rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)
    page = drawn(show({"small": small, "large": large}, height=12))
    # Margins of 12, a title of 22; both pictures are 16 wide and 12 tall.
    assert page.shape == (12 + 22 + 12 + 12, 12 + 16 + 12 + 16 + 12, 3)
    np.testing.assert_array_equal(page[34:46, 12:28], small.repeat(4, 0).repeat(4, 1))
    np.testing.assert_array_equal(page[34:46, 40:56], large.repeat(2, 0).repeat(2, 1))


def test_a_column_is_as_wide_as_its_widest_picture():
    sizes = {"a": (4, 4), "b": (4, 12), "c": (8, 4), "d": (4, 8)}
    pictures = {title: np.zeros(size, np.uint8) for title, size in sizes.items()}
    page = drawn(show(pictures, height=1, columns=2))
    assert page.shape[:2] == (12 + (22 + 4 + 12) + (22 + 8 + 12), 12 + 16 + 24)


def test_grey_is_not_stretched():
    page = drawn(show({"grey": np.full([6, 6], 100, np.uint8)}, height=6))
    assert (page[34:40, 12:18] == 100).all()


def test_rows():
    pictures = {str(i): np.zeros([8, 8], np.uint8) for i in range(5)}
    page = drawn(show(pictures, height=8, columns=2))
    assert page.shape[:2] == (3 * (22 + 8 + 12) + 12, 2 * (8 + 12) + 12)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: to_tensor(np.zeros([4, 4, 3])), r"uint8 \[H, W, 3\].*float64 \[4, 4"),
        (lambda: to_tensor(np.zeros([3, 4, 4], "uint8")), r"not uint8 \[3, 4, 4\]"),
        (lambda: to_image(paddle.ones([4, 4])), r"\[N, C, H, W\] or .*not \[4, 4\]"),
        (lambda: show({}), "empty"),
        (lambda: show({"a": np.ones(3)}), "show, 'a': a picture must be uint8"),
        (lambda: show({"a": np.ones([2, 2], "uint8")}, height=0), "height.*not 0"),
        (lambda: show({"a": np.ones([2, 2], "uint8")}, columns=1.5), "columns.*1.5"),
    ],
)
def test_mistakes(call, message):
    with pytest.raises(UsageError, match=message):
        call()


def test_show_alone_loads_matplotlib_and_nothing_needs_paddleseg():
    code = (
        "import sys; sys.modules['paddleseg'] = None;"
        "import numpy, paddle_resample.images as images;"
        "assert 'matplotlib' not in sys.modules;"
        "images.show({'black': numpy.zeros([4, 4], 'uint8')});"
        "assert 'matplotlib' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
