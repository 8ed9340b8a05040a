import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import AnyUp
from tests.reference import image_attention as loops
from tests.reference import interpolate


def shaken(rng, layer):
    for p in layer.parameters():
        p.set_value((p.numpy() + 0.2 * rng.normal(size=p.shape)).astype("float32"))
    return layer


def unify(x, basis, layout):
    """Mean over channels of the softmax over patterns, borders divided by the count."""
    n, c, height, width = x.shape
    d, reach = len(basis), basis.shape[-1] // 2
    likeness = np.zeros((n, c, d, height, width))
    for i, j in np.ndindex(height, width):
        rows = range(max(i - reach, 0), min(i + reach, height - 1) + 1)
        columns = range(max(j - reach, 0), min(j + reach, width - 1) + 1)
        for q in rows:
            for r in columns:
                tap = basis[:, 0, q - i + reach, r - j + reach]
                likeness[..., i, j] += x[:, :, None, q, r] * tap
        likeness[..., i, j] /= len(rows) * len(columns)
    if layout == "released":
        likeness = likeness.reshape(n, d, c, height, width).swapaxes(1, 2)
    share = np.exp(likeness)
    return (share / share.sum(2, keepdims=True)).mean(1)


def window(size, coarse, reach):
    def allowed(i, j):
        mask = np.ones(coarse)
        for axis, index in enumerate((i, j)):
            place = np.float32(index + 0.5) / np.float32(size[axis])
            first, end = (
                np.clip(np.float32(place + sign * np.float32(reach)), 0, 1)
                for sign in (-1, 1)
            )
            rows = np.arange(coarse[axis])
            seen = (rows >= np.floor(first * np.float32(coarse[axis]))) & (
                rows < np.ceil(end * np.float32(coarse[axis]))
            )
            mask *= seen[:, None] if axis == 0 else seen
        return mask

    return allowed


def by_loops(x, guide, weights, size, heads, reach, layout):
    image = loops.encode(guide, weights, "image_encoder")
    image = loops.rotate(image, weights["rope.freqs"])
    queries = interpolate.area(loops.encode(image, weights, "query_encoder"), size)
    keys = interpolate.area(loops.encode(image, weights, "key_encoder"), x.shape[2:])
    name = "key_features_encoder"
    features = unify(loops.normalised(x), weights[f"{name}.0.basis"], layout)
    features = loops.encode(None, weights, name, first=features)
    keys = loops.encode(np.concatenate([keys, features], 1), weights, "aggregation")
    allowed = window(size, x.shape[2:], reach)
    return loops.attend(queries, keys, x, weights, heads, allowed)


@pytest.mark.parametrize("layout", ["released", "paper"])
@pytest.mark.parametrize("guide_size, size, reach", [
    ((6, 8), None, 0.1), ((7, 5), (5, 6), 0.3), ((4, 4), None, 1.0),
], ids=str)  # fmt: skip
def test_equals_loops(rng, guide_size, size, reach, layout):
    layer = AnyUp(3, guide_channels=2, width=8, heads=2, window=reach, layout=layout)
    shaken(rng, layer)
    x = rng.normal(size=(2, 3, 3, 4)).astype("float32")
    guide = rng.normal(size=(2, 2, *guide_size)).astype("float32")
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide), size=size).numpy()
    weights = {n: p.numpy() for n, p in layer.named_parameters()}
    expected = by_loops(x, guide, weights, size or guide_size, 2, reach, layout)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-5)


def test_gradient(rng, check_gradient):
    layer = shaken(rng, AnyUp(2, width=8, heads=2, window=0.3))
    layer.to(dtype="float64")
    x, guide = rng.normal(size=(1, 2, 2, 3)), rng.normal(size=(1, 2, 3, 4))
    check_gradient(lambda x, guide: layer(x, guide=guide), x, guide, tolerance=1e-5)


def test_one_set_of_weights_serves_every_number_of_channels(rng):
    first = shaken(rng, AnyUp(3, guide_channels=3, width=8, layout="paper"))
    second = AnyUp(6, guide_channels=3, width=8, layout="paper")
    second.set_state_dict(first.state_dict())
    x = paddle.to_tensor(rng.normal(size=(1, 3, 4, 5)).astype("float32"))
    guide = paddle.to_tensor(rng.normal(size=(1, 3, 8, 10)).astype("float32"))
    y = first(x, guide=guide).numpy()
    turned = first(x.flip(1), guide=guide).numpy()
    np.testing.assert_allclose(turned, y[:, ::-1], atol=5e-5)
    assert second(paddle.concat([x, x], 1), guide=guide).shape[1] == 6


def test_weights_sum_to_one_and_stay_inside_the_window(rng):
    layer = shaken(rng, AnyUp(1, guide_channels=2, width=8, window=0.1))
    guide = paddle.to_tensor(rng.normal(size=(1, 2, 20, 20)).astype("float32"))
    y = layer(paddle.full([1, 1, 10, 10], 2.5), guide=guide).numpy()
    np.testing.assert_allclose(y, 2.5, rtol=1e-5)
    x = paddle.zeros([1, 1, 10, 10])
    x[0, 0, 4, 4] = 1.0
    # Paddle's softmax gives e**-64 where the exact weight is smaller.
    rows, columns = np.nonzero(layer(x, guide=guide).numpy()[0, 0] > 1e-20)
    # u - 0.1 < 0.5 and u + 0.1 > 0.4, of 20 queries, a little more for whole cells
    assert {rows.min(), columns.min()} == {6} and {rows.max(), columns.max()} == {11}


@pytest.mark.parametrize("channels", [8, 128, 256])
def test_parameters_of_the_released_module(channels):
    layer = AnyUp(channels, guide_channels=3)
    assert sum(p.size for p in layer.parameters()) == 878_080
    assert sum(p.size for p in layer.parameters() if p.stop_gradient) == 16_512
    found = cost("anyup", channels, (4, 4), guide_channels=3)
    assert found.parameters == 878_080 - 16_512


@pytest.mark.parametrize("options, text", [
    ({"width": 20}, "width=20 must be a multiple of 8 and of heads=4"),
    ({"layout": "papr"}, "unknown layout 'papr'; did you mean 'paper'"),
    ({"window": 0}, "window must be above 0, not 0"),
], ids=["width", "layout", "window"])  # fmt: skip
def test_error_of_an_option(options, text):
    with pytest.raises(UsageError, match=f"anyup: {text}"):
        AnyUp(4, **options)


@pytest.mark.parametrize("guide, text", [
    (None, "called without a guide"),
    (3, "the guide has 3 channels, but the layer was built with guide_channels=2"),
    (2, "x of 1x2 is too small to reflect; every side needs 2 pixels"),
], ids=["guide", "channels", "small"])  # fmt: skip
def test_error_names_the_remedy(guide, text):
    guide = guide and paddle.ones([1, guide, 4, 4])
    with pytest.raises(UsageError, match=f"anyup: {text}"):
        AnyUp(2)(paddle.ones([1, 2, 1, 2]), guide=guide)
