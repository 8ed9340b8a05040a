import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import FADE, FADELite
from tests.reference import fade as loops

BOTH = pytest.mark.parametrize("cls", [FADE, FADELite])


def shaken(rng, layer, much=0.3):
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape, scale=much).astype("float32"))
    return layer


def maps(rng, c, g, fine=(8, 6), coarse=(4, 3)):
    x = rng.normal(size=(2, c, *coarse)).astype("float32")
    guide = rng.normal(size=(2, g, *fine)).astype("float32")
    return paddle.to_tensor(x), paddle.to_tensor(guide)


@BOTH
@pytest.mark.parametrize("options", [
    {},
    {"kernel_size": 3, "border": "renormalise"},
    {"gate": False, "guide_channels": 3, "encoder_kernel": 5},
    {"border": "replicate"},
], ids=str)  # fmt: skip
def test_equals_four_strided_phases(rng, cls, options):
    """The L2H layout here against the H2L layout in loops, on a map that is no
    square."""
    if cls is FADE:
        options = {"compressed_channels": 6, **options}
    layer = shaken(rng, cls(4, **options))
    x, guide = maps(rng, 4, options.get("guide_channels", 4))
    y = layer(x, guide=guide).numpy()
    expected = loops.fade(
        x.numpy(),
        guide.numpy(),
        {k: v.numpy() for k, v in layer.state_dict().items()},
        options.get("kernel_size", 5),
        depthwise=cls is FADELite,
        border=options.get("border", "zero"),
    )
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


@BOTH
def test_gradient(rng, check_gradient, cls):
    layer = shaken(rng, cls(3, kernel_size=3))
    layer.to(dtype="float64")
    x, guide = maps(rng, 3, 3)
    check_gradient(
        lambda x, guide: layer(x, guide=guide), x.numpy()[:1], guide.numpy()[:1]
    )


@BOTH
@pytest.mark.parametrize("fine", [(9, 13), (11, 11), (9, 11)], ids=str)
def test_odd_guides(rng, cls, fine):
    """Inside, far from the edge that was fitted, nothing changes."""
    layer = shaken(rng, cls(4, kernel_size=3))
    x, guide = maps(rng, 4, 4, (10, 12), (5, 6))
    y = layer(x, guide=guide).numpy()
    odd = np.pad(guide.numpy(), [(0, 0), (0, 0), (0, 1), (0, 1)], "edge")
    odd = paddle.to_tensor(odd[:, :, : fine[0], : fine[1]])
    z = layer(x, guide=odd).numpy()
    assert z.shape[2:] == fine
    np.testing.assert_allclose(z[:, :, :8, :10], y[:, :, :8, :10], rtol=0, atol=1e-6)
    extended = layer(x, guide=guide, size=(11, 13)).numpy()
    np.testing.assert_array_equal(extended[:, :, -1, :12], y[:, :, -1])


@BOTH
def test_the_gate_is_what_fuses(rng, cls):
    x, guide = maps(rng, 4, 4)
    pure = shaken(rng, cls(4, gate=False))
    assert not pure(x * 0, guide=guide).numpy().any()
    full = shaken(rng, cls(4))
    full.gate_generator.conv.weight.set_value(np.zeros([1, 4, 1, 1], "float32"))
    full.gate_generator.conv.bias.set_value(np.full([1], 50, "float32"))
    np.testing.assert_array_equal(full(x, guide=guide).numpy(), guide.numpy())
    full.gate_generator.conv.bias.set_value(np.full([1], -50, "float32"))
    state = {k: v for k, v in full.state_dict().items() if not k.startswith("gate")}
    pure.set_state_dict(state)
    expected = pure(x, guide=guide).numpy()
    np.testing.assert_allclose(full(x, guide=guide).numpy(), expected, atol=1e-6)


@BOTH
@pytest.mark.parametrize("border, corner", [("zero", 0.36), ("renormalise", 1)])
def test_constant_at_a_corner_with_even_weights(rng, cls, border, corner):
    layer = cls(4, gate=False, border=border)
    layer.ker_generator.content_encoder.weight.set_value(
        layer.ker_generator.content_encoder.weight * 0
    )
    _, guide = maps(rng, 4, 4, (12, 12))
    y = layer(paddle.ones([2, 4, 6, 6]), guide=guide).numpy()
    np.testing.assert_allclose(y[:, :, 0, -1], corner, rtol=1e-5)
    np.testing.assert_allclose(y[:, :, 5, 6], 1, rtol=1e-5)


def test_start(rng):
    layer = FADE(64)
    generator = layer.ker_generator
    for conv, fans in (
        (generator.compressor_en, 128),
        (generator.compressor_de, 128),
        (generator.content_encoder, 9 * (64 + 25)),
        (layer.gate_generator.conv, 65),
        (FADELite(8).ker_generator.content_encoder, 9 * 26),
    ):
        bound = (6 / fans) ** 0.5
        weight = conv.weight.numpy()
        assert 0.9 * bound < np.abs(weight).max() <= bound * (1 + 1e-6)
        assert conv.bias is None or not conv.bias.numpy().any()
    assert generator.compressor_de.bias is None


@BOTH
def test_closed_form_without_the_gate(cls):
    layer = cls(8, guide_channels=5, kernel_size=3, gate=False, encoder_kernel=5)
    counted = sum(p.size for p in layer.parameters())
    spec = {"name": cls.name, "kernel_size": 3, "gate": False, "encoder_kernel": 5}
    assert cost(spec, 8, (4, 4), guide_channels=5).parameters == counted
    gate = cost(cls.name, 8, (4, 4)).macs
    pure = cost({"name": cls.name, "gate": False}, 8, (4, 4)).macs
    assert gate - pure == 9 * 8 * 16


@BOTH
@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"guide_channels": 3}, "guide_channels=3 must equal in_channels=8, or gate be F"),
    ({"border": "zeros"}, "unknown border 'zeros'; did you mean 'zero'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(cls, options, text):
    with pytest.raises(UsageError, match=f"{cls.name}: .*{text}"):
        cls(8, **options)


@BOTH
def test_error_of_a_guide_too_far_off(rng, cls):
    x, guide = maps(rng, 4, 4, (10, 6))
    with pytest.raises(UsageError, match=f"{cls.name}: the guide is 10x6"):
        cls(4)(x, guide=guide)
