import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import JAFAR
from tests.reference import image_attention as loops
from tests.reference import interpolate


def shaken(rng, layer):
    for p in layer.parameters():
        p.set_value((p.numpy() + 0.2 * rng.normal(size=p.shape)).astype("float32"))
    return layer


def by_loops(x, guide, weights, size, heads):
    image = loops.encode(guide, weights, "image_encoder")
    image = loops.rotate(image, weights["rope.freqs"])
    queries = interpolate.area(loops.encode(image, weights, "query_encoder"), size)
    keys = interpolate.area(loops.encode(image, weights, "key_encoder"), x.shape[2:])
    features = loops.encode(loops.normalised(x), weights, "key_features_encoder")
    gamma, beta = (
        np.einsum(
            "oc,nchw->nohw", weights[f"sft_key.{key}.weight"][:, :, 0, 0], features
        )
        for key in ("gamma", "beta")
    )
    keys = gamma * loops.group_norm(keys) + beta
    return loops.attend(loops.group_norm(queries), keys, x, weights, heads)


@pytest.mark.parametrize("channels, k, guide_size, size", [
    (3, 1, (4, 6), None), (8, 3, (7, 5), (5, 3)),
], ids=str)  # fmt: skip
def test_equals_loops(rng, channels, k, guide_size, size):
    layer = JAFAR(channels, guide_channels=2, width=8, heads=2, kernel_size=k)
    shaken(rng, layer)
    x = rng.normal(size=(2, channels, 3, 2)).astype("float32")
    guide = rng.normal(size=(2, 2, *guide_size)).astype("float32")
    y = layer(paddle.to_tensor(x), guide=paddle.to_tensor(guide), size=size).numpy()
    weights = {n: p.numpy() for n, p in layer.named_parameters()}
    expected = by_loops(x, guide, weights, size or guide_size, 2)
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-5)


def test_gradient(rng, check_gradient):
    layer = shaken(rng, JAFAR(2, width=8, heads=2))
    layer.to(dtype="float64")
    x, guide = rng.normal(size=(1, 2, 2, 3)), rng.normal(size=(1, 2, 3, 4))
    check_gradient(lambda x, guide: layer(x, guide=guide), x, guide, tolerance=1e-5)


def test_weights_sum_to_one_and_stay_between_the_values(rng):
    layer = shaken(rng, JAFAR(2, width=8))
    guide = paddle.to_tensor(rng.normal(size=(1, 2, 9, 8)).astype("float32"))
    y = layer(paddle.full([1, 2, 4, 4], 2.5), guide=guide).numpy()
    np.testing.assert_allclose(y, 2.5, rtol=1e-5)
    x = rng.normal(size=(1, 2, 4, 4)).astype("float32")
    y = layer(paddle.to_tensor(x), guide=guide).numpy()
    assert x.min() <= y.min() and y.max() <= x.max()


def test_result_of_an_image_does_not_depend_on_its_batch(rng):
    layer = shaken(rng, JAFAR(2, width=8))
    x = paddle.to_tensor(rng.normal(size=(3, 2, 3, 4)).astype("float32"))
    guide = paddle.to_tensor(10 * rng.normal(size=(3, 2, 6, 8)).astype("float32"))
    alone = layer(x[1:2], guide=guide[1:2]).numpy()
    np.testing.assert_allclose(layer(x, guide=guide).numpy()[1:2], alone, atol=1e-5)


@pytest.mark.parametrize("channels, published", [(256, 595_584), (384, 628_480)])
def test_parameters_of_the_released_module(channels, published):
    layer = JAFAR(channels, guide_channels=3)
    assert sum(p.size for p in layer.parameters()) == published
    frozen = sum(p.size for p in layer.parameters() if p.stop_gradient)
    assert frozen == 129 * channels + 16_512
    found = cost("jafar", channels, (4, 4), guide_channels=3)
    assert found.parameters == published - frozen


def test_parameters_where_the_features_are_as_wide_as_the_queries():
    layer = JAFAR(128, guide_channels=3)
    assert sum(p.size for p in layer.parameters()) == 529_792 + 257 * 128
    learned = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    assert cost("jafar", 128, (4, 4), guide_channels=3).parameters == learned


def test_first_frequencies_are_the_released_ones():
    freqs = JAFAR(4).rope.freqs.numpy()
    line = 2 * np.pi * 100.0 ** np.linspace(0, -1, 32)
    np.testing.assert_allclose(freqs[0], np.r_[line, line, 0 * line, 0 * line], 1e-6)
    np.testing.assert_allclose(freqs[1], np.r_[0 * line, 0 * line, line, line], 1e-6)


@pytest.mark.parametrize("given, text", [
    (None, "called without a guide"),
    (3, "the guide has 3 channels, but the layer was built with guide_channels=2"),
], ids=["guide", "channels"])  # fmt: skip
def test_error_names_the_remedy(given, text):
    guide = given and paddle.ones([1, given, 4, 4])
    with pytest.raises(UsageError, match=f"jafar: {text}"):
        JAFAR(2)(paddle.ones([1, 2, 2, 2]), guide=guide)


def test_error_of_a_width():
    with pytest.raises(UsageError, match="jafar: width=20 must be a multiple of 8 and"):
        JAFAR(2, width=20)
