import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import ADown
from tests.reference import yolo


@pytest.mark.parametrize("size", [(8, 12), (9, 11), (2, 3)], ids=str)
def test_equals_loops(rng, size):
    layer = yolo.shake(rng, ADown(6, 10))
    x = rng.normal(size=(2, 6, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    mean = yolo.mean_of_four(x)
    first = yolo.conv_norm_act(layer.cv1, mean[:, :3], 2)
    second = yolo.conv_norm_act(layer.cv2, yolo.maximum_of_nine(mean[:, 3:]), 1)
    assert y.shape[2:] == tuple(n // 2 for n in size)
    expected = np.concatenate([first, second], 1)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-5)


def test_cost_is_that_of_the_official_class():
    found = cost("adown", 64, (9, 12), 128)
    assert found.parameters == 20_736
    assert found.macs == 2.5 * 64 * 128 * 4 * 6


def test_error_names_the_remedy():
    with pytest.raises(
        UsageError, match=r"adown: .* in_channels=5 and out_channels=8 must be even"
    ):
        ADown(5, 8)
