import re
import subprocess
import sys

import pytest

from checkout import CONFIGS, ROOT
from paddle_resample import UsageError
from paddle_resample.study.forecast import forecast, noise_of_pilot, stated_noise
from paddle_resample.study.power import Noise, detectable
from paddle_resample.study.statistics import summarise
from tests.study.test_statistics import made_up

STUDY = str(CONFIGS / "studies" / "unet_fine_shapes.yml")


def numbers(text):
    return [line.split() for line in text.splitlines()[3:]]


def test_the_table_is_what_could_be_shown():
    noise = Noise(0.005, 0.003)
    rows = numbers(forecast(noise, 3))
    assert [row[:2] for row in rows] == [
        ["2", "8"],
        ["3", "12"],
        ["5", "20"],
        ["10", "40"],
    ]
    for seeds, _, points in rows:
        expected = 100 * detectable(noise, int(seeds), 3)
        assert float(points) == pytest.approx(expected, abs=0.005)


def test_a_pilot_foretells_itself(tmp_path):
    made_up(tmp_path, {"bilinear": 0.7, "carafe": 0.72, "area": 0.7}, (0, 1, 2))
    noise, comparisons = noise_of_pilot(tmp_path)
    said = summarise(tmp_path)["detectable"]["points"]
    assert comparisons == 2
    assert 100 * detectable(noise, 3, 2) == pytest.approx(said)


def test_a_pilot_of_one_seed_is_refused(tmp_path):
    made_up(tmp_path, {"bilinear": 0.7, "carafe": 0.72}, (0,))
    with pytest.raises(UsageError, match="no method has two finished seeds in common"):
        noise_of_pilot(tmp_path)
    with pytest.raises(UsageError, match="holds no study"):
        noise_of_pilot(tmp_path / "cells")


@pytest.mark.parametrize("points", [[-1, 0.2], [0, 0]], ids=str)
def test_noise_that_cannot_be(points):
    with pytest.raises(UsageError, match="points of mIoU, are not negative"):
        stated_noise(points)


def tool(*words):
    command = [sys.executable, "tools/study.py", "--plan", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_the_tool_says_it():
    done = tool("--noise", "0.5", "0.3", "--study", STUDY)
    assert done.returncode == 0, done.stderr
    assert "with 7 methods beside the baseline" in done.stdout
    assert re.search(r"^    3     24  \d\.\d\d$", done.stdout, re.M)


def test_the_tool_asks_for_what_is_missing():
    done = tool("--noise", "0.5", "0.3")
    assert done.returncode == 2 and "needs the methods too" in done.stderr
