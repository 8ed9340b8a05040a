import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.blocks.guided import GuidedUpsampler


class Copied(GuidedUpsampler):
    name = "copied"

    def forward(self, x, guide=None, side=None, size=None):
        self._guide_size(guide, size)
        return self._guide_at_scale(guide, x)[0]


def test_guide_channels_are_those_of_x_by_default():
    assert Copied(4).guide_channels == 4
    assert Copied(4, guide_channels=3).guide_channels == 3


def test_the_guide_is_fitted_to_the_scale():
    guide = paddle.ones([1, 3, 9, 11])
    y = Copied(2, guide_channels=3)(paddle.ones([1, 2, 4, 6]), guide=guide)
    assert list(y.shape) == [1, 3, 8, 12]


@pytest.mark.parametrize("call, text", [
    ({}, "called without a guide"),
    ({"guide": [1, 2, 8, 8]}, "the guide has 2 channels, .* guide_channels=4"),
    ({"guide": [1, 4, 8, 8], "size": (8, 9)}, r"size=\(8, 9\) differs from the gui"),
    ({"guide": [1, 4, 9, 10]}, "the guide is 9x10, but for x of 4x4 and scale 2"),
], ids=["none", "channels", "size", "far"])  # fmt: skip
def test_error_names_the_remedy(call, text):
    if "guide" in call:
        call = {**call, "guide": paddle.ones(call["guide"])}
    with pytest.raises(UsageError, match=f"copied: {text}"):
        Copied(4)(paddle.ones([1, 4, 4, 4]), **call)


def test_error_of_other_channels():
    with pytest.raises(
        UsageError, match="copied: it adds, so guide_channels=3 must eq"
    ):
        Copied(4, guide_channels=3)._require_same_channels("it adds")
    with pytest.raises(UsageError, match="copied: guide_channels must be a positive"):
        Copied(4, guide_channels=0)
