import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.ops import importance_pool, soft_pool
from tests.reference import soft_pool as loops

WINDOWS = pytest.mark.parametrize(
    "k, stride, padding",
    [
        (2, 2, 0),
        (3, 2, 1),
        (3, 2, 0),
        (4, 3, 1),
        (1, 1, 0),
        ((3, 2), (3, 2), 0),
        ((3, 2), (1, 2), (1, 0)),
        ((1, 4), 2, (0, 2)),
    ],
)


@WINDOWS
@pytest.mark.parametrize("size", [(8, 11), (9, 13)], ids=str)
def test_importance_equals_loops(rng, size, k, stride, padding):
    x, logit = rng.normal(size=(2, 2, 3, *size))
    for given in (logit, logit[:, :1]):
        y = importance_pool(
            paddle.to_tensor(x), paddle.to_tensor(given), k, stride, padding
        )
        expected = loops.importance_pool(x, given, k, stride, padding)
        np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12)


@WINDOWS
def test_soft_equals_loops(rng, k, stride, padding):
    x = rng.normal(size=(2, 3, 8, 11))
    given = paddle.to_tensor(x)
    y = soft_pool(given, k, stride, padding).numpy()
    expected = loops.importance_pool(x, x, k, stride, padding)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)
    y = soft_pool(given, k, stride, padding, "shared").numpy()
    summed = np.log(np.exp(x).sum(1, keepdims=True))
    expected = np.maximum(loops.importance_pool(x, summed, k, stride, padding), 0)
    assert (expected == 0).any()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("weights", ["channel", "shared"])
@pytest.mark.parametrize("size", [100.0, 1e4, -1e4])
def test_large_values_do_not_overflow(weights, size):
    """exp(100) is no float32; the published formula as written gives NaN there."""
    x = paddle.full([1, 2, 4, 4], size)
    x[:, :, 1, 1] = size + 1
    x.stop_gradient = False
    y = soft_pool(x, weights=weights)
    y.sum().backward()
    assert np.isfinite(y.numpy()).all() and np.isfinite(x.grad.numpy()).all()
    if size > 0:
        e = np.exp(1.0)
        share = 2 * e / (2 * e + 6) if weights == "shared" else e / (e + 3)
        assert y[0, 0, 0, 0].item() == pytest.approx(size + share, rel=1e-6)


def test_half_precision_does_not_overflow(rng):
    x = paddle.to_tensor((30 * rng.normal(size=(1, 2, 6, 6))).astype("float16"))
    y = soft_pool(x)
    assert y.dtype == paddle.float16
    wide = x.numpy().astype("float64")
    expected = loops.importance_pool(wide, wide, 2, 2, 0)
    np.testing.assert_allclose(y.numpy(), expected, rtol=2e-3, atol=1e-2)


def test_between_mean_and_maximum(rng):
    x = rng.normal(size=(1, 2, 6, 8))
    cells = x.reshape(1, 2, 3, 2, 4, 2)
    y = soft_pool(paddle.to_tensor(x)).numpy()
    assert (y > cells.mean((3, 5))).all() and (y < cells.max((3, 5))).all()


@pytest.mark.parametrize("weights", ["channel", "shared"])
def test_gradient(rng, check_gradient, weights):
    check_gradient(
        lambda x: soft_pool(x, 3, 2, 1, weights), 1 + rng.normal(size=(1, 2, 5, 6))
    )


def test_gradient_of_importance(rng, check_gradient):
    x, logit = rng.normal(size=(2, 1, 2, 5, 6))
    check_gradient(importance_pool, x, logit)


def test_error_names_the_remedy():
    with pytest.raises(UsageError, match="unknown weights 'chanel'; did you mean 'cha"):
        soft_pool(paddle.ones([1, 1, 4, 4]), weights="chanel")
    for k, text in (
        ((5, 1), "4x6 is too small for a window of 5"),
        ((2, 0), "integer"),
    ):
        with pytest.raises(UsageError, match=text):
            soft_pool(paddle.ones([1, 1, 4, 6]), k)
    soft_pool(paddle.ones([1, 1, 4, 6]), (1, 5))
