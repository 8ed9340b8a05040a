import math

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.seg.nets.swin_block import SwinBlock, shift_mask, window_and_shift
from tests.seg.nets.network_checks import shake


@pytest.mark.parametrize("resolution, window, expected", [
    ((8, 12), 4, (4, 2)),
    ((8, 12), 7, (7, 3)),
    ((8, 12), 8, (8, 0)),
    ((3, 12), 4, (3, 0)),
], ids=str)  # fmt: skip
def test_window_and_shift(resolution, window, expected):
    assert window_and_shift(resolution, window) == expected


def neighbours(height, width, window, shift):
    """Which pixels attend to which: those of one window after the roll that keep their
    distance."""
    places = [(i, j) for i in range(height) for j in range(width)]
    see = np.zeros((len(places), len(places)), bool)
    for a, (i, j) in enumerate(places):
        for b, (k, m) in enumerate(places):
            rolled = [(i - shift) % height, (j - shift) % width]
            other = [(k - shift) % height, (m - shift) % width]
            same = [n // window for n in rolled] == [n // window for n in other]
            apart = [r - o for r, o in zip(rolled, other)]
            see[a, b] = same and apart == [i - k, j - m]
    return see


def block_by_loops(block, x, window, shift):
    """One image [H, W, C], window by window without any roll."""
    p = {n: v.numpy().astype("float64") for n, v in block.state_dict().items()}
    heads = block.attn.heads

    def norm(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        return x * p[f"{name}.weight"] + p[f"{name}.bias"]

    def linear(x, name):
        return x @ p[f"{name}.weight"] + p[f"{name}.bias"]

    h, w, c = x.shape
    high, wide = -(-h // window) * window, -(-w // window) * window
    whole = np.zeros((high, wide, c))
    whole[:h, :w] = norm(x, "norm1")
    qkv = linear(whole, "attn.qkv").reshape(-1, 3, heads, c // heads)
    see = neighbours(high, wide, window, shift)
    table = p["attn.relative_position_bias_table"]
    y = np.zeros((high * wide, heads, c // heads))
    for a in range(high * wide):
        seen = np.flatnonzero(see[a])
        rows = a // wide - seen // wide + window - 1
        columns = a % wide - seen % wide + window - 1
        bias = table[rows * (2 * window - 1) + columns]
        for head in range(heads):
            q, k, v = qkv[a, 0, head], qkv[seen, 1, head], qkv[seen, 2, head]
            score = k @ q / np.sqrt(c // heads) + bias[:, head]
            weight = np.exp(score - score.max())
            y[a, head] = weight / weight.sum() @ v
    y = linear(y.reshape(high, wide, c), "attn.proj")[:h, :w] + x
    hidden = linear(norm(y, "norm2"), "mlp.fc1")
    erf = np.vectorize(math.erf)
    return y + linear(hidden * 0.5 * (1 + erf(hidden / 2**0.5)), "mlp.fc2")


@pytest.mark.parametrize("size", [(6, 9), (7, 5), (2, 8)], ids=str)
@pytest.mark.parametrize("shift", [0, 1, 2])
def test_block_equals_loops(rng, size, shift):
    block = shake(rng, SwinBlock(4, 2, window=3, shift=shift, mlp_ratio=2.0))
    x = rng.normal(size=(2, *size, 4)).astype("float32")
    y = block(paddle.to_tensor(x)).numpy()
    for got, options in zip(y, x):
        expected = block_by_loops(block, options, 3, shift)
        np.testing.assert_allclose(got, expected, rtol=0, atol=2e-5)


def test_the_mask_is_of_this_map(rng):
    """A block that has seen another size gives what a new one gives."""
    block = SwinBlock(8, 2, window=4, shift=2)
    block.eval()
    maps = [
        paddle.to_tensor(rng.normal(size=(1, *size, 8)).astype("float32"))
        for size in ((8, 12), (12, 8), (8, 12))
    ]
    for x in maps:
        fresh = SwinBlock(8, 2, window=4, shift=2)
        fresh.set_state_dict(block.state_dict())
        fresh.eval()
        np.testing.assert_array_equal(block(x).numpy(), fresh(x).numpy())


def test_block_gradient(rng, check_gradient):
    block = SwinBlock(4, 2, window=2, shift=1, mlp_ratio=1.0)
    block.to(dtype="float64")
    check_gradient(block, rng.normal(size=(1, 3, 5, 4)))


@pytest.mark.parametrize("height, width, window, shift", [
    (4, 6, 2, 1),
    (8, 4, 4, 3),
    (3, 3, 3, 1),
], ids=str)  # fmt: skip
def test_mask_separates_what_the_roll_brought_together(height, width, window, shift):
    place = np.arange(height * width).reshape(height, width)
    place = np.roll(place, (-shift, -shift), axis=(0, 1))
    place = place.reshape(height // window, window, width // window, window)
    place = place.transpose(0, 2, 1, 3).reshape(-1, window * window)
    see = neighbours(height, width, window, shift)
    expected = np.where(see[place[:, :, None], place[:, None, :]], 0.0, -100.0)
    mask = shift_mask(height, width, window, shift).numpy()
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize("options, text", [
    ({"shift": 3}, "SwinBlock: shift must be from 0 to below window=3, not 3"),
    ({"shift": -1}, "SwinBlock: shift must be from 0 to below window=3, not -1"),
    ({"heads": 3}, "WindowAttention: 3 heads do not divide 8 channels"),
    ({"heads": 0}, "WindowAttention: heads must be a positive integer, not 0"),
], ids=str)  # fmt: skip
def test_block_refuses(options, text):
    with pytest.raises(UsageError, match=text):
        SwinBlock(8, options.get("heads", 2), window=3, shift=options.get("shift", 0))
