import numpy as np
import pytest

from paddle_resample.lab.measurements.field import FIELD
from paddle_resample.lab.measurements.linear_map import linearity, pull, push
from paddle_resample.lab.probe import pair, probe


@pytest.mark.parametrize("name", ["bicubic", "carafe", "flow", "max_pool", "soft_pool"])
def test_push_and_pull_are_transposes(rng, name):
    one = probe(name, channels=4)
    given = one.natural(FIELD)
    change = rng.normal(size=given.x.shape)
    made = push(one, given, change)
    weights = rng.normal(size=made.shape)
    found = (pull(one, given, weights) * change).sum()
    assert found == pytest.approx((made * weights).sum(), rel=1e-4)


def test_a_bias_is_no_part_of_the_map(rng):
    one = probe({"name": "conv_transpose", "bias": True}, channels=2)
    given = one.natural(FIELD)
    made = push(one, given, given.x.numpy())
    bias = one.up.conv.bias.numpy()[:, None, None]
    np.testing.assert_allclose(made[0], one.respond(given)[0] - bias, atol=1e-6)


def test_pull_leaves_no_gradients_behind():
    one = probe("pixel_shuffle", channels=2)
    pull(one, one.natural(FIELD), np.ones(1))
    grads = [p.grad for p in one.up.parameters()]
    assert all(g is None or float(g.abs().sum()) == 0 for g in grads)


def test_linearity():
    assert linearity(probe("bicubic")).numbers["nonlinearity"][0] < 1e-9
    biased = probe("conv_transpose", channels=2)
    assert linearity(biased).numbers["nonlinearity"][0] < 1e-9
    assert 10 < linearity(probe("max_pool")).numbers["nonlinearity"][0] < 30
    assert linearity(pair("haar", "haar_inverse")).numbers["nonlinearity"][0] < 1e-9
