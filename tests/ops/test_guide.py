import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import fit_guide


@pytest.mark.parametrize("size", [(8, 12), (7, 13), (9, 11)], ids=str)
def test_crops_or_repeats_the_last_row_and_column(rng, size):
    guide = rng.normal(size=(1, 2, *size))
    exact, given = fit_guide(
        paddle.to_tensor(guide), paddle.ones([1, 5, 4, 6]), 2, 2, "a"
    )
    rows = [min(i, size[0] - 1) for i in range(8)]
    columns = [min(j, size[1] - 1) for j in range(12)]
    np.testing.assert_array_equal(exact.numpy(), guide[:, :, rows][..., columns])
    assert list(given) == list(size)


@pytest.mark.parametrize("shape, text", [
    (None, "fade: called without a guide"),
    ((1, 2, 10, 12), "fade: the guide is 10x12, but for x of 4x6 and scale 2 it must "
     "be less than 2 pixels a side from 8x12"),
    ((1, 3, 8, 12), "fade: the guide has 3 channels, but .* guide_channels=2"),
], ids=["none", "far", "channels"])  # fmt: skip
def test_error_names_the_remedy(shape, text):
    guide = None if shape is None else paddle.ones(shape)
    with pytest.raises(UsageError, match=text):
        fit_guide(guide, paddle.ones([1, 5, 4, 6]), 2, 2, "fade")
