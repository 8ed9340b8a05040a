import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import LocalAttender

OFFSETS = {
    5: "-1,0 0,-1 0,0 0,1 1,0",
    9: "-1,-1 -1,0 -1,1 0,-1 0,0 0,1 1,-1 1,0 1,1",
    13: "-2,0 -1,-1 -1,0 -1,1 0,-2 0,-1 0,0 0,1 0,2 1,-1 1,0 1,1 2,0",
    17: "-2,-2 -2,0 -2,2 -1,-1 -1,0 -1,1 0,-2 0,-1 0,0 0,1 0,2 1,-1 1,0 1,1 2,-2 2,0 "
    "2,2",
    25: " ".join(f"{row},{column}" for row in range(-2, 3) for column in range(-2, 3)),
}


def by_loops(x, weights, offsets, scale):
    n, channels, height, width = x.shape
    y = np.zeros((n, channels, height * scale, width * scale))
    for i, j in np.ndindex(*y.shape[2:]):
        for k, (row, column) in enumerate(offsets):
            r = min(max(i // scale + row, 0), height - 1)
            c = min(max(j // scale + column, 0), width - 1)
            y[:, :, i, j] += weights[:, k, i, j][:, None] * x[:, :, r, c]
    return y


@pytest.mark.parametrize("neighbours", OFFSETS)
@pytest.mark.parametrize("g, scale, residual", [(3, 2, True), (20, 3, True), (4, 1, 0)])
def test_equals_loops(rng, neighbours, g, scale, residual):
    layer = LocalAttender(
        2, guide_channels=g, scale=scale, neighbours=neighbours, residual=bool(residual)
    )
    x = rng.normal(size=(2, 2, 3, 4)).astype("float32")
    guide = rng.normal(size=(2, g, 3 * scale, 4 * scale)).astype("float32")
    logits = np.einsum("dg,nghw->ndhw", layer.conv1.weight.numpy()[:, :, 0, 0], guide)
    logits = logits + layer.conv1.bias.numpy()[:, None, None]
    if residual:
        logits[:, : min(g, neighbours)] += guide[:, :neighbours]
    weights = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    offsets = [tuple(map(int, o.split(","))) for o in OFFSETS[neighbours].split()]
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide)).numpy()
    expected = by_loops(x, weights, offsets, scale)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


def test_a_constant_stays_constant(rng):
    layer = LocalAttender(2, guide_channels=3, neighbours=17)
    guide = paddle.to_tensor(rng.normal(size=(1, 3, 7, 9)).astype("float32"))
    y = layer(paddle.ones([1, 2, 4, 5]), guide=guide).numpy()
    assert y.shape == (1, 2, 7, 9)
    np.testing.assert_allclose(y, 1, rtol=1e-6)


def test_gradient(rng, check_gradient):
    layer = LocalAttender(2, guide_channels=3, neighbours=13)
    layer.to(dtype="float64")
    x, guide = rng.normal(size=(1, 2, 3, 2)), rng.normal(size=(1, 3, 6, 4))
    check_gradient(lambda x, guide: layer(x, guide=guide), x, guide)


def test_cost():
    spec = {"name": "local_attender", "neighbours": 17}
    found = cost(spec, 8, (5, 6), guide_channels=64)
    assert found.parameters == 17 * 65
    assert found.macs == 4 * 30 * 17 * (64 + 8)


def test_error_names_the_remedy():
    with pytest.raises(UsageError, match="must be 5, 9, 13, 17 or 25, not 7"):
        LocalAttender(4, neighbours=7)
