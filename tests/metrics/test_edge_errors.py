import numpy as np
import pytest

from paddle_resample.metrics.edge_errors import (
    ERROR_KINDS,
    edge_error_counts,
    edge_errors,
    error_shares,
)

VOID = 255


def near(image, distance):
    """Pixels within a chessboard distance of two 4-neighbours of unlike classes."""
    edges = [
        (y, x)
        for y, x in np.ndindex(image.shape)
        for v, u in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1))
        if 0 <= v < image.shape[0] and 0 <= u < image.shape[1]
        if image[y, x] >= 0 <= image[v, u] and image[y, x] != image[v, u]
    ]
    found = np.zeros(image.shape, bool)
    for y, x in np.ndindex(image.shape):
        found[y, x] = any(max(abs(y - v), abs(x - u)) <= distance for v, u in edges)
    return found


@pytest.mark.parametrize("distance", [1, 3])
def test_by_loops(rng, distance):
    label = rng.integers(0, 3, (4, 5)).repeat(6, 0).repeat(6, 1)
    label[3:7, 3:20] = VOID
    prediction = np.roll(np.where(label == VOID, 0, label), 2, axis=1)
    prediction[18:, 20:23] = 3
    void = label == VOID
    p, g = (np.where(void, -1, a) for a in (prediction, label))
    a, b = near(p, distance), near(g, distance)
    counts = edge_error_counts(prediction, label, 5, distance=distance)
    kinds = (a & ~b, ~a & b, a & b, ~a & ~b)
    for kind, where in enumerate(kinds):
        for c in range(5):
            labelled = where & (g == c)
            assert counts[kind, 1, c] == labelled.sum()
            assert counts[kind, 0, c] == (labelled & (p == c)).sum()
    errors = edge_errors(counts)
    for name, where in (("false", a), ("merged", b), ("displaced", a & b)):
        each = [
            np.mean(p[where & (g == c)] != c)
            for c in range(5)
            if (where & (g == c)).any()
        ]
        assert errors[name] == pytest.approx(np.mean(each))
    shares = error_shares(counts)
    wrong = (g >= 0) & (p != g)
    for name, where in zip(ERROR_KINDS, kinds):
        assert shares[name] == pytest.approx((wrong & where).sum() / wrong.sum())


def scene():
    label = np.zeros((100, 100), int)
    label[20:40, 20:40] = 1
    return label


@pytest.mark.parametrize("kind", ["false", "merged", "displaced"])
def test_each_kind_alone(kind):
    """An invented square, a missed one, and one that is moved by two pixels."""
    label, prediction = scene(), scene()
    if kind == "displaced":
        prediction = np.roll(label, 2, axis=0)
    else:
        invented = scene()
        invented[70:76, 70:76] = 1
        label, prediction = (
            (label, invented) if kind == "false" else (invented, prediction)
        )
    shares = error_shares(edge_error_counts(prediction, label, 2))
    assert shares[kind] == 1 and sum(shares.values()) == 1


def test_all_right():
    counts = edge_error_counts(scene(), scene(), 2)
    assert set(edge_errors(counts).values()) == {0.0}
    assert np.isnan(list(error_shares(counts).values())).all()
