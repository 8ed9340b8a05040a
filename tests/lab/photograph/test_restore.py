import math

import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.lab.photograph.restore import BORDER, Settings, psnr, restore, ssim

FEW = Settings(steps=8)


@pytest.fixture
def coarse(rng):
    """Multiples of 64, whose means and bilinear mixtures are whole numbers."""
    return (rng.integers(0, 4, (36, 40, 3)) * 64).astype(np.uint8)


@pytest.fixture
def smooth():
    """Waves of different length and direction in each colour."""
    row, column = np.mgrid[:48, :48] / 48
    phase = [9 * column + 3 * row, 14 * row, 12 * (column - row)]
    return np.rint(127.5 + 120 * np.sin(phase)).astype(np.uint8).transpose(1, 2, 0)


def halved(photo):
    cells = photo.astype(np.float64)
    return (
        cells[::2, ::2] + cells[1::2, ::2] + cells[::2, 1::2] + cells[1::2, 1::2]
    ) / 4


def doubled_line(values):
    """Bilinear doubling along the first axis: quarters of the neighbour."""
    before = np.concatenate([values[:1], values[:-1]])
    after = np.concatenate([values[1:], values[-1:]])
    out = np.empty((2 * len(values), *values.shape[1:]))
    out[::2], out[1::2] = (before + 3 * values) / 4, (3 * values + after) / 4
    return out


def decibels(a, b):
    inner = (slice(4, -4), slice(4, -4))
    error = (a[inner].astype(np.float64) - b[inner]) ** 2
    return 10 * np.log10(255**2 / error.mean())


def test_nearest_equals_numpy(coarse):
    row = restore(coarse, {"name": "nearest"}, FEW)
    expected = halved(coarse).repeat(2, 0).repeat(2, 1)
    np.testing.assert_array_equal(row.restored, expected)
    np.testing.assert_array_equal(row.reduced, halved(coarse))
    assert row.psnr == pytest.approx(decibels(coarse, expected), abs=1e-9)


def test_bilinear_equals_numpy(coarse):
    row = restore(coarse, {"name": "bilinear"}, FEW)
    rows = doubled_line(halved(coarse))
    expected = doubled_line(rows.swapaxes(0, 1)).swapaxes(0, 1)
    np.testing.assert_array_equal(row.restored, expected)
    assert row.psnr == pytest.approx(decibels(coarse, expected), abs=1e-9)


def test_unpooling_leaves_three_quarters_empty(coarse):
    photo = np.maximum(coarse, 1)
    row = restore(photo, {"name": "max_unpool"}, FEW)
    assert (row.restored == 0).mean() == 0.75
    kept = row.restored > 0
    np.testing.assert_array_equal(row.restored[kept], photo[kept])
    cells = photo.reshape(18, 2, 20, 2, 3)
    np.testing.assert_array_equal(row.reduced, cells.max((1, 3)))


def test_regular_grid_is_bilinear_with_aligned_corners(smooth):
    grid = restore(smooth, {"name": "grid_sample"}, FEW)
    aligned = restore(smooth, {"name": "bilinear", "align_corners": True}, FEW)
    np.testing.assert_array_equal(grid.restored, aligned.restored)
    centred = restore(smooth, {"name": "bilinear"}, FEW)
    assert (grid.restored != centred.restored).any()


def test_shaken_grid_follows_the_seed(smooth):
    spec = {"name": "grid_sample", "noise": 0.005}
    one, same = (restore(smooth, spec, FEW).restored for _ in range(2))
    other = restore(smooth, spec, Settings(seed=1)).restored
    np.testing.assert_array_equal(one, same)
    assert (one != other).mean() > 0.5


def test_shaking_is_measured_in_units_of_the_grid():
    ramp = np.tile(np.arange(200, dtype=np.uint8)[:, None], (40, 1, 3))
    moved, regular = (
        restore(ramp, {"name": "grid_sample", "noise": noise}, FEW).restored
        for noise in (0.02, 0.0)
    )
    shift = moved[:, 20:180, 0].astype(float) - regular[:, 20:180, 0]
    # 2 units span 200 columns of one grey level each.
    assert shift.std() == pytest.approx(2, rel=0.05)
    assert abs(shift.mean()) < 0.1


@pytest.mark.parametrize("name", ["pixel_shuffle", "flow"])
def test_fitting_is_deterministic(smooth, name):
    one, same = (restore(smooth, {"name": name}, FEW) for _ in range(2))
    paddle.seed(99)
    other = restore(smooth, {"name": name}, Settings(steps=8, seed=1))
    np.testing.assert_array_equal(one.restored, same.restored)
    assert one.loss == same.loss != other.loss


def test_fitted_pixel_shuffle_beats_nearest(smooth):
    steps = []
    fitted = restore(
        smooth, {"name": "pixel_shuffle"}, Settings(steps=80), lambda: steps.append(1)
    )
    nearest = restore(smooth, {"name": "nearest"}, FEW)
    assert len(steps) == 80
    assert fitted.loss[1] < fitted.loss[0] / 100
    assert fitted.psnr > nearest.psnr + 3
    assert fitted.parameters == 4 * 3 * (9 * 3 + 1)


def test_no_steps_show_the_start(smooth):
    row = restore(smooth, {"name": "pixel_shuffle"}, Settings(steps=0))
    assert row.loss is None and row.parameters == 336


def test_fit_that_diverges_says_so(smooth):
    settings = Settings(steps=5, learning_rate=1e38)
    with pytest.raises(
        UsageError, match=r"pixel_shuffle: the fit ended in .* lower it"
    ):
        restore(smooth, {"name": "pixel_shuffle"}, settings)


def test_scores_leave_out_the_border(coarse):
    spoilt = coarse.copy()
    spoilt[:BORDER] = spoilt[-BORDER:] = 255 - spoilt[:BORDER]
    spoilt[:, :BORDER] = spoilt[:, -BORDER:] = 9
    assert psnr(coarse, spoilt) == math.inf
    assert ssim(coarse, spoilt) == 1
    spoilt[BORDER, BORDER] ^= 128
    assert psnr(coarse, spoilt) < 100 and ssim(coarse, spoilt) < 1


def test_ssim_of_constants_is_the_luminance_term():
    a, b = (np.full((24, 24, 3), value, np.uint8) for value in (100, 120))
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1)
    assert ssim(a, b) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": -1}, "steps=-1: at least 0"),
        ({"size": 0}, "size=0: at least 1"),
        ({"seed": -2}, "seed=-2: at least 0"),
        ({"learning_rate": 0.0}, "learning_rate=0.0 must be above 0"),
        ({"learning_rate": math.nan}, "learning_rate=nan must be above 0"),
    ],
)
def test_wrong_settings(options, message):
    with pytest.raises(UsageError, match=message):
        Settings(**options)
