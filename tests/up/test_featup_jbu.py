import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import FeatUpJBU
from tests.reference import interpolate
from tests.reference import pixel_filter as loops


@pytest.mark.parametrize("fine, size", [
    ((12, 16), None),
    ((11, 17), None),
    ((14, 19), (12, 16)),
    ((9, 8), (11, 15)),
], ids=str)  # fmt: skip
def test_two_stages_equal_loops(rng, fine, size):
    """The released stack makes 4 times the sides of x of any guide; size does here."""
    layer = FeatUpJBU(2, guide_channels=3, scale=4, key_channels=4, radius=1)
    x = rng.normal(size=(2, 2, 3, 4)).astype("float32")
    guide = rng.normal(size=(2, 3, *fine)).astype("float32")
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide), size=size).numpy()
    weights = {n: p.numpy() for n, p in layer.named_parameters()}

    def of(stage):
        return {n[4:]: w for n, w in weights.items() if n.startswith(stage + ".")}

    middle = interpolate.area(guide, (6, 8))
    expected = loops.learned_range(x, middle, of("up1"), 1)
    if size is not None:
        guide = interpolate.area(guide, size)
    expected = loops.learned_range(expected, guide, of("up2"), 1)
    last = weights["fixup_proj.1.weight"][:, :, 0, 0]
    more = np.einsum("oc,nchw->nohw", last, expected)
    more = more + weights["fixup_proj.1.bias"][:, None, None]
    np.testing.assert_allclose(y, expected + 0.1 * more, rtol=0, atol=2e-5)


@pytest.mark.parametrize("channels, published", [(256, 90_724), (384, 172_772)])
def test_parameters_of_the_published_stack(channels, published):
    spec = {"name": "featup_jbu", "scale": 16}
    assert cost(spec, channels, (4, 4), guide_channels=3).parameters == published


def test_cost():
    per_pixel = 3 * 32 + 32 * 32 + 52 * 49 + 49 * 49 + 49 * 32 + 49 * 8 + 16 * 8
    found = cost({"name": "featup_jbu", "scale": 4}, 8, (5, 6), guide_channels=3)
    assert found.parameters == 2 * 6_233 + 8 * 8 + 8
    assert found.macs == 30 * (20 * per_pixel + 16 * 64)


def test_dropout_acts_in_training_only(rng):
    layer = FeatUpJBU(4, guide_channels=3, dropout=True)
    x = paddle.ones([1, 4, 6, 6])
    guide = paddle.to_tensor(rng.normal(size=(1, 3, 12, 12)).astype("float32"))
    first, second = (layer(x, guide=guide).numpy() for _ in range(2))
    assert np.abs(first - second).max() > 0
    layer.eval()
    first, second = (layer(x, guide=guide).numpy() for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("given, text", [
    ({}, "featup_jbu: called without a guide"),
    ({"guide": 3}, "a map of 3x3 is too small to reflect 3 pixels"),
], ids=["guide", "small"])  # fmt: skip
def test_error_names_the_remedy(given, text):
    if "guide" in given:
        given["guide"] = paddle.ones([1, 2, given["guide"], given["guide"]])
    with pytest.raises(UsageError, match=text):
        FeatUpJBU(2)(paddle.ones([1, 2, 2, 2]), **given)
