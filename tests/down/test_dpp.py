import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.down import DPP
from tests.contract.sites import shake, trainable


def by_loops(x, alpha, lam, detail, conv=None):
    """The formula of the paper and the released code, one cell after another."""
    out = np.empty((*x.shape[:2], x.shape[2] // 2, x.shape[3] // 2))
    x = x[:, :, : 2 * out.shape[2], : 2 * out.shape[3]]
    wide = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])
    for n, c, i, j in np.ndindex(*out.shape):
        cell = x[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        reference = cell.mean()
        if conv is not None:
            window = wide[n, c, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
            reference = (conv[0][c, 0] * window).sum() + conv[1][c]
        difference = cell - reference
        if detail == "asymmetric":
            difference = np.maximum(difference, 0)
        d = difference**2 + 1e-3
        w = (d / d.mean()) ** (np.exp(lam[c]) / 2) + np.exp(min(alpha[c], 10))
        out[n, c, i, j] = (cell * w).mean() / w.mean()
    return out


def filled(layer, alpha, lam):
    for parameter, value in ((layer.alpha, alpha), (layer.lam, lam)):
        parameter.set_value(np.full(parameter.shape, value, "float32"))
    return layer


@pytest.mark.parametrize("reference", ["lite", "full"])
@pytest.mark.parametrize("detail", ["symmetric", "asymmetric"])
@pytest.mark.parametrize("size", [(6, 8), (7, 5)], ids=str)
def test_equals_loops(rng, reference, detail, size):
    layer = DPP(3, reference=reference, detail=detail)
    for parameter in trainable(layer):
        parameter.set_value(rng.normal(size=parameter.shape).astype("float32"))
    layer.alpha.set_value(np.array([-2.0, 0.5, 12.0], "float32"))
    x = rng.normal(size=(2, 3, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    conv = layer.conv and (layer.conv.weight.numpy(), layer.conv.bias.numpy())
    alpha, lam = layer.alpha.numpy(), layer.lam.numpy()
    expected = by_loops(x, alpha, lam, detail, conv)
    assert y.shape == expected.shape
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-5)


def test_a_large_alpha_is_the_mean(rng):
    x = rng.normal(size=(1, 2, 6, 8)).astype("float32")
    y = filled(DPP(2), 10.0, 0.0)(paddle.to_tensor(x)).numpy()
    mean = x.reshape(1, 2, 3, 2, 4, 2).mean((3, 5))
    np.testing.assert_allclose(y, mean, rtol=0, atol=2e-4)


def test_a_large_lambda_is_what_differs_most(rng):
    """Of what the asymmetric form sees, the largest."""
    x = rng.permutation(48).reshape(1, 1, 6, 8).astype("float32")
    cells = x.reshape(1, 1, 3, 2, 4, 2)
    y = filled(DPP(1, detail="asymmetric"), -20.0, 4.0)(paddle.to_tensor(x)).numpy()
    second = np.sort(cells.transpose(0, 1, 2, 4, 3, 5).reshape(12, 4))[:, -2]
    clear = (cells.max((3, 5)).ravel() - second) > 3
    assert clear.sum() > 4
    found, largest = y.ravel()[clear], cells.max((3, 5)).ravel()[clear]
    np.testing.assert_allclose(found, largest, rtol=0, atol=0.1)


def test_it_keeps_a_constant_and_turns_with_the_map(rng):
    layer = shake(rng, DPP(2))
    constant = paddle.full([1, 2, 6, 6], 2.5)
    np.testing.assert_allclose(layer(constant).numpy(), 2.5, rtol=1e-6)
    x = paddle.to_tensor(rng.normal(size=(1, 2, 6, 8)).astype("float32"))
    turned = layer(x.transpose([0, 1, 3, 2])).transpose([0, 1, 3, 2])
    np.testing.assert_allclose(turned.numpy(), layer(x).numpy(), atol=1e-6)
    mirrored = layer(x.flip(3)).flip(3)
    np.testing.assert_allclose(mirrored.numpy(), layer(x).numpy(), atol=1e-6)


@pytest.mark.parametrize("reference", ["lite", "full"])
@pytest.mark.parametrize("detail", ["symmetric", "asymmetric"])
def test_gradient(rng, check_gradient, reference, detail):
    layer = DPP(2, reference=reference, detail=detail)
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 2, 4, 6)))


def test_an_alpha_beyond_its_limit_can_come_back(rng):
    layer = filled(DPP(2), 10.5, 0.0)
    layer(
        paddle.to_tensor(rng.normal(size=(1, 2, 4, 4)).astype("float32"))
    ).sum().backward()
    assert (layer.alpha.grad.numpy() != 0).all()
    assert all(p.regularizer._coeff == 0 for p in (layer.alpha, layer.lam))


@pytest.mark.parametrize("reference, each, macs", [("lite", 2, 12), ("full", 12, 21)])
def test_cost(reference, each, macs):
    found = cost({"name": "dpp", "reference": reference}, 8, (9, 12))
    counted = sum(p.size for p in trainable(DPP(8, reference=reference)))
    assert found.parameters == counted == each * 8
    assert found.macs == macs * 8 * 4 * 6


def test_errors_name_the_remedy():
    with pytest.raises(
        UsageError, match="unknown reference 'fulll'; did you mean 'full"
    ):
        DPP(4, reference="fulll")
    with pytest.raises(
        UsageError, match="unknown detail 'symetric'; did you mean 'symm"
    ):
        DPP(4, detail="symetric")
