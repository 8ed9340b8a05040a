"""Operators that replace others in a trained model begin where it was."""

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.seg import Resampled
from tests.seg.surgery import toys


def outputs(kind, rng, **specs):
    stock, net, plain = kind(), kind(), kind()
    for other in (net, plain):
        other.set_state_dict(stock.state_dict())
    paddle.seed(0)
    Resampled(net, image_size=64, start="as_before", **specs)
    Resampled(plain, image_size=64, **specs)
    x = toys.image(rng, 64, 64)
    for model in (stock, net, plain):
        model.eval()
    return [model(x)[0].numpy() for model in (stock, net, plain)]


def off(one, other):
    return np.sqrt(np.mean((one - other) ** 2)) / other.std()


@pytest.mark.parametrize("specs, most", [
    ({"upsample": {"interpolate_1": "dysample", "interpolate_2": "dysample"}}, 1e-6),
    ({"upsample": {"interpolate_2": {"name": "carafe", "border": "replicate"}}}, 1e-3),
    ({"upsample": {"interpolate_4": {"name": "flow"}}}, 1e-6),
    ({"logits": {"name": "dysample", "groups": 1}}, 1e-6),
    ({"downsample": {"low": "strided_conv", "high": "spd_conv"}}, 1e-6),
], ids=str)  # fmt: skip
def test_the_model_behaves_as_before(rng, specs, most):
    stock, started, plain = outputs(toys.Pyramid, rng, **specs)
    assert off(started, stock) < most
    assert off(plain, stock) > 3 * max(off(started, stock), 1e-5)


def test_a_transposed_convolution_keeps_its_weights(rng):
    stock, started, plain = outputs(
        toys.Layered, rng, upsample={"deconv": "conv_transpose"}
    )
    assert off(started, stock) < 1e-6 < 0.1 < off(plain, stock)


@pytest.mark.parametrize("kind, specs, text", [
    (toys.Pyramid, {"upsample": {"interpolate_1": "nearest"}},
     "^Resampled: start: as_before at site 'interpolate_1': nearest: has no weights"),
    (toys.Pyramid, {"upsample": {"interpolate_4": "dysample"}},
     "dysample: cannot start as bilinear_aligned: .*; it can start as bilinear$"),
    (toys.Layered, {"downsample": {"pool_1": "strided_conv"}},
     "strided_conv: cannot start as what stood there"),
    (toys.Layered, {"upsample": {"deconv": {"name": "dysample", "groups": 1}}},
     "6 channels to 5"),
], ids=str)  # fmt: skip
def test_what_cannot_is_refused(kind, specs, text):
    with pytest.raises(UsageError, match=text):
        Resampled(kind(), image_size=64, start="as_before", **specs)


def test_an_unknown_start_is_refused():
    with pytest.raises(UsageError, match="start"):
        Resampled(toys.Pyramid(), upsample="dysample", image_size=64, start="before")
