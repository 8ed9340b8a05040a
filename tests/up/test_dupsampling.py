import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import DUpsampling


def by_loops(x, weight, scale, classes):
    """y[d] at pixel (i, j) is row (i % s, j % s, d) of the linear map."""
    n, _, height, width = x.shape
    y = np.zeros((n, classes, height * scale, width * scale))
    for d, i, j in np.ndindex(*y.shape[1:]):
        column = ((i % scale) * scale + j % scale) * classes + d
        y[:, d, i, j] = x[:, :, i // scale, j // scale] @ weight[:, column]
    return y


@pytest.mark.parametrize("size", [(4, 4), (3, 5), (5, 2)], ids=str)
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_equals_loops_on_maps_that_are_not_square(rng, scale, size):
    layer = DUpsampling(4, 3, scale=scale)
    layer.temperature.set_value(paddle.to_tensor([0.5]))
    x = rng.normal(size=(2, 4, *size)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    expected = by_loops(x, layer.expand.weight.numpy(), scale, 3) / 0.5
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


def test_gradient(rng, check_gradient):
    layer = DUpsampling(3, 2, bias=True)
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 3, 2, 3)))


@pytest.mark.parametrize("bias, temperature", [(False, False), (True, True)])
def test_cost(bias, temperature):
    spec = {
        "name": "dupsampling",
        "scale": 4,
        "bias": bias,
        "temperature": temperature,
    }
    found = cost(spec, 64, (5, 6), out_channels=19)
    assert found.parameters == 16 * 19 * (64 + bias) + temperature
    assert found.macs == 30 * 64 * 19 * 16


def test_starts_as_pytorch_does():
    layer = DUpsampling(64, bias=True)
    for value in (layer.expand.weight.numpy(), layer.expand.bias.numpy()):
        assert 0.9 / 8 < np.abs(value).max() <= 1 / 8
        assert value.std() == pytest.approx(1 / 8 / 3**0.5, rel=0.1)
    assert layer.temperature.item() == 1


def blocks_of(labels, classes, scale):
    """One-hot blocks of labels [M, H, W], one row a block, by loops."""
    rows = []
    for m, i, j in np.ndindex(
        len(labels), labels.shape[1] // scale, labels.shape[2] // scale
    ):
        row = np.zeros((scale, scale, classes))
        for dy, dx in np.ndindex(scale, scale):
            label = labels[m, i * scale + dy, j * scale + dx]
            if label < classes:
                row[dy, dx, label] = 1
        rows.append(row.ravel())
    return np.array(rows)


@pytest.mark.parametrize("channels", [2, 5, 12])
def test_fitted_weight_is_the_best_linear_decoder(rng, channels):
    labels = rng.integers(0, 4, size=(3, 7, 9))  # 3 is no class
    layer = DUpsampling(channels, 3, scale=2, bias=True, temperature=False)
    kept = layer.fit_labels(labels)
    blocks = blocks_of(labels, 3, 2)
    weight = layer.expand.weight.numpy()
    residual = blocks - blocks @ weight.T @ weight
    lost = np.linalg.svd(blocks, compute_uv=False)[channels:]
    assert (residual**2).sum() == pytest.approx((lost**2).sum(), abs=1e-4)
    assert kept == pytest.approx(1 - (lost**2).sum() / (blocks**2).sum())
    assert not layer.expand.bias.numpy().any()


def test_fitted_layer_restores_the_labels_it_was_fitted_to():
    """Vertical stripes two classes wide: two numbers a block hold everything."""
    labels = np.tile([0, 0, 1, 1, 0, 1], (1, 4, 1))
    layer = DUpsampling(3, 2, temperature=False)
    assert layer.fit_labels(labels) == pytest.approx(1)
    codes = blocks_of(labels, 2, 2) @ layer.expand.weight.numpy().T
    x = codes.reshape(1, 2, 3, 3).transpose(0, 3, 1, 2).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_array_equal(y.argmax(1), labels)
    np.testing.assert_allclose(y.max(1), 1, rtol=1e-5)


@pytest.mark.parametrize("labels, text", [
    (np.zeros((2, 4, 4)), r"labels must be an integer array .*, not float64 \[2, 4, 4"),
    (np.zeros((4, 4), int), r"labels must be an integer array \[images, H, W\]"),
    (np.zeros((1, 1, 4), int), "labels of 1x4 hold no block of 2x2 pixels"),
], ids=["float", "rank", "small"])  # fmt: skip
def test_error_names_the_remedy(labels, text):
    with pytest.raises(UsageError, match=f"dupsampling: {text}"):
        DUpsampling(4).fit_labels(labels)
