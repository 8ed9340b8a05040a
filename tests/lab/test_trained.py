import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.lab.measure_operator import measure
from paddle_resample.lab.measurements.field import FIELD
from paddle_resample.lab.trained import probe_at
from paddle_resample.seg import nets
from paddle_resample.seg.sites import network_resamplers


@pytest.fixture(scope="module")
def model():
    paddle.seed(1)
    return nets.ResampleUNet(
        3,
        width=4,
        depth=2,
        downsample={"name": "strided_conv"},
        upsample=["carafe", "sapa_b"],
    )


def test_sites(model):
    found = network_resamplers(model)
    assert list(found) == ["down.0", "down.1", "up.0", "up.1"]
    assert found["up.0"].upsample.name == "carafe"  # with its 1x1 convolution
    assert found["down.1"] is model.down[1]


def test_what_the_network_gives_there(model):
    seen = {}
    model.up[1].register_forward_pre_hook(lambda _, given: seen.update(x=given[0]))
    one = probe_at(model, "up.1")
    assert one.label == "up.1 (sapa_b)" and one.channels == 8
    x = FIELD.inside(one.natural(FIELD).x.numpy())
    np.testing.assert_allclose(x, seen["x"].numpy()[:, :, :15, :15], rtol=1e-6)
    assert one.natural(FIELD).guide.shape == [1, 4, 56, 56]


def test_a_downsampler_of_a_network_and_the_end_of_a_path(model):
    one = probe_at(model, "down.1")
    assert (one.kind, one.channels) == ("down", 8)
    assert one.natural(FIELD).x.shape == [1, 8, 56, 56]
    found = measure(one)
    assert found.label == "down.1 (strided_conv)" and found.numbers["aliasing"][0] > 10


def test_the_network_is_left_as_it_was(model):
    before = {k: v.numpy().copy() for k, v in model.state_dict().items()}
    model.train()
    measure(probe_at(model, "up.0"))
    assert "forward" not in vars(model.up[0])
    for key, value in model.state_dict().items():
        assert value.dtype == paddle.float32
        np.testing.assert_array_equal(value.numpy(), before[key])


def test_weights_make_the_difference(model):
    one = probe_at(model, "down.0")
    weight = model.down[0].parameters()[0]
    kept = weight.numpy().copy()
    weight.set_value(paddle.zeros_like(weight))
    two = probe_at(model, "down.0")
    weight.set_value(paddle.to_tensor(kept))
    x = one.natural(FIELD)
    assert np.abs(one.respond(x)).std() > 1e-3
    assert two.respond(x).std() < 1e-6


def test_side_information_and_tokens_get_the_usual_map():
    unet = nets.ResampleUNet(2, width=4, depth=1, upsample="max_unpool")
    one = probe_at(unet, "up.0")
    assert "with pool_indices of max_pool" in one.remarks
    assert one.natural(FIELD).x.shape == [1, 8, 28, 28]


def test_refusals(model):
    with pytest.raises(
        UsageError, match=r"site 'up\.5' is not in the network; did you"
    ):
        probe_at(model, "up.5")
    plain = paddle.nn.Sequential(paddle.nn.Conv2D(3, 3, 1))
    with pytest.raises(UsageError, match="Sequential holds no resampler"):
        probe_at(plain, "up")
