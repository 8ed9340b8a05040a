import numpy as np
import pytest

from paddle_resample import (
    Downsampler,
    Upsampler,
    UsageError,
    resampler_class,
    resampler_names,
)
from paddle_resample.seg.nets import ResampleFCNBasic
from tests.reference import convolution, interpolate
from tests.seg.nets.network_checks import assert_exports, image
from tests.seg.nets.segnet_checks import (
    DECONVOLUTION,
    assert_trains_on_odd_sizes,
    partner,
    pooled_levels,
    tensor,
    with_random_norms,
)

# The default network


def start_of_deconvolution(x, size):
    """Bilinear kernel of 4x4 in the middle of 8x8, output cropped or extended."""
    kernel = np.zeros((x.shape[1], x.shape[1], 8, 8))
    line = np.array([0.25, 0.75, 0.75, 0.25])
    for c in range(x.shape[1]):
        kernel[c, c, 2:6, 2:6] = np.outer(line, line)
    y = convolution.conv_transpose(x, kernel, np.zeros(x.shape[1]), 2, 3)
    missing = [max(want - have, 0) for want, have in zip(size, y.shape[2:])]
    y = np.pad(y, [(0, 0), (0, 0), (0, missing[0]), (0, missing[1])], "edge")
    return y[:, :, : size[0], : size[1]]


@pytest.mark.parametrize("addition", [False, True], ids=str)
@pytest.mark.parametrize("reduction", [False, True], ids=str)
def test_fcn_equals_the_paper_written_out(rng, addition, reduction):
    net = ResampleFCNBasic(
        2, width=3, encoder_addition=addition, dim_reduction=reduction
    )
    with_random_norms(net, rng)
    x = image(rng, 17, 23)
    levels = pooled_levels(net.encoder.convolve, x)

    def brought(i):
        """The pooled map of a level, coarsest first, in the decoder's channels."""
        pooled = levels[-1][2].numpy()
        if not reduction:
            return pooled
        weight = net.reduce[-1 - i].weight.numpy()[:, :, 0, 0]
        return np.einsum("kc,nchw->nkhw", weight, pooled)

    y = brought(0)
    for i in range(4):
        _, size, _ = levels.pop()
        y = net.norm[i](tensor(start_of_deconvolution(y, size))).numpy()
        if addition and levels:
            y = y + brought(i + 1)
    if not reduction:
        y = np.einsum("kc,nchw->nkhw", net.head.weight.numpy()[:, :, 0, 0], y)
    (logits,) = net(x)
    np.testing.assert_allclose(logits.numpy(), y, rtol=1e-4, atol=1e-4)


def test_deconvolution_starts_bilinear(rng):
    net = ResampleFCNBasic(2, width=3)
    x = rng.normal(size=(1, 2, 6, 7))
    y = net.up[0](tensor(x)).numpy()
    expected = interpolate.linear(x, (12, 14))
    inside = (..., slice(2, -2), slice(2, -2))  # zeros stand beyond the border
    np.testing.assert_allclose(y[inside], expected[inside], rtol=0, atol=1e-5)
    assert [tuple(up.conv.weight.shape) for up in net.up] == [(2, 2, 8, 8)] * 4
    assert all(up.conv.bias is None for up in net.up)


def test_deconvolution_is_learned(rng):
    net = ResampleFCNBasic(2, width=3)
    (net(image(rng, 32, 32))[0] ** 2).sum().backward()
    for up in net.up:  # from every channel to every channel
        gradient = np.abs(up.conv.weight.grad.numpy()).sum((2, 3))
        assert (gradient > 0).all()


def test_reduction_before_or_after_bilinear_is_one_function(rng):
    """As they start: Bilinear-Interpolation's classifier may stand on either side."""
    before, after = (
        ResampleFCNBasic(
            2,
            width=3,
            upsample="bilinear",
            encoder_addition=False,
            dim_reduction=reduction,
        )
        for reduction in (True, False)
    )
    after.encoder.set_state_dict(before.encoder.state_dict())
    after.head.set_state_dict(before.reduce[0].state_dict())
    before.eval()
    after.eval()
    x = image(rng, 33, 23)
    np.testing.assert_allclose(
        before(x)[0].numpy(), after(x)[0].numpy(), rtol=1e-4, atol=1e-4
    )


# Any resampler


@pytest.mark.parametrize("up", ["dysample", "max_unpool", DECONVOLUTION], ids=str)
@pytest.mark.parametrize("addition", [False, True], ids=str)
def test_upsamplers_train_on_odd_sizes(rng, up, addition):
    net = ResampleFCNBasic(
        4, width=4, upsample=up, dim_reduction=False, encoder_addition=addition
    )
    assert_trains_on_odd_sizes(net, net.encoder.convolve[0][0], rng)


@pytest.mark.slow
@pytest.mark.parametrize("up", resampler_names(Upsampler))
def test_every_upsampler_trains_on_odd_sizes(rng, up):
    net = ResampleFCNBasic(
        4,
        width=4,
        downsample=partner(up),
        upsample=up,
        dim_reduction=resampler_class(up).needs_side is None,
    )
    assert_trains_on_odd_sizes(net, net.encoder.convolve[0][0], rng)


@pytest.mark.slow
@pytest.mark.parametrize("down", resampler_names(Downsampler))
def test_every_downsampler_trains_on_odd_sizes(rng, down):
    net = ResampleFCNBasic(4, width=4, downsample=down)
    assert_trains_on_odd_sizes(net, net.encoder.convolve[0][0], rng)


# What a user may get wrong


@pytest.mark.parametrize("given, text", [
    ({"num_classes": 0}, "ResampleFCNBasic: num_classes must be a positive integer"),
    ({"upsample": "max_unpool"}, "ResampleFCNBasic: max_unpool uses what was recorded "
     "of the encoder's 4 channels, but dim_reduction leaves 2; set dim_reduction: fal"),
    ({"upsample": "fade"}, "fade: the guide must have the 2 channels .* it has 4"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(given, text):
    with pytest.raises(UsageError, match=text):
        ResampleFCNBasic(**{"num_classes": 2, "width": 4, **given})


@pytest.mark.parametrize("size", [(15, 40), (40, 15)], ids=str)
def test_too_small_an_image_is_refused(rng, size):
    text = f"ResampleFCNBasic: .* least 16x16 pixels, not {size[0]}x{size[1]}"
    with pytest.raises(UsageError, match=text):
        ResampleFCNBasic(2, width=2)(image(rng, *size))


@pytest.mark.parametrize("reduction", [False, True], ids=str)
def test_exports_with_free_sizes(rng, tmp_path, reduction):
    net = ResampleFCNBasic(2, width=4, dim_reduction=reduction)
    assert_exports(net, rng, tmp_path, [(33, 47), (64, 32)])
