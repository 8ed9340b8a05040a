import numpy as np
import paddle
import pytest

from paddle_resample.up import Bicubic
from tests.reference import interpolate as loops


@pytest.mark.parametrize("align_corners", [False, True], ids=["centres", "corners"])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_equals_loops(rng, scale, align_corners):
    x = rng.normal(size=(2, 3, 4, 5))
    layer = Bicubic(3, scale=scale, align_corners=align_corners)
    expected = loops.bicubic(x, (4 * scale, 5 * scale), align_corners)
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6)


@pytest.mark.parametrize("size", [(7, 9), (11, 6), (3, 2)], ids=str)
def test_any_size_equals_loops(rng, size):
    x = rng.normal(size=(2, 3, 4, 5))
    y = Bicubic(3)(paddle.to_tensor(x), size=size).numpy()
    np.testing.assert_allclose(y, loops.bicubic(x, size), rtol=0, atol=3e-6)


def test_kernel_between_two_pixels():
    """At scale 2 an impulse shows Keys' kernel at 1/4, 3/4, 5/4 and 7/4."""
    impulse = paddle.zeros([1, 1, 1, 9], "float64")
    impulse[0, 0, 0, 4] = 1.0
    y = Bicubic(1)(impulse).numpy()[0, 0, 0]
    a = -0.75
    near = [(a + 2) * t**3 - (a + 3) * t**2 + 1 for t in (0.25, 0.75)]
    far = [a * (t**3 - 5 * t**2 + 8 * t - 4) for t in (1.25, 1.75)]
    side = [*near, *far]
    np.testing.assert_allclose(y[5:13], [*side[::-1], *side], atol=1e-12)
    assert min(far) < -0.1  # it overshoots
