"""What every registered resampler keeps, whoever wrote it; a new one is covered by
being registered."""

import inspect

import numpy as np
import paddle
import paddle.nn as nn
import pytest
from paddle.static import InputSpec

from paddle_resample import (
    Downsampler,
    Resampler,
    Upsampler,
    UsageError,
    build,
    cost,
    find,
    names,
    options,
)
from paddle_resample.base import ProjectedDownsampler, ProjectedUpsampler
from paddle_resample.ops import spatial_size

CHANNELS = 8
COARSE = (9, 13)
UPS = pytest.mark.parametrize("name", names(Upsampler))
DOWNS = pytest.mark.parametrize("name", names(Downsampler))
ALL = pytest.mark.parametrize("name", names(Resampler))


def every_scale(kind):
    """(name, scale) for scales 2, 3 and 4 as far as the classes have them."""
    pairs = [
        (name, scale)
        for name in names(kind)
        for scale in (2, 3, 4)
        if find(name).scales is None or scale in find(name).scales
    ]
    return pytest.mark.parametrize("name, scale", pairs)


def usual_scale(cls):
    return 2 if cls.scales is None or 2 in cls.scales else cls.scales[0]


def partner(side):
    """Name of a downsampler that gives this kind of side information."""
    if side is None:
        return "avg_pool"  # of those without, one that knows every layout
    return next((n for n in names(Downsampler) if find(n).gives_side == side), None)


def site_of(cls, channels=CHANNELS):
    """What `build` is told of a site that has whatever the class needs."""
    site = {"scale": usual_scale(cls)}
    if issubclass(cls, Upsampler):
        site["side"] = cls.needs_side
        site["guide_channels"] = channels if cls.needs_guide else None
    return site


def build_up(name, channels=CHANNELS, out_channels=None, **site):
    usual = site_of(find(name, Upsampler), out_channels or channels)
    return build(name, channels, out_channels, kind=Upsampler, **{**usual, **site})


def arguments(rng, cls, fine, scale, channels=CHANNELS):
    """What a decoder holds at a site of a fine size: x, and guide or side."""
    skip = tensor(rng, channels, fine)
    if cls.needs_side is not None:
        x, side = build(partner(cls.needs_side), channels, scale=scale)(skip)
        return x.detach(), {"side": side}
    x = tensor(rng, channels, [-(-n // scale) for n in fine])
    return x, {"guide": skip} if cls.needs_guide else {}


def tensor(rng, channels, size, dtype="float32"):
    return paddle.to_tensor(rng.normal(size=(2, channels, *size)).astype(dtype))


def shake(rng, layer):
    """Give every weight another value, so that no special start hides anything."""
    for p in trainable(layer):
        value = p.numpy() + 0.1 * rng.normal(size=p.shape)
        p.set_value(np.asarray(value, dtype=p.numpy().dtype))
    return layer


def trainable(layer):
    """Its weights; what batch norm counts along is a parameter too, but no weight."""
    return [p for p in layer.parameters() if not p.stop_gradient]


def assert_reached(leaves, parameters):
    """Finite gradients arrived, at the leaves other than zero."""
    for leaf in [*leaves, *parameters]:
        assert leaf.grad is not None
        assert np.isfinite(leaf.grad.numpy()).all()
    for leaf in leaves:
        assert leaf.grad.numpy().any()


def feature_map(result):
    """The map among what a resampler returns, as an array."""
    return (result[0] if isinstance(result, tuple) else result).numpy()


def convolutions(layer):
    return [m for m in layer.sublayers(include_self=True) if isinstance(m, nn.Conv2D)]


# Shapes


@every_scale(Upsampler)
def test_up_gives_scale_times_the_size(rng, name, scale):
    fine = [n * scale for n in COARSE]
    x, given = arguments(rng, find(name), fine, scale)
    y = build_up(name, scale=scale)(x, **given)
    assert list(y.shape) == [2, CHANNELS, *fine]
    assert y.dtype == x.dtype


@every_scale(Upsampler)
@pytest.mark.parametrize("rule", ["ceil", "floor"])
def test_up_gives_the_odd_size_of_an_encoder(rng, name, scale, rule):
    cls = find(name)
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
    cls, scale = find(name), usual_scale(find(name))
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
    cls = find(name)
    assert cls.odd in ("floor", "ceil")
    y, _ = build(name, CHANNELS, scale=scale, kind=Downsampler)(
        tensor(rng, CHANNELS, size)
    )
    ceil = cls.odd == "ceil"
    expected = [-(-n // scale) if ceil else n // scale for n in size]
    assert list(y.shape) == [2, CHANNELS, *expected]


@ALL
def test_scale_one_keeps_the_size_and_other_scales_are_refused(rng, name):
    cls = find(name)
    for scale in range(1, 6):
        if cls.scales is not None and scale not in cls.scales:
            with pytest.raises(UsageError, match=f"{name}: scale {scale} is not def"):
                cls(CHANNELS, scale=scale)
    if cls.scales is None:
        if issubclass(cls, Downsampler):
            y, _ = build(name, CHANNELS, scale=1)(tensor(rng, CHANNELS, COARSE))
        else:
            x, given = arguments(rng, cls, COARSE, 1)
            y = build_up(name, scale=1)(x, **given)
        assert list(y.shape) == [2, CHANNELS, *COARSE]


# Values


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in names(Upsampler)
        if not find(name).learned and find(name).needs_side is None
    ],
)
def test_interpolation_keeps_a_constant(rng, name):
    cls, scale = find(name), usual_scale(find(name))
    fine = [n * scale - 1 for n in COARSE]
    _, given = arguments(rng, cls, fine, scale)
    x = paddle.full([2, CHANNELS, *COARSE], 2.5)
    y = build_up(name)(x, **given, size=fine).numpy()
    np.testing.assert_allclose(y, 2.5, rtol=1e-6)


@pytest.mark.parametrize(
    "name", [name for name in names(Downsampler) if not find(name).learned]
)
def test_pooling_keeps_a_constant(name):
    cls = find(name)
    y, _ = build(name, CHANNELS, scale=usual_scale(cls))(
        paddle.full([2, CHANNELS, 17, 25], 2.5)
    )
    y = y.numpy()
    assert np.ptp(y) < 1e-5
    if cls.gives_side is None:
        np.testing.assert_allclose(y, 2.5, rtol=1e-6)


@UPS
def test_up_runs_in_float64(rng, name):
    cls, scale = find(name), usual_scale(find(name))
    fine = [n * scale - 1 for n in COARSE]
    x, given = arguments(rng, cls, fine, scale)
    layer = build_up(name)
    y = layer(x, **given, size=fine).numpy()
    layer.to(dtype="float64")
    if "guide" in given:
        given["guide"] = given["guide"].astype("float64")
    wide = layer(x.astype("float64"), **given, size=fine)
    assert wide.dtype == paddle.float64
    np.testing.assert_allclose(wide.numpy(), y, rtol=1e-3, atol=1e-4)


@DOWNS
def test_down_runs_in_float64(rng, name):
    layer = build(name, CHANNELS, scale=usual_scale(find(name)))
    x = tensor(rng, CHANNELS, (17, 25))
    y = layer(x)[0].numpy()
    layer.to(dtype="float64")
    wide = layer(x.astype("float64"))[0]
    assert wide.dtype == paddle.float64
    np.testing.assert_allclose(wide.numpy(), y, rtol=1e-3, atol=1e-4)


# Gradients and state


@UPS
def test_up_gradients_reach_everything(rng, name):
    cls, scale = find(name), usual_scale(find(name))
    fine = [n * scale - 1 for n in COARSE]
    x, given = arguments(rng, cls, fine, scale)
    leaves = [x] + [v for v in given.values() if isinstance(v, paddle.Tensor)]
    for leaf in leaves:
        leaf.stop_gradient = False
    layer = shake(rng, build_up(name))
    y = layer(x, **given, size=fine)
    (y * tensor(rng, CHANNELS, fine)).sum().backward()
    assert_reached(leaves, trainable(layer))


@DOWNS
def test_down_gradients_reach_everything(rng, name):
    layer = shake(rng, build(name, CHANNELS, scale=usual_scale(find(name))))
    x = tensor(rng, CHANNELS, (17, 25))
    x.stop_gradient = False
    y, _ = layer(x)
    (y * tensor(rng, CHANNELS, y.shape[2:])).sum().backward()
    assert_reached([x], trainable(layer))


@ALL
def test_state_reloads(rng, name):
    cls, scale = find(name), usual_scale(find(name))
    if issubclass(cls, Upsampler):
        first, second = build_up(name), build_up(name)
        x, given = arguments(rng, cls, [n * scale for n in COARSE], scale)
    else:
        first, second = build(name, CHANNELS), build(name, CHANNELS)
        x, given = tensor(rng, CHANNELS, COARSE), {}
    shake(rng, first)
    expected = feature_map(first(x, **given))
    assert cls.learned == (np.abs(feature_map(second(x, **given)) - expected).max() > 0)
    missing, unexpected = second.set_state_dict(first.state_dict()) or ([], [])
    assert not missing and not unexpected
    np.testing.assert_array_equal(feature_map(second(x, **given)), expected)


# Declarations, both ways


@ALL
def test_learned_means_weights(name):
    cls = find(name)
    layer = build_up(name) if issubclass(cls, Upsampler) else build(name, CHANNELS)
    assert isinstance(layer, cls)
    assert cls.learned == bool(trainable(layer))


@UPS
def test_needs_guide_is_true_both_ways(rng, name):
    cls, scale = find(name), usual_scale(find(name))
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
    cls, scale = find(name), usual_scale(find(name))
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
def test_fuses_guide_means_its_content_enters(rng, name):
    """Of a map of zeros nothing can come but what the guide brings."""
    cls, scale = find(name), usual_scale(find(name))
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


@UPS
def test_needs_side_is_true_both_ways(rng, name):
    cls, scale = find(name), usual_scale(find(name))
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
    cls = find(name)
    _, side = build(name, CHANNELS)(tensor(rng, CHANNELS, COARSE))
    assert (cls.gives_side is None) == (side is None)
    if cls.gives_side is not None:
        takers = [n for n in names(Upsampler) if find(n).needs_side == cls.gives_side]
        assert takers, f"no upsampler takes {cls.gives_side}"


@ALL
def test_keeps_channels_is_true_of_the_constructor(name):
    cls = find(name)
    if cls.keeps_channels:
        with pytest.raises(UsageError, match=f"{name}: keeps the number of channels"):
            cls(CHANNELS, CHANNELS + 4)
    else:
        assert cls(CHANNELS, CHANNELS + 4).out_channels == CHANNELS + 4


@UPS
def test_up_changes_channels_by_one_visible_convolution(rng, name):
    cls, scale = find(name), usual_scale(find(name))
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
    cls, out = find(name), CHANNELS + 4
    layer = build(name, CHANNELS, out)
    x = tensor(rng, CHANNELS, COARSE)
    y, side = layer(x)
    assert y.shape[1] == out
    assert (side is None) == (cls.gives_side is None)
    assert cls.keeps_channels == isinstance(layer, ProjectedDownsampler)
    if cls.keeps_channels:
        inner = layer.downsample
        assert isinstance(inner, cls)
        assert inner.in_channels == inner.out_channels == CHANNELS
        assert list(layer.project.weight.shape) == [out, CHANNELS, 1, 1]
        assert len(convolutions(layer)) == len(convolutions(inner)) + 1
        by_hand = layer.project(inner(x)[0])
        np.testing.assert_array_equal(y.numpy(), by_hand.numpy())


@ALL
def test_layouts_are_true_both_ways(rng, name):
    cls, scale = find(name), usual_scale(find(name))
    with pytest.raises(UsageError, match="'CHWN' is not available"):
        build(name, CHANNELS, data_format="CHWN", **site_of(cls))
    with pytest.raises(UsageError, match="data_format is set by the network"):
        build({"name": name, "data_format": "NHWC"}, CHANNELS, **site_of(cls))
    if "NHWC" not in cls.data_formats:
        with pytest.raises(UsageError, match="'NHWC' is not available"):
            build(name, CHANNELS, data_format="NHWC", **site_of(cls))
        return
    first = shake(rng, build(name, CHANNELS, **site_of(cls)))
    last = build(name, CHANNELS, data_format="NHWC", **site_of(cls))
    last.set_state_dict(first.state_dict())
    if issubclass(cls, Upsampler):
        size = [n * scale - 1 for n in COARSE]
        x, given = arguments(rng, cls, size, scale)
        given["size"] = size
    else:
        x, given = tensor(rng, CHANNELS, COARSE), {}
    turned = {
        k: v.transpose([0, 2, 3, 1]) if isinstance(v, paddle.Tensor) else v
        for k, v in given.items()
    }
    y = feature_map(first(x, **given))
    z = feature_map(last(x.transpose([0, 2, 3, 1]), **turned))
    np.testing.assert_allclose(z, np.moveaxis(y, 1, -1), rtol=1e-5, atol=1e-6)


@ALL
def test_says_where_it_comes_from_and_what_its_options_mean(name):
    cls = find(name)
    assert cls.name == name == cls.__module__.rpartition(".")[2]
    assert cls.source
    assert (cls.year is None) == (cls.source == "textbook")
    assert cls.year is None or str(cls.year) in cls.source
    for word in ("Args:", "Call", "Returns", "Grid", "Source:", ">>> "):
        assert word in cls.__doc__, f"the docstring of {name} has no {word!r}"
    for option in options(cls):
        assert option in cls.__doc__, f"the docstring of {name} is silent on {option}"


@ALL
def test_parameters_equal_the_closed_form(name):
    cls, scale = find(name), usual_scale(find(name))
    out = CHANNELS if cls.keeps_channels else 2 * CHANNELS
    layer = build(name, CHANNELS, out, **site_of(cls))
    counted = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    formula = cost({"name": name, "scale": scale}, CHANNELS, (6, 8), out)
    assert formula.parameters == counted
    assert formula.macs >= 0 and formula.bytes > 4 * counted


# Export


class UpSite(nn.Layer):
    """A decoder's site, with and without a size: the skip is the guide, holds the
    size, gives the side."""

    def __init__(self, up, down, layout):
        super().__init__()
        self.up = up
        self.down = down
        self.layout = layout

    def forward(self, x, skip):
        side = self.down(skip)[1]
        size = spatial_size(skip, self.layout)
        fitted = self.up(x, guide=skip, side=side, size=size)
        return fitted, self.up(x, guide=skip, side=side)


class DownSite(nn.Layer):
    """An encoder's site: the map alone."""

    def __init__(self, down):
        super().__init__()
        self.down = down

    def forward(self, x):
        return (self.down(x)[0],)


def every_layout(kind):
    pairs = [(n, layout) for n in names(kind) for layout in find(n).data_formats]
    return pytest.mark.parametrize("name, layout", pairs)


def exported_equals_eager(site, cases, layout, path):
    """Save the site with free H and W, load it, compare at sizes it never saw."""
    if layout == "NHWC":
        cases = [[x.transpose([0, 2, 3, 1]) for x in case] for case in cases]
    site.eval()
    expected = [site(*case) for case in cases]
    shape = [None, *(CHANNELS if axis == "C" else None for axis in layout[1:])]
    specs = [InputSpec(shape, "float32", n) for n in ("x", "skip")[: len(cases[0])]]
    traced = paddle.jit.to_static(site, input_spec=specs, full_graph=True)
    paddle.jit.save(traced, str(path / "site"))
    loaded = paddle.jit.load(str(path / "site"))
    for case, results in zip(cases, expected):
        got = loaded(*case)
        got = got if isinstance(got, (list, tuple)) else [got]
        assert len(got) == len(results)
        for y, e in zip(got, results):
            np.testing.assert_allclose(y.numpy(), e.numpy(), rtol=1e-4, atol=1e-5)


@every_layout(Upsampler)
def test_up_exports_with_free_sizes(rng, name, layout, tmp_path):
    cls, scale = find(name), usual_scale(find(name))
    up = shake(rng, build(name, CHANNELS, data_format=layout, **site_of(cls)))
    giver = partner(cls.needs_side)
    down = build(giver, CHANNELS, scale=scale, data_format=layout)
    cases = []
    for less in (0, 1, -1):
        fine = [n * scale - less for n in COARSE]
        skip = tensor(rng, CHANNELS, fine)
        coarse = COARSE if cls.needs_side is None else down(skip)[0].shape[2:]
        cases.append((tensor(rng, CHANNELS, coarse), skip))
    exported_equals_eager(UpSite(up, down, layout), cases, layout, tmp_path)


@every_layout(Downsampler)
def test_down_exports_with_free_sizes(rng, name, layout, tmp_path):
    down = build(name, CHANNELS, data_format=layout, scale=usual_scale(find(name)))
    cases = [(tensor(rng, CHANNELS, s),) for s in ((16, 24), (17, 25), (13, 18))]
    exported_equals_eager(DownSite(shake(rng, down)), cases, layout, tmp_path)
