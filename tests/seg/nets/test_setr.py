from pathlib import Path

import numpy as np
import paddle
import paddle.nn as nn
import pytest
from paddleseg.cvlibs import Config, SegBuilder
from paddleseg.models import SegmentationTransformer
from paddleseg.models.backbones import ResNet18_vd
from paddleseg.models.backbones.vision_transformer import (
    VisionTransformer,
    ViT_large_patch16_384,
)

from paddle_resample import (
    Upsampler,
    UsageError,
    resampler_class,
    resampler_names,
)
from paddle_resample.seg.nets import MLAHead, NaiveHead, PUPHead, ResampleSETR
from tests.seg.nets.network_checks import assert_exports, image, trainable

CONFIGS = Path(__file__).parents[3] / "configs" / "setr"
HEADS = pytest.mark.parametrize("head", ["naive", "pup", "mla"])


def vit(patch=16, depth=4):
    return VisionTransformer(
        img_size=4 * patch, patch_size=patch, embed_dim=12, depth=depth, num_heads=2
    )


def tiny(head="naive", patch=16, depth=4, **options):
    given = {"backbone_indices": [0, 1, 2, 3], "channels": 8, **options}
    return ResampleSETR(4, vit(patch, depth), head=head, **given)


def shake(rng, layer):
    """Give every weight another value, so that no initialization hides anything."""
    for p in layer.parameters():
        if not p.stop_gradient:
            value = p.numpy() + 0.1 * rng.normal(size=p.shape)
            p.set_value(np.asarray(value, "float32"))
    return layer


# The published heads


@pytest.mark.parametrize("cls, read, classes, count", [
    (NaiveHead, 1, 19, 269_843),
    (NaiveHead, 1, 150, 303_510),
    (NaiveHead, 4, 19, 4 * 269_843),
    (PUPHead, 0, 19, 4_138_771),
    (PUPHead, 0, 150, 4_172_438),
    (PUPHead, 4, 19, 319_064_927 - 305_458_176),
    (MLAHead, 4, 19, 5_279_251 + 4 * 256 * 19),
    (MLAHead, 4, 150, 5_883_030 + 4 * 256 * 150),
], ids=str)  # fmt: skip
def test_parameters_of_the_published_heads(cls, read, classes, count):
    assert trainable(cls(classes, 1024, 256, 16, None, read)) == count


@pytest.mark.slow
def test_parameters_of_the_published_network():
    net = ResampleSETR(19, ViT_large_patch16_384(pretrained=None))
    tokens = (768 // 16) ** 2 - (384 // 16) ** 2  # ours stands at 384 pixels
    assert trainable(net.backbone) + 1024 * tokens == 305_458_176
    assert net.backbone_indices == [9, 14, 19, 23]
    assert trainable(net.head) == 4 * 269_843


def as_paddleseg(head, net, patch=16):
    """PaddleSeg's class with our weights where it has them."""
    options = {"lr_multiple": 10}
    if head == "mla":
        options = {"mla_channels": 256, "mlahead_channels": 128}
    theirs = SegmentationTransformer(
        4, vit(patch), backbone_indices=[0, 1, 2, 3], head=head, **options
    )
    ours, state = net.state_dict(), theirs.state_dict()
    if head == "mla":
        # The published convolutions have no bias; PaddleSeg's sum does.
        for name, value in state.items():
            if name.endswith("_conv.bias") or "aux_heads" in name:
                value.set_value(paddle.zeros_like(value))
    for name, value in state.items():
        if name in ours:
            value.set_value(ours[name])
    absent = {n for n in state if n not in ours}
    assert all(head == "mla" and n.endswith("bias") for n in absent)
    return theirs


def share(net, head):
    """Give all branches one set of weights, as PaddleSeg's class has them."""
    for name in ("aux_heads", "aux_head_norms", "norms", "feat_convs"):
        first, *others = getattr(net.head, name, [None])
        for other in others:
            other.set_state_dict(first.state_dict())


@HEADS
@pytest.mark.parametrize("training", [False, True])
def test_equals_paddleseg_with_shared_weights(rng, head, training):
    net = shake(rng, tiny(head, channels=256))
    share(net, head)
    theirs = as_paddleseg(head, net)
    net.train() if training else net.eval()
    theirs.train() if training else theirs.eval()
    x = image(rng, 48, 80, batch=2)
    expected, got = theirs(x), net(x)
    auxiliary = {"naive": 3, "pup": 4, "mla": 4}[head] if training else 0
    assert len(got) == len(expected) == 1 + auxiliary
    for a, b in zip(got, expected):
        scale = np.abs(b.numpy()).max()
        np.testing.assert_allclose(a.numpy() / scale, b.numpy() / scale, atol=2e-5)


@HEADS
def test_every_branch_has_its_own_weights(rng, head):
    net = tiny(head)
    seen = [id(p) for p in net.head.parameters(include_sublayers=True)]
    assert len(seen) == len(set(seen))
    twins = {"naive": "aux_heads", "pup": "aux_heads", "mla": "feat_convs"}[head]
    first, second, *_ = (layer.state_dict() for layer in getattr(net.head, twins))
    weights = [n for n in first if n.endswith("weight") and first[n].ndim == 4]
    assert all((first[n].numpy() != second[n].numpy()).any() for n in weights)


@HEADS
def test_the_decoder_learns_faster(head):
    net = tiny(head, lr_multiple=7)
    rates = {n: p.optimize_attr["learning_rate"] for n, p in net.named_parameters()}
    slow = ("backbone.", "head.norms.", "head.mla.")
    for name, rate in rates.items():
        assert rate == (1 if name.startswith(slow) else 7), name
    assert {1, 7} == set(rates.values())


@pytest.mark.parametrize("cls, read, sites", [
    (NaiveHead, 1, 1),
    (PUPHead, 0, 4),
    (MLAHead, 4, 5),
])  # fmt: skip
def test_heads_stand_alone(rng, cls, read, sites):
    """Tokens in, logits out, as in the network with the same weights."""
    name = {NaiveHead: "naive", PUPHead: "pup", MLAHead: "mla"}[cls]
    net = shake(rng, tiny(name, upsample="conv_transpose"))
    net.eval()
    x = image(rng, 48, 80)
    features, _ = net.backbone(x)
    tokens = [features[i] for i in net.backbone_indices]
    head = cls(4, 12, 8, upsample="conv_transpose")
    assert len([m for m in head.sublayers() if isinstance(m, Upsampler)]) == sites
    state = net.head.state_dict()
    missing, _ = head.set_state_dict(state)
    assert not missing
    head.eval()
    (logits,) = head(tokens, (3, 5))
    np.testing.assert_allclose(logits.numpy(), net(x)[0].numpy(), rtol=0, atol=1e-6)


def test_a_head_alone_names_what_is_wrong(rng):
    with pytest.raises(UsageError, match="PUPHead: upsample: 'stride_3' is no site"):
        PUPHead(4, 12, upsample={"name": "bilinear", "stride_3": "area"})
    head = NaiveHead(4, 12, 8, upsample="jbu")
    tokens = [paddle.ones([1, 6, 12])]
    with pytest.raises(UsageError, match="jbu: called without a guide"):
        head(tokens, (2, 3))
    assert head(tokens, (2, 3), image(rng, 32, 48))[0].shape == [1, 4, 32, 48]


def test_mla_sums_from_the_last_level_to_the_first(rng):
    net = shake(rng, tiny("mla").head.mla)
    net.eval()
    maps = [paddle.to_tensor(rng.normal(size=(1, 12, 3, 5)), "float32") for _ in "abcd"]
    narrow = [getattr(net, f"mla_p{i}_1x1")(x) for i, x in enumerate(maps, 2)]
    for i, y in enumerate(net(maps)):
        expected = getattr(net, f"mla_p{i + 2}")(sum(narrow[i:]))
        np.testing.assert_allclose(y.numpy(), expected.numpy(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("head, patch, sites", [
    ("naive", 16, {"stride_1": (16, 4)}),
    ("pup", 16, {f"stride_{2**i}": (2, 8 if i else 4) for i in (3, 2, 1, 0)}),
    ("pup", 4, {"stride_2": (2, 8), "stride_1": (2, 4)}),
    ("mla", 16, {**{f"p{i}": (4, 4) for i in (2, 3, 4, 5)}, "stride_1": (4, 4)}),
    ("mla", 8, {**{f"p{i}": (4, 4) for i in (2, 3, 4, 5)}, "stride_1": (2, 4)}),
], ids=str)  # fmt: skip
def test_sites(head, patch, sites):
    net = tiny(head, patch, upsample={"name": "conv_transpose"})
    layers = [m for m in net.head.sublayers() if isinstance(m, Upsampler)]
    assert [(m.scale, m.in_channels) for m in layers] == list(sites.values())
    for number, site in enumerate(sites):
        net = tiny(head, patch, upsample={site: "dysample", "*": "bilinear"})
        layers = [m for m in net.head.sublayers() if isinstance(m, Upsampler)]
        swapped = [i for i, m in enumerate(layers) if m.name == "dysample"]
        assert swapped == [number]


def test_published_corners():
    net = tiny("mla")
    layers = [m for m in net.head.sublayers() if isinstance(m, Upsampler)]
    assert [m.align_corners for m in layers] == [True] * 4 + [False]


# Any size, any operator


def runs(net, rng, *size):
    x = image(rng, *size, batch=2)
    logits = net(x)
    for y in logits:
        assert list(y.shape) == [2, 4, *size]
        assert np.isfinite(y.numpy()).all()
    sum((y**2).sum() for y in logits).backward()
    for name, p in net.named_parameters():
        if not p.stop_gradient and not name.startswith("backbone.cls_token"):
            assert p.grad is not None, name
            assert np.isfinite(p.grad.numpy()).all(), name
    assert net.backbone.patch_embed.proj.weight.grad.numpy().any()
    net.eval()
    assert len(net(x)) == 1


@HEADS
@pytest.mark.parametrize("size", [(97, 131), (16, 16), (33, 64)], ids=str)
def test_any_size_trains(rng, head, size):
    runs(tiny(head), rng, *size)


@HEADS
def test_odd_sizes_are_those_of_the_completed_image(rng, head):
    net = shake(rng, tiny(head))
    net.eval()
    x = image(rng, 37, 50)
    whole = nn.functional.pad(x, [0, 14, 0, 11])
    expected = net(whole)[0][:, :, :37, :50].numpy()
    np.testing.assert_allclose(net(x)[0].numpy(), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("head, up", [
    ("naive", "conv_transpose"),
    ("naive", "jbu"),
    ("pup", "conv_transpose"),
    ("pup", "pixel_shuffle"),
    ("pup", "flow"),
    ("pup", {"name": "lift", "stride_1": "carafe"}),
    ("mla", "conv_transpose"),
    ("mla", {"name": "patch_expand", "stride_1": "dysample"}),
], ids=str)  # fmt: skip
def test_other_operators(rng, head, up):
    runs(tiny(head, upsample=up), rng, 37, 50)


def stands(up, scale):
    if up == "large_context_conv_transpose" and scale > 7:
        return False  # its kernel of 7 is refused, and a larger one is an option
    cls = resampler_class(up)
    return not cls.needs_side and (cls.scales is None or scale in cls.scales)


@pytest.mark.slow
@pytest.mark.parametrize("head, up", [
    (head, up)
    for head, scale in (("naive", 16), ("pup", 2), ("mla", 4))
    for up in resampler_names(Upsampler)
    if stands(up, scale)
])  # fmt: skip
def test_every_upsampler(rng, head, up):
    if resampler_class(up).guide_same_channels:
        with pytest.raises(UsageError, match="the guide must have"):
            tiny(head, upsample=up)
    else:
        runs(tiny(head, upsample=up), rng, 37, 50)


def test_guide_is_the_image_averaged(rng):
    net = tiny("pup", upsample="jbu")
    x = image(rng, 32, 48)
    layers = [m for m in net.head.cls_head if isinstance(m, Upsampler)]
    seen = []
    for layer in layers:
        forward = layer.forward

        def spy(x, guide=None, side=None, size=None, forward=forward):
            seen.append(guide)
            return forward(x, guide=guide, side=side, size=size)

        layer.forward = spy
    net(x)
    assert [layer.guide_channels for layer in layers] == [3] * 4
    assert [list(g.shape[2:]) for g in seen] == [[4, 6], [8, 12], [16, 24], [32, 48]]
    for guide in seen:
        side = 32 // guide.shape[2]
        cells = x.numpy().reshape(1, 3, guide.shape[2], side, guide.shape[3], side)
        mean = cells.mean(axis=(3, 5))
        np.testing.assert_allclose(guide.numpy(), mean, rtol=0, atol=1e-6)


# What a user may get wrong


@pytest.mark.parametrize("given, text", [
    ({"head": "pupp"}, "ResampleSETR: unknown head 'pupp'; did you mean 'pup'?"),
    ({"channels": 0}, "ResampleSETR: channels must be a positive integer, not 0"),
    ({"backbone_indices": [0, 4]}, r"\[0, 4\] must lie between 0 and 3, for the backb"),
    ({"backbone_indices": None}, r"\[9, 14, 19, 23\] must lie between 0 and 3"),
    ({"backbone_indices": [1, 3], "head": "mla"}, "head 'mla' reads 4 blocks, not 2"),
    ({"head": "pup", "patch": 12}, "the backbone's patches must be a power of 2, not"),
    ({"head": "mla", "patch": 6}, "patches must be a multiple of 4, not 6"),
    ({"upsample": "max_pool"}, "'max_pool' is a downsampler and the site needs an up"),
    ({"upsample": "max_unpool"}, "max_unpool: needs pool_indices recorded by its dow"),
    ({"upsample": "sapa"}, "unknown upsampler 'sapa'; did you mean 'sapa_"),
    ({"upsample": {"stride_2": "area"}}, "'stride_2' .*did you mean 'stride_1'"),
    ({"upsample": "fade"}, "fade: the guide must have the 4 channels of the upsampl"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(given, text):
    with pytest.raises(UsageError, match=text) as error:
        tiny(**given)
    assert "\n" not in str(error.value)


def test_another_backbone_is_refused():
    with pytest.raises(UsageError, match=r"VisionTransformer \(ViT_\*\), not ResNet"):
        ResampleSETR(4, ResNet18_vd())


# Through PaddleSeg, and out


def test_weights_of_paddleseg_fit(rng, tmp_path):
    theirs = shake(
        rng, SegmentationTransformer(4, vit(), backbone_indices=[0, 1, 2, 3])
    )
    path = str(tmp_path / "setr.pdparams")
    paddle.save(theirs.state_dict(), path)
    net = tiny(channels=256, pretrained=path)
    net.eval(), theirs.eval()
    x = image(rng, 48, 80)
    np.testing.assert_allclose(
        net(x)[0].numpy(), theirs(x)[0].numpy(), rtol=0, atol=1e-5
    )


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yml")), ids=lambda p: p.stem)
def test_paddleseg_builds_the_configurations(rng, path):
    config = Config(str(path))
    given = config.dic["model"]
    if given["backbone"]["type"].startswith("ViT_large"):  # a gigabyte of weights
        given["backbone"] = {
            "type": "VisionTransformer", "embed_dim": 8, "depth": 24, "num_heads": 2
        }  # fmt: skip
    builder = SegBuilder(config)
    net = builder.model
    assert type(net) is ResampleSETR
    logits = net(image(rng, 32, 48))
    assert len(logits) == len(config.dic["loss"]["coef"])
    assert len(builder.loss["types"]) == len(logits)
    assert all(y.shape[1] == given["num_classes"] for y in logits)


@pytest.mark.parametrize("head, up", [
    ("naive", None),
    pytest.param("mla", None, marks=pytest.mark.slow),
    pytest.param(
        "pup", {"name": "conv_transpose", "stride_1": "flow"}, marks=pytest.mark.slow
    ),
], ids=str)  # fmt: skip
def test_exports_with_free_sizes(rng, tmp_path, head, up):
    net = shake(rng, tiny(head, depth=1, backbone_indices=[0] * 4, upsample=up))
    assert_exports(net, rng, tmp_path, [(37, 50), (64, 64), (97, 131)])
