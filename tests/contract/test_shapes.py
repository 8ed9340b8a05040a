"""What sizes every resampler takes and gives."""

import numpy as np
import pytest

from paddle_resample import Downsampler, Upsampler, UsageError, build, resampler_class
from tests.contract.sites import (
    ALL,
    CHANNELS,
    COARSE,
    UPS,
    arguments,
    build_up,
    every_scale,
    tensor,
    usual_scale,
)


@every_scale(Upsampler)
def test_up_gives_scale_times_the_size(rng, name, scale):
    fine = [n * scale for n in COARSE]
    x, given = arguments(rng, resampler_class(name), fine, scale)
    y = build_up(name, scale=scale)(x, **given)
    assert list(y.shape) == [2, CHANNELS, *fine]
    assert y.dtype == x.dtype


@every_scale(Upsampler, up_to=4)
@pytest.mark.parametrize("rule", ["ceil", "floor"])
def test_up_gives_the_odd_size_of_an_encoder(rng, name, scale, rule):
    cls = resampler_class(name)
    layer = build_up(name, scale=scale)
    for odd in range(1, scale):
        fine = [n * scale - odd if rule == "ceil" else n * scale + odd for n in COARSE]
        x, given = arguments(rng, cls, fine, scale)
        if cls.needs_side is None:
            x = tensor(rng, CHANNELS, COARSE)
        y = layer(x, **given, size=fine)
        assert list(y.shape) == [2, CHANNELS, *fine]
        assert np.isfinite(y.numpy()).all()


@UPS
def test_any_size_is_true_both_ways(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    x, given = arguments(rng, cls, [n * scale for n in COARSE], scale)
    far = [n * scale + scale + 3 for n in COARSE]
    if cls.needs_guide:
        given["guide"] = tensor(rng, CHANNELS, far)
    layer = build_up(name)
    if cls.any_size:
        assert list(layer(x, **given, size=far).shape) == [2, CHANNELS, *far]
    else:
        with pytest.raises(UsageError):
            layer(x, **given, size=far)


@every_scale(Downsampler)
@pytest.mark.parametrize("size", [(16, 24), (17, 25), (19, 30)], ids=str)
def test_down_floors_or_ceils_as_it_says(rng, name, scale, size):
    cls = resampler_class(name)
    assert cls.odd in ("floor", "ceil")
    y = build(name, CHANNELS, scale=scale, kind=Downsampler)(
        tensor(rng, CHANNELS, size)
    )
    ceil = cls.odd == "ceil"
    expected = [-(-n // scale) if ceil else n // scale for n in size]
    assert list(y.shape) == [2, CHANNELS, *expected]


@ALL
def test_scale_one_keeps_the_size_and_other_scales_are_refused(rng, name):
    cls = resampler_class(name)
    for scale in range(1, 6):
        if cls.scales is not None and scale not in cls.scales:
            with pytest.raises(UsageError, match=f"{name}: scale {scale} is not def"):
                cls(CHANNELS, scale=scale)
    if cls.scales is None:
        if issubclass(cls, Downsampler):
            y = build(name, CHANNELS, scale=1)(tensor(rng, CHANNELS, COARSE))
        else:
            x, given = arguments(rng, cls, COARSE, 1)
            y = build_up(name, scale=1)(x, **given)
        assert list(y.shape) == [2, CHANNELS, *COARSE]
