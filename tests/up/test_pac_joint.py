import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import PACJoint

SMALL = {"filters": 3, "kernel_channels": 2, "filter_size": 3, "kernel_size": 3}


@pytest.mark.parametrize("scale, parameters", [(4, 183_489), (8, 221_937)])
def test_has_the_published_parameters(scale, parameters):
    layer = PACJoint(1, guide_channels=3, scale=scale)
    assert sum(p.size for p in layer.parameters()) == parameters
    spec = {"name": "pac_joint", "scale": scale}
    assert cost(spec, 1, 4, guide_channels=3).parameters == parameters


def test_channels_are_samples_of_their_own(rng):
    layer = PACJoint(3, guide_channels=2, scale=4, **SMALL)
    one = PACJoint(1, guide_channels=2, scale=4, **SMALL)
    one.set_state_dict(layer.state_dict())
    x = paddle.to_tensor(rng.normal(size=(2, 3, 4, 5)).astype("float32"))
    guide = paddle.to_tensor(rng.normal(size=(2, 2, 16, 20)).astype("float32"))
    y = layer(x, guide=guide)
    for channel in range(3):
        alone = one(x[:, channel : channel + 1], guide=guide)
        np.testing.assert_allclose(
            y[:, channel].numpy(), alone[:, 0].numpy(), rtol=0, atol=1e-5
        )


def test_gradient(rng, check_gradient):
    layer = PACJoint(1, guide_channels=1, **SMALL)
    layer.to(dtype="float64")
    guide = paddle.to_tensor(rng.normal(size=(1, 1, 6, 8)))
    check_gradient(lambda x: layer(x, guide=guide), rng.normal(size=(1, 1, 3, 4)))


def test_errors_name_the_remedy():
    with pytest.raises(UsageError, match="scale 3 is not defined, only 2, 4, 8, 16"):
        PACJoint(4, scale=3)
    with pytest.raises(UsageError, match="filter_size must be an odd positive"):
        PACJoint(4, filter_size=4)
