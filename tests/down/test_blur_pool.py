import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost, load_official
from paddle_resample.down import BlurPool
from tests.reference import blur_pool as loops


def dense(x, side, function):
    """function of every side x side window of x, at stride 1."""
    height, width = (n - side + 1 for n in x.shape[2:])
    out = np.empty((*x.shape[:2], height, width))
    for i, j in np.ndindex(height, width):
        out[..., i, j] = function(x[..., i : i + side, j : j + side], axis=(2, 3))
    return out


@pytest.mark.parametrize("before", ["none", "max", "avg"])
@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("size", [(6, 12), (7, 11)], ids=str)
def test_equals_loops(rng, size, scale, before):
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    layer = BlurPool(3, scale=scale, filter_size=3, before=before)
    y = layer(paddle.to_tensor(x)).numpy()
    assert y.shape[2:] == tuple(-(-n // scale) for n in size)
    if before != "none":
        added = [(0, -n % scale) for n in size]
        x = np.pad(x, [(0, 0), (0, 0), *added], "edge")
        x = dense(x, scale, np.max if before == "max" else np.mean)
    expected = loops.strided_filter(x, loops.pascal(3), scale, 1, 1)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


def test_a_shift_changes_less_than_plain_striding(rng):
    """What it is for: the picture moved by one pixel."""
    x = rng.normal(size=(1, 4, 32, 33)).astype("float32")
    first, second = (paddle.to_tensor(x[..., k : 32 + k]) for k in (0, 1))

    def change(f):
        layer = BlurPool(4, filter_size=f)
        y, z = (layer(v).numpy()[..., 2:-2, 2:-2] for v in (first, second))
        return np.abs(y - z).mean() / np.abs(y).mean()

    assert change(7) < change(3) < change(1)


def test_a_checkerboard_disappears():
    """The highest frequency disappears; striding alone turns it into a constant."""
    board = np.indices((16, 16)).sum(0) % 2 * 2.0 - 1
    x = paddle.to_tensor(board[None, None].astype("float32"))
    for f in range(2, 8):
        y = BlurPool(1, filter_size=f)(x).numpy()
        np.testing.assert_allclose(y, 0, atol=1e-6)
    assert np.abs(BlurPool(1, filter_size=1)(x).numpy()).min() == 1


def test_filter_is_no_weight_and_official_ones_are_passed_over():
    layer = BlurPool(3)
    assert not layer.parameters() and not layer.state_dict()
    assert load_official(layer, {"filt": np.zeros([3, 1, 4, 4])}) == {}


def test_cost():
    found = cost({"name": "blur_pool", "filter_size": 3}, 8, (9, 12))
    assert (found.parameters, found.macs) == (0, 9 * 8 * 5 * 6)


@pytest.mark.parametrize("options, text", [
    ({"before": "maxx"}, "unknown before 'maxx'; did you mean 'max'"),
    ({"border": "zero"}, "unknown border 'zero'; did you mean 'zeros'"),
    ({"padding": "same"}, "unknown padding 'same'; known: 'adobe', 'timm'"),
    ({"filter_size": 9}, "filter_size must be 1 to 7, not 9"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"blur_pool: {text}"):
        BlurPool(4, **options)
