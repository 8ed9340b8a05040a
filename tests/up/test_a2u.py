import math

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import A2U
from tests.reference import a2u as loops
from tests.reference import published
from tests.reference import reassemble as reassembly


def shaken(rng, layer, much=0.7):
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape, scale=much).astype("float32"))
    return layer


def maps(rng, c, g, fine=(8, 6), coarse=(4, 3)):
    x = rng.normal(size=(2, c, *coarse)).astype("float32")
    guide = rng.normal(size=(2, g, *fine)).astype("float32")
    return paddle.to_tensor(x), paddle.to_tensor(guide)


@pytest.mark.parametrize("options", [
    {},
    {"encoder_kernel": 3, "share": False, "kernel_size": 1},
    {"encoder_kernel": 4, "groups": 2, "border": "replicate"},
    {"encoder_kernel": 5, "share": False, "border": "renormalise", "kernel_size": 5},
], ids=str)  # fmt: skip
def test_equals_loops(rng, options):
    layer = shaken(rng, A2U(4, guide_channels=6, **options))
    x, guide = maps(rng, 4, 6)
    k, groups = options.get("kernel_size", 3), options.get("groups", 1)
    w = {name: value.numpy() for name, value in layer.state_dict().items()}
    size = options.get("encoder_kernel", 6)
    kernels = loops.kernels(guide.numpy(), w, k, size, math.gcd(32, 6), groups)
    np.testing.assert_allclose(
        layer.kernels(x, guide).numpy(), kernels, rtol=0, atol=1e-5
    )
    border = options.get("border", "zero")
    expected = reassembly.reassemble(x.numpy(), kernels, k, 2, groups, border=border)
    y = layer(x, guide=guide).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-5)


@pytest.mark.parametrize("share", [True, False])
def test_gradient(rng, check_gradient, share):
    layer = shaken(rng, A2U(3, guide_channels=4, share=share))
    layer.to(dtype="float64")
    x, guide = maps(rng, 3, 4)
    check_gradient(
        lambda x, guide: layer(x, guide=guide),
        x.numpy()[:1],
        guide.numpy()[:1],
        tolerance=1e-5,
    )


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_windows_sum_to_one_in_every_group(rng, groups):
    """With more than one group the released module's do not."""
    layer = shaken(rng, A2U(4, groups=groups), 2)
    kernels = layer.kernels(*maps(rng, 4, 4)).numpy()
    total = kernels.reshape(2, groups, 9, 8, 6).sum(2)
    np.testing.assert_allclose(total, 1, rtol=1e-5)


def test_weights_are_bounded(rng):
    """However large its numbers are, a softmax of sigmoids is never sharp."""
    layer = shaken(rng, A2U(32), 30)
    kernels = layer.kernels(*maps(rng, 32, 32)).numpy()
    assert kernels.min() >= 1 / (1 + 8 * math.e) * (1 - 1e-5)
    assert kernels.max() <= math.e / (math.e + 8) * (1 + 1e-5)
    assert kernels.max() > 0.2  # the bound is nearly reached
    assert kernels.min() < 0.05


def test_samples_do_not_mix(rng):
    layer = shaken(rng, A2U(8))
    x, guide = maps(rng, 8, 8)
    both = layer(x, guide=guide).numpy()
    alone = layer(x[1:], guide=guide[1:]).numpy()
    np.testing.assert_allclose(alone, both[1:], rtol=0, atol=1e-5)


def test_no_content_of_the_guide_enters(rng):
    x, guide = maps(rng, 8, 8)
    assert not shaken(rng, A2U(8))(x * 0, guide=guide).numpy().any()


@pytest.mark.parametrize("border, corner", [("zero", 4 / 9), ("renormalise", 1)])
def test_constant_at_a_corner_with_even_weights(rng, border, corner):
    layer = A2U(4, border=border)
    for p in layer.bconv_UP.parameters():
        p.set_value(p * 0)
    guide = maps(rng, 4, 4, (8, 8))[1]
    y = layer(paddle.ones([2, 4, 4, 4]), guide=guide).numpy()
    np.testing.assert_allclose(y[:, :, -1, 0], corner, rtol=1e-5)
    np.testing.assert_allclose(y[:, :, 3, 4], 1, rtol=1e-5)


@pytest.mark.parametrize("fine", [(9, 13), (11, 11)], ids=str)
def test_odd_guides(rng, fine):
    """The guide is cropped or extended by its last row and column, and the result
    too."""
    layer = shaken(rng, A2U(4))
    x, _ = maps(rng, 4, 4, coarse=(5, 6))
    guide = maps(rng, 4, 4, fine)[1]
    rows = [min(i, fine[0] - 1) for i in range(10)]
    columns = [min(j, fine[1] - 1) for j in range(12)]
    exact = paddle.to_tensor(guide.numpy()[:, :, rows][..., columns])
    y = layer(x, guide=exact).numpy()
    z = layer(x, guide=guide).numpy()
    rows = [min(i, 9) for i in range(fine[0])]
    columns = [min(j, 11) for j in range(fine[1])]
    np.testing.assert_array_equal(z, y[:, :, rows][..., columns])


def test_starts_as_pytorch_does():
    layer = A2U(64)
    for conv in (layer.bconv_U[1], layer.bconv_V[1], layer.bconv_UP[1]):
        values = np.concatenate([p.numpy().ravel() for p in conv.parameters()])
        assert 0.85 / 8 < np.abs(values).max() <= 1 / 8
        assert conv.bias.numpy().any()
    assert layer.bnu[0]._num_groups == 32


def test_published_cost_in_segformer():
    """+0.41 G; +0.06 M (SAPA's table), to which FADE's table adds the module's half for
    downsampling, +0.12 M."""
    parameters, macs = published.in_segformer_b1("a2u")
    assert parameters == 64_740
    assert round(parameters / 1e6, 2) == 0.06
    unused = 36 * 256 + 36
    assert round((parameters + 6 * unused) / 1e6, 2) == 0.12
    assert round(macs / 1e9, 2) == 0.41


@pytest.mark.parametrize("options", [
    {"share": False, "encoder_kernel": 3},
    {"kernel_size": 5, "groups": 4},
], ids=str)  # fmt: skip
def test_closed_form_of_options(options):
    layer = A2U(8, guide_channels=6, **options)
    counted = sum(p.size for p in layer.parameters())
    found = cost({"name": "a2u", **options}, 8, (4, 4), guide_channels=6)
    assert found.parameters == counted


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"groups": 3}, "groups=3 must divide in_channels=8"),
    ({"border": "zeros"}, "unknown border 'zeros'; did you mean 'zero'"),
    ({"scale": 3}, "scale 3 is not defined, only 2"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"a2u: {text}"):
        A2U(8, **options)
