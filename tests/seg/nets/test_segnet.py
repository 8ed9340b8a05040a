import numpy as np
import paddle
import pytest
from paddleseg.models import SegNet

from paddle_resample import Downsampler, Upsampler, UsageError, resampler_names
from paddle_resample.seg.nets import ResampleSegNet
from tests.reference import pool
from tests.seg.nets.network_checks import assert_exports, image, trainable
from tests.seg.nets.segnet_checks import (
    assert_trains_on_odd_sizes,
    partner,
    pooled_levels,
    tensor,
    with_random_norms,
)

# The default network


def test_equals_paddleseg_with_its_saved_weights(rng, tmp_path):
    theirs = SegNet(19)
    path = str(tmp_path / "model.pdparams")
    paddle.save(theirs.state_dict(), path)
    ours = ResampleSegNet(19, pretrained=path)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert trainable(ours) == trainable(theirs) == 29_601_811
    theirs.eval()
    ours.eval()
    for size in [(64, 32), (38, 52)]:  # 19 and 13 rows and columns on the way
        x = image(rng, *size)
        np.testing.assert_allclose(
            ours(x)[0].numpy(), theirs(x)[0].numpy(), rtol=0, atol=1e-6
        )


def test_equals_paddleseg_while_training(rng):
    theirs, ours = SegNet(2), ResampleSegNet(2)
    ours.set_state_dict(theirs.state_dict())
    x = image(rng, 32, 32)
    gradients = []
    for net in (theirs, ours):
        (net(x)[0] ** 2).mean().backward()
        gradients.append(net.enco1[0]._conv.weight.grad.numpy())
    largest = np.abs(gradients[0]).max()
    np.testing.assert_allclose(gradients[1], gradients[0], rtol=0, atol=1e-5 * largest)


@pytest.mark.slow
def test_parameters_of_the_paper():
    """The paper's decoder has one convolution of 128 channels less."""
    extra = 9 * 128 * 128 + 128 + 2 * 128
    assert trainable(ResampleSegNet(11)) == 29_597_195 == 29_449_355 + extra


def test_decoder_uses_the_recorded_positions(rng):
    net = with_random_norms(ResampleSegNet(2, width=2), rng)
    x = image(rng, 33, 47)
    encoder = [net.enco1, net.enco2, net.enco3, net.enco4, net.enco5]
    levels = pooled_levels(encoder, x)
    y = levels[-1][2]
    for part in (net.deco1, net.deco2, net.deco3, net.deco4, net.deco5):
        indices, size, _ = levels.pop()
        y = part(tensor(pool.max_unpool(y.numpy(), indices, size)))
    (logits,) = net(x)
    assert list(logits.shape) == [1, 2, 33, 47]
    np.testing.assert_allclose(logits.numpy(), y.numpy(), rtol=1e-4, atol=1e-5)


# Any resampler


@pytest.mark.parametrize("up", [
    "bilinear", "carafe", "conv_transpose", "dysample", "fade", "haar_inverse",
    "index_net", "max_unpool", "pixel_shuffle", "sapa_b",
])  # fmt: skip
def test_upsamplers_train_on_odd_sizes(rng, up):
    net = ResampleSegNet(3, width=4, downsample=partner(up), upsample=up)
    assert [layer.name for layer in net.up] == [up] * 5
    assert_trains_on_odd_sizes(net, net.enco1[0]._conv, rng)


@pytest.mark.slow
@pytest.mark.parametrize("up", resampler_names(Upsampler))
def test_every_upsampler_trains_on_odd_sizes(rng, up):
    net = ResampleSegNet(3, width=4, downsample=partner(up), upsample=up)
    assert_trains_on_odd_sizes(net, net.enco1[0]._conv, rng)


@pytest.mark.slow
@pytest.mark.parametrize("down", resampler_names(Downsampler))
def test_every_downsampler_trains_on_odd_sizes(rng, down):
    net = ResampleSegNet(3, width=4, downsample=down, upsample="bilinear")
    assert_trains_on_odd_sizes(net, net.enco1[0]._conv, rng)


def test_sites_take_their_own_specs():
    net = ResampleSegNet(
        2,
        width=4,
        downsample={"name": "max_pool", "level_1": "avg_pool"},
        upsample={"level_0": "bilinear", "level_[1-4]": "max_unpool"},
    )
    assert [layer.name for layer in net.down] == ["avg_pool"] + 4 * ["max_pool"]
    assert [layer.name for layer in net.up] == 4 * ["max_unpool"] + ["bilinear"]
    assert [layer.in_channels for layer in net.up] == [32, 32, 16, 8, 4]


# What a user may get wrong


@pytest.mark.parametrize("given, text", [
    ({"width": 0}, "ResampleSegNet: width must be a positive integer, not 0"),
    ({"downsample": "avg_pool"}, "max_unpool: needs pool_indices recorded by its d"),
    ({"downsample": {"name": "max_pool", "level_1": "avg_pool"}}, "this site has none"),
    ({"upsample": {"level_5": "bilinear"}}, "upsample .*'level_5' is no site"),
    ({"upsample": "bilinaer"}, "unknown upsampler 'bilinaer'; did you mean 'bilinear'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(given, text):
    with pytest.raises(UsageError, match=text):
        ResampleSegNet(2, **{"width": 2, **given})


@pytest.mark.parametrize("size", [(31, 40), (40, 31)], ids=str)
def test_too_small_an_image_is_refused(rng, size):
    text = f"at least 32x32 pixels, not {size[0]}x{size[1]}"
    with pytest.raises(UsageError, match=text):
        ResampleSegNet(2, width=2)(image(rng, *size))


@pytest.mark.parametrize("up", ["max_unpool", "dysample"])
def test_exports_with_free_sizes(rng, tmp_path, up):
    net = ResampleSegNet(2, width=4, upsample=up)
    assert_exports(net, rng, tmp_path, [(33, 47), (64, 32)])
