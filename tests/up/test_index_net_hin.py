import numpy as np
import paddle
import pytest

from paddle_resample import cost
from paddle_resample.up import IndexNetHIN
from tests.reference.published import in_segformer_b1
from tests.up.test_index_net_m2o import check_loops


@pytest.mark.parametrize("fine", [(6, 10), (7, 9)], ids=str)
def test_equals_loops(rng, fine):
    check_loops(rng, IndexNetHIN, "holistic", fine)


def test_every_channel_has_the_same_index(rng):
    layer = IndexNetHIN(5, guide_channels=3)
    guide = paddle.to_tensor(rng.normal(size=(2, 3, 7, 12)).astype("float32"))
    y = layer(paddle.ones([2, 5, 4, 6]), guide=guide).numpy()
    np.testing.assert_array_equal(y, np.broadcast_to(y[:, :1], y.shape))
    assert np.ptp(y[0, 0]) > 0.01


def test_cost_equals_the_published_table():
    """SegFormer-B1, six sites of 256 channels: +12.60 M parameters, +30.65 G."""
    parameters, macs = in_segformer_b1("index_net_hin")
    assert parameters == 12_601_344
    assert parameters / 1e6 == pytest.approx(12.60, abs=0.005)
    assert macs / 1e9 == pytest.approx(30.65, abs=0.005)


def test_cost_of_feature_pyramids():
    """FPN +6.30 M (3 sites of 256), UPerNet +25.2 M (3 of 512), as published."""
    sites = {256: 6.30, 512: 25.2}
    for channels, published in sites.items():
        found = 3 * cost("index_net_hin", channels, (8, 8)).parameters / 1e6
        assert found == pytest.approx(published, abs=0.05)
