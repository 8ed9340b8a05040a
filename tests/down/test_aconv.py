import numpy as np
import paddle
import pytest

from paddle_resample import cost
from paddle_resample.down import AConv
from tests.reference import yolo


@pytest.mark.parametrize("size", [(8, 12), (9, 11), (2, 3)], ids=str)
def test_equals_loops(rng, size):
    layer = yolo.shake(rng, AConv(3, 5))
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    expected = yolo.conv_norm_act(layer.cv1, yolo.mean_of_four(x), 2)
    assert y.shape[2:] == tuple(n // 2 for n in size)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-5)


def test_cost_is_the_published_form():
    found = cost("aconv", 64, (9, 12), 128)
    assert found.parameters == 9 * 64 * 128 + 2 * 128
    assert found.macs == 9 * 64 * 128 * 4 * 6


def test_starts_as_pytorch_does():
    bound = (9 * 64) ** -0.5
    weight = AConv(64).cv1.conv.weight.numpy()
    assert 0.9 * bound < np.abs(weight).max() <= bound


def test_names_are_the_official_ones():
    assert sorted(AConv(4).state_dict()) == [
        "cv1.bn._mean",
        "cv1.bn._variance",
        "cv1.bn.bias",
        "cv1.bn.weight",
        "cv1.conv.weight",
    ]
