"""Layouts: channels last, and volumes."""

import numpy as np
import paddle
import pytest

from paddle_resample import (
    Downsampler,
    Upsampler,
    UsageError,
    build,
    cost,
    resampler_class,
    resampler_names,
)
from tests.contract.sites import (
    ALL,
    CHANNELS,
    COARSE,
    VOLUME,
    arguments,
    assert_reached,
    every_scale,
    feature_map,
    partner,
    shake,
    site_of,
    tensor,
    trainable,
    usual_scale,
)

VOLUMES = pytest.mark.parametrize(
    "name", [n for n in resampler_names() if "NCDHW" in resampler_class(n).data_formats]
)


@ALL
def test_layouts_are_true_both_ways(rng, name):
    cls = resampler_class(name)
    assert cls.data_formats[0] == "NCHW"
    with pytest.raises(UsageError, match="'CHWN' is not available"):
        build(name, CHANNELS, **site_of(cls, layout="CHWN"))
    with pytest.raises(UsageError, match="data_format is set by the network"):
        build({"name": name, "data_format": "NHWC"}, CHANNELS)
    for layout in {"NHWC", "NCDHW"} - set(cls.data_formats):
        with pytest.raises(UsageError, match=f"'{layout}' is not available"):
            build(name, CHANNELS, **site_of(cls, layout=layout))


@pytest.mark.parametrize(
    "name", [n for n in resampler_names() if "NHWC" in resampler_class(n).data_formats]
)
def test_channels_last_is_the_transposed_answer(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    first = shake(rng, build(name, CHANNELS, **site_of(cls)))
    last = build(name, CHANNELS, **site_of(cls, layout="NHWC"))
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


@every_scale(Upsampler, "NCDHW")
@pytest.mark.parametrize("rule", ["ceil", "floor"])
def test_up_gives_the_odd_size_of_a_volume(rng, name, scale, rule):
    cls = resampler_class(name)
    layer = build(name, CHANNELS, **{**site_of(cls, layout="NCDHW"), "scale": scale})
    for odd in range(scale):
        fine = [n * scale + (-odd if rule == "ceil" else odd) for n in VOLUME]
        x, given = arguments(rng, cls, fine, scale)
        if cls.needs_side is None:
            x = tensor(rng, CHANNELS, VOLUME)
        y = layer(x, **given, size=fine)
        assert list(y.shape) == [2, CHANNELS, *fine]
        assert np.isfinite(y.numpy()).all()
        with pytest.raises(UsageError, match=rf"{name}: size must be \(D, H, W\)"):
            layer(x, **given, size=fine[1:])


@every_scale(Downsampler, "NCDHW")
def test_down_floors_or_ceils_a_volume_as_it_says(rng, name, scale):
    layer = build(name, CHANNELS, scale=scale, data_format="NCDHW")
    for size in ((8, 12, 16), (9, 13, 10)):
        y = layer(tensor(rng, CHANNELS, size))
        ceil = resampler_class(name).odd == "ceil"
        expected = [-(-n // scale) if ceil else n // scale for n in size]
        assert list(y.shape) == [2, CHANNELS, *expected]


@VOLUMES
def test_equal_slices_give_the_answer_of_one(rng, name):
    """Of a map that is repeated along the depth; what has weights is compared in its
    own test."""
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    if cls.learned:
        return
    flat = build(name, CHANNELS, **site_of(cls))
    volume = build(name, CHANNELS, **site_of(cls, layout="NCDHW"))
    x = tensor(rng, CHANNELS, [n * scale for n in COARSE])
    deep = x.unsqueeze(2).tile([1, 1, 2 * scale, 1, 1])
    if issubclass(cls, Downsampler):
        y, z = flat(x), volume(deep)
    elif cls.needs_side is None:
        y, z = flat(x), volume(deep)
    else:
        giver = partner(cls.needs_side)
        coarse, side = build(giver, CHANNELS).record(x)
        y = flat(coarse, side=side)
        coarse, side = build(giver, CHANNELS, data_format="NCDHW").record(deep)
        z = volume(coarse, side=side)[:, :, ::scale]  # the first of equal slices wins
    expected = np.repeat(y.numpy()[:, :, None], z.shape[2], 2)
    np.testing.assert_allclose(z.numpy(), expected, rtol=1e-5, atol=1e-6)


@VOLUMES
def test_gradients_reach_everything_in_a_volume(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    layer = shake(rng, build(name, CHANNELS, **site_of(cls, layout="NCDHW")))
    if issubclass(cls, Upsampler):
        x, given = arguments(rng, cls, [n * scale for n in VOLUME], scale)
    else:
        x, given = tensor(rng, CHANNELS, VOLUME), {}
    x.stop_gradient = False
    y = layer(x, **given)
    (y * tensor(rng, CHANNELS, y.shape[2:])).sum().backward()
    assert_reached([x], trainable(layer))


@VOLUMES
def test_volume_in_float64(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    layer = build(name, CHANNELS, **site_of(cls, layout="NCDHW"))
    if issubclass(cls, Upsampler):
        x, given = arguments(rng, cls, [n * scale for n in VOLUME], scale)
    else:
        x, given = tensor(rng, CHANNELS, VOLUME), {}
    y = feature_map(layer(x, **given))
    layer.to(dtype="float64")
    wide = feature_map(layer(x.astype("float64"), **given))
    assert wide.dtype == np.float64
    np.testing.assert_allclose(wide, y, rtol=1e-4, atol=1e-5)


@VOLUMES
def test_channels_of_a_volume_change_by_one_convolution(rng, name):
    cls, out = resampler_class(name), CHANNELS + 4
    site = site_of(cls, layout="NCDHW")
    layer = build(name, CHANNELS, out, **site)
    given = {}
    if issubclass(cls, Upsampler):
        fine = [n * site["scale"] for n in VOLUME]
        x, given = arguments(rng, cls, fine, site["scale"], out)
        x = tensor(rng, CHANNELS, x.shape[2:])
    else:
        x = tensor(rng, CHANNELS, VOLUME)
    assert feature_map(layer(x, **given)).shape[:2] == (2, out)
    if cls.keeps_channels:
        shape = [out, CHANNELS, 1, 1, 1]
        assert list(layer.project.weight.shape) == shape


@VOLUMES
def test_the_cost_of_a_volume_is_refused(name):
    with pytest.raises(UsageError, match=rf"{name}: .* size \(H, W\), not \(4, 6, 8\)"):
        cost(name, CHANNELS, (4, 6, 8))
