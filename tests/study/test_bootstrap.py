import numpy as np
import pytest

from paddle_resample import UsageError
from paddle_resample.study.bootstrap import Draws, groups_of


def total(sums):
    return sums[:, 0]


def test_every_sample_has_as_many_images():
    draws = Draws(np.arange(7))
    assert set(draws.scores(np.ones((1, 7, 1)), total).ravel()) == {7.0}


def test_the_variance_is_that_of_a_sum(rng):
    values = rng.normal(size=(1, 60, 1))
    drawn = Draws(np.arange(60), count=4000).scores(values, total)
    assert drawn.var() == pytest.approx(60 * values.var(), rel=0.1)


def test_a_group_is_drawn_whole():
    groups = groups_of([f"video{i // 5}_{i}.png" for i in range(20)], r"video\d")
    draws = Draws(groups)
    marks = np.eye(20)
    often = draws.scores(marks[None], np.ravel).reshape(-1, 4, 5)
    assert draws.number == 4
    assert (often == often[:, :, :1]).all() and often.max() > 1


def test_alike_images_of_a_group_are_no_more_than_one(rng):
    """Copies of images make the error no smaller."""
    values = rng.normal(size=30)
    alone = Draws(np.arange(30), count=4000)
    copies = Draws(np.repeat(np.arange(30), 4), count=4000)
    mean = (values[None, :, None], lambda sums: sums[:, 0] / 30)
    copied = (np.repeat(values, 4)[None, :, None], lambda sums: sums[:, 0] / 120)
    assert alone.scores(*mean).std() == pytest.approx(
        copies.scores(*copied).std(), rel=0.1
    )


def test_groups_by_name():
    names = ["a/0016E5_07959.png", "a/0016E5_07961.png", "a/0016E5_08001.png"]
    assert groups_of(names).tolist() == [0, 1, 2]
    assert groups_of(names, r"_\d{3}").tolist() == [0, 0, 1]
    assert groups_of(names, r"(\d)\.png").tolist() == [0, 1, 1]


@pytest.mark.parametrize("pattern, text", [
    ("(", "group: '\\(' is no pattern"),
    (5, "group: 5 is no pattern"),
    ("z", "group: 'z' finds nothing in the image 'a1'"),
    ("a", "group: 'a' puts all 2 images into one group"),
], ids=str)  # fmt: skip
def test_refused(pattern, text):
    with pytest.raises(UsageError, match=text):
        groups_of(["a1", "a2"], pattern)
