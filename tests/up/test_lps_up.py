import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, build, cost
from paddle_resample.down import LPS
from paddle_resample.ops.polyphase import PhaseWeights
from paddle_resample.up import APSUp, LPSUp
from tests.contract.sites import shake
from tests.reference import polyphase as loops

CIRCULAR = {"name": "blur_pool", "filter_size": 3, "border": "circular"}


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_equals_loops(rng, scale):
    x = rng.normal(size=(2, 3, 4, 5))
    weights = rng.random(size=(2, scale * scale))
    size = [4 * scale - (scale > 1), 5 * scale]
    side = PhaseWeights(paddle.to_tensor(weights), size)
    y = LPSUp(3, scale=scale, gain=2.0)(paddle.to_tensor(x), side=side).numpy()
    expected = 2 * loops.spread(x, weights, scale)[:, :, : size[0]]
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


def test_the_filter_comes_last_as_in_aps_up(rng):
    x = paddle.to_tensor(rng.normal(size=(2, 3, 4, 5)))
    side = PhaseWeights(paddle.to_tensor(np.eye(4)[[1, 2]]), [8, 10])
    layers = LPSUp(3, antialias=CIRCULAR, gain=4.0), APSUp(3, gain=4.0)
    for layer in layers:
        layer.to(dtype="float64")
    y, z = (layer(x, side=side).numpy() for layer in layers)
    np.testing.assert_allclose(y, z, rtol=0, atol=1e-12)


@pytest.mark.parametrize("selection", ["gumbel", "softmax"])
def test_the_weights_of_the_partner_are_used_as_they_are(rng, selection):
    down = shake(rng, LPS(3, selection=selection)).eval()
    x = paddle.to_tensor(rng.normal(size=(2, 3, 7, 10)).astype("float32"))
    y, side = down.record(x)
    z = LPSUp(3).eval()(y, side=side).numpy()
    expected = loops.spread(y.numpy(), side.weights.numpy(), 2)[:, :, :7]
    np.testing.assert_allclose(z, expected, rtol=0, atol=1e-6)


def test_a_second_softmax_levels_the_mixture(rng):
    """As released, in evaluation alone; by default the weights stay as they are."""
    x = paddle.ones([1, 1, 1, 1])
    weights = paddle.to_tensor([[0.97, 0.01, 0.01, 0.01]])
    side = PhaseWeights(weights, [2, 2])
    layer = LPSUp(1, softmax_again=True)
    np.testing.assert_array_equal(layer(x, side=side).numpy().ravel(), weights[0])
    layer.eval()
    again = layer(x, side=side).numpy().ravel()
    expected = np.exp(weights.numpy()[0])
    np.testing.assert_allclose(again, expected / expected.sum(), rtol=1e-6)
    assert again.max() < 0.48
    y = LPSUp(1).eval()(x, side=side).numpy().ravel()
    np.testing.assert_array_equal(y, weights[0])


def test_gradient_reaches_the_scores_of_the_partner(rng, check_gradient):
    down = LPS(2, hidden_channels=2, selection="softmax")
    down.to(dtype="float64")
    shake(rng, down)

    def both(x):
        y, side = down.record(x)
        return LPSUp(2)(y, side=side)

    check_gradient(both, rng.normal(size=(1, 2, 5, 4)))


def test_cost():
    assert cost("lps_up", 8, (5, 6)).macs == 8 * 4 * 30
    found = cost({"name": "lps_up", "antialias": CIRCULAR}, 8, (5, 6))
    assert (found.parameters, found.macs) == (0, (1 + 9) * 8 * 4 * 30)
    found = cost({"name": "lps_up", "antialias": "pasa"}, 8, (5, 6))
    assert found.parameters == 18 * (72 + 2)


def test_errors_name_the_remedy():
    with pytest.raises(UsageError, match="lps_up: needs phase_weights recorded by its"):
        build("lps_up", 4)
    with pytest.raises(UsageError, match="lps_up: gain must be positive, not 0"):
        LPSUp(1, gain=0)
