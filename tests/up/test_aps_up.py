import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import APS
from paddle_resample.ops.polyphase import PhaseWeights
from paddle_resample.up import APSUp
from tests.reference import blur_pool, polyphase


@pytest.mark.parametrize("f, border, scale", [
    (3, "circular", 2),
    (1, "circular", 3),
    (2, "reflect", 2),
    (5, "replicate", 1),
    (4, "zeros", 2),
], ids=str)  # fmt: skip
def test_equals_loops(rng, f, border, scale):
    x = rng.normal(size=(3, 2, 4, 5))
    weights = np.eye(scale * scale)[rng.integers(0, scale * scale, 3)]
    layer = APSUp(2, scale=scale, filter_size=f, border=border, gain=1.5)
    layer.to(dtype="float64")
    size = [n * scale - (scale > 1) for n in (4, 5)]
    side = PhaseWeights(paddle.to_tensor(weights), size)
    y = layer(paddle.to_tensor(x), side=side).numpy()
    expected = polyphase.spread(x, weights, scale)
    line = blur_pool.pascal(f)
    expected = blur_pool.strided_filter(expected, line, 1, (f - 1) // 2, f // 2, border)
    expected = 1.5 * expected[:, :, : size[0], : size[1]]
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [(8, 12), (7, 9)], ids=str)
def test_without_a_filter_the_chosen_pixels_return(rng, size):
    x = rng.normal(size=(3, 2, *size))
    y, side = APS(2, filter_size=1).record(paddle.to_tensor(x))
    z = APSUp(2, filter_size=1)(y, side=side).numpy()
    assert z.shape == x.shape
    np.testing.assert_array_equal(z[z != 0], x[z != 0])
    if size == (8, 12):
        assert (z != 0).sum() == y.size


@pytest.mark.parametrize("shift", [(0, 1), (1, 0), (3, 2)], ids=str)
def test_the_pair_moves_with_a_circular_shift(rng, shift):
    down, up = APS(2), APSUp(2)
    down.to(dtype="float64")
    up.to(dtype="float64")

    def both(x):
        y, side = down.record(paddle.to_tensor(x))
        return up(y, side=side).numpy()

    x = rng.normal(size=(2, 2, 8, 12))
    moved = both(np.roll(x, shift, (2, 3)))
    np.testing.assert_allclose(np.roll(both(x), shift, (2, 3)), moved, atol=1e-12)


@pytest.mark.parametrize("gain, kept", [(1.0, 0.25), (4.0, 1.0)])
def test_gain_is_the_share_of_the_mean_that_is_kept(rng, gain, kept):
    y, side = APS(2).record(paddle.to_tensor(rng.normal(size=(1, 2, 8, 8)) + 3))
    layer = APSUp(2, gain=gain)
    layer.to(dtype="float64")
    z = layer(y, side=side)
    assert float(z.mean() / y.mean()) == pytest.approx(kept)


def test_an_odd_coarse_map_returns_to_its_size_and_not_to_a_larger_one(rng):
    y = paddle.to_tensor(rng.normal(size=(1, 2, 3, 4)).astype("float32"))
    side = PhaseWeights(paddle.to_tensor([[0.0, 0.0, 1.0, 0.0]]), [6, 8])
    plain, even = (APSUp(2, even=even)(y, side=side) for even in (False, True))
    assert list(plain.shape) == list(even.shape) == [1, 2, 6, 8]
    assert np.abs(plain.numpy() - even.numpy()).max() > 1e-3  # over the border
    inside = (..., slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(plain.numpy()[inside], even.numpy()[inside], atol=1e-6)


def test_gradient(rng, check_gradient):
    side = PhaseWeights(paddle.to_tensor([[0.0, 0, 1, 0]]), [5, 6])
    layer = APSUp(2)
    layer.to(dtype="float64")
    check_gradient(lambda x: layer(x, side=side), rng.normal(size=(1, 2, 3, 3)))


def test_cost():
    assert cost("aps_up", 8, (5, 6)).macs == 9 * 8 * 4 * 30
    assert cost({"name": "aps_up", "filter_size": 1}, 8, (5, 6)).macs == 0


def test_errors_name_the_remedy():
    x, layer = paddle.ones([2, 1, 2, 2]), APSUp(1)
    with pytest.raises(
        UsageError, match="aps_up: called without side, the phase_weigh"
    ):
        layer(x)
    with pytest.raises(
        UsageError, match="must be the PhaseWeights that its downsampler"
    ):
        layer(x, side=[1])
    side = PhaseWeights(paddle.ones([1, 4]), [4, 4])
    with pytest.raises(UsageError, match="aps_up: the recorded phase weights are"):
        layer(x, side=side)
    with pytest.raises(UsageError, match="aps_up: gain must be positive, not -1"):
        APSUp(1, gain=-1)
