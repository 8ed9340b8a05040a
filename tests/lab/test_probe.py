import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, build
from paddle_resample.lab.measurements.field import FIELD
from paddle_resample.lab.probe import CHANNELS, pair, probe


def test_an_upsampler_gets_the_mean_of_each_cell(rng):
    fine = rng.normal(size=(1, CHANNELS, 8, 8))
    inputs = probe("bilinear").inputs(fine)
    expected = fine.reshape(1, CHANNELS, 4, 2, 4, 2).mean((3, 5))
    np.testing.assert_allclose(inputs.x.numpy(), expected)
    assert inputs.guide is None and inputs.side is None


def test_a_partner_gives_the_side_information(rng):
    fine = rng.normal(size=(1, CHANNELS, 8, 8))
    one = probe("max_unpool")
    assert one.remarks == ["with pool_indices of max_pool"]
    cells = fine.reshape(1, CHANNELS, 4, 2, 4, 2).max((3, 5))
    np.testing.assert_allclose(one.inputs(fine).x.numpy(), cells)
    y = one.see(fine)
    np.testing.assert_allclose(y[y != 0], fine[y != 0])


@pytest.mark.parametrize("name, channels", [("jbu", 3), ("sapa_i", CHANNELS)])
def test_the_guide_is_the_fine_map(rng, name, channels):
    fine = rng.normal(size=(1, CHANNELS, 8, 8))
    one = probe(name)
    assert one.guide_channels == channels
    np.testing.assert_array_equal(one.inputs(fine).guide.numpy(), fine[:, :channels])


def test_the_natural_map_moves_by_fine_pixels():
    up, down = probe("nearest"), probe("avg_pool")
    tiles = [
        FIELD.inside(one.natural(FIELD).x.numpy(), one.scale_in) for one in (up, down)
    ]
    mean = tiles[1].reshape(1, CHANNELS, 15, 2, 15, 2).mean((3, 5))
    np.testing.assert_allclose(tiles[0], mean, atol=1e-12)
    for one, tile, step in ((up, tiles[0], 1), (down, tiles[1], 2)):
        seen = FIELD.inside(one.natural(FIELD, 0, 2).x.numpy(), one.scale_in)
        np.testing.assert_allclose(seen, np.roll(tile, step, 3))


def test_a_layer_is_copied_and_keeps_its_weights():
    layer = build("resize_conv", 5, 7)
    one = probe(layer)
    assert (one.channels, one.out_channels) == (5, 7)
    assert one.parameters == sum(p.size for p in layer.parameters())
    assert layer.parameters()[0].dtype == paddle.float32 and layer.training
    x = paddle.randn([1, 5, 4, 4])
    expected = layer(x).numpy()
    found = one.up(x.astype("float64")).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_projection_belongs_to_its_operator():
    one = probe(build("bilinear", 6, 4))
    assert (one.channels, one.out_channels, one.label) == (6, 4, "bilinear")
    assert one.see(np.ones((1, 6, 8, 8))).shape == (1, 4, 8, 8)
    down = probe(build("avg_pool", 6, 4))
    assert (down.kind, down.channels, down.out_channels) == ("down", 6, 4)


def test_a_pair_runs_from_fine_to_fine(rng):
    fine = rng.normal(size=(1, CHANNELS, 8, 8))
    one = pair("haar", "haar_inverse")
    assert (one.kind, one.label) == ("pair", "haar : haar_inverse")
    np.testing.assert_allclose(one.see(fine), fine, atol=1e-12)


def test_refusals():
    with pytest.raises(UsageError, match="Linear is neither an upsampler"):
        probe(paddle.nn.Linear(2, 2))
    with pytest.raises(UsageError, match="max_unpool: needs pool_indices"):
        pair("avg_pool", "max_unpool")
    with pytest.raises(UsageError, match="unknown downsampler"):
        pair("avgpool", "bilinear")


def test_the_seed_decides_the_weights():
    one, other, third = (probe("pixel_shuffle", seed=s) for s in (0, 0, 1))
    fine = np.ones((1, CHANNELS, 8, 8))
    np.testing.assert_array_equal(one.see(fine), other.see(fine))
    assert np.abs(one.see(fine) - third.see(fine)).max() > 1e-3
