import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.blocks.implicit_alignment import AlignedFeatures
from paddle_resample.up import IFA
from tests.contract.sites import shake


def nearest(n, m, i, sign=0):
    """(coarse pixel, fine centre minus its centre in half coarse pixels)."""
    centre = -1 + (2 * i + 1) / m
    query = np.clip(
        centre + sign * (1 / m) + (1e-6 if sign else 0), -1 + 1e-6, 1 - 1e-6
    )
    cell = int(np.rint(((query + 1) * n - 1) / 2))
    return cell, (centre + 1 - (2 * cell + 1) / n) * n


def features(x, size, multiples, sign=(0, 0)):
    """[code, feature] of every fine pixel, [N, F, H, W]."""
    count = 2 + 4 * len(multiples) + x.shape[1]
    y = np.zeros([len(x), count, *size])
    for i, j in np.ndindex(*size):
        (row, down), (column, right) = (
            nearest(n, m, k, s) for n, m, k, s in zip(x.shape[2:], size, (i, j), sign)
        )
        angles = np.array([*(multiples * down), *(multiples * right)])
        code = [down, right, *np.sin(angles), *np.cos(angles)]
        y[:, : len(code), i, j] = code
        y[:, len(code) :, i, j] = x[:, :, row, column]
    return y


@pytest.mark.parametrize("options, size", [
    ({}, None), ({"sines": False, "scale": 3}, None), ({"unfold": True}, (8, 9)),
    ({"learned_frequencies": True}, (8, 11)),
], ids=str)  # fmt: skip
def test_equals_loops(rng, options, size):
    layer = IFA(3, 2, width=4, **{"frequencies": 2, **options})
    shake(rng, layer)
    layer.eval()
    x = rng.normal(size=(2, 3, 4, 5)).astype("float32")
    y = layer(paddle.to_tensor(x), size=size).numpy()
    size = size or [n * options.get("scale", 2) for n in (4, 5)]
    multiples = np.array([1.0, 64.0] if options.get("sines", True) else [])
    if options.get("learned_frequencies"):
        layer.pos.emb.set_value(
            paddle.to_tensor(np.kron(np.eye(2), multiples[:, None]).astype("float32"))
        )
        y = layer(paddle.to_tensor(x), size=size).numpy()
    if options.get("unfold"):
        wide = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])
        parts = [wide[:, :, r : r + 4, c : c + 5] for r, c in np.ndindex(3, 3)]
        x = np.stack(parts, 2).reshape([2, 27, 4, 5])
    values = features(x, size, multiples)
    for part in layer.imnet:
        if isinstance(part, paddle.nn.Conv1D):
            weight = part.weight.numpy()[:, :, 0]
            values = np.einsum("oc,nchw->nohw", weight, values)
            values = values + part.bias.numpy()[:, None, None]
        elif isinstance(part, paddle.nn.BatchNorm1D):
            weight, bias, mean, variance = (
                p.numpy()[:, None, None]
                for p in (part.weight, part.bias, part._mean, part._variance)
            )
            values = (values - mean) / np.sqrt(variance + 1e-5) * weight + bias
        else:
            values = np.maximum(values, 0)
    np.testing.assert_allclose(y, values, rtol=0, atol=3e-5)


def test_an_ensemble_adds_four_queries_and_the_released_code_one(rng):
    x, size = rng.normal(size=(1, 2, 3, 4)), (7, 6)
    corners = [(a, b) for a in (-1, 1) for b in (-1, 1)]
    parts = [features(x, size, np.zeros(0), corner) for corner in corners]
    areas = [np.abs(part[:, :1] * part[:, 1:2]) + 1e-9 for part in parts]
    expected = [part * area / sum(areas) for part, area in zip(parts, areas[::-1])]
    for local, wanted in (("ensemble", sum(expected)), ("last", expected[3])):
        y = AlignedFeatures(0, False, False, local)(paddle.to_tensor(x), size)
        np.testing.assert_allclose(
            y.numpy(), wanted.reshape([1, 4, -1]), rtol=0, atol=1e-6
        )


def test_an_ensemble_keeps_a_constant():
    x = paddle.ones([1, 1, 3, 3])
    y = AlignedFeatures(0, False, False, "ensemble")(x, (6, 6))[0, 2]
    np.testing.assert_allclose(y.numpy(), 1, rtol=0, atol=1e-6)
    last = AlignedFeatures(0, False, False, "last")(x, (6, 6))[0, 2]
    assert float(last.max()) < 0.9


def test_gradient(rng, check_gradient):
    layer = IFA(2, 3, width=4, frequencies=2)
    shake(rng, layer)
    layer.eval()
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 2, 3, 4)))


@pytest.mark.parametrize("options", [
    {}, {"unfold": True, "sines": False}, {"learned_frequencies": True},
], ids=str)  # fmt: skip
def test_cost(options):
    layer = IFA(8, 4, **options)
    found = cost({"name": "ifa", **options}, 8, (3, 5), 4)
    counted = sum(p.size for p in layer.parameters() if not p.stop_gradient)
    assert found.parameters == counted


def test_has_the_published_size_but_for_the_number_of_levels():
    layer = IFA(4 * 256 + 3 * 26, 19)
    assert sum(p.size for p in layer.parameters() if not p.stop_gradient) == 782_099


def test_error_names_the_remedy():
    with pytest.raises(UsageError, match="unknown local 'first'"):
        IFA(4, local="first")
