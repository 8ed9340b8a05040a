"""The pictures of fitted operators: which have one, its size, the fit behind it."""

import json
from pathlib import Path

import numpy as np
import paddle
import pytest
from PIL import Image

import operator_fit
from operator_fit import STEPS, fit_operator, is_fitted
from operator_fit_picture import HEIGHT, fitted_text, save_fit_picture
from operator_picture import WIDTH
from paddle_resample import resampler_names

IMAGES = Path(__file__).parents[2] / "docs" / "operators" / "images"
PICTURES = sorted(IMAGES.glob("fitted/*"))


def kept(name):
    numbers = json.loads((IMAGES / f"{name}.json").read_text(encoding="utf-8"))
    return numbers.get("fitted")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_numbers_and_pictures_are_of_the_same_operators(language):
    names = [name for name in resampler_names() if fitted_text(name, language)]
    assert names == [name for name in resampler_names() if kept(name)]
    assert names == [path.stem for path in PICTURES]


@pytest.mark.parametrize("name", ["eucb", "hwd", "bilinear", "dysample", "blur_pool"])
def test_the_rule_chooses_those_with_a_picture(name):
    assert is_fitted(name) == bool(kept(name))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_rule_chooses_exactly_those_with_a_picture():
    chosen = [name for name in resampler_names() if is_fitted(name)]
    assert chosen == [path.stem for path in PICTURES]


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_picture_is_small_and_shows_what_was_learned(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG" and picture.size == (WIDTH, HEIGHT)
    assert path.stat().st_size <= 40_000
    fitted = kept(path.stem)
    assert fitted["steps"] == STEPS
    assert fitted["after"] < fitted["before"] / 2
    assert fitted["after"] < 1.5 * fitted["plain"]


@pytest.mark.parametrize("name", ["eucb", "hwd"])
def test_a_fit_repeats(name, tmp_path):
    fits = [fit_operator(name, steps=5) for _ in range(2)]
    assert fits[0].numbers() == fits[1].numbers()
    for i, fit in enumerate(fits):
        save_fit_picture(fit, tmp_path / f"{i}.png")
    assert (tmp_path / "0.png").read_bytes() == (tmp_path / "1.png").read_bytes()
    assert fit_operator(name, seed=1, steps=5).numbers() != fits[0].numbers()


@pytest.mark.slow
def test_a_whole_fit_gives_the_kept_numbers():
    """Of float64, but sums of another order differ, and 500 steps pass them on."""
    found, before = fit_operator("hwd").numbers(), kept("hwd")
    assert found["after"] == pytest.approx(before["after"], rel=0.05)
    np.testing.assert_allclose(found["kernel"], before["kernel"], atol=0.01)


def test_batch_norms_keep_what_the_first_fifth_measured(monkeypatch):
    """After it their statistics stay; weights go on."""
    seen, norms = [], []
    build = operator_fit.build_operator

    def keep(*args):
        layer = build(*args)
        norms.extend(p for p in layer.sublayers() if hasattr(p, "_mean"))
        return layer

    class Watched(paddle.optimizer.Adam):
        def step(self):
            seen.append([norm._mean.numpy().copy() for norm in norms])
            super().step()

    monkeypatch.setattr(operator_fit, "build_operator", keep)
    monkeypatch.setattr(paddle.optimizer, "Adam", Watched)
    fit_operator("hwd", steps=10)
    assert norms and len(seen) == 10
    assert not np.array_equal(seen[0], seen[1])
    assert all(np.array_equal(one, seen[1]) for one in seen[2:])
