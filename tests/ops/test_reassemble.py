import subprocess
import sys

import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import reassemble, reassemble_down
from tests.reference import reassemble as loops

TOLERANCE = {"float64": 1e-12, "float32": 3e-6}
BORDERS = pytest.mark.parametrize("border", ["zero", "replicate", "renormalise"])


def kernels_for(rng, x, k, scale, groups, dtype="float64"):
    sides = [n * scale for n in x.shape[2:]]
    return rng.uniform(0.1, 1, size=(len(x), groups * k * k, *sides)).astype(dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@BORDERS
@pytest.mark.parametrize("k, scale, groups, dilation", [
    (5, 2, 1, 1),
    (3, 3, 2, 2),
    (1, 2, 4, 1),
    (3, 1, 1, 1),
    (7, 2, 1, 1),
], ids=str)  # fmt: skip
def test_equals_loops(rng, k, scale, groups, dilation, border, dtype):
    x = rng.normal(size=(2, 4, 3, 4)).astype(dtype)
    kernels = kernels_for(rng, x, k, scale, groups, dtype)
    given = (paddle.to_tensor(x), paddle.to_tensor(kernels))
    y = reassemble(*given, k, scale, groups, dilation, border).numpy()
    assert y.dtype == dtype
    expected = loops.reassemble(x, kernels, k, scale, groups, dilation, border)
    atol = TOLERANCE[dtype] * np.abs(expected).max()
    np.testing.assert_allclose(y, expected, rtol=0, atol=atol)


@BORDERS
@pytest.mark.parametrize("k, scale, groups, size", [
    (5, 2, 1, (4, 6)),
    (3, 2, 2, (5, 7)),
    (6, 2, 1, (4, 6)),
    (2, 3, 1, (7, 4)),
    (3, 1, 4, (3, 3)),
], ids=str)  # fmt: skip
def test_down_equals_loops(rng, k, scale, groups, size, border):
    x = rng.normal(size=(2, 4, *size))
    sides = [-(-n // scale) for n in size]
    kernels = rng.uniform(0.1, 1, size=(2, groups * k * k, *sides))
    given = (paddle.to_tensor(x), paddle.to_tensor(kernels))
    y = reassemble_down(*given, k, scale, groups, border).numpy()
    expected = loops.reassemble_down(x, kernels, k, scale, groups, border)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-11)


@BORDERS
def test_gradients(rng, check_gradient, border):
    x = rng.normal(size=(1, 4, 3, 4))
    kernels = kernels_for(rng, x, 3, 2, 2)
    check_gradient(lambda x, w: reassemble(x, w, 3, 2, 2, 1, border), x, kernels)
    kernels = rng.uniform(0.1, 1, size=(1, 32, 2, 2))
    check_gradient(lambda x, w: reassemble_down(x, w, 4, 2, 2, border), x, kernels)


def test_one_tap_moves_the_nearest_pixel(rng):
    """Order of the window: row by row, from top left."""
    x = rng.normal(size=(1, 1, 4, 5))
    kernels = np.zeros((1, 9, 8, 10))
    kernels[:, 1] = 1  # above
    y = reassemble(paddle.to_tensor(x), paddle.to_tensor(kernels), 3, 2).numpy()
    nearest = x.repeat(2, 2).repeat(2, 3)
    np.testing.assert_array_equal(y[:, :, 2:], nearest[:, :, :-2])
    assert not y[:, :, :2].any()


@pytest.mark.parametrize("border, corner, edge", [
    ("zero", 0.36, 0.6),
    ("replicate", 1, 1),
    ("renormalise", 1, 1),
])  # fmt: skip
def test_mass_at_the_border(border, corner, edge):
    mean = paddle.full([1, 25, 10, 10], 1 / 25, "float64")
    y = reassemble(paddle.ones([1, 1, 5, 5], "float64"), mean, 5, 2, border=border)
    y = y.numpy()[0, 0]
    np.testing.assert_allclose(y[4:6, 4:6], 1, atol=1e-12)
    np.testing.assert_allclose(y[:2, :2], corner, atol=1e-12)
    np.testing.assert_allclose(y[:2, 4:6], edge, atol=1e-12)


MEASURE = """
import paddle_resample
import paddle
from paddle_resample.ops import reassemble
core = paddle.base.core
x = paddle.ones([1, 256, 64, 64])
kernels = paddle.ones([1, 25, 128, 128])
with paddle.no_grad():
    before = core.host_memory_stat_current_value("Allocated", 0)
    y = reassemble(x, kernels, 5, 2)
    peak = core.host_memory_stat_peak_value("Allocated", 0) - before
x.stop_gradient = kernels.stop_gradient = False
y = None
before = core.host_memory_stat_current_value("Allocated", 0)
y = reassemble(x, kernels, 5, 2)
held = core.host_memory_stat_current_value("Allocated", 0) - before
print("peak", peak, "held", held, "output", y.size * 4)
"""


def test_memory_stays_near_that_of_the_maps():
    """No window is unfolded, neither on the way nor kept for the gradient."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, timeout=100
    )
    assert run.returncode == 0, run.stderr[-2000:]
    words = run.stdout.split("peak")[-1].split()
    peak, held, output = (int(words[i]) for i in (0, 2, 4))
    maps = 4 * (256 * 64 * 64 + 25 * 128 * 128) + output
    assert peak < 2 * maps
    assert held < 2 * maps


@pytest.mark.parametrize("call, text", [
    (lambda x, w: reassemble(x, w, 3, 2, border="reflect"),
     "reassemble: unknown border 'reflect'; did you mean 'replicate'"),
    (lambda x, w: reassemble(x, w, 4, 2), "reassemble: kernel_size=4 has no middle"),
    (lambda x, w: reassemble(x, w, 3, 2, groups=3), "groups=3 must divide the 4 ch"),
    (lambda x, w: reassemble(x, w, 3, 3),
     r"reassemble: kernels are \[1, 9, 6, 8\], but for x of \[1, 4, 3, 4\] they "
     r"must be \[1, 9, 9, 12\]"),
], ids=["border", "even", "groups", "shape"])  # fmt: skip
def test_error_names_the_remedy(call, text):
    with pytest.raises(UsageError, match=text):
        call(paddle.ones([1, 4, 3, 4]), paddle.ones([1, 9, 6, 8]))
