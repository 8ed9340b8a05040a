"""What docs/publish_study.py keeps of pictures."""

from types import SimpleNamespace

import numpy as np
import publish_study as made
import pytest

from paddle_resample.errors import UsageError


def test_the_detail_holds_most_of_the_rarest_class():
    label = np.zeros((40, 60), int)
    label[20:30, 41:50] = 1
    label[2:5, 2:5] = 255
    left, top, right, bottom = made.rarest_square(label, 16, 255)
    assert (right - left, bottom - top) == (16, 16)
    assert (label[top:bottom, left:right] == 1).sum() == 90


def test_a_detail_is_no_larger_than_the_picture():
    label = np.zeros((8, 20), int)
    label[3, 4] = 1
    left, top, right, bottom = made.rarest_square(label, 16, 255)
    assert (top, bottom, right - left) == (0, 8, 16)


def test_most_losses_are_left_out_and_no_evaluation():
    assert made._kept('{"iteration": 80, "loss": 1.0}')
    assert not made._kept('{"iteration": 90, "loss": 1.0}')
    assert made._kept('{"iteration": 90, "evaluated": "last", "miou": 0.5}')


def test_a_seed_that_one_method_lacks_is_left_out():
    study = SimpleNamespace(vary={"seed": [0, 1, 2]}, methods=["a", "b"], folder="x")
    done = [("a", 0), ("b", 0), ("a", 1), ("a", 2), ("b", 2)]
    done = [{"method": method, "seed": seed} for method, seed in done]
    assert made.complete_seeds(study, done) == [0, 2]
    with pytest.raises(UsageError, match="no seed is finished by every method"):
        made.complete_seeds(study, done[2:4])
