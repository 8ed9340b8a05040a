import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost, load_official
from paddle_resample.down import APS
from tests.reference import blur_pool, polyphase


def by_loops(x, scale, f, border, criterion):
    """(y, index) of the filter, the circular completion and the choice."""
    line = blur_pool.pascal(f)
    x = blur_pool.strided_filter(x, line, 1, (f - 1) // 2, f // 2, border)
    added = [(0, -n % scale) for n in x.shape[2:]]
    x = np.pad(x, [(0, 0), (0, 0), *added], "wrap")
    index = polyphase.chosen(x, scale, criterion)
    return np.stack([p[i] for p, i in zip(polyphase.split(x, scale), index)]), index


@pytest.mark.parametrize("criterion", ["l2", "l1", "l_infty", "l2_min", "l1_min"])
@pytest.mark.parametrize("f, border, size, scale", [
    (3, "circular", (6, 8), 2),
    (1, "circular", (7, 5), 2),
    (2, "reflect", (4, 6), 2),
    (5, "replicate", (8, 7), 3),
    (4, "zeros", (6, 6), 1),
], ids=str)  # fmt: skip
def test_equals_loops(rng, f, border, size, scale, criterion):
    x = rng.normal(size=(4, 3, *size))
    layer = APS(3, scale=scale, filter_size=f, border=border, criterion=criterion)
    layer.to(dtype="float64")
    y, side = layer.record(paddle.to_tensor(x))
    expected, index = by_loops(x, scale, f, border, criterion)
    assert side.weights.numpy().argmax(1).tolist() == index
    assert list(side.size) == list(size)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("f", [1, 3, 4])
@pytest.mark.parametrize("shift", [(0, 1), (1, 0), (3, 2), (5, 7)], ids=str)
def test_a_circular_shift_moves_the_result(rng, f, shift):
    """What it is for: the same values, at most moved; striding alone changes them."""
    x = rng.normal(size=(2, 3, 8, 12))
    layer = APS(3, filter_size=f)
    layer.to(dtype="float64")
    y, z = (layer(paddle.to_tensor(v)).numpy() for v in (x, np.roll(x, shift, (2, 3))))
    for one, other in zip(y, z):
        moved = [
            np.abs(np.roll(one, (a, b), (1, 2)) - other).max()
            for a in range(4)
            for b in range(6)
        ]
        assert min(moved) < 1e-12
    fixed = [v[:, :, ::2, ::2] for v in (x, np.roll(x, (0, 1), (2, 3)))]
    assert abs(fixed[0].sum() - fixed[1].sum()) > 0.1


def test_ties_are_settled_row_offsets_first():
    """Components (1, 0) and (0, 1) are equal, and the official order takes (1, 0)."""
    x = paddle.to_tensor([[[[0.0, 1.0], [1.0, 0.0]]]])
    _, side = APS(1, filter_size=1).record(x)
    assert side.weights.numpy()[0].tolist() == [0, 0, 1, 0]


def test_samples_choose_for_themselves():
    x = paddle.zeros([2, 1, 2, 2])
    x[0, 0, 0, 0], x[1, 0, 1, 1] = 1.0, 1.0
    _, side = APS(1, filter_size=1).record(x)
    assert side.weights.numpy().argmax(1).tolist() == [0, 3]


def test_gradient_goes_to_the_chosen_component(rng, check_gradient):
    check_gradient(APS(2, filter_size=1), rng.normal(size=(2, 2, 5, 6)))
    x = paddle.to_tensor([[[[1.0, 5.0], [2.0, 3.0]]]], stop_gradient=False)
    APS(1, filter_size=1)(x).sum().backward()
    assert x.grad.numpy().ravel().tolist() == [0, 1, 0, 0]


def test_filter_is_no_weight_and_official_ones_are_passed_over():
    layer = APS(3)
    assert not layer.parameters() and not layer.state_dict()
    assert load_official(layer, {"filt": np.zeros([3, 1, 3, 3])}) == {}


@pytest.mark.parametrize("f, taps", [(1, 0), (3, 9), (4, 16)])
def test_cost(f, taps):
    found = cost({"name": "aps", "filter_size": f}, 8, (9, 12))
    assert (found.parameters, found.macs) == (0, taps * 8 * 9 * 12)


@pytest.mark.parametrize("options, text", [
    ({"criterion": "l3"}, "aps: unknown criterion 'l3'; known: 'l1', 'l1_min', "),
    ({"border": "circle"}, "aps: unknown border 'circle'; did you mean 'circular'"),
    ({"filter_size": 9}, "filter_size must be 1 to 7, not 9"),
], ids=str)  # fmt: skip
def test_errors_name_the_remedy(options, text):
    with pytest.raises(UsageError, match=text):
        APS(4, **options)


def test_a_map_that_cannot_be_wrapped_is_refused():
    with pytest.raises(
        UsageError, match="a map of 1x6 is too small for border 'circul"
    ):
        APS(1, filter_size=5)(paddle.ones([1, 1, 1, 6]))
