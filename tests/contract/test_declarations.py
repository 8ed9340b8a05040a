"""Every declaration of a class is true where it is made and where it is not."""

import inspect

import numpy as np
import paddle
import paddle.nn as nn
import pytest

from paddle_resample import (
    Upsampler,
    UsageError,
    build,
    cost,
    resampler_class,
    resampler_names,
    resampler_options,
)
from paddle_resample.docstring import read_docstring
from paddle_resample.projected import ProjectedDownsampler, ProjectedUpsampler
from tests.contract.sites import (
    ALL,
    CHANNELS,
    COARSE,
    DOWNS,
    UPS,
    arguments,
    build_up,
    partner,
    shake,
    site_of,
    tensor,
    trainable,
    usual_scale,
)


@ALL
def test_learned_means_weights(name):
    cls = resampler_class(name)
    layer = build_up(name) if issubclass(cls, Upsampler) else build(name, CHANNELS)
    assert isinstance(layer, cls)
    assert cls.learned == bool(trainable(layer))


@UPS
def test_needs_guide_is_true_both_ways(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    takes = "guide_channels" in inspect.signature(cls.__init__).parameters
    assert cls.needs_guide == takes
    fine = [n * scale for n in COARSE]
    x, given = arguments(rng, cls, fine, scale)
    layer = build_up(name)
    if cls.needs_guide:
        with pytest.raises(UsageError, match=f"{name}: .*guide"):
            layer(x, **{**given, "guide": None})
        with pytest.raises(UsageError, match=f"{name}: needs a guide"):
            build_up(name, guide_channels=None)
    else:
        y = layer(x, **given).numpy()
        guided = layer(x, **{**given, "guide": tensor(rng, CHANNELS, fine)}).numpy()
        np.testing.assert_array_equal(guided, y)


@UPS
def test_guide_same_channels_is_true_both_ways(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    if not cls.needs_guide:
        assert not cls.guide_same_channels
        return
    if cls.guide_same_channels:
        with pytest.raises(
            UsageError, match=f"guide must have the {CHANNELS} channels"
        ):
            build_up(name, guide_channels=CHANNELS + 3)
        return
    fine = [n * scale for n in COARSE]
    x, given = arguments(rng, cls, fine, scale)
    given["guide"] = tensor(rng, CHANNELS + 3, fine)
    y = build_up(name, guide_channels=CHANNELS + 3)(x, **given)
    assert list(y.shape) == [2, CHANNELS, *fine]


@UPS
def test_fuses_guide_is_true_both_ways(rng, name):
    """Of a map of zeros nothing can come but what the guide brings."""
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    if not cls.needs_guide:
        assert not cls.fuses_guide
        return
    fine = [n * scale for n in COARSE]
    x, given = arguments(rng, cls, fine, scale)
    layer = shake(rng, build_up(name))
    results = []
    for _ in range(2):
        given["guide"] = tensor(rng, CHANNELS, fine)
        results.append(layer(x * 0, **given).numpy())
    assert cls.fuses_guide == (np.abs(results[0] - results[1]).max() > 1e-6)


# Not fused, yet a constant takes the guide's pattern: the guide scales x.
SCALED_BY_THE_GUIDE = {
    "pac": "the weights that the guide adapts are not normalised",
    "pac_joint": "the weights that the guide adapts are not normalised",
    "featup_jbu": "its learned residual is added after the weights were normalised",
    "index_net_hin": "an index between 0 and 1 multiplies x",
    "index_net_m2o": "an index between 0 and 1 multiplies x",
    "index_net_o2o": "an index between 0 and 1 multiplies x",
}


@UPS
def test_a_constant_shows_which_guides_enter(rng, name):
    """Away from the border, where some operators lose weight, a constant stays one
    unless the guide is fused or scales it."""
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    if not cls.needs_guide:
        assert name not in SCALED_BY_THE_GUIDE
        return
    x, given = arguments(rng, cls, [12 * scale, 14 * scale], scale)
    layer = shake(rng, build_up(name))
    layer.eval()
    y = layer(paddle.full_like(x, 2.5), **given).numpy()
    inside = slice(5 * scale, -5 * scale)
    changes = np.ptp(y[..., inside, inside], axis=(2, 3)).max() > 1e-4
    assert changes == (cls.fuses_guide or name in SCALED_BY_THE_GUIDE)


@UPS
def test_needs_side_is_true_both_ways(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    x, given = arguments(rng, cls, [n * scale for n in COARSE], scale)
    if cls.needs_side is None:
        build_up(name, side=None)(x, **given)
        return
    giver = partner(cls.needs_side)
    assert giver, f"no downsampler gives {cls.needs_side}"
    with pytest.raises(UsageError, match=f"this site has none; .*{giver}"):
        build_up(name, side=None)
    with pytest.raises(UsageError, match="this site has only something; downsample"):
        build_up(name, side="something")
    with pytest.raises(UsageError, match=f"{name}: .*side"):
        build_up(name)(x, **{**given, "side": None})


@DOWNS
def test_gives_side_is_true_both_ways(rng, name):
    cls = resampler_class(name)
    _, side = build(name, CHANNELS).record(tensor(rng, CHANNELS, COARSE))
    assert (cls.gives_side is None) == (side is None)
    if cls.gives_side is not None:
        takers = [
            n
            for n in resampler_names(Upsampler)
            if resampler_class(n).needs_side == cls.gives_side
        ]
        assert takers, f"no upsampler takes {cls.gives_side}"


@ALL
def test_keeps_channels_is_true_of_the_constructor(name):
    cls = resampler_class(name)
    if cls.keeps_channels:
        with pytest.raises(UsageError, match=f"{name}: keeps the number of channels"):
            cls(CHANNELS, CHANNELS + 4)
    else:
        assert cls(CHANNELS, CHANNELS + 4).out_channels == CHANNELS + 4


@UPS
def test_up_changes_channels_by_one_visible_convolution(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    out = CHANNELS + 4
    layer = build_up(name, CHANNELS, out)
    fine = [n * scale - 1 for n in COARSE]
    few, given = arguments(rng, cls, fine, scale, out)
    x, given["size"] = tensor(rng, CHANNELS, few.shape[2:]), fine
    y = layer(x, **given)
    assert list(y.shape) == [2, out, *fine]
    assert cls.keeps_channels == isinstance(layer, ProjectedUpsampler)
    if cls.keeps_channels:
        assert isinstance(layer.upsample, cls)
        assert layer.upsample.in_channels == layer.upsample.out_channels == out
        assert list(layer.project.weight.shape) == [out, CHANNELS, 1, 1]
        assert len(convolutions(layer)) == len(convolutions(layer.upsample)) + 1
        by_hand = layer.upsample(layer.project(x), **given)
        np.testing.assert_array_equal(y.numpy(), by_hand.numpy())


@DOWNS
def test_down_changes_channels_by_one_visible_convolution(rng, name):
    cls, out = resampler_class(name), CHANNELS + 4
    layer = build(name, CHANNELS, out)
    layer.eval()  # in training fractional_max_pool draws its windows anew
    x = tensor(rng, CHANNELS, COARSE)
    paddle.seed(1)  # some draw while they train
    y, side = layer.record(x)
    paddle.seed(1)
    np.testing.assert_array_equal(layer(x).numpy(), y.numpy())
    assert y.shape[1] == out
    assert (side is None) == (cls.gives_side is None)
    assert cls.keeps_channels == isinstance(layer, ProjectedDownsampler)
    if cls.keeps_channels:
        inner = layer.downsample
        assert isinstance(inner, cls)
        assert inner.in_channels == inner.out_channels == CHANNELS
        assert list(layer.project.weight.shape) == [out, CHANNELS, 1, 1]
        assert len(convolutions(layer)) == len(convolutions(inner)) + 1
        paddle.seed(1)
        by_hand = layer.project(inner(x))
        np.testing.assert_array_equal(y.numpy(), by_hand.numpy())


@ALL
def test_says_where_it_comes_from_and_what_its_options_mean(name):
    cls = resampler_class(name)
    assert cls.name == name == cls.__module__.rpartition(".")[2]
    assert cls.source
    assert (cls.year is None) == (cls.source == "textbook")
    assert cls.year is None or str(cls.year) in cls.source
    documentation = read_docstring(cls)
    assert documentation.summary and documentation.shape and documentation.source
    assert documentation.example.startswith(">>> import paddle")
    assert cls.notes.grid and cls.notes.cost
    assert bool(cls.notes.initialization) == cls.learned
    for option in resampler_options(cls):
        assert documentation.arguments.get(option), f"{name} does not explain {option}"


@ALL
def test_parameters_equal_the_closed_form(name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    out = CHANNELS if cls.keeps_channels else 2 * CHANNELS
    layer = build(name, CHANNELS, out, **site_of(cls))
    counted = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    formula = cost({"name": name, "scale": scale}, CHANNELS, (6, 8), out)
    assert formula.parameters == counted
    assert formula.macs >= 0 and formula.bytes > 4 * counted


def convolutions(layer):
    return [m for m in layer.sublayers(include_self=True) if isinstance(m, nn.Conv2D)]
