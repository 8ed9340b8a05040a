import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import JBU
from tests.reference import joint_bilateral as loops


def test_equals_loops(rng):
    x = rng.normal(size=(2, 3, 4, 6)).astype("float32")
    guide = rng.normal(size=(2, 5, 9, 11)).astype("float32")
    layer = JBU(3, guide_channels=5, radius=1, sigma_space=0.6, sigma_range=0.9)
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide), size=(9, 11))
    expected = loops.joint_bilateral(x, guide, 1, 0.6, 0.9)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-5)


def test_stays_between_the_values_of_x(rng):
    x = rng.uniform(1, 2, size=(1, 2, 5, 7)).astype("float32")
    guide = rng.normal(size=(1, 3, 10, 14)).astype("float32")
    y = JBU(2, guide_channels=3)(paddle.to_tensor(x), guide=paddle.to_tensor(guide))
    assert x.min() <= y.numpy().min() and y.numpy().max() <= x.max()


def test_cost():
    found = cost("jbu", 256, (16, 16), guide_channels=3)
    assert found.parameters == 0
    assert found.macs == 1024 * (25 * 259 + 3)


@pytest.mark.parametrize("options, text", [
    ({"sigma_space": 0}, "sigma_space must be a positive number, not 0"),
    ({"sigma_range": -1.0}, "sigma_range must be a positive number, not -1.0"),
    ({"radius": 0}, "radius must be a positive integer, not 0"),
], ids=["space", "range", "radius"])  # fmt: skip
def test_error_of_an_option(options, text):
    with pytest.raises(UsageError, match=f"jbu: {text}"):
        JBU(4, **options)


@pytest.mark.parametrize("given, text", [
    ({}, "called without a guide"),
    ({"size": (8, 9)}, r"size=\(8, 9\) differs from the guide's \(8, 8\)"),
], ids=["guide", "size"])  # fmt: skip
def test_error_names_the_remedy(given, text):
    if "size" in given:
        given["guide"] = paddle.ones([1, 2, 8, 8])
    with pytest.raises(UsageError, match=f"jbu: {text}"):
        JBU(2)(paddle.ones([1, 2, 4, 4]), **given)
