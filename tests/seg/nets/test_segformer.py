import math
from pathlib import Path

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
import yaml
from paddle.static import InputSpec
from paddleseg.cvlibs import Config, SegBuilder, manager
from paddleseg.models import SegFormer
from paddleseg.models.backbones.mix_transformer import MixVisionTransformer

from paddle_resample import Upsampler, UsageError, resampler_class, resampler_names
from paddle_resample.registry import parse_spec
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.nets import (
    ResampleMiT,
    ResamplePVT,
    ResampleSegFormer,
    ResampleSegFormerChained,
    SegFormerHead,
    mix_transformer,
)
from tests.reference import published
from tests.seg.nets.network_checks import image, trainable
from tests.seg.nets.toy_backbone import ToyBackbone

SMALL = {
    "embed_dims": (4, 6, 8, 12),
    "num_heads": (1, 2, 4, 3),
    "mlp_ratios": (2, 2, 2, 2),
    "sr_ratios": (4, 2, 2, 1),
    "depths": (1, 1, 1, 1),
}
BOTH = [ResampleSegFormer, ResampleSegFormerChained]
CONFIGS = Path(__file__).parents[3] / "configs"


def toy(kind, classes=3, width=8, **options):
    return kind(classes, ToyBackbone(), width, **options)


def shake(rng, layer):
    for p in layer.parameters():
        p.set_value((p.numpy() + 0.3 * rng.random(size=p.shape)).astype("float32"))
    layer.eval()
    return layer


# The default network


@pytest.mark.parametrize("size, width, of_19, of_150", [
    ("B0", 256, 3_719_027, 3_752_694),
    ("B1", 256, 13_682_131, 13_715_798),
    ("B2", 768, 27_361_235, 27_461_974),
    ("B3", 768, 47_237_075, 47_337_814),
    ("B4", 768, 64_007_635, 64_108_374),
    ("B5", 768, 84_607_955, 84_708_694),
])  # fmt: skip
def test_parameters_of_the_published_networks(size, width, of_19, of_150):
    for classes, count in ((19, of_19), (150, of_150)):
        with paddle.LazyGuard():  # shapes only
            backbone = getattr(mix_transformer, f"ResampleMiT_{size}")()
            assert trainable(ResampleSegFormer(classes, backbone, width)) == count


@pytest.mark.parametrize("own_backbone", [True, False])
def test_equals_paddleseg(rng, own_backbone):
    norm = {
        "norm_layer": lambda c: paddle.nn.LayerNorm(c, epsilon=1e-6),
        "qkv_bias": True,
    }
    theirs = shake(rng, SegFormer(5, MixVisionTransformer(**SMALL, **norm), 16))
    backbone = (
        ResampleMiT(**SMALL) if own_backbone else MixVisionTransformer(**SMALL, **norm)
    )
    ours = ResampleSegFormer(5, backbone, 16)
    missing, unexpected = ours.set_state_dict(theirs.state_dict())
    assert not missing and not unexpected
    ours.eval()
    x = image(rng, 97, 131, batch=2)
    expected = theirs(x)[0].numpy()
    error = np.abs(ours(x)[0].numpy() - expected).max()
    assert error < 1e-5 * np.abs(expected).max()


def test_loads_paddlesegs_checkpoints(rng, tmp_path):
    theirs = shake(rng, SegFormer(3, ToyBackbone(), 8))
    path = str(tmp_path / "model.pdparams")
    paddle.save(theirs.state_dict(), path)
    ours = toy(ResampleSegFormer, pretrained=path)
    ours.eval()
    x = image(rng, 64, 64)
    np.testing.assert_array_equal(ours(x)[0].numpy(), theirs(x)[0].numpy())


def test_the_head_stands_alone(rng):
    """Maps in, logits at the finest one's size out, as in the network."""
    net = shake(rng, toy(ResampleSegFormer, upsample="conv_transpose"))
    head = SegFormerHead(3, [4, 6, 8, 10], 8, upsample="conv_transpose")
    missing, _ = head.set_state_dict(net.state_dict())
    assert not missing
    head.eval()
    x = image(rng, 64, 96)
    logits = head(net.backbone(x))
    assert logits.shape == [1, 3, 16, 24]
    y = F.interpolate(logits, size=[64, 96], mode="bilinear")
    np.testing.assert_allclose(y.numpy(), net(x)[0].numpy(), rtol=0, atol=1e-5)


def test_a_head_alone_names_what_is_wrong():
    assert trainable(SegFormerHead(19, [32, 64, 160, 256])) == 399_635
    with pytest.raises(UsageError, match=r"SegFormerHead: four maps .* \[4, 6, 8\]"):
        SegFormerHead(3, [4, 6, 8])
    with pytest.raises(UsageError, match="SegFormerHead: site c4 enlarges 8 times"):
        SegFormerHead(3, [4, 6, 8, 10], 8, upsample="fade")


def test_official_names():
    rename = ResampleSegFormer.official_name
    assert rename("decode_head.linear_c1.proj.weight") == "linear_c1.proj.weight"
    assert rename("decode_head.linear_fuse.bn.bias") == "linear_fuse._batch_norm.bias"
    assert rename("backbone.norm1.weight") == "backbone.norm1.weight"
    assert rename("decode_head.conv_seg.weight") is None


# Chained


def test_chain_equals_the_diagram_written_out(rng):
    """c4 climbs three times, c3 twice, c2 once; guides are the projected maps."""
    net = shake(rng, toy(ResampleSegFormerChained, upsample="fade"))
    x = image(rng, 64, 96)
    maps = net.backbone(x)

    def project(i):
        layer = getattr(net, f"linear_c{i}").proj
        y = paddle.einsum("nchw,cd->ndhw", maps[i - 1], layer.weight)
        return y + layer.bias.reshape([1, -1, 1, 1])

    c1, c2, c3, c4 = (project(i) for i in (1, 2, 3, 4))
    up = list(net.upsample.values())
    y4 = up[2](up[1](up[0](c4, guide=c3), guide=c2), guide=c1)
    y3 = up[4](up[3](c3, guide=c2), guide=c1)
    y2 = up[5](c2, guide=c1)
    y = net.linear_fuse(paddle.concat([y4, y3, y2, c1], axis=1))
    y = F.interpolate(net.linear_pred(y), size=[64, 96], mode="bilinear")
    np.testing.assert_allclose(net(x)[0].numpy(), y.numpy(), rtol=0, atol=1e-4)
    assert list(net.upsample.keys()) == [
        "c4_to_c3",
        "c4_to_c2",
        "c4_to_c1",
        "c3_to_c2",
        "c3_to_c1",
        "c2_to_c1",
    ]


def test_chain_of_nearest_equals_one_jump(rng):
    chained = shake(rng, toy(ResampleSegFormerChained, upsample="nearest"))
    straight = toy(ResampleSegFormer, upsample="nearest")
    straight.set_state_dict(chained.state_dict())
    straight.eval()
    x = image(rng, 64, 96)
    np.testing.assert_allclose(
        chained(x)[0].numpy(), straight(x)[0].numpy(), rtol=0, atol=1e-5
    )


@pytest.mark.parametrize("spec, added", [
    ("bilinear", 0),
    ({"name": "conv_transpose", "kernel_size": 3}, 3_540_480),
    ("pixel_shuffle", 14_161_920),
    ("carafe", 444_888),
    ("index_net_hin", 12_601_344),
    ("index_net_m2o", 6_291_456),
    ("a2u", 64_740),
    ("sapa_b", 104_832),
    ("sapa_g", 155_718),
    ("sapa_d", 838_848),
    ("fade", 285_084),
    ("fade_lite", 79_992),
    ("dysample", 49_344),
    ({"name": "dysample", "dyscope": True}, 98_496),
    ({"name": "dysample", "style": "pl", "groups": 8}, 6_240),
    ({"name": "dysample", "style": "pl", "groups": 8, "dyscope": True}, 12_384),
], ids=str)  # fmt: skip
def test_published_parameters_of_the_operators(spec, added):
    net = toy(ResampleSegFormerChained, width=256, upsample=spec)
    assert trainable(net.upsample) == added
    assert trainable(net) - trainable(toy(ResampleSegFormer, width=256)) == added


def test_sites_are_those_of_the_published_cost_tables(rng):
    net = toy(ResampleSegFormerChained)
    sides = []
    for layer in net.upsample.values():
        layer.register_forward_pre_hook(lambda _, given: sides.append(given[0].shape))
    net(image(rng, 128, 128))  # a quarter of 512
    assert [shape[2] * 4 for shape in sides] == list(published.SEGFORMER_B1)
    assert all(shape[2] == shape[3] for shape in sides)


# Any operator, any size


@pytest.mark.parametrize("kind, up", [
    (ResampleSegFormer, "carafe"),
    (ResampleSegFormer, "conv_transpose"),
    (ResampleSegFormerChained, "dysample"),
    (ResampleSegFormerChained, "fade"),
    (ResampleSegFormerChained, "flow"),
    (ResampleSegFormerChained, "index_net_hin"),
])  # fmt: skip
@pytest.mark.parametrize("floors", [True, False])
def test_odd_sizes_train(rng, kind, up, floors):
    backbone = ResamplePVT(64, **SMALL) if floors else ResampleMiT(**SMALL)
    net = kind(3, backbone, 8, upsample=up)
    (logits,) = net(image(rng, 97, 131, batch=2))
    assert list(logits.shape) == [2, 3, 97, 131]
    (logits**2).sum().backward()
    for name, p in net.named_parameters():
        if not p.stop_gradient:
            assert np.isfinite(p.grad.numpy()).all(), name
    assert backbone.patch_embed1.proj.weight.grad.numpy().any()


def takers(scale):
    """Upsamplers without side information that can do a scale."""
    classes = {name: resampler_class(name) for name in resampler_names(Upsampler)}
    if scale > 7:  # its kernel of 7 is refused, and a larger one is an option
        del classes["large_context_conv_transpose"]
    return [
        name
        for name, cls in classes.items()
        if cls.needs_side is None and (cls.scales is None or scale in cls.scales)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind, up",
    [(ResampleSegFormerChained, up) for up in takers(2)]
    + [(ResampleSegFormer, up) for up in takers(8) if up in takers(2)],
)
def test_every_upsampler(rng, kind, up):
    net = kind(2, ResampleMiT(**SMALL), 32, upsample=up)
    (logits,) = net(image(rng, 97, 131))
    assert list(logits.shape) == [1, 2, 97, 131]
    logits.mean().backward()
    assert net.backbone.patch_embed1.proj.weight.grad.numpy().any()


@pytest.mark.parametrize("kind", BOTH)
def test_the_logits_have_a_site_that_sees_the_image(rng, kind):
    net = toy(kind, upsample_logits="jbu")
    net.eval()
    assert net.upsample_logits.guide_channels == 3
    x = image(rng, 61, 90)
    low = net.decode(*net.backbone(x))
    (logits,) = net(x)
    assert list(logits.shape) == [1, 3, 61, 90]
    other = net.upsample_logits(low, guide=image(rng, 61, 90), size=[61, 90])
    assert np.abs(other.numpy() - logits.numpy()).max() > 1e-4


def test_sites_have_their_own_specs(rng):
    spec = {"name": "bilinear", "*_to_c1": {"name": "dysample", "groups": 2}}
    net = toy(ResampleSegFormerChained, upsample=spec)
    kinds = [type(layer).name for layer in net.upsample.values()]
    assert kinds == [
        "bilinear",
        "bilinear",
        "dysample",
        "bilinear",
        "dysample",
        "dysample",
    ]
    net(image(rng, 64, 64))


# What a user may get wrong


@pytest.mark.parametrize("kind, options, text", [
    (ResampleSegFormer, {"upsample": "fade"}, "ResampleSegFormer: site c4 enlarges 8 ti"
     "mes and fade does only 2; ResampleSegFormerChained enlarges in steps of 2"),
    (ResampleSegFormerChained, {"upsample": "max_unpool"}, "this site has none; downs"),
    (ResampleSegFormerChained, {"upsample": "carafee"}, "did you mean 'carafe'"),
    (ResampleSegFormer, {"upsample": ["nearest"]}, "lists 1 specs, but there are 3"),
    (ResampleSegFormer, {"upsample_logits": "max_pool"}, "the site needs an upsampler"),
])  # fmt: skip
def test_error_names_the_remedy(kind, options, text):
    with pytest.raises(UsageError, match=text):
        toy(kind, **options)


def test_a_backbone_without_four_maps_is_refused():
    text = "must have feat_channels of four maps, and Linear has none"
    with pytest.raises(UsageError, match=text):
        ResampleSegFormer(3, paddle.nn.Linear(2, 2))
    text = r"and ToyBackbone has \[4, 6\]"
    with pytest.raises(UsageError, match=text):
        ResampleSegFormer(3, ToyBackbone((4, 6), (4, 8)))


# Through PaddleSeg

CONFIG = """
batch_size: 1
iters: 1
train_dataset:
  type: Dataset
  dataset_root: {root}
  num_classes: 5
  mode: train
  train_path: {root}/list.txt
  transforms:
    - type: Normalize
model:
  type: ResampleSegFormerChained
  num_classes: 5
  embedding_dim: 8
  upsample: {{name: dysample, groups: 2}}
  backbone:
    type: ResampleMiT
    embed_dims: [4, 6, 8, 12]
    num_heads: [1, 2, 4, 3]
    downsample: {{name: overlap_patch_embed, stage2: blur_pool}}
optimizer:
  type: sgd
lr_scheduler:
  type: PolynomialDecay
  learning_rate: 0.01
loss:
  types:
    - type: CrossEntropyLoss
  coef: [1]
"""


def test_paddleseg_builds_it_from_yaml(rng, tmp_path):
    path = tmp_path / "config.yml"
    path.write_text(CONFIG.format(root=tmp_path))
    net = SegBuilder(Config(str(path))).model
    assert type(net) is ResampleSegFormerChained
    assert [layer.groups for layer in net.upsample.values()] == [2] * 6
    blur = net.backbone.patch_embed2
    assert type(getattr(blur, "downsample", blur)) is resampler_class("blur_pool")
    assert list(net(image(rng, 65, 70))[0].shape) == [1, 5, 65, 70]


def configurations():
    folders = ("segformer", "segformer_b1_chained", "pvt")
    return sorted(path for f in folders for path in (CONFIGS / f).glob("*.yml"))


@pytest.mark.parametrize("path", configurations(), ids=lambda path: path.stem)
def test_configuration_says_what_is_there(path):
    model = ResampleConfig(path).dic["model"]
    kind = manager.MODELS.components_dict[model["type"]]
    assert issubclass(kind, ResampleSegFormer)
    assert model["backbone"]["type"] in manager.BACKBONES.components_dict
    parse_spec(model.get("upsample", "bilinear"), Upsampler)
    classes = ResampleConfig(path).dic["train_dataset"].get("num_classes")
    assert classes in (None, model["num_classes"])


def test_the_chained_study_covers_the_published_operators():
    study = yaml.safe_load(
        (CONFIGS / "studies" / "segformer_b1_chained.yml").read_text()
    )
    specs = study["vary"]["model.upsample"]
    names = {spec if isinstance(spec, str) else spec["name"] for spec in specs}
    assert names >= {
        "bilinear",
        "nearest",
        "conv_transpose",
        "pixel_shuffle",
        "carafe",
        "index_net_hin",
        "index_net_m2o",
        "a2u",
        "sapa_i",
        "sapa_b",
        "sapa_g",
        "sapa_d",
        "fade",
        "fade_lite",
        "dysample",
    }


# Export


@pytest.mark.parametrize("kind, backbone, up", [
    (ResampleSegFormer, ToyBackbone, "bilinear"),
    (ResampleSegFormerChained, ToyBackbone, "dysample"),
    pytest.param(
        ResampleSegFormerChained,
        lambda: ResampleMiT(**SMALL),
        "fade",
        marks=pytest.mark.slow,
    ),
    pytest.param(
        ResampleSegFormerChained,
        lambda: ResamplePVT(64, **SMALL),
        "dysample",
        marks=pytest.mark.slow,
    ),
])  # fmt: skip
def test_exports_with_free_sizes(rng, tmp_path, kind, backbone, up):
    net = kind(3, backbone(), 8, upsample=up)
    net.eval()
    images = [image(rng, 97, 131), image(rng, 64, 40)]
    expected = [net(x)[0].numpy() for x in images]
    spec = InputSpec([None, 3, None, None], "float32", "x")
    traced = paddle.jit.to_static(net, input_spec=[spec], full_graph=True)
    paddle.jit.save(traced, str(tmp_path / "net"))
    loaded = paddle.jit.load(str(tmp_path / "net"))
    for x, y in zip(images, expected):
        got = loaded(x)
        got = got[0] if isinstance(got, (list, tuple)) else got
        assert math.isfinite(np.abs(y).max())
        np.testing.assert_allclose(got.numpy(), y, rtol=1e-4, atol=1e-4)
