import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.ops import pixel_shuffle
from paddle_resample.up import DySample
from tests.reference import dysample, interpolate

STYLE = pytest.mark.parametrize("style", ["lp", "pl"])
# (options, weights of six sites, all parameters of six sites, GMACs): the paper's
# SegFormer-B1 at 512x512 with 256 channels; its tables count weights alone.
PUBLISHED = [
    ({"style": "lp", "groups": 4}, 49_152, 49_344, 0.179),
    ({"style": "lp", "groups": 4, "dyscope": True}, 98_304, 98_496, 0.299),
    ({"style": "pl", "groups": 8}, 6_144, 6_240, 0.120),
    ({"style": "pl", "groups": 8, "dyscope": True}, 12_288, 12_384, 0.179),
]
SITES = [16, 32, 64, 32, 64, 64]


def shaken(rng, channels, **options):
    """A layer whose offsets reach over several pixels."""
    layer = DySample(channels, **options)
    for p in layer.parameters():
        p.set_value((3 * rng.normal(size=p.shape)).astype("float32"))
    return layer


@pytest.mark.parametrize("options, weights, parameters, gmacs", PUBLISHED)
def test_published_table(options, weights, parameters, gmacs):
    layer = DySample(256, **options)
    own = [p.numpy() for p in layer.parameters()]
    assert 6 * sum(p.size for p in own if p.ndim == 4) == weights
    assert 6 * sum(p.size for p in own) == parameters
    sites = [cost({"name": "dysample", **options}, 256, (n, n)) for n in SITES]
    assert sum(s.parameters for s in sites) == parameters
    assert sum(s.macs for s in sites) / 1e9 == pytest.approx(gmacs, abs=5e-4)


@STYLE
@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("dyscope", [False, True], ids=["static", "dyscope"])
def test_equals_loops(rng, style, scale, dyscope):
    channels = 2 * scale**2
    options = {"style": style, "scale": scale, "dyscope": dyscope, "groups": 2}
    layer = shaken(rng, channels, **options)
    x = rng.normal(size=(2, channels, 3, 4)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    expected = dysample.dysample(
        x,
        layer.offset.weight.numpy(),
        layer.offset.bias.numpy(),
        layer.scope.weight.numpy() if dyscope else None,
        scale,
        style,
        groups=2,
    )
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-5)


@STYLE
@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_zero_offset_is_bilinear(rng, style, scale):
    channels = scale**2
    layer = DySample(channels, scale=scale, style=style, groups=1, dyscope=True)
    layer.offset.weight.set_value(layer.offset.weight * 0)
    x = rng.normal(size=(1, channels, 5, 6)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    expected = interpolate.linear(x, (5 * scale, 6 * scale))
    np.testing.assert_allclose(y, expected, rtol=0, atol=6e-6)


@STYLE
def test_start(rng, style):
    layer = DySample(64, style=style, dyscope=True)
    assert layer.offset.weight.numpy().std() == pytest.approx(0.001, rel=0.1)
    assert not layer.offset.bias.numpy().any()
    assert not layer.scope.weight.numpy().any()
    assert layer.scope.bias is None
    x = rng.normal(size=(1, 64, 8, 8)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    gap = np.abs(y - interpolate.linear(x, (16, 16))).max()
    assert 0 < gap < 0.05


def test_groups_move_apart(rng):
    """An offset of one coarse pixel along the columns, in the second group only."""
    layer = DySample(4, groups=2, style="lp")
    layer.offset.weight.set_value(layer.offset.weight * 0)
    bias = np.zeros([2, 2, 2, 2], "float32")  # columns or rows, group, row, column
    bias[0, 1] = 4  # times 0.25
    layer.offset.bias.set_value(bias.ravel())
    x = rng.normal(size=(1, 4, 5, 6)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    plain = interpolate.linear(x, (10, 12))
    np.testing.assert_allclose(y[:, :2], plain[:, :2], atol=1e-5)
    np.testing.assert_allclose(y[:, 2:, :, 1:9], plain[:, 2:, :, 3:11], atol=1e-5)
    np.testing.assert_allclose(y[:, 2:, :, 11], plain[:, 2:, :, 11], atol=1e-5)


@STYLE
def test_constant_stays_constant_to_the_border(rng, style):
    layer = shaken(rng, 8, style=style, dyscope=True)
    y = layer(paddle.full([1, 8, 4, 5], 2.5)).numpy()
    np.testing.assert_allclose(y, 2.5, rtol=1e-6)


@STYLE
def test_gradient(rng, check_gradient, style):
    layer = shaken(rng, 4, style=style, groups=2, dyscope=True)
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 4, 3, 4)))


def test_coordinates_of_half_precision_offsets_are_float32(rng, monkeypatch):
    """What AMP brings: on a wide map half-precision coordinates miss by a tenth of a
    pixel, and a result of half precision would have the dtype of x no more."""
    layer = DySample(4, groups=1)
    bias = np.full([8], 0.5, "float32")
    layer.offset.bias.set_value(bias)
    layer.offset.weight.set_value(layer.offset.weight * 0)
    x = paddle.to_tensor(rng.normal(size=(1, 4, 1, 400)).astype("float32"))
    expected = layer(x).numpy()
    offset = layer.offset.forward
    monkeypatch.setattr(layer.offset, "forward", lambda x: offset(x).astype("float16"))
    monkeypatch.setattr(
        "paddle_resample.up.dysample._pixel_shuffle",
        lambda x, s: pixel_shuffle(x.astype("float32"), s).astype(x.dtype),
    )
    y = layer(x)
    assert y.dtype == paddle.float32
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-6)


def test_new_initialisation_after_construction_is_noticed(rng):
    """Frameworks that start every convolution anew destroy the start near bilinear."""
    layer = DySample(64)
    x = rng.normal(size=(1, 64, 8, 8)).astype("float32")
    paddle.nn.initializer.XavierUniform()(layer.offset.weight)
    y = layer(paddle.to_tensor(x)).numpy()
    assert np.abs(y - interpolate.linear(x, (16, 16))).max() > 0.1


@pytest.mark.parametrize("options, text", [
    ({"style": "lx"}, "unknown style 'lx'; known: 'lp', 'pl'"),
    ({"groups": 3}, "groups=3 must divide in_channels=8"),
    ({"groups": 0}, "groups must be a positive integer, not 0"),
    ({"style": "pl", "scale": 3}, r"multiple of scale\*scale=9, not 8; use style 'lp'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"dysample: .*{text}"):
        DySample(8, **options)
