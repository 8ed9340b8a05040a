import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, build
from paddle_resample.seg.nets import ResampleUNet
from paddle_resample.study.start import save_start, take_start


def unet(up, seed=0, **options):
    paddle.seed(seed)
    return ResampleUNet(3, width=4, depth=2, upsample=up, **options)


def weights(net):
    return {name: value.numpy() for name, value in net.state_dict().items()}


def started(net, path):
    shared, own = take_start(net, path)
    assert set(shared) | set(own) == set(net.state_dict())
    return shared, own


def test_two_operators_share_all_but_themselves(tmp_path):
    base = unet("bilinear")
    save_start(base, tmp_path / "start.npz")
    kept = weights(base)
    net = unet("carafe")
    own_start = weights(net)
    differs = [n for n in kept if n in own_start and (kept[n] != own_start[n]).any()]
    assert differs  # equal seeds alone do not give equal weights
    shared, own = started(net, tmp_path / "start.npz")
    now = weights(net)
    for name in shared:
        np.testing.assert_array_equal(now[name], kept[name])
    for name in own:
        np.testing.assert_array_equal(now[name], own_start[name])
    assert all(".upsample." in name for name in own)
    assert {"up.0.project.weight", "encoder.0.0.weight", "head.bias"} <= set(shared)


def test_another_operators_published_start_stays(tmp_path):
    """Both have `conv.weight` of one shape; one starts without checkerboard."""
    save_start(unet({"name": "pixel_shuffle", "init": "torch"}), tmp_path / "start.npz")
    net = unet({"name": "pixel_shuffle"}, seed=1)
    before = weights(net)
    _, own = started(net, tmp_path / "start.npz")
    assert not [name for name in own if not name.startswith("up.")]
    for name, value in weights(net).items():
        if name.startswith("up."):
            np.testing.assert_array_equal(value, before[name])


def test_the_same_operator_shares_its_weights(tmp_path):
    save_start(unet("conv_transpose"), tmp_path / "start.npz")
    net = unet("conv_transpose", seed=5, downsample="strided_conv")
    _, own = started(net, tmp_path / "start.npz")
    assert own and all(name.startswith("down.") for name in own)


def test_a_wrong_file(tmp_path):
    with pytest.raises(UsageError, match="holds no initial weights"):
        take_start(build("nearest", 2), tmp_path / "missing.npz")
