import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.blocks import tiles
from paddle_resample.up import NAF


def window(position, length, step, k):
    """Positions of a row's window, as NATTEN's kernels begin it."""
    residue, middle = position % step, position // step
    rows = len(range(residue, length, step))
    start = max(min(middle - k // 2, rows - k), 0)
    return [residue + step * r for r in range(start, min(start + k, rows))]


def by_loops(query, key, x, k, heads):
    (n, width, rows, columns), (h, w) = query.shape, key.shape[2:]
    depth, part = width // heads, x.shape[1] // heads
    steps = max(rows // h, 1), max(columns // w, 1)
    y = np.zeros((n, x.shape[1], rows, columns))
    for b, head, i, j in np.ndindex(n, heads, rows, columns):
        q = query[b, head * depth : (head + 1) * depth, i, j]
        logits, values = [], []
        for r in window(i, rows, steps[0], k):
            for c in window(j, columns, steps[1], k):
                at = int((r + 0.5) * h / rows), int((c + 0.5) * w / columns)
                logits.append(
                    q @ key[(b, slice(head * depth, (head + 1) * depth), *at)]
                )
                values.append(x[(b, slice(head * part, (head + 1) * part), *at)])
        weights = np.exp(np.array(logits) * depth**-0.5)
        y[b, head * part : (head + 1) * part, i, j] = weights @ values / weights.sum()
    return y


@pytest.mark.parametrize("coarse, fine, k, heads", [
    ((4, 5), (8, 10), 3, 2),
    ((3, 5), (7, 8), 3, 1),  # several fine rows of a window show one coarse row
    ((2, 4), (7, 13), 5, 2),  # too small for a whole window
    ((5, 4), (3, 4), 3, 1),
], ids=str)  # fmt: skip
@pytest.mark.parametrize("held", [None, 60])
def test_attention_equals_loops(rng, monkeypatch, coarse, fine, k, heads, held):
    if held:
        monkeypatch.setattr(tiles, "HELD", held)
    query, key = rng.normal(size=(2, 16, *fine)), rng.normal(size=(2, 16, *coarse))
    x = rng.normal(size=(2, 4, *coarse))
    layer = NAF(4, width=16, heads=heads, rotary_heads=1, kernel_size=k)
    y = layer.attend(*(paddle.to_tensor(m) for m in (query, key, x))).numpy()
    expected = by_loops(query, key, x, k, heads)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6)


def test_rotary_code_equals_loops(rng):
    layer = NAF(4, width=16, heads=1, rotary_heads=2, base=50.0)
    x = rng.normal(size=(1, 16, 3, 5))
    y = layer.image_encoder._rotate(paddle.to_tensor(x)).numpy()
    for head, i, j in np.ndindex(2, 3, 5):
        v = x[0, 8 * head : 8 * head + 8, i, j]
        place = 2 * (i + 0.5) / 3 - 1, 2 * (j + 0.5) / 5 - 1
        angle = [2 * np.pi * p / 50.0 ** (4 * m / 8) for p in place for m in range(2)]
        for m, a in enumerate(angle):
            first = v[m] * np.cos(a) - v[m + 4] * np.sin(a)
            second = v[m + 4] * np.cos(a) + v[m] * np.sin(a)
            got = y[0, [8 * head + m, 8 * head + m + 4], i, j]
            np.testing.assert_allclose(got, [first, second], rtol=0, atol=1e-9)


def test_a_large_guide_keeps_its_proportions(rng):
    """The released reduction makes it square, 24x24."""
    guide = paddle.to_tensor(rng.normal(size=(1, 3, 40, 24)).astype("float32"))
    sizes = {"separate": [32, 24], "released": [24, 24]}
    for reduction, size in sizes.items():
        layer = NAF(4, guide_channels=3, width=16, reduction=reduction)
        assert list(layer._reduced(guide, (8, 6)).shape[2:]) == size


def test_a_constant_stays_constant(rng):
    layer = NAF(4, guide_channels=3, width=16)
    guide = paddle.to_tensor(rng.normal(size=(1, 3, 7, 1)).astype("float32"))
    y = layer(paddle.full([1, 4, 4, 1], 2.0), guide=guide).numpy()
    np.testing.assert_allclose(y, 2.0, rtol=1e-6)


def test_gradient(rng, check_gradient):
    layer = NAF(2, guide_channels=3, width=16, heads=2, kernel_size=3, layers=1)
    layer.to(dtype="float64")
    x, guide = rng.normal(size=(1, 2, 3, 2)), rng.normal(size=(1, 3, 6, 5))
    check_gradient(lambda x, guide: layer(x, guide=guide), x, guide, tolerance=1e-5)


def test_cost():
    found = cost("naf", 384, (5, 6), guide_channels=3)
    assert found.parameters == 662_528
    fine = 128 * (30 + 40 * 128) + 4 * 256 + 81 * (256 + 384)
    assert found.macs == 4 * 30 * fine


@pytest.mark.parametrize("options, text", [
    ({"width": 24}, "naf: width=24 must be a multiple of 16"),
    ({"heads": 3, "width": 48}, "naf: heads=3 must divide in_channels=4; heads=1"),
    ({"kernel_size": 4}, "naf: kernel_size must be an odd"),
    ({"reduction": "own"}, "naf: unknown reduction 'own'"),
])  # fmt: skip
def test_errors_name_the_remedy(options, text):
    with pytest.raises(UsageError, match=text):
        NAF(4, **options)
