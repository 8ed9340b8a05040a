"""What every resampler keeps, and what reaches it backwards and from a file."""

import numpy as np
import paddle
import pytest

from paddle_resample import (
    Downsampler,
    Upsampler,
    build,
    resampler_class,
    resampler_names,
)
from tests.contract.sites import (
    ALL,
    CHANNELS,
    COARSE,
    DOWNS,
    UPS,
    arguments,
    assert_reached,
    build_up,
    feature_map,
    shake,
    tensor,
    trainable,
    usual_scale,
)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in resampler_names(Upsampler)
        if not resampler_class(name).learned
        and resampler_class(name).needs_side is None
    ],
)
def test_interpolation_keeps_a_constant(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    fine = [n * scale - 1 for n in COARSE]
    _, given = arguments(rng, cls, fine, scale)
    x = paddle.full([2, CHANNELS, *COARSE], 2.5)
    y = build_up(name)(x, **given, size=fine).numpy()
    np.testing.assert_allclose(y, 2.5, rtol=1e-6)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in resampler_names(Downsampler)
        if not resampler_class(name).learned
    ],
)
def test_pooling_keeps_a_constant(name):
    cls = resampler_class(name)
    y = build(name, CHANNELS, scale=usual_scale(cls))(
        paddle.full([2, CHANNELS, 17, 25], 2.5)
    )
    y = y.numpy()
    assert np.ptp(y) < 1e-5
    if cls.gives_side is None:
        np.testing.assert_allclose(y, 2.5, rtol=1e-6)


@UPS
def test_up_runs_in_float64(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
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
    layer = build(name, CHANNELS, scale=usual_scale(resampler_class(name)))
    layer.eval()  # in training fractional_max_pool draws its windows anew
    x = tensor(rng, CHANNELS, (17, 25))
    paddle.seed(1)  # some draw while they train
    y = layer(x).numpy()
    layer.to(dtype="float64")
    paddle.seed(1)
    wide = layer(x.astype("float64"))
    assert wide.dtype == paddle.float64
    np.testing.assert_allclose(wide.numpy(), y, rtol=1e-3, atol=1e-4)


@UPS
def test_up_gradients_reach_everything(rng, name):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
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
    layer = shake(rng, build(name, CHANNELS, scale=usual_scale(resampler_class(name))))
    x = tensor(rng, CHANNELS, (17, 25))
    x.stop_gradient = False
    y = layer(x)
    (y * tensor(rng, CHANNELS, y.shape[2:])).sum().backward()
    assert_reached([x], trainable(layer))


@ALL
def test_state_reloads_from_a_file(rng, name, tmp_path):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    if issubclass(cls, Upsampler):
        first, second = build_up(name), build_up(name)
        x, given = arguments(rng, cls, [n * scale for n in COARSE], scale)
    else:
        first, second = build(name, CHANNELS), build(name, CHANNELS)
        first.eval(), second.eval()
        x, given = tensor(rng, CHANNELS, COARSE), {}
    shake(rng, first)

    def answer(layer):
        paddle.seed(1)  # some draw while they train
        return feature_map(layer(x, **given))

    expected = answer(first)
    assert cls.learned == (np.abs(answer(second) - expected).max() > 0)
    paddle.save(first.state_dict(), str(tmp_path / "it.pdparams"))
    state = paddle.load(str(tmp_path / "it.pdparams"))
    missing, unexpected = second.set_state_dict(state) or ([], [])
    assert not missing and not unexpected
    np.testing.assert_array_equal(answer(second), expected)
