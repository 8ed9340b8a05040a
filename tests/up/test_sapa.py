"""SAPA-I, -B, -G and -D, which share most of what there is to test."""

import numpy as np
import paddle
import paddle.nn as nn
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import SAPAB, SAPAD, SAPAG, SAPAI
from tests.reference import convolution, published
from tests.reference import sapa as loops

WINDOWS = pytest.mark.parametrize("cls", [SAPAI, SAPAB, SAPAG])
ALL = pytest.mark.parametrize("cls", [SAPAI, SAPAB, SAPAG, SAPAD])


def shaken(rng, layer, much=0.7):
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape, scale=much).astype("float32"))
    return layer


def maps(rng, c, g, fine=(8, 6), coarse=(4, 3)):
    x = rng.normal(size=(2, c, *coarse)).astype("float32")
    guide = rng.normal(size=(2, g, *fine)).astype("float32")
    return paddle.to_tensor(x), paddle.to_tensor(guide)


def weights(layer):
    return {k: v.numpy() for k, v in layer.state_dict().items()}


@WINDOWS
@pytest.mark.parametrize("options", [
    {},
    {"kernel_size": 3, "border": "renormalise", "scale": 3},
    {"border": "replicate", "scale": 1},
], ids=str)  # fmt: skip
def test_equals_loops(rng, cls, options):
    layer = shaken(rng, cls(6, **options))
    scale = options.get("scale", 2)
    x, guide = maps(rng, 6, 6, (4 * scale, 3 * scale))
    expected = getattr(loops, cls.name)(
        x.numpy(),
        guide.numpy(),
        weights(layer),
        options.get("kernel_size", 5),
        scale,
        options.get("border", "zero"),
    )
    y = layer(x, guide=guide).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-5)


@pytest.mark.parametrize("points, groups, scale", [(9, 4, 2), (2, 1, 3), (3, 2, 1)])
def test_points_equal_loops(rng, points, groups, scale):
    layer = SAPAD(
        8, guide_channels=5, points=points, groups=groups, embedding=3, scale=scale
    )
    x, guide = maps(rng, 8, 5, (4 * scale, 3 * scale))
    y = shaken(rng, layer)(x, guide=guide).numpy()
    given = (x.numpy(), guide.numpy(), weights(layer))
    expected = loops.sapa_d(*given, points, groups, scale)
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-5)


def test_shared_points_are_equal_points_of_a_cell(rng):
    shared = shaken(rng, SAPAD(8, points=3, high_offset=False))
    own = SAPAD(8, points=3)
    state = weights(shared)
    for name in ("offset.weight", "offset.bias"):
        state[name] = state[name].repeat(4, axis=0)
    own.set_state_dict(state)
    x, guide = maps(rng, 8, 8)
    expected = own(x, guide=guide).numpy()
    np.testing.assert_allclose(shared(x, guide=guide).numpy(), expected, atol=1e-6)


@ALL
def test_gradient(rng, check_gradient, cls):
    layer = shaken(rng, cls(4, **({} if cls is SAPAD else {"kernel_size": 3})))
    layer.to(dtype="float64")
    x, guide = maps(rng, 4, 4)
    check_gradient(
        lambda x, guide: layer(x, guide=guide),
        x.numpy()[:1],
        guide.numpy()[:1],
        tolerance=1e-5,
    )


@WINDOWS
@pytest.mark.parametrize("border, corner, edge", [
    ("zero", 0.36, 0.6),
    ("replicate", 1, 1),
    ("renormalise", 1, 1),
])  # fmt: skip
def test_constant_at_the_border_when_nothing_is_alike(rng, cls, border, corner, edge):
    """A constant map has normalised features of zero, so that all scores are equal."""
    x, guide = paddle.ones([1, 8, 6, 6]), maps(rng, 8, 8, (12, 12))[1][:1]
    y = cls(8, border=border)(x, guide=guide).numpy()[0]
    np.testing.assert_allclose(y[:, [0, 0, -1, -1], [0, -1, 0, -1]], corner, rtol=1e-4)
    np.testing.assert_allclose(y[:, 0, 6], edge, rtol=1e-4)
    np.testing.assert_allclose(y[:, 6, 6], 1, rtol=1e-4)


@ALL
def test_no_content_of_the_guide_enters(rng, cls):
    layer = shaken(rng, cls(8))
    x, guide = maps(rng, 8, 8)
    assert not layer(x * 0, guide=guide).numpy().any()


@WINDOWS
def test_takes_what_is_alike(rng, cls):
    """Where the guide shows an edge inside a coarse pixel, the result follows it."""
    kind = np.zeros((1, 2, 12, 12), "float32")
    kind[:, 0, :, :5], kind[:, 1, :, 5:] = 8, 8
    x = paddle.to_tensor(kind[:, :, ::2, ::2])
    layer = cls(2, border="renormalise")
    for name in ("q", "qy", "k"):
        if hasattr(layer, name):
            weight = getattr(layer, name).weight
            value = np.zeros(weight.shape, "float32")
            value[0, 0] = value[1, 1] = 2.0
            weight.set_value(value)
    if cls is SAPAG:
        layer.gate.bias.set_value(np.full([1], 9, "float32"))
    for norm in (layer.norm_x, layer.norm_y):
        norm.weight.set_value(norm.weight * 4)
    y = layer(x, guide=paddle.to_tensor(kind)).numpy()
    np.testing.assert_allclose(y, kind, atol=0.05)


@ALL
@pytest.mark.parametrize("fine", [(9, 13), (11, 11)], ids=str)
def test_odd_guides(rng, cls, fine):
    """Inside, far from the edge that was fitted, nothing changes."""
    layer = shaken(rng, cls(4))
    x, guide = maps(rng, 4, 4, (10, 12), (5, 6))
    y = layer(x, guide=guide).numpy()
    odd = np.pad(guide.numpy(), [(0, 0), (0, 0), (0, 1), (0, 1)], "edge")
    odd = paddle.to_tensor(odd[:, :, : fine[0], : fine[1]])
    z = layer(x, guide=odd).numpy()
    assert z.shape[2:] == fine
    np.testing.assert_allclose(z[:, :, :9, :11], y[:, :, :9, :11], rtol=0, atol=1e-6)


def test_group_norm_is_over_32_groups(rng):
    layer = SAPAB(64, norm="group")
    assert layer.norm_x._num_groups == 32
    x, guide = maps(rng, 64, 64)
    assert np.isfinite(layer(x, guide=guide).numpy()).all()
    assert isinstance(SAPAB(64, norm="none").norm_x, nn.Identity)


def test_start(rng):
    layers = [SAPAB(256).q, SAPAB(256).k, SAPAG(256).qx, SAPAD(64).q, SAPAD(64).offset]
    for layer in layers:
        assert layer.weight.numpy().std() == pytest.approx(0.02, rel=0.05)
        assert not layer.bias.numpy().any()


@pytest.mark.parametrize("name, parameters, giga", [
    ("sapa_i", 6_144, 0.75),
    ("sapa_b", 104_832, 1.02),
    ("sapa_g", 155_718, 1.14),
    ("sapa_d", 838_848, 4.48),
])  # fmt: skip
def test_cost_in_segformer(name, parameters, giga):
    """Published: SAPA-I +0 and +0.75 G, SAPA-B +0.1 M and +1.02 G; SAPA-G the same as
    SAPA-B, which is too little; SAPA-D +0.8 M and +5.3 G, which counts more."""
    counted, macs = published.in_segformer_b1(name)
    assert counted == parameters
    assert round(macs / 1e9, 2) == giga


def test_published_parameters():
    millions = {"sapa_i": 0.0, "sapa_b": 0.1, "sapa_d": 0.8}
    for name, expected in millions.items():
        assert round(published.in_segformer_b1(name)[0] / 1e6, 1) == expected


@pytest.mark.parametrize("cls, options", [
    (SAPAI, {"norm": "none"}),
    (SAPAB, {"embedding": 7, "norm": "group", "bias": False}),
    (SAPAG, {"embedding": 7, "bias": False, "scale": 3}),
    (SAPAD, {"points": 3, "groups": 2, "embedding": 5, "scale": 3}),
    (SAPAD, {"high_offset": False, "norm": "layer", "bias": False}),
], ids=str)  # fmt: skip
def test_closed_form_of_options(cls, options):
    g = 8 if cls is SAPAI else 6
    counted = sum(p.size for p in cls(8, guide_channels=g, **options).parameters())
    formula = cost({"name": cls.name, **options}, 8, (4, 4), guide_channels=g)
    assert formula.parameters == counted


@pytest.mark.parametrize("cls, options, text", [
    (SAPAB, {"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    (SAPAI, {"guide_channels": 3}, "guide_channels=3 must equal in_channels=8"),
    (SAPAG, {"border": "zeros"}, "unknown border 'zeros'; did you mean 'zero'"),
    (SAPAG, {"norm": "lay"}, "unknown norm 'lay'; did you mean 'layer'"),
    (SAPAD, {"groups": 3}, "groups=3 must divide in_channels=8"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(cls, options, text):
    with pytest.raises(UsageError, match=f"{cls.name}: {text}"):
        cls(8, **options)


def test_reference_is_linear_over_channels(rng):
    """The two ways the references project are one."""
    x, weight = rng.normal(size=(1, 3, 2, 2)), rng.normal(size=(3, 5))
    bias = rng.normal(size=5)
    expected = convolution.conv(x, weight.T[:, :, None, None], bias)
    np.testing.assert_allclose(loops.over_channels(x, weight, bias), expected)
