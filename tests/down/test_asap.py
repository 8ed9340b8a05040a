import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import ASAP, FLC
from tests.reference import spectrum as loops


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("size", [(8, 12), (6, 9)], ids=str)
def test_equals_loops(rng, size, scale):
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = ASAP(3, scale=scale)(paddle.to_tensor(x)).numpy()
    expected = loops.low_frequencies(x, scale, window=True)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("padding", ["none", "one", "large"])
@pytest.mark.parametrize("size", [(8, 12), (7, 11), (6, 9)], ids=str)
def test_released_cut_equals_the_released_code(rng, size, padding):
    x = rng.normal(size=(1, 2, *size)).astype("float32")
    y = ASAP(2, cut="released", padding=padding)(paddle.to_tensor(x)).numpy()
    expected = loops.released(x, True, padding)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-6)


def test_rows_stay_rows_unless_asked_otherwise(rng):
    """The released default exchanges them."""
    x = paddle.to_tensor(rng.normal(size=(1, 2, 8, 12)))
    y, z = ASAP(2)(x), ASAP(2, transposed=True)(x)
    assert list(y.shape[2:]) == [4, 6] and list(z.shape[2:]) == [6, 4]
    np.testing.assert_allclose(z.numpy(), y.numpy().swapaxes(2, 3), atol=1e-14)


def test_an_edge_rings_less_than_behind_the_cut_alone():
    x = paddle.zeros([1, 1, 4, 32])
    x[..., 8:24] = 1.0
    rows = [layer(x).numpy()[0, 0, 0] for layer in (ASAP(1), FLC(1))]
    ringing = [np.abs(row - row.clip(0, 1)).mean() for row in rows]
    assert 0 < ringing[0] < 0.75 * ringing[1]


def test_the_layer_takes_one_size_after_another(rng):
    """The released window stays that of the first."""
    layer = ASAP(1)
    for size in ((8, 8), (12, 12)):
        x = rng.normal(size=(1, 1, *size)).astype("float32")
        expected = loops.low_frequencies(x, 2, window=True)
        got = layer(paddle.to_tensor(x)).numpy()
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


def test_gradient(rng, check_gradient):
    check_gradient(ASAP(2), rng.normal(size=(1, 2, 6, 5)))
    layer = ASAP(2, cut="released", padding="large", transposed=True)
    check_gradient(layer, rng.normal(size=(1, 2, 6, 5)))


def test_cost():
    found = cost("asap", 8, (9, 12))
    assert (found.parameters, found.macs) == (0, 8 * 9 * 6 * (12 + 5))
    found = cost({"name": "asap", "transposed": True}, 8, (9, 12))
    assert found.macs == 8 * 12 * 5 * (9 + 6)


def test_errors_name_the_remedy():
    with pytest.raises(
        UsageError, match="asap: unknown padding 'ones'; did you mean 'o"
    ):
        ASAP(4, padding="ones")
    with pytest.raises(
        UsageError, match="asap: cut 'released' halves, it has no scale 3"
    ):
        ASAP(4, cut="released", scale=3)
