"""Feature maps at the sites, and the colours they are shown in."""

import numpy as np
import paddle
import pytest

from paddle_resample.seg.nets import ResampleUNet
from paddle_resample.seg.sites import inner_resampler
from paddle_resample.study.report.site_maps import principal_colours, record_sites


def test_what_enters_and_leaves_every_site():
    net = ResampleUNet(3, width=4, depth=2, upsample="nearest", downsample="avg_pool")
    sites = record_sites(net, paddle.rand([1, 3, 16, 20]))
    assert [s.name for s in sites] == ["avg_pool"] * 2 + ["nearest"] * 2
    layers = dict(net.named_sublayers())
    for site in sites:
        assert inner_resampler(layers[site.path]).name == site.name
    for site in sites[:2]:
        c, h, w = site.before.shape
        mean = site.before.reshape(c, h // 2, 2, w // 2, 2).mean((2, 4))
        np.testing.assert_allclose(site.after, mean, atol=1e-6)
    for site in sites[2:]:
        np.testing.assert_array_equal(site.after, site.before.repeat(2, 1).repeat(2, 2))


def test_the_network_is_left_as_it_was():
    net = ResampleUNet(2, width=2, depth=1)
    net.train()
    before = {k: v.numpy().copy() for k, v in net.state_dict().items()}
    record_sites(net, paddle.rand([1, 3, 8, 8]))
    assert net.training
    assert not any(layer._forward_post_hooks for layer in net.sublayers())
    for key, value in net.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[key])


def test_one_projection_for_both(rng):
    """Nearest changes no value, so with one projection no colour changes either."""
    before = rng.normal(size=(5, 6, 8))
    first, second, shared = principal_colours(before, before.repeat(2, 1).repeat(2, 2))
    assert shared and first.shape == (6, 8, 3) and second.shape == (12, 16, 3)
    np.testing.assert_array_equal(second, first.repeat(2, 0).repeat(2, 1))


def test_components_are_the_principal_ones(rng):
    """The first component, red, is the direction of largest variance."""
    signal = rng.normal(size=(1, 20, 20))
    direction = np.array([0.8, -0.6, 0.0, 0.0])[:, None, None]
    maps = 5 * direction * signal + 0.1 * rng.normal(size=(4, 20, 20))
    red = principal_colours(maps, maps)[0][..., 0].astype(float)
    assert np.corrcoef(red.ravel(), signal.ravel())[0, 1] > 0.97


def test_other_channels_have_their_own_projection(rng):
    first, second, shared = principal_colours(
        rng.normal(size=(2, 4, 4)), rng.normal(size=(6, 8, 8))
    )
    assert not shared and first.shape == (4, 4, 3) and second.shape == (8, 8, 3)
    assert first[..., 2].max() == 0  # two channels have no third component


@pytest.mark.parametrize("channels", [1, 3])
def test_constant_maps(channels):
    first, second, _ = principal_colours(
        np.ones((channels, 2, 2)), np.ones((channels, 4, 4))
    )
    assert first.max() == 0 and second.max() == 0
