import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import DAF
from tests.reference import frequency


@pytest.mark.parametrize("options, threshold", [
    ({}, 0.25),
    ({"scale": 4}, 0.125),
    ({"scale": 1}, 0.5),
    ({"scale": 1, "threshold": 0.25}, 0.25),
    ({"scale": 3, "threshold": 0.35}, 0.35),
], ids=str)  # fmt: skip
@pytest.mark.parametrize("size", [(8, 12), (9, 10)], ids=str)
def test_equals_fourier_transforms(rng, options, threshold, size):
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    s = options.get("scale", 2)
    y = DAF(3, **options)(paddle.to_tensor(x)).numpy()
    expected = frequency.low_pass(x, threshold)[:, :, ::s, ::s]
    assert y.shape[2:] == tuple(-(-n // s) for n in size)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-6)


def test_scale_one_is_the_identity(rng):
    x = rng.normal(size=(1, 2, 7, 8)).astype("float32")
    y = DAF(2, scale=1)(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, x, atol=1e-6)


def test_what_the_coarse_map_cannot_hold_vanishes(rng):
    """A plain step would fold it onto low frequencies."""
    x = rng.normal(size=(1, 2, 15, 13))
    high = paddle.to_tensor(x - frequency.low_pass(x, 0.25))
    np.testing.assert_allclose(DAF(2)(high).numpy(), 0, atol=1e-12)
    assert np.abs(high.numpy()[:, :, ::2, ::2]).max() > 0.1


def test_gradient(rng, check_gradient):
    check_gradient(DAF(2), rng.normal(size=(1, 2, 6, 7)))


def test_cost():
    found = cost("daf", 8, (9, 12))
    assert found.parameters == 0
    assert found.macs == 2 * 8 * (9 * 12 * 6 + 9 * 6 * 5)


def test_error_names_the_remedy():
    with pytest.raises(
        UsageError, match="daf: threshold must be above 0 and at most 0"
    ):
        DAF(4, threshold=0.7)
