import math

import numpy as np
import pytest

from paddle_resample import UsageError
from paddle_resample.lab.measurements.reconstruction import reconstruction
from paddle_resample.lab.photograph.picture import working_copy
from paddle_resample.lab.photograph.restore import Settings, psnr, restore

FEW = Settings(size=48, steps=4)


@pytest.fixture
def picture(rng):
    return rng.integers(0, 256, (40, 48, 3), dtype=np.uint8)


def test_perfect(picture):
    found = reconstruction("haar", "haar_inverse", FEW, picture)
    assert found.numbers["psnr"] == (math.inf, "dB")
    assert found.numbers["ssim"][0] == pytest.approx(1)
    np.testing.assert_array_equal(found.arrays["restored"], picture)


@pytest.mark.parametrize("up", ["bilinear", "pixel_shuffle", "jbu"])
def test_as_the_comparison_of_one_photograph(picture, up):
    found = reconstruction("avg_pool", up, FEW, picture)
    row = restore(working_copy(picture, 48, 4), {"name": up}, FEW)
    np.testing.assert_array_equal(found.arrays["restored"], row.restored)
    assert found.numbers["psnr"][0] == pytest.approx(row.psnr)
    assert found.numbers["fitted_weights"][0] == row.parameters


def test_another_downsampler_is_another_pair(picture):
    one = reconstruction("avg_pool", "bilinear", FEW, picture)
    other = reconstruction("blur_pool", "bilinear", FEW, picture)
    assert psnr(one.arrays["restored"], other.arrays["restored"]) < 40


def test_refusals(picture):
    with pytest.raises(UsageError, match="needs haar_bands"):
        reconstruction("avg_pool", "haar_inverse", FEW, picture)
