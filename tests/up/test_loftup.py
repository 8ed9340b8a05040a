import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import LoftUp
from tests.reference import cross_attention


def shaken(rng, layer):
    """In evaluation, with other weights and with norms that do something."""
    for name, value in layer.state_dict().items():
        more = 0.2 * rng.normal(size=value.shape)
        more = np.abs(more) if name.endswith("_variance") else more
        value.set_value((value.numpy() + more).astype("float32"))
    layer.eval()
    return layer


def tensor(rng, *shape):
    return paddle.to_tensor(rng.normal(size=shape).astype("float32"))


@pytest.mark.parametrize("options, guide_size, size", [
    ({}, (4, 6), None),
    ({"layers": 1, "frequencies": 3}, (5, 7), None),
    ({"layers": 3, "heads": 2, "frequencies": 1}, (8, 6), (4, 3)),
    ({"frequencies": 2}, (1, 3), None),
], ids=str)  # fmt: skip
def test_equals_loops(rng, options, guide_size, size):
    layer = shaken(rng, LoftUp(4, guide_channels=3, **options))
    x, guide = tensor(rng, 2, 4, 3, 2), tensor(rng, 2, 3, *guide_size)
    y = layer(x, guide=guide, size=size).numpy()
    weights = {n: p.numpy() for n, p in layer.state_dict().items()}
    expected = cross_attention.loftup(
        x.numpy(), guide.numpy(), weights, size or guide_size, options.get("heads", 4)
    )
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-5)


def test_gradient(rng, check_gradient):
    layer = shaken(rng, LoftUp(4, guide_channels=2, frequencies=2))
    layer.to(dtype="float64")
    x, guide = rng.normal(size=(1, 4, 2, 3)), rng.normal(size=(1, 2, 3, 4))
    check_gradient(
        lambda x, guide: layer(x, guide=guide), x, guide, step=1e-8, tolerance=1e-4
    )


def test_result_of_an_image_does_not_depend_on_its_batch(rng):
    """The released module stretches the image by the range of the whole batch."""
    layer = shaken(rng, LoftUp(4, guide_channels=3))
    x, guide = tensor(rng, 3, 4, 3, 4), tensor(rng, 3, 3, 6, 8)
    alone = layer(x[1:2], guide=guide[1:2]).numpy()
    guide[0] *= 10.0
    guide[2] += 5.0
    np.testing.assert_allclose(layer(x, guide=guide).numpy()[1:2], alone, atol=1e-5)


def test_brightness_and_contrast_of_the_guide_do_not_matter(rng):
    layer = shaken(rng, LoftUp(4, guide_channels=3))
    x, guide = tensor(rng, 1, 4, 3, 4), tensor(rng, 1, 3, 6, 8)
    guide = paddle.round(guide * 64) / 64  # so that no rounding is magnified
    expected = layer(x, guide=guide).numpy()
    moved = layer(x, guide=guide * 4 + 2).numpy()
    np.testing.assert_allclose(moved, expected, atol=1e-5)


def test_guide_without_contrast_is_no_division_by_zero(rng):
    layer = shaken(rng, LoftUp(4, guide_channels=3))
    y = layer(tensor(rng, 1, 4, 3, 4), guide=paddle.ones([1, 3, 6, 8]))
    assert np.isfinite(y.numpy()).all()


@pytest.mark.parametrize("channels, published", [
    (256, 2_162_710), (384, 4_303_126), (768, 15_049_750),
])  # fmt: skip
def test_parameters_of_the_released_module(channels, published):
    found = cost("loftup", channels, (4, 4), guide_channels=3)
    assert found.parameters == published


@pytest.mark.parametrize("options", [{}, {"layers": 1, "frequencies": 3}], ids=str)
def test_cost(options):
    layers, f = options.get("layers", 2), options.get("frequencies", 20)
    found = cost({"name": "loftup", **options}, 8, (5, 6), guide_channels=3)
    convolutions = 9 * 28 * (10 * f + 3 + 28) + 28 * 8
    fine = convolutions + layers * (2 * 28 * 28 + 2 * 28 * 8)
    pairs = layers * 2 * 28 * 120 * 30
    assert found.macs == 120 * fine + 30 * layers * 2 * 28 * 28 + pairs


def test_released_names():
    names = [n for n, _ in LoftUp(4, guide_channels=3, layers=1).named_parameters()]
    layer = "ca_transformer.layers.0"
    assert {
        "lr_pe.biases",
        "fourier_feat.1.biases",
        "first_conv.0.norm.weight",
        "first_conv.5.bias",
        f"{layer}.0.attention.in_proj_weight",
        f"{layer}.0.attention.out_proj.bias",
        f"{layer}.1.net.4.weight",
        "ca_transformer.norm.bias",
        "final_conv.1.weight",
    } <= {*names}


def test_starts_as_pytorch_does():
    layer = LoftUp(44, guide_channels=3)
    attention, mlp = layer.ca_transformer.layers[0]
    for weight, bound in (
        (layer.first_conv[1].weight, (9 * 203) ** -0.5),
        (layer.first_conv[4].bias, (9 * 64) ** -0.5),
        (attention.attention.in_proj_weight, (6 / (4 * 64)) ** 0.5),
        (attention.attention.out_proj.weight, 64**-0.5),
        (mlp.net[1].weight, 64**-0.5),
        (mlp.net[4].weight, 44**-0.5),
        (layer.final_conv[0].weight, 64**-0.5),
    ):
        largest = np.abs(weight.numpy()).max()
        assert 0.9 * bound < largest <= bound * (1 + 1e-6)
    assert not attention.attention.in_proj_bias.numpy().any()
    assert not attention.attention.out_proj.bias.numpy().any()


@pytest.mark.parametrize("given, text", [
    (None, "called without a guide"),
    (2, "the guide has 2 channels, but the layer was built with guide_channels=3"),
], ids=["guide", "channels"])  # fmt: skip
def test_error_names_the_remedy(given, text):
    guide = given and paddle.ones([1, given, 4, 4])
    with pytest.raises(UsageError, match=f"loftup: {text}"):
        LoftUp(4, guide_channels=3)(paddle.ones([1, 4, 2, 2]), guide=guide)


@pytest.mark.parametrize("options, text", [
    ({"heads": 5}, r"heads=5 must divide in_channels \+ 20 = 24"),
    ({"layers": 0}, "layers must be a positive integer, not 0"),
    ({"frequencies": 2.5}, "frequencies must be a positive integer, not 2.5"),
], ids=["heads", "layers", "frequencies"])  # fmt: skip
def test_error_of_an_option(options, text):
    with pytest.raises(UsageError, match=f"loftup: {text}"):
        LoftUp(4, **options)
