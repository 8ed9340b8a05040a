import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.up import IndexNetM2O
from tests.reference import index_block as loops
from tests.reference.published import in_segformer_b1


def check_loops(rng, cls, kind, fine):
    """x 3x5 with an even, a floored and a ceiled guide."""
    layer = cls(4, nonlinear=False, context=True)
    x = rng.normal(size=(2, 4, 3, 5)).astype("float32")
    guide = 2 * rng.normal(size=(2, 4, *fine)).astype("float32")
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide)).numpy()
    rows, columns = (np.minimum(np.arange(n), m - 1) for n, m in zip((6, 10), fine))
    _, index = loops.indices(
        guide[:, :, rows][..., columns], loops.kernels(layer.index, kind), 1, kind
    )
    expected = loops.unpool(x, np.broadcast_to(index, (2, 4, 6, 10)))
    rows, columns = (np.minimum(np.arange(n), m - 1) for n, m in zip(fine, (6, 10)))
    np.testing.assert_allclose(y, expected[:, :, rows][..., columns], atol=5e-6)


@pytest.mark.parametrize("fine", [(6, 10), (7, 11), (5, 9), (5, 11)], ids=str)
def test_equals_loops(rng, fine):
    check_loops(rng, IndexNetM2O, "m2o", fine)


def test_gradient(rng, check_gradient):
    layer = IndexNetM2O(2, nonlinear=True, context=True)
    layer.eval()
    layer.to(dtype="float64")
    x, guide = rng.normal(size=(1, 2, 2, 3)), rng.normal(size=(1, 2, 5, 6))
    check_gradient(lambda x, guide: layer(x, guide=guide), x, guide)


def test_cost_of_what_the_published_results_were_trained_with():
    """Six sites of 256 channels; +6.29 M and +15.3 G, not the published table's."""
    parameters, macs = in_segformer_b1("index_net_m2o")
    assert parameters == 6_291_456
    assert macs / 1e9 == pytest.approx(15.3, abs=0.05)


def test_starts_as_pytorch_does():
    weight = IndexNetM2O(64).index.indexnet3[0].weight.numpy()
    bound = 256**-0.5
    assert 0.9 * bound < np.abs(weight).max() <= bound
    assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.05)


@pytest.mark.parametrize("given, text", [
    ({"guide": None}, "called without a guide"),
    ({"guide": (8, 6)}, "the guide is 8x6, but for x of 3x3 and scale 2"),
    ({"guide": (6, 6), "size": (5, 6)}, r"size=\(5, 6\) differs from the guide's"),
], ids=["none", "far", "size"])  # fmt: skip
def test_error_names_the_remedy(given, text):
    if given["guide"]:
        given = {**given, "guide": paddle.ones([1, 2, *given["guide"]])}
    with pytest.raises(UsageError, match=f"index_net_m2o: {text}"):
        IndexNetM2O(2)(paddle.ones([1, 2, 3, 3]), **given)


def test_error_of_other_channels_of_the_guide():
    with pytest.raises(UsageError, match="index_net_m2o: the guide must have the 4 ch"):
        IndexNetM2O(4, guide_channels=3)
