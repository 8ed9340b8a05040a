"""Guided operators take the feature that belongs to their resolution."""

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
from paddle import nn

from paddle_resample import UsageError
from paddle_resample.seg import Resampled
from paddle_resample.up.fade import FADE
from paddle_resample.up.jbu import JBU
from tests.seg.surgery import toys
from tests.seg.surgery.models import build


@pytest.fixture
def guides(monkeypatch):
    """What every fade and jbu was guided by, in order."""
    seen = []
    for cls in (FADE, JBU):

        def forward(self, x, guide=None, side=None, size=None, own=cls.forward):
            seen.append(guide)
            return own(self, x, guide=guide, size=size)

        monkeypatch.setattr(cls, "forward", forward)
    return seen


def outputs_of(*layers):
    seen = []
    for layer in layers:
        layer.register_forward_post_hook(lambda *call: seen.append(call[2]))
    return seen


def test_the_map_whose_size_the_call_asks_for(rng, guides):
    net = Resampled(toys.Pyramid(), upsample={"interpolate_1": "jbu"}, image_size=32)
    stem = outputs_of(net.stem)
    net(toys.image(rng, 45, 38))
    assert guides[0] is stem[0]


def test_deeplab_takes_its_low_level_feature(rng, guides):
    net = Resampled(build("DeepLabV3P"), upsample="fade", image_size=64)
    low = outputs_of(net.head.decoder.conv_bn_relu1)
    net.eval()
    net(toys.image(rng, 65, 97, 1))
    step = net.resample["head_decoder_interpolate"][0]
    assert step.guide_project.weight.shape == [256, 48, 1, 1]
    expected = step.guide_project(low[0])
    np.testing.assert_array_equal(guides[0].numpy(), expected.numpy())


class Plain(nn.Layer):
    """Sizes are multiplied, so that no call says whose size it wants."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2D(3, 4, 3, padding=1)
        self.two = nn.Conv2D(4, 4, 3, padding=1)
        self.shrink = nn.Conv2D(4, 4, 3, stride=2, padding=1)
        self.coarse = nn.Conv2D(4, 4, 3, stride=2, padding=1)
        self.late = nn.Conv2D(4, 4, 1)
        self.head = nn.Conv2D(4, 2, 1)

    def forward(self, x):
        half = self.shrink(self.two(self.one(x)))
        coarse = self.coarse(half)
        y = self.late(half)  # newer than what the encoder made
        y = F.interpolate(coarse, scale_factor=2) + 0 * y
        return [self.head(F.interpolate(y, scale_factor=2))]


def test_the_encoders_last_feature_of_the_size(rng, guides):
    net = Resampled(Plain(), upsample="fade", image_size=32)
    made = outputs_of(net.two, net.shrink)
    net(toys.image(rng))
    assert guides[0] is made[1] and guides[1] is made[0]


def test_the_image_where_nothing_finer_was_made(rng, guides):
    class Small(nn.Layer):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Conv2D(3, 4, 3, stride=2, padding=1))
            self.head = nn.Conv2D(4, 2, 1)

        def forward(self, x):
            return [self.head(F.interpolate(self.body(x), scale_factor=2))]

    net = Resampled(Small(), upsample="jbu", image_size=32)
    x = toys.image(rng)
    net(x)
    assert guides[0] is x
    assert net.resample["interpolate"][0]._tap.value is None  # not kept
    net.train()
    net(x)
    assert guides[1] is x


def test_another_layer_by_name(rng, guides):
    net = Resampled(
        Plain(),
        upsample={"interpolate_2": "jbu"},
        guides={"interpolate_2": "one"},
        image_size=32,
    )
    made = outputs_of(net.one)
    net(toys.image(rng))
    assert guides[0] is made[0]
    with pytest.raises(UsageError, match="guide 'shrink' of site 'interpolate_2' is no "
                       "layer that gives one map of exactly 32x32"):  # fmt: skip
        Resampled(
            Plain(),
            upsample={"interpolate_2": "jbu"},
            guides={"interpolate_2": "shrink"},
            image_size=32,
        )


def test_no_guide_lists_what_there_is():
    class Odd(nn.Layer):
        def __init__(self):
            super().__init__()
            self.shrink = nn.Conv2D(3, 4, 3, stride=4, padding=1)
            self.head = nn.Conv2D(4, 2, 1)

        def forward(self, x):
            y = F.interpolate(self.shrink(x), scale_factor=2)
            return [self.head(y)]

    with pytest.raises(UsageError, match="site 'interpolate' has no guide: on an image "
                       "of 32x32 no layer before it gives a map of 16x16, only image "
                       "32x32"):  # fmt: skip
        Resampled(Odd(), upsample="fade", image_size=32)


def test_guided_copies_do_not_share(rng):
    import copy

    net = Resampled(Plain(), upsample="fade", image_size=32)
    x = toys.image(rng)
    expected = net(x)[0].numpy()
    twin = copy.deepcopy(net)
    net.two.weight.set_value(net.two.weight * 0)
    np.testing.assert_array_equal(twin(x)[0].numpy(), expected)
    assert twin.resample["interpolate_1"][0]._tap is not (
        net.resample["interpolate_1"][0]._tap
    )
    assert paddle.isfinite(net(x)[0]).all()
