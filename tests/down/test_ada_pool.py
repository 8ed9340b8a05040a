import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import AdaPool, SoftPool
from paddle_resample.ops import ada_pool
from tests.contract.sites import trainable


@pytest.mark.parametrize("scale, k", [(2, None), (1, None), (3, 3), (2, 3)])
@pytest.mark.parametrize("weights", ["ada", "edscw", "em"])
def test_is_the_function(rng, scale, k, weights):
    """Which the loops in tests/ops check."""
    x = paddle.to_tensor(rng.normal(size=(2, 3, 8, 11)).astype("float32"))
    layer = AdaPool(3, scale=scale, kernel_size=k, weights=weights)
    if weights == "ada":
        layer.beta.set_value(np.array([[0.3]], "float32"))
    expected = ada_pool(x, layer.beta, k or scale, scale, weights).numpy()
    np.testing.assert_array_equal(layer(x).numpy(), expected)
    spec = {"name": "ada_pool", "scale": scale, "kernel_size": k, "weights": weights}
    found, window = cost(spec, 3, (8, 11)), (k or scale) ** 2
    assert found.parameters == len(trainable(layer)) == (weights == "ada")
    each = {"ada": 4 * window + 2, "edscw": 3 * window, "em": window}[weights]
    assert found.macs == each * 3 * expected[0, 0].size


def test_em_is_soft_pool(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 6, 8)).astype("float32"))
    y = AdaPool(2, weights="em")(x).numpy()
    np.testing.assert_array_equal(y, SoftPool(2)(x).numpy())


def test_beta_is_limited_and_can_come_back(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 6, 8)).astype("float32"))
    parts = [ada_pool(x, weights=w).numpy() for w in ("em", "edscw")]
    for value, limit in ((1.5, 1), (-0.5, 0)):
        layer = AdaPool(2)
        layer.beta.set_value(np.array([[value]], "float32"))
        y = layer(x)
        np.testing.assert_allclose(y.numpy(), parts[limit], rtol=0, atol=1e-6)
        y.sum().backward()
        expected = (parts[1] - parts[0]).sum()
        assert layer.beta.grad.item() == pytest.approx(expected, rel=1e-4)
        layer.limit_beta = False
        free = value * parts[1] + (1 - value) * parts[0]
        np.testing.assert_allclose(layer(x).numpy(), free, rtol=0, atol=1e-6)


def test_a_beta_of_every_pixel_is_drawn_as_published():
    layer = AdaPool(2, beta_size=(40, 50))
    beta = layer.beta.numpy()
    assert beta.shape == (40, 50) and beta.min() == 0 and beta.max() == 1
    assert (beta == 0).mean() == pytest.approx(0.5, abs=0.04)
    assert (beta == 1).mean() == pytest.approx(0.159, abs=0.03)
    assert list(layer(paddle.ones([1, 2, 81, 100])).shape) == [1, 2, 40, 50]
    assert cost({"name": "ada_pool", "beta_size": [4, 5]}, 3, (8, 10)).parameters == 20
    with pytest.raises(
        UsageError, match=r"ada_pool: beta is \[40, 50\], but the result"
    ):
        layer(paddle.ones([1, 2, 60, 100]))


def test_gradient(rng, check_gradient):
    layer = AdaPool(2)
    layer.to(dtype="float64")
    check_gradient(layer, 1 + rng.normal(size=(1, 2, 5, 6)))


@pytest.mark.parametrize("options, text", [
    ({"weights": "edcsw"}, "unknown weights 'edcsw'; did you mean 'edscw'"),
    ({"kernel_size": 1}, "kernel_size must be an integer of at least 2, not 1"),
    ({"beta_size": (0, 3)}, r"must be of positive integers, not \(0, 3\)"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"ada_pool: .*{text}"):
        AdaPool(4, **options)
