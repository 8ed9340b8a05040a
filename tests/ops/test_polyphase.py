import numpy as np
import paddle
import pytest

from paddle_resample.ops.polyphase import (
    mix_phases,
    one_hot_phase,
    polyphase,
    spread_phases,
)
from tests.reference import polyphase as loops


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_equals_loops(rng, scale):
    x = rng.normal(size=(2, 3, 4 * scale, 5 * scale))
    phases = polyphase(paddle.to_tensor(x), scale)
    expected = loops.split(x, scale)
    np.testing.assert_array_equal(phases.numpy(), expected.swapaxes(1, 2))
    weights = rng.normal(size=(2, scale * scale))
    y = mix_phases(phases, paddle.to_tensor(weights))
    expected = np.einsum("npchw,np->nchw", expected, weights)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12)
    fine = spread_phases(y, paddle.to_tensor(weights), scale).numpy()
    expected = loops.spread(y.numpy(), weights, scale)
    np.testing.assert_array_equal(fine, expected)


def test_of_equal_scores_the_first_is_chosen():
    scores = paddle.to_tensor([[2.0, 1.0, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    most, least = one_hot_phase(scores), one_hot_phase(scores, least=True)
    assert most.numpy().argmax(1).tolist() == [0, 0]
    assert least.numpy().argmax(1).tolist() == [1, 0]
    assert (most.numpy().sum(1) == 1).all() and (least.numpy().sum(1) == 1).all()


def test_gradients(rng, check_gradient):
    weights = rng.normal(size=(2, 4))
    x = rng.normal(size=(2, 2, 4, 6))
    check_gradient(lambda x, w: mix_phases(polyphase(x, 2), w), x, weights)
    check_gradient(lambda x, w: spread_phases(x, w, 2), x[:, :, :2, :3], weights)
