import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.metrics.shift_consistency import (
    agreement,
    shift_consistency,
    two_windows,
)


class Local(paddle.nn.Layer):
    """The class of a pixel is where its three channels are largest."""

    def forward(self, x):
        return [x]


class Chessboard(paddle.nn.Layer):
    """The class is the parity of the position in the window, whatever is seen."""

    def forward(self, x):
        parity = (np.add.outer(*map(np.arange, x.shape[2:])) % 2).astype("float32")
        return [paddle.to_tensor(np.stack([parity, 1 - parity])[None])]


def test_a_local_network_is_consistent(rng):
    images = rng.normal(size=(3, 3, 70, 90))
    assert shift_consistency(Local(), images).tolist() == [1, 1, 1]


def test_a_network_bound_to_its_window_is_not(rng):
    """An odd shift turns every pixel, an even one none: mASSC is the share of even."""
    found = shift_consistency(Chessboard(), rng.normal(size=(60, 3, 40, 40)))
    even = [
        sum(two_windows((40, 40), np.random.default_rng([0, i]))[1]) % 2 == 0
        for i in range(60)
    ]
    assert found.tolist() == [float(e) for e in even]
    assert 10 < sum(even) < 50


def test_windows_overlap_in_one_size():
    for seed in range(50):
        size = (97, 131)
        windows, shift = two_windows(size, np.random.default_rng(seed))
        for axis in (0, 1):
            a, b = windows[0][axis], windows[1][axis]
            assert b.start - a.start == shift[axis] and 1 <= abs(shift[axis]) <= 32
            assert a.stop - a.start == b.stop - b.start
            assert (a.stop - a.start) % 32 == 0
            assert min(a.start, b.start) >= 0 and max(a.stop, b.stop) <= size[axis]


@pytest.mark.parametrize("shift", [(0, 0), (1, 2), (-1, 2), (2, -3), (-2, -1)], ids=str)
def test_agreement_by_loops(rng, shift):
    a, b = rng.integers(0, 2, (2, 6, 7))
    pairs = [
        a[y, x] == b[y - shift[0], x - shift[1]]
        for y, x in np.ndindex(6, 7)
        if 0 <= y - shift[0] < 6 and 0 <= x - shift[1] < 7
    ]
    assert agreement(a, b, shift) == pytest.approx(np.mean(pairs))


def test_training_goes_on():
    net = Local().train()
    shift_consistency(net, np.zeros((1, 3, 32, 32)))
    assert net.training


def test_too_small():
    with pytest.raises(UsageError, match="at least 8x8"):
        shift_consistency(Local(), np.zeros((1, 3, 4, 9)))
