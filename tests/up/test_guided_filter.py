import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import GuidedFilter
from tests.reference import interpolate


def mean(x, radius):
    """Over the window of each pixel, cut at the border."""
    y = np.empty(x.shape)
    for i, j in np.ndindex(*x.shape[2:]):
        rows = slice(max(i - radius, 0), i + radius + 1)
        columns = slice(max(j - radius, 0), j + radius + 1)
        y[:, :, i, j] = x[:, :, rows, columns].mean((2, 3))
    return y


def coefficients(guide, x, radius, epsilon, average):
    covariance = mean(guide * x, radius) - mean(guide, radius) * mean(x, radius)
    variance = mean(guide * guide, radius) - mean(guide, radius) ** 2
    a = covariance / (variance + epsilon)
    b = mean(x, radius) - a * mean(guide, radius)
    return (mean(a, radius), mean(b, radius)) if average else (a, b)


@pytest.mark.parametrize("g", [3, 1, 2])
@pytest.mark.parametrize("options", [
    {},
    {"mode": "full", "radius": 2, "epsilon": 0.1},
    {"average": False, "radius": 3},
    {"mode": "full", "average": False},
], ids=str)  # fmt: skip
def test_equals_loops(rng, g, options):
    x = rng.normal(size=(2, 3, 4, 5))
    guide = rng.normal(size=(2, g, 9, 11))
    layer = GuidedFilter(3, guide_channels=g, **options)
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide)).numpy()
    if g == 2:
        guide = guide.mean(1, keepdims=True)
    radius, epsilon = options.get("radius", 1), options.get("epsilon", 0.01)
    average = options.get("average", True)
    if options.get("mode") == "full":
        x = interpolate.linear(x, (9, 11), align_corners=True)
        a, b = coefficients(guide, x, radius, epsilon, average)
    else:
        small = interpolate.area(guide, (4, 5))
        a, b = (
            interpolate.linear(part, (9, 11), align_corners=True)
            for part in coefficients(small, x, radius, epsilon, average)
        )
    np.testing.assert_allclose(y, a * guide + b, rtol=0, atol=2e-6)


def test_the_guide_as_x_is_returned(rng):
    """Where x is the guide and epsilon small, A is 1."""
    guide = rng.normal(size=(1, 2, 6, 7))
    layer = GuidedFilter(2, scale=1, epsilon=1e-9)
    x = paddle.to_tensor(guide)
    y = layer(x, guide=x).numpy()
    np.testing.assert_allclose(y, guide, rtol=0, atol=1e-6)


def test_a_constant_guide_gives_the_mean_of_means(rng):
    x = rng.normal(size=(1, 2, 5, 6))
    guide = paddle.full([1, 2, 5, 6], 3.0, "float64")
    y = GuidedFilter(2, scale=1)(paddle.to_tensor(x), guide=guide).numpy()
    np.testing.assert_allclose(y, mean(mean(x, 1), 1), rtol=0, atol=1e-9)


def test_a_large_offset_of_the_guide_changes_nothing(rng):
    """In float32 the variance of numbers near 1000, as a difference of means, is off by
    more than a small epsilon."""
    x = paddle.to_tensor(rng.normal(size=(1, 1, 16, 16)).astype("float32"))
    guide = rng.uniform(size=(1, 1, 32, 32))
    results = []
    for offset, dtype in ((0, "float64"), (1000, "float32")):
        layer = GuidedFilter(1, epsilon=1e-3)
        moved = paddle.to_tensor((guide + offset).astype(dtype))
        results.append(layer(x.astype(dtype), guide=moved).numpy())
    np.testing.assert_allclose(results[1], results[0], rtol=0, atol=0.02)


def test_gradient(rng, check_gradient):
    layer = GuidedFilter(2, guide_channels=1, epsilon=0.1)
    x, guide = rng.normal(size=(1, 2, 3, 4)), rng.normal(size=(1, 1, 6, 8))
    check_gradient(lambda x, guide: layer(x, guide=guide), x, guide)


@pytest.mark.parametrize("mode, g, macs", [
    ("fast", 8, 9 * 48 + 3 * 8 + 16 + 4 * (72 + 8)),
    ("full", 3, 4 * (40 + 9 * (2 + 32) + 24 + 2 + 3)),
])  # fmt: skip
def test_cost(mode, g, macs):
    spec = {"name": "guided_filter", "mode": mode}
    found = cost(spec, 8, (5, 6), guide_channels=g)
    assert found.parameters == 0
    assert found.macs == 30 * macs


@pytest.mark.parametrize("options, text", [
    ({"mode": "slow"}, "guided_filter: unknown mode 'slow'"),
    ({"radius": 0}, "guided_filter: radius must be a positive integer"),
    ({"epsilon": 0.0}, "guided_filter: epsilon must be positive"),
], ids=str)  # fmt: skip
def test_errors_name_the_remedy(options, text):
    with pytest.raises(UsageError, match=text):
        GuidedFilter(2, **options)
