from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from PIL import Image

from paddle_resample.errors import UsageError
from paddle_resample.seg.embedded_data import photograph, photograph_names


@pytest.mark.parametrize("name", photograph_names())
def test_equals_the_file(name):
    file = Path(sklearn.datasets.__file__).parent / "images" / f"{name}.jpg"
    expected = np.asarray(Image.open(file).convert("RGB"))
    picture = photograph(name)
    assert picture.dtype == np.uint8 and picture.shape == (427, 640, 3)
    np.testing.assert_array_equal(picture, expected)


def test_red_comes_first():
    red, _, blue = photograph("flower")[200:260, 300:360].mean((0, 1))
    assert red > blue + 20  # orange petals


def test_each_caller_has_a_copy():
    first = photograph("flower")
    first[:] = 0
    assert photograph("flower").max() > 200


def test_unknown_name():
    with pytest.raises(UsageError, match="unknown name 'chima'; did you mean 'china'"):
        photograph("chima")
