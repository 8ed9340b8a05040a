import numpy as np
import paddle
import pytest

from paddle_resample import (
    Downsampler,
    Resampler,
    Upsampler,
    UsageError,
    build,
    resampler_class,
    resampler_names,
)
from paddle_resample.registry import parse_spec
from paddle_resample.start import DOWN_STARTS, UP_STARTS, start_as

CLOSED = [
    ("bilinear", "dysample"),
    ("bilinear", {"name": "dysample", "style": "pl", "dyscope": True}),
    ("bilinear", {"name": "conv_transpose", "kernel_size": 4}),
    ("bilinear", {"name": "conv_transpose", "kernel_size": 4, "groups": 4}),
    ("nearest", "conv_transpose"),
    ("bilinear", "pixel_shuffle"),
    ("nearest", {"name": "pixel_shuffle", "kernel_size": 1}),
    ("bilinear", {"name": "pixel_shuffle", "scale": 3, "kernel_size": 5}),
    ("bilinear", {"name": "resize_conv", "mode": "bilinear"}),
    ("nearest", "resize_conv"),
    ("bilinear", "resize_conv"),
    ("bilinear", {"name": "resize_conv", "scale": 4, "kernel_size": 5}),
    ("nearest", "dupsampling"),
    ("nearest", {"name": "patch_expand", "norm": False}),
    ("first", "strided_conv"),
    ("mean", "strided_conv"),
    ("first", "depthwise_conv"),
    ("mean", {"name": "depthwise_conv", "scale": 3, "kernel_size": 5}),
    ("first", "spd_conv"),
    ("mean", "spd_conv"),
    ("first", "pixel_unshuffle"),
    ("mean", {"name": "pixel_unshuffle", "kernel_size": 3}),
    ("first", {"name": "patch_embed", "norm": False}),
    ("mean", {"name": "patch_embed", "norm": False}),
]
NEARLY = [  # a thousandth of the weights stays elsewhere
    ("bilinear", {"name": "carafe", "groups": 2}),
    ("nearest", {"name": "carafe", "kernel_size": 3, "scale": 4}),
    ("bilinear", "convex"),
    ("nearest", "convex"),
]


@pytest.mark.parametrize("mode, spec", CLOSED, ids=str)
def test_closed_form_is_exact(mode, spec):
    start = start_as(build(spec, 8), mode)
    assert start.way == "closed form" and start.error < 1e-6


@pytest.mark.parametrize("mode, spec", NEARLY, ids=str)
def test_closed_form_of_a_softmax_is_near(mode, spec):
    start = start_as(build(spec, 8), mode)
    assert start.way == "closed form" and 0 < start.error < 2e-3


@pytest.mark.parametrize("mode, spec", NEARLY, ids=str)
def test_weights_beyond_the_interpolation_can_still_be_learned(mode, spec):
    layer = build(spec, 8)
    start_as(layer, mode)
    x = paddle.randn([1, 8, 6, 6])
    layer(x).square().sum().backward()
    encoder = layer.mask[2] if layer.name == "convex" else layer.content_encoder
    assert bool((encoder.bias.grad.abs() > 1e-6).all())


def test_flow_starts_with_aligned_corners():
    layer = build("flow", 8, guide_channels=8)
    assert start_as(layer, "bilinear_aligned").error < 1e-6
    with pytest.raises(UsageError, match=r"it can start as bilinear_aligned$"):
        start_as(layer, "bilinear", steps=2)


def test_every_declared_start_has_a_closed_form():
    for name in resampler_names():
        cls = resampler_class(name)
        known = UP_STARTS if issubclass(cls, Upsampler) else DOWN_STARTS
        assert set(cls.starts) <= set(known), name
        own = cls.set_start is not Resampler.set_start
        assert bool(cls.starts) == own and (cls.learned or not own), name


def test_what_no_closed_form_has_is_fitted_and_repeats():
    starts, weights = [], []
    for _ in range(2):
        paddle.seed(3)
        layer = build("dlu", 8)
        starts.append(start_as(layer, "nearest", steps=200))
        weights.append(layer.channel_compressor.weight.numpy())
    assert starts[0].way == "fitted" and starts[0].error < 0.05
    assert starts[0] == starts[1]
    np.testing.assert_array_equal(*weights)


def test_the_random_state_is_not_touched():
    layer = build("dlu", 4)
    paddle.seed(1)
    expected = paddle.rand([3]).numpy()
    paddle.seed(1)
    with pytest.raises(UsageError):
        start_as(layer, "bilinear", steps=2)
    np.testing.assert_array_equal(paddle.rand([3]).numpy(), expected)


def test_a_refused_start_leaves_the_layer_as_it_was():
    layer = build("eucb", 4)
    layer.eval()
    before = {k: v.numpy().copy() for k, v in layer.state_dict().items()}
    with pytest.raises(UsageError, match=r"^eucb: cannot start as bilinear: .*% of it"):
        start_as(layer, "bilinear", steps=3)
    assert not layer.training
    for key, value in layer.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[key])


def test_a_function_is_a_reference_too():
    target = build({"name": "conv_transpose", "kernel_size": 4}, 4, 6)
    layer = build({"name": "conv_transpose", "kernel_size": 4}, 4, 6)
    assert start_as(layer, target, steps=200).error < 0.05


@pytest.mark.parametrize("spec, text", [
    ({"name": "dysample", "start": "cubic"}, "start must be one of|unknown start"),
    ({"name": "bilinear", "start": "nearest"}, "^bilinear: has no weights"),
    ({"name": "strided_conv", "start": "bilinear"}, "start"),
], ids=str)  # fmt: skip
def test_a_wrong_start_is_refused_before_anything_is_built(spec, text):
    with pytest.raises(UsageError, match=text):
        parse_spec(spec)


def test_build_starts_a_layer_whose_channels_a_projection_changes():
    up = build({"name": "dysample", "start": "bilinear"}, 8, 4, kind=Upsampler)
    down = build({"name": "depthwise_conv", "start": "mean"}, 4, 8, kind=Downsampler)
    assert float(up.upsample.offset.weight.abs().max()) == 0
    assert float(down.downsample.conv.weight.max()) == 0.25


def test_channels_that_change_are_refused():
    with pytest.raises(UsageError, match="changes them from 8 to 4"):
        build({"name": "pixel_shuffle", "start": "bilinear"}, 8, 4)
