"""What the command's status says of the layers of networks."""

import paddle
import pytest

from paddle_resample.kernels import choice, conv2d, layers
from paddle_resample.kernels.in_use import layers_in_use

NAMES = (
    "convolution, transposed convolution, batch norm, ReLU, pooling, "
    "bilinear interpolation, cross entropy, linear layer, transpose, "
    "softmax, layer norm, GELU, arithmetic of two shapes, concat"
)


@pytest.fixture(autouse=True)
def built(native_networks, monkeypatch):
    monkeypatch.setattr(choice, "status", lambda: "on")


def test_all_are_native_here():
    assert layers_in_use() == [f"native layers: {NAMES}"]


def test_why_one_is_not(monkeypatch):
    monkeypatch.setattr(layers, "_FEW", dict.fromkeys(layers._FEW, 1 << 30))
    monkeypatch.setattr(conv2d, "_obstacle", "this Paddle brings no oneDNN 3")
    layers_of_onednn = ("convolution", "transposed convolution", "linear layer")
    monkeypatch.setattr("paddle_resample.kernels.networks.usable", lambda: False)
    monkeypatch.setattr("paddle_resample.kernels.layers.usable", lambda: False)
    first, *others = layers_in_use()
    other = f"Paddle {paddle.__version__} does not ask for another one"
    assert first == (
        "native layers: bilinear interpolation, cross entropy, transpose, softmax, "
        "layer norm, GELU"
    )
    expected = {
        **{name: "this Paddle brings no oneDNN 3" for name in layers_of_onednn},
        "batch norm": other,
        "ReLU": other,
        "pooling": other,
        "arithmetic of two shapes": other,
        "concat": other,
    }
    assert {*others} == {f"{k} is Paddle's: {v}" for k, v in expected.items()}


def test_without_the_kernels(monkeypatch):
    monkeypatch.setattr(choice, "status", lambda: "off: PADDLE_RESAMPLE_NATIVE=off")
    assert layers_in_use() == ["all layers are Paddle's, without the kernels"]
