import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import LIPBottleneck
from tests.reference import convolution
from tests.reference import soft_pool as loops


def logits(layer, x):
    def apply(sequence, name, norm, x, padding):
        conv, norm = sequence[name], sequence[norm]
        none = np.zeros(conv.weight.shape[0])
        y = convolution.conv(x, conv.weight.numpy(), none, padding=padding)
        return loops.instance_norm(y, norm.weight.numpy(), norm.bias.numpy())

    trunk = layer.bottleneck_shared.logit
    y = np.maximum(apply(trunk, "conv1", "bn1", x, 0), 0)
    y = np.maximum(apply(trunk, "conv2", "bn2", y, 1), 0)
    return loops.gate(apply(layer.lip.postprocessing, "conv", "bn", y, 0))


@pytest.mark.parametrize("scale, k", [(2, None), (3, 3)])
def test_equals_loops(rng, scale, k):
    layer = LIPBottleneck(3, scale=scale, kernel_size=k, width=4)
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape).astype("float32"))
    x = rng.normal(size=(2, 3, 7, 10)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    side = k or 2 * scale - 1
    expected = loops.importance_pool(x, logits(layer, x), side, scale, side // 2)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-5)


def test_starts_as_the_mean_of_each_window(rng):
    x = rng.normal(size=(2, 4, 7, 10)).astype("float32")
    y = LIPBottleneck(4, width=8)(paddle.to_tensor(x)).numpy()
    expected = loops.importance_pool(x, np.zeros_like(x), 3, 2, 1)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


def test_parameters_are_those_of_the_official_class():
    layer = LIPBottleneck(64)
    assert sum(p.size for p in layer.parameters()) == 164_480
    found = cost("lip_bottleneck", 64, (9, 12))
    assert found.parameters == 258 * 64 + 147_968 == 164_480
    assert found.macs == (256 * 64 + 147_456) * 9 * 12 + 9 * 64 * 5 * 6


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"width": 0}, "width must be a positive integer, not 0"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"lip_bottleneck: {text}"):
        LIPBottleneck(4, **options)
