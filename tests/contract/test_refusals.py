"""A map that no operator can take is refused in one sentence, in one place."""

import paddle
import pytest

from paddle_resample import Upsampler, UsageError, build, resampler_class
from tests.contract.sites import (
    ALL,
    CHANNELS,
    COARSE,
    UPS,
    arguments,
    build_up,
    site_of,
    usual_scale,
)

SHAPES = {
    "an empty batch": [0, CHANNELS, 4, 6],
    "no rows": [2, CHANNELS, 0, 6],
    "no columns": [2, CHANNELS, 4, 0],
    "other channels": [2, CHANNELS + 1, 4, 6],
    "channels last": [2, 4, 6, CHANNELS],
    "too few axes": [CHANNELS, 4, 6],
    "too many axes": [2, CHANNELS, 3, 4, 6],
}


@ALL
def test_wrong_maps_are_refused(name):
    layer = build(name, CHANNELS, **site_of(resampler_class(name)))
    for shape in SHAPES.values():
        with pytest.raises(UsageError) as error:
            layer(paddle.ones(shape))
        assert str(error.value) == (
            f"{name}: x must be a feature map [N, {CHANNELS}, H, W] without an empty "
            f"axis, not {shape}"
        )


@ALL
def test_wrong_maps_are_refused_before_the_visible_convolution(name):
    if not resampler_class(name).keeps_channels:
        return
    out = CHANNELS + 4
    layer = build(name, CHANNELS, out, **site_of(resampler_class(name), out))
    for shape in SHAPES.values():
        with pytest.raises(
            UsageError, match=rf"^{name}: x must be a feature map \[N, 8,"
        ):
            layer(paddle.ones(shape))


@UPS
def test_wrong_guides_are_refused(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    if not cls.needs_guide:
        return
    fine = [n * scale for n in COARSE]
    x, given = arguments(rng, cls, fine, scale)
    layer = build_up(name)
    text = rf"^{name}: the guide must be a feature map \[2, C, H, W\] without"
    for shape in ([1, CHANNELS, *fine], [2, CHANNELS, 0, 4], [2, *fine]):
        with pytest.raises(UsageError, match=text):
            layer(x, **{**given, "guide": paddle.ones(shape)})


@UPS
def test_wrong_sizes_are_refused(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    x, given = arguments(rng, cls, [n * scale for n in COARSE], scale)
    with pytest.raises(UsageError, match=rf"^{name}: size must be \(H, W\), not \[4\]"):
        build_up(name)(x, **given, size=[4])


@pytest.mark.parametrize("layout, wanted", [
    ("NHWC", "[N, H, W, 8]"),
    ("NCDHW", "[N, 8, D, H, W]"),
], ids=str)  # fmt: skip
def test_the_refusal_names_the_layout(layout, wanted):
    layer = build("bilinear", CHANNELS, data_format=layout, kind=Upsampler)
    with pytest.raises(UsageError) as error:
        layer(paddle.ones([2, 3]))
    assert f"must be a feature map {wanted} without" in str(error.value)
