"""Every operator is initialized as published, and stays so inside a PaddleSeg model.

The identities behind the starts (DySample near bilinear, CARAFE a box mean, ICNR equal
cells, FCN's bilinear kernel, zero offsets) are in the test of each operator.
"""

import inspect
from fnmatch import fnmatchcase

import numpy as np
import paddle.nn as nn
import pytest
from paddleseg.cvlibs import param_init
from scipy import stats

from paddle_resample import (
    Resampler,
    Upsampler,
    build,
    resampler_class,
    resampler_names,
)
from paddle_resample.seg import repairs

LEARNED = [name for name in resampler_names(Resampler) if resampler_class(name).learned]
TORCH, XAVIER, HE, HE_OUT = "torch", "xavier", "he", "he by fan-out"
TORCH_OUT = "torch by fan-out"  # weights stored as those of transposed convolutions
MSRA = "U(-b, b), b = sqrt(3 / fan_in)"  # Detectron2's c2_xavier_fill
FIXED = "not random"
# What each paper or its released code starts with: first pattern of a parameter's name
# that fits -> a kind, or the deviation of a normal distribution about zero. What fits
# none is a constant: weights of a normalisation 1, biases 0.
EVERY = [("*", TORCH)]  # PyTorch's default, for weights and biases
PUBLISHED = {
    "a2u": [("bconv_*", TORCH)],
    "aconv": [("*conv.weight", TORCH)],
    "ada_pool": [("beta", FIXED)],
    "adown": [("*conv.weight", TORCH)],
    "align_fa": [("*.0.weight", TORCH), ("*.2.weight", 0)],
    "anyup": [
        ("rope*", FIXED),
        ("*basis", 1.0),
        ("*in_proj_weight", XAVIER),
        ("*conv*.weight", TORCH),
        ("*.0.weight", TORCH),
    ],
    "carafe": [("channel_compressor.weight", XAVIER), ("content*weight", 0.001)],
    "carafe_down": [("channel_compressor.weight", XAVIER), ("content*weight", 0.001)],
    "conv_blur_pool": EVERY,
    "conv_transpose": EVERY,
    "conv_guided_filter": [
        ("box_filter.weight", FIXED),
        ("conv_a.[036].weight", TORCH),
        ("guide_map.*", TORCH),
    ],
    "convex": EVERY,
    "convnext_down": [("conv.weight", 0.02)],
    "depthwise_conv": EVERY,
    "eucb": [("up_dwc.1.weight", 0.02), ("pwc.0.weight", 0.02)],
    "ifa": [("imnet.[0369].*", TORCH)],
    "large_context_conv_transpose": EVERY,
    "local_attender": EVERY,
    "naf": [("image_encoder.*.0.*", TORCH), ("*conv?.*", TORCH)],
    "pac": [("*", TORCH_OUT)],
    "pac_joint": EVERY,  # its pac keep their channels
    "dlu": [
        ("channel_compressor.weight", XAVIER),
        ("kernel_space_generator.weight", 0.001),
        ("conv_offset.weight", 0),
    ],
    "dpp": [("alpha", TORCH), ("lam", TORCH)],
    "dupsampling": [("expand.weight", TORCH), ("temperature", FIXED)],
    "dysample": [("offset.weight", 0.001)],
    "fade": [("*.weight", XAVIER)],
    "fade_lite": [("*.weight", XAVIER)],
    "fapn": [
        ("lateral_conv.*weight", MSRA),
        ("offset.weight", MSRA),
        ("dcpack_L2.weight", TORCH),
        ("dcpack_L2.conv_offset*", 0),
    ],
    "featup_jbu": [("*_proj.?.*", TORCH), ("*range_temp", 0), ("*sigma*", FIXED)],
    "final_patch_expand": [("expand.weight", 0.02)],
    "flow": EVERY,
    "freq_fusion": [("*compressor.weight", XAVIER), ("content*weight", 0.001)],
    "freq_mix": EVERY,
    "gated_dual_flow": [("*weight", TORCH)],
    "gated_dual_flow_pooled": [("*weight", TORCH)],
    "hwd": [("conv_bn_relu.0.*", TORCH)],
    "index_net_hin": [("*.[03].weight", TORCH)],
    "index_net_m2o": [("*.[03].weight", TORCH)],
    "index_net_o2o": [("*.[03].weight", TORCH)],
    "index_pool": [("*.[03].weight", HE)],
    "jafar": [
        ("rope*", FIXED),
        ("*_proj_weight", XAVIER),
        ("*conv*.weight", TORCH),
        ("sft_key.*weight", TORCH),
        ("*_encoder.0.weight", TORCH),
    ],
    "lda_aqu": [
        ("relative*", 0.02),
        ("proj_*weight", XAVIER),
        ("conv_offset.0.weight", XAVIER),
        ("conv_offset.3.weight", 0),
    ],
    "lift": [
        ("image_convs_?.[03].*", TORCH),
        ("up1.up.*", TORCH),
        ("*double_conv.[03].weight", TORCH),
        ("outc.*", TORCH),
    ],
    "lip": [("logit.conv.weight", 0)],
    "lip_bottleneck": [("*logit.conv?.weight", TORCH), ("lip*conv.weight", 0)],
    "loftup": [
        ("*biases", 1.0),
        ("first_conv.[14].*", TORCH),
        ("*in_proj_weight", XAVIER),
        ("*out_proj.weight", TORCH),
        ("*net.[14].*", TORCH),
        ("final_conv.0.*", TORCH),
    ],
    "lps": [("get_logits.conv[12].*", TORCH)],
    "overlap_patch_embed": [("proj.weight", HE_OUT)],
    "pasa": [("conv.weight", HE_OUT)],
    "patch_embed": [("proj.*", TORCH)],
    "patch_expand": [("expand.weight", 0.02)],
    "patch_merge": [("reduction.weight", 0.02)],
    "patch_merge_v2": [("reduction.weight", 0.02)],
    "pixel_shuffle": [("conv.weight", HE)],
    "pixel_unshuffle": [("conv.weight", HE)],
    "resfu": [("*_scores.weight", HE_OUT), ("q.weight", 0.02), ("k.weight", 0.02),
              ("*compressor.[14].weight", 0.02)],
    "resize_conv": EVERY,
    "rfd": [("*conv*.*", TORCH), ("*fusion*.*", TORCH)],
    "sapa_b": [("[qk].weight", 0.02)],
    "sapa_d": [("*.weight", 0.02)],
    "sapa_g": [("q?.weight", 0.02), ("k.weight", 0.02), ("gate.weight", 0.02)],
    "sapa_i": [],
    "spd_conv": EVERY,
    "strided_conv": [("conv.weight", HE)],
}  # fmt: skip


def built(name, channels=64, out_channels=96, guide_channels=48):
    """The operator of a site whose channels are all different, where it allows that."""
    cls = resampler_class(name)
    site = {"scale": 2 if cls.scales is None or 2 in cls.scales else cls.scales[0]}
    if issubclass(cls, Upsampler):
        guide = channels if cls.guide_same_channels else guide_channels
        site["guide_channels"] = guide if cls.needs_guide else None
        site["side"] = cls.needs_side
    return build(name, channels, None if cls.keeps_channels else out_channels, **site)


def fans(layer, name):
    """(fan-in, fan-out) of the weight that a parameter is, or that it belongs to."""
    parameters = dict(layer.named_parameters())
    weight = parameters[name]
    if name.endswith("bias"):
        weight = parameters[name[: -len("bias")] + "weight"]
    shape = weight.shape
    if len(shape) == 2:  # Paddle's linear layers are (in, out), attention's (out, in)
        return tuple(shape) if name.endswith(".weight") else (shape[1], shape[0])
    if len(shape) == 1:  # a number of each channel
        return shape[0], shape[0]
    taps = int(np.prod(shape[2:]))
    return shape[1] * taps, shape[0] * taps


def distribution(kind, fan_in, fan_out):
    """SciPy's name and arguments of a kind."""
    if kind in (TORCH, TORCH_OUT, XAVIER, MSRA):
        bound = {
            TORCH: fan_in**-0.5,
            TORCH_OUT: fan_out**-0.5,
            XAVIER: (6 / (fan_in + fan_out)) ** 0.5,
            MSRA: (3 / fan_in) ** 0.5,
        }[kind]
        return "uniform", (-bound, 2 * bound)
    if kind in (HE, HE_OUT):
        kind = (2 / (fan_in if kind == HE else fan_out)) ** 0.5
    return "norm", (0, kind)


def independent(layer, name, values):
    """The numbers drawn: ICNR draws one kernel for the cell of every channel."""
    if type(layer).name == "pixel_shuffle" and name == "conv.weight":
        np.testing.assert_array_equal(values[::4], values[3::4])
        return values[::4]
    return values


def test_every_operator_with_weights_has_its_line():
    assert sorted(PUBLISHED) == LEARNED


@pytest.mark.parametrize("name", LEARNED)
def test_starts_as_published(rng, name):
    """By Kolmogorov and Smirnov's test of every parameter that is drawn."""
    layer = built(name)
    unused = [pattern for pattern, _ in PUBLISHED[name]]
    for key, parameter in layer.named_parameters():
        if parameter.stop_gradient:  # running statistics and dead weights
            continue
        values = parameter.numpy().astype("float64")
        pattern, kind = next(
            (row for row in PUBLISHED[name] if fnmatchcase(key, row[0])), ("", None)
        )
        if pattern in unused:
            unused.remove(pattern)
        if kind is FIXED:
            continue
        if kind is None or kind == 0:
            one = kind is None and key.endswith("weight")
            np.testing.assert_array_equal(values, float(one), err_msg=key)
            continue
        values = independent(layer, key, values)
        found = stats.kstest(
            values.ravel(), *distribution(kind, *fans(layer, key))
        ).pvalue
        assert found > 1e-3, f"{key} does not look {kind}: p = {found:.1e}"
    assert not unused


class Network(nn.Layer):
    """As PaddleSeg's models are written: layers, then a walk that starts them."""

    def __init__(self, resampler, walk):
        super().__init__()
        self.conv = nn.Conv2D(3, 8, 3)
        self.fc = nn.Linear(4, 4)
        self.up = resampler
        self.before = {k: p.numpy() for k, p in self.named_parameters()}
        walk(self)

    def changed(self):
        return {
            name
            for name, p in self.named_parameters()
            if not np.array_equal(p.numpy(), self.before[name])
        }


def bisenet(net):
    for layer in net.sublayers():
        if isinstance(layer, nn.Conv2D):
            param_init.kaiming_normal_init(layer.weight)
        elif isinstance(layer, (nn.BatchNorm, nn.SyncBatchNorm)):
            param_init.constant_init(layer.weight, value=1.0)
            param_init.constant_init(layer.bias, value=0.0)


def ocrnet(net):
    for layer in net.sublayers():
        if isinstance(layer, nn.Conv2D):
            param_init.normal_init(layer.weight, std=0.001)
        elif isinstance(layer, nn.Linear):
            param_init.trunc_normal_init(layer.weight, mean=0.0, std=0.02)


def maskformer(net):
    for p in net.parameters():
        if p.dim() > 1:
            param_init.xavier_uniform(p)
        else:
            param_init.uniform_init(p, low=-1.0, high=1.0)


def convolutions_uniform(net):
    for layer in net.sublayers():
        if isinstance(layer, nn.Conv2D):
            param_init.kaiming_uniform(layer.weight)


WALKS = [bisenet, ocrnet, maskformer, convolutions_uniform]


@pytest.mark.parametrize("name", LEARNED)
def test_a_walk_of_paddleseg_leaves_it(rng, name):
    for walk in WALKS:
        changed = Network(built(name), walk).changed()
        assert "conv.weight" in changed
        assert not any(key.startswith("up.") for key in changed), changed


def test_without_the_repair_a_walk_destroys_it(rng):
    repair = next(r for r in repairs.REPAIRS if r.name == "published_start")
    with repairs.without(repair):
        net = Network(built("dysample"), bisenet)
    assert "up.offset.weight" in net.changed()
    assert net.up.offset.weight.numpy().std() > 0.1


def test_every_function_of_param_init_is_repaired():
    starts = [
        name
        for name, function in vars(param_init).items()
        if inspect.isfunction(function)
        and list(inspect.signature(function).parameters) == ["param", "kwargs"]
    ]
    assert len(starts) == 7
    layer = built("carafe")
    weight = layer.content_encoder.weight
    before = weight.numpy()
    for name in starts:
        getattr(param_init, name)(weight)
    np.testing.assert_array_equal(weight.numpy(), before)


def test_paddles_own_initializers_are_carried_out():
    layer = built("carafe")
    nn.initializer.Constant(3.0)(layer.content_encoder.weight)
    assert (layer.content_encoder.weight.numpy() == 3).all()


def test_the_mark_survives_another_type_and_other_weights(rng):
    layer = built("dysample")
    layer.set_state_dict(built("dysample").state_dict())
    layer.to(dtype="float64")
    before = layer.offset.weight.numpy()
    param_init.kaiming_normal_init(layer.offset.weight)
    np.testing.assert_array_equal(layer.offset.weight.numpy(), before)
