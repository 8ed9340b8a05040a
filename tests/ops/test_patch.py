import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import expand_cells, merge_cells
from tests.reference import patch as loops


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_merge_equals_loops(rng, scale, dtype):
    x = rng.normal(size=(2, 2 * scale, 3 * scale, 5)).astype(dtype)
    y = merge_cells(paddle.to_tensor(x), scale).numpy()
    np.testing.assert_array_equal(y, loops.merge_cells(x, scale))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_expand_equals_loops(rng, scale, dtype):
    x = rng.normal(size=(2, 3, 4, 5 * scale**2)).astype(dtype)
    y = expand_cells(paddle.to_tensor(x), scale).numpy()
    np.testing.assert_array_equal(y, loops.expand_cells(x, scale))


def test_merge_counts_down_the_columns():
    tl, tr, bl, br = 1.0, 2.0, 3.0, 4.0
    x = paddle.to_tensor([[tl, tr], [bl, br]]).reshape([1, 2, 2, 1])
    assert merge_cells(x, 2).numpy().ravel().tolist() == [tl, bl, tr, br]


def test_expand_does_not_invert_merge():
    x = paddle.arange(4, dtype="float32").reshape([1, 2, 2, 1])
    y = expand_cells(merge_cells(x, 2), 2)
    np.testing.assert_array_equal(y.numpy()[0, :, :, 0], [[0, 2], [1, 3]])


def test_gradient(rng, check_gradient):
    check_gradient(lambda x: merge_cells(x, 2), rng.normal(size=(1, 4, 2, 3)))
    check_gradient(lambda x: expand_cells(x, 2), rng.normal(size=(1, 2, 3, 8)))


def test_error_names_the_remedy():
    with pytest.raises(UsageError, match=r"5x7 .* scale=3; pad 1 rows and 2 columns"):
        merge_cells(paddle.ones([1, 5, 7, 2]), 3)
    with pytest.raises(UsageError, match=r"6 channels are no multiple of .*=4"):
        expand_cells(paddle.ones([1, 2, 2, 6]), 2)
