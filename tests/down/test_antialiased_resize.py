import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import AntialiasedResize, BlurPool
from tests.reference import interpolate as loops


@pytest.mark.parametrize("mode, kernel, radius", [
    ("bilinear", loops.triangle, 1),
    ("bicubic", lambda t: loops.keys(t, -0.5), 2),
], ids=["bilinear", "bicubic"])  # fmt: skip
@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(8, 12), (9, 11)], ids=str)
def test_equals_loops(rng, size, scale, mode, kernel, radius):
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = AntialiasedResize(3, scale=scale, mode=mode)(paddle.to_tensor(x)).numpy()
    expected = loops.antialiased(x, [-(-n // scale) for n in size], kernel, radius)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


def test_one_half_is_blur_pool_inside(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 12, 16)).astype("float32"))
    y, z = AntialiasedResize(2)(x).numpy(), BlurPool(2)(x).numpy()
    inside = (..., slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(y[inside], z[inside], rtol=0, atol=1e-6)
    assert np.abs(y - z).max() > 1e-3


def test_cost():
    found = cost("antialiased_resize", 8, (9, 12))
    assert (found.parameters, found.macs) == (0, 8 * (9 * 12 * 5 + 5 * 12 * 6))


def test_error_names_the_remedy():
    with pytest.raises(
        UsageError, match="mode must be 'bilinear' or 'bicubic', not 'area'"
    ):
        AntialiasedResize(4, mode="area")
