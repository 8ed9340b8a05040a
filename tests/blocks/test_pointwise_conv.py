import numpy as np
import paddle
import paddle.nn as nn
import pytest

from paddle_resample.blocks.pointwise_conv import PointwiseConv
from paddle_resample.network_cost import count_macs

BIAS = pytest.mark.parametrize("bias", [None, False], ids=["bias", "no bias"])


@BIAS
def test_is_paddles_convolution_with_its_names_and_start(rng, bias):
    made = []
    for kind, size in ((PointwiseConv, ()), (nn.Conv2D, (1,))):
        paddle.seed(3)
        made.append(kind(5, 4, *size, bias_attr=bias))
    ours, paddles = made
    state = ours.state_dict()
    assert list(state) == list(paddles.state_dict())
    for name, value in paddles.state_dict().items():
        np.testing.assert_array_equal(state[name].numpy(), value.numpy())
    x = paddle.to_tensor(rng.normal(size=(2, 5, 3, 4)).astype("float32"))
    np.testing.assert_allclose(ours(x).numpy(), paddles(x).numpy(), rtol=0, atol=1e-6)


@BIAS
def test_is_counted_as_paddles_convolution(bias, capsys):
    ours = nn.Sequential(PointwiseConv(5, 4, bias_attr=bias))
    paddles = nn.Sequential(nn.Conv2D(5, 4, 1, bias_attr=bias))
    flops = [paddle.flops(net, [1, 5, 6, 7]) for net in (ours, paddles)]
    assert flops[0] == flops[1] > 0
    assert "Cannot find" not in capsys.readouterr().out
    assert count_macs(ours, (6, 7), 5) == 5 * 4 * 6 * 7


def test_a_traced_program_has_paddles_operator(rng, tmp_path):
    layer = PointwiseConv(3, 4)
    spec = [paddle.static.InputSpec([None, 3, None, None], "float32", "x")]
    net = paddle.jit.to_static(layer, input_spec=spec, full_graph=True)
    paddle.jit.save(net, str(tmp_path / "net"))
    loaded = paddle.jit.load(str(tmp_path / "net"))
    x = paddle.to_tensor(rng.normal(size=(2, 3, 6, 5)).astype("float32"))
    np.testing.assert_allclose(
        loaded(x).numpy(), PointwiseConv.forward(layer, x).numpy(), rtol=0, atol=1e-6
    )
