import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import PASA
from tests.contract.sites import shake

_NUMPY = {
    "zeros": "constant",
    "replicate": "edge",
    "reflect": "reflect",
    "circular": "wrap",
}


def by_loops(layer, x, scale, softmax):
    """One output pixel after another, in evaluation mode."""
    k, groups = layer.kernel_size, layer.groups
    r, each = k // 2, x.shape[1] // groups
    weight, norm = layer.conv.weight.numpy(), layer.bn
    mode = _NUMPY[layer.border]
    wide = np.pad(x, [(0, 0), (0, 0), (r, r), (r, r)], mode)
    size = [-(-n // scale) for n in x.shape[2:]]
    y = np.zeros((*x.shape[:2], *size))
    for n, i, j in np.ndindex(len(x), *size):
        window = wide[n, :, i * scale : i * scale + k, j * scale : j * scale + k]
        logits = (weight * window).sum((1, 2, 3))
        logits = (logits - norm._mean.numpy()) / np.sqrt(norm._variance.numpy() + 1e-5)
        scores = np.exp(logits * norm.weight.numpy() + norm.bias.numpy())
        scores = scores.reshape(groups, k, k)
        sums = scores.sum() if softmax == "all" else scores.sum((1, 2), keepdims=True)
        scores = scores / sums
        for c in range(x.shape[1]):
            y[n, c, i, j] = (scores[c // each] * window[c]).sum()
    return y


@pytest.mark.parametrize("softmax", ["group", "all"])
@pytest.mark.parametrize("border, k, groups, scale", [
    ("reflect", 3, 2, 2),
    ("replicate", 5, 4, 1),
    ("zeros", 3, 1, 3),
    ("circular", 3, 4, 2),
    ("reflect", 1, 2, 2),
], ids=str)  # fmt: skip
def test_equals_loops(rng, border, k, groups, scale, softmax):
    layer = PASA(
        4, scale=scale, kernel_size=k, groups=groups, border=border, softmax=softmax
    )
    shake(rng, layer)
    for p in (layer.bn._mean, layer.bn._variance):
        p.set_value(rng.random(size=p.shape).astype("float32") + 0.5)
    layer.to(dtype="float64")
    layer.eval()
    x = rng.normal(size=(2, 4, 7, 6))
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, by_loops(layer, x, scale, softmax), atol=1e-10)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_a_constant_stays_one_and_loses_most_with_a_softmax_over_all(rng, groups):
    x = paddle.full([1, 8, 6, 6], 2.5)
    for softmax in ("group", "all"):
        layer = shake(rng, PASA(8, groups=groups, softmax=softmax)).eval()
        y = layer(x).numpy()
        if softmax == "group" or groups == 1:
            np.testing.assert_allclose(y, 2.5, rtol=1e-5)
        else:
            assert y.mean() == pytest.approx(2.5 / groups)
            assert np.ptp(y) > 0.05


def test_a_softmax_over_all_couples_the_groups(rng):
    """A channel of the first group changes with what the second one's filter says."""
    x = paddle.to_tensor(rng.normal(size=(1, 4, 6, 6)).astype("float32"))
    for softmax in ("group", "all"):
        layer = PASA(4, softmax=softmax).eval()
        first = layer(x).numpy()[:, :2]
        bias = layer.bn.bias.numpy()
        bias[9:] += 1.0
        layer.bn.bias.set_value(bias)
        changed = np.abs(layer(x).numpy()[:, :2] - first).max() > 1e-3
        assert changed == (softmax == "all")


def test_gradient(rng, check_gradient):
    for softmax in ("group", "all"):
        layer = shake(rng, PASA(4, softmax=softmax)).eval()
        layer.to(dtype="float64")
        check_gradient(layer, rng.normal(size=(1, 4, 5, 4)))


@pytest.mark.parametrize("groups, parameters", [(8, 41_616), (2, 10_404)])
def test_cost(groups, parameters):
    found = cost({"name": "pasa", "groups": groups}, 64, (9, 12))
    assert found.parameters == parameters
    assert found.macs == 9 * (groups * 64 * 9 + 64) * 5 * 6
    layer = PASA(64, groups=groups)
    counted = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    assert counted == parameters


@pytest.mark.parametrize("options, text", [
    ({"groups": 3}, "pasa: groups=3 must divide in_channels=8; 2 and 4 do"),
    ({"kernel_size": 2}, "pasa: kernel_size must be an odd positive integer, not 2"),
    ({"softmax": "groups"}, "pasa: unknown softmax 'groups'; did you mean 'group'"),
    ({"border": "zero"}, "pasa: unknown border 'zero'; did you mean 'zeros'"),
], ids=str)  # fmt: skip
def test_errors_name_the_remedy(options, text):
    with pytest.raises(UsageError, match=text):
        PASA(8, **options)


def test_a_map_that_cannot_be_reflected_is_refused():
    with pytest.raises(UsageError, match="pasa: a map of 1x4 is too small for border"):
        PASA(2)(paddle.ones([1, 2, 1, 4]))
