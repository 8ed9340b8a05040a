import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import FractionalMaxPool
from paddle_resample.ops import fractional_max_pool, max_pool


@pytest.mark.parametrize(
    "scale, kernel_size, k", [(2, None, 3), (3, 2, 2), (1, None, 1)]
)
@pytest.mark.parametrize("size", [(10, 12), (9, 11)], ids=str)
def test_evaluation_takes_the_windows_of_the_seed(rng, scale, kernel_size, k, size):
    x = paddle.to_tensor(rng.normal(size=(2, 3, *size)).astype("float32"))
    layer = FractionalMaxPool(3, scale=scale, kernel_size=kernel_size, seed=4)
    layer.eval()
    samples = np.random.default_rng(4).random((1, 3, 2)).astype("float32")
    out = [n // scale for n in size]
    expected, _ = fractional_max_pool(x, paddle.to_tensor(samples), k, out)
    y = layer(x).numpy()
    np.testing.assert_array_equal(y, expected.numpy())
    np.testing.assert_array_equal(layer(x[1:]).numpy(), y[1:])
    assert "samples" not in layer.state_dict()


def test_training_draws_windows_which_a_seed_repeats(rng):
    x = paddle.to_tensor(rng.normal(size=(1, 2, 20, 24)).astype("float32"))
    both = paddle.concat([x, x])
    layer = FractionalMaxPool(2)

    def drawn(seed):
        paddle.seed(seed)
        return layer(both).numpy()

    np.testing.assert_array_equal(drawn(1), drawn(1))
    assert (drawn(1) != drawn(2)).any()
    first, second = drawn(1)
    assert (first != second).any()  # each sample has its own
    layer.eval()
    first, second = drawn(1)
    np.testing.assert_array_equal(first, second)
    other = FractionalMaxPool(2, seed=1)
    other.eval()
    assert (other(both).numpy() != drawn(1)).any()


def test_windows_of_two_at_even_sides_are_max_pooling(rng):
    x = paddle.to_tensor(rng.normal(size=(2, 2, 8, 6)).astype("float32"))
    y = FractionalMaxPool(2, kernel_size=2)(x).numpy()
    np.testing.assert_array_equal(y, max_pool(x, 2)[0].numpy())


def test_gradient(rng, check_gradient):
    layer = FractionalMaxPool(2)
    layer.eval()
    x = rng.permutation(2 * 7 * 9).reshape(1, 2, 7, 9) / 10
    check_gradient(layer, x)


def test_cost():
    found = cost("fractional_max_pool", 8, (9, 12))
    assert (found.parameters, found.macs) == (0, 0)


def test_errors_name_the_remedy():
    with pytest.raises(UsageError, match="at scale 1 kernel_size must be 1, not 2"):
        FractionalMaxPool(4, scale=1, kernel_size=2)
    with pytest.raises(UsageError, match="fractional_max_pool: seed must be an integ"):
        FractionalMaxPool(4, seed=-1)


def test_a_window_larger_than_the_map_takes_all_of_it(rng):
    x = rng.normal(size=(1, 2, 2, 3)).astype("float32")
    y = FractionalMaxPool(2, kernel_size=4)(paddle.to_tensor(x)).numpy()
    np.testing.assert_array_equal(y, x.max((2, 3), keepdims=True))
