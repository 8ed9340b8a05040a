import math

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.seg.nets import MSDeformAttn
from paddle_resample.seg.nets.ms_deform_attn import ms_deform_attn
from tests.seg.nets.network_checks import trainable

SIZES = [(3, 4), (2, 2), (1, 5)]


def by_loops(x, sizes, locations, weights):
    batch, queries, heads, levels, points, _ = locations.shape
    out = np.zeros((batch, queries, heads, x.shape[-1]))
    for n, q, m, level, p in np.ndindex(batch, queries, heads, levels, points):
        h, w = sizes[level]
        start = sum(a * b for a, b in sizes[:level])
        column, row = locations[n, q, m, level, p] * (w, h) - 0.5
        for i in (math.floor(row), math.floor(row) + 1):
            for j in (math.floor(column), math.floor(column) + 1):
                if 0 <= i < h and 0 <= j < w:
                    part = (1 - abs(row - i)) * (1 - abs(column - j))
                    value = x[n, start + i * w + j, m]
                    out[n, q, m] += weights[n, q, m, level, p] * part * value
    return out.reshape(batch, queries, -1)


def test_equals_loops(rng):
    """Locations on both sides of the border, too."""
    pixels = sum(h * w for h, w in SIZES)
    x = rng.normal(size=(2, pixels, 2, 3))
    locations = rng.uniform(-0.2, 1.2, size=(2, 5, 2, 3, 2, 2))
    weights = rng.random(size=(2, 5, 2, 3, 2))
    y = ms_deform_attn(
        paddle.to_tensor(x), SIZES, *map(paddle.to_tensor, (locations, weights))
    )
    expected = by_loops(x, SIZES, locations, weights)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-10)


def test_parameters_of_the_published_layer():
    assert trainable(MSDeformAttn(256, 3, 8, 4)) == 205_600


def test_heads_begin_looking_outwards():
    """Eight heads, eight ways, the farther the later the point, on every level."""
    layer = MSDeformAttn(16, levels=2, heads=8, points=3)
    bias = layer.sampling_offsets.bias.numpy().reshape(8, 2, 3, 2)
    ways = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]
    for head, level, point in np.ndindex(8, 2, 3):
        expected = np.array(ways[head]) * (point + 1)
        np.testing.assert_allclose(bias[head, level, point], expected, atol=1e-6)
    assert not layer.sampling_offsets.weight.numpy().any()
    assert not layer.attention_weights.weight.numpy().any()


def attend(layer, reference, x, **options):
    return layer(x[:, :3], reference, x, SIZES, **options).numpy()


def test_masked_pixels_say_nothing(rng):
    layer = MSDeformAttn(8, levels=3, heads=2, points=2)
    x = paddle.to_tensor(rng.normal(size=(1, 21, 8)), "float32")
    reference = paddle.to_tensor(rng.random(size=(1, 3, 3, 2)), "float32")
    everything = paddle.ones([1, 21], "bool")
    bias = layer.output_proj.bias.numpy()
    np.testing.assert_allclose(
        attend(layer, reference, x, mask=everything), np.zeros((1, 3, 8)) + bias
    )
    nothing = paddle.zeros([1, 21], "bool")
    np.testing.assert_array_equal(
        attend(layer, reference, x, mask=nothing), attend(layer, reference, x)
    )


def test_a_box_counts_offsets_in_halves_of_its_sides(rng):
    """A box of 2 * points pixels is a point whose offsets are pixels."""
    layer = MSDeformAttn(8, levels=3, heads=2, points=2)
    x = paddle.to_tensor(rng.normal(size=(1, 21, 8)), "float32")
    points = rng.random(size=(1, 3, 3, 2))
    sides = np.array([[2 * 2 / w, 2 * 2 / h] for h, w in SIZES])
    boxes = np.concatenate([points, np.broadcast_to(sides, points.shape)], axis=-1)
    as_point = attend(layer, paddle.to_tensor(points, "float32"), x)
    as_box = attend(layer, paddle.to_tensor(boxes, "float32"), x)
    np.testing.assert_allclose(as_box, as_point, rtol=0, atol=1e-5)


def test_heads_must_divide():
    with pytest.raises(
        UsageError, match="MSDeformAttn: heads=3 must divide channels=8"
    ):
        MSDeformAttn(8, heads=3)
