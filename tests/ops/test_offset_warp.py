import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import offset_warp, pixel_shuffle
from tests.reference import warp as loops


@pytest.mark.parametrize("cell", [1, 2, 3])
@pytest.mark.parametrize("reach", [1.0, 0.3])
def test_reach_and_cells_equal_loops(rng, reach, cell):
    x = rng.normal(size=(2, 4, 3, 5))
    offset = 4 * rng.normal(size=(2, 4 * cell**2, 3, 4))
    y = offset_warp(paddle.to_tensor(x), paddle.to_tensor(offset), 2, "border", reach,
                    cell).numpy()  # fmt: skip
    parts = offset.reshape(2, 4, cell, cell, 3, 4).transpose(0, 1, 4, 2, 5, 3)
    fine = reach * parts.reshape(2, 4, 3 * cell, 4 * cell)
    for g in range(2):
        channels = slice(2 * g, 2 * g + 2)
        # A flow of 1 is half an output pixel, an offset of 1 one pixel of x.
        flow = fine[:, [g, 2 + g]] * [[[[2 * 4 * cell / 5]], [[2 * cell]]]]
        expected = loops.flow_warp(x[:, channels], flow, False, "border")
        np.testing.assert_allclose(y[:, channels], expected, rtol=0, atol=1e-12)


def test_cells_are_shuffled_pixels(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 4, 5)).astype("float32"))
    offset = paddle.to_tensor(rng.normal(size=(1, 8, 4, 5)).astype("float32"))
    y = offset_warp(x, offset, cell=2, reach=0.5)
    expected = offset_warp(x, 0.5 * pixel_shuffle(offset, 2))
    np.testing.assert_array_equal(y.numpy(), expected.numpy())


def test_gradient(rng, check_gradient):
    check_gradient(
        lambda x, o: offset_warp(x, o, 2, reach=0.7, cell=2),
        rng.normal(size=(1, 4, 4, 5)),
        rng.normal(size=(1, 16, 3, 4)),
    )


def test_groups_must_divide_the_channels():
    with pytest.raises(UsageError, match="4 channels do not make 3 equal groups"):
        offset_warp(paddle.ones([1, 4, 2, 2]), paddle.zeros([1, 6, 2, 2]), 3)
