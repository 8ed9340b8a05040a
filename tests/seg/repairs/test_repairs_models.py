"""PaddleSeg's own networks learn: forward, own loss, backward, one step, evaluation."""

import importlib

import numpy as np
import paddle
import pytest
from paddleseg.cvlibs import manager
from paddleseg.models import losses

from paddle_resample.seg import repairs

repairs.repair_paddleseg()
# The attribute paddleseg.core.train is a function.
training = importlib.import_module("paddleseg.core.train")

CLASSES = 5


def resnet18(stride=8):
    return {"type": "ResNet18_vd", "output_stride": stride}


R50 = {"type": "ResNet50_vd", "output_stride": 8}
HRNET = {"type": "HRNet_W18_Small_V1"}
STDC = {"type": "STDC1"}
GHOST = {"type": "GhostNet_x0_5"}
SMALL = {"img_size": 64, "depth": 4, "num_heads": 4}
VIT = {"type": "VisionTransformer", "embed_dim": 48, **SMALL}
CAE = {"type": "CAE", "embed_dim": 768, **SMALL}

# Model, its options, pixels.
NETS = {
    "ANN": ("ANN", {"backbone": resnet18()}, 64),
    "AttentionUNet": ("AttentionUNet", {}, 64),
    "BiSeNetV2": ("BiSeNetV2", {}, 64),
    "BiseNetV1": ("BiseNetV1", {"backbone": resnet18()}, 64),
    "CCNet": ("CCNet", {"backbone": resnet18()}, 64),
    "DANet": ("DANet", {"backbone": resnet18(), "backbone_indices": [2, 3]}, 64),
    "DDRNet_23": ("DDRNet_23", {}, 128),
    "DMNet": ("DMNet", {"backbone": resnet18(), "mid_channels": 64}, 64),
    "DNLNet": ("DNLNet", {"backbone": R50}, 64),
    "DecoupledSegNet": ("DecoupledSegNet", {"backbone": resnet18()}, 64),
    "DeepLabV3": ("DeepLabV3", {"backbone": resnet18()}, 64),
    "DeepLabV3P": ("DeepLabV3P", {"backbone": resnet18()}, 64),
    "EMANet": ("EMANet", {"backbone": R50}, 64),
    "ENCNet": ("ENCNet", {"backbone": resnet18()}, 64),
    "ENet": ("ENet", {}, 64),
    "ESPNetV2": ("ESPNetV2", {}, 64),
    "FCN": ("FCN", {"backbone": HRNET}, 64),
    "FastFCN": ("FastFCN", {"backbone": {"type": "ResNet18_vd"}}, 128),
    "FastSCNN": ("FastSCNN", {}, 128),
    "GINet": ("GINet", {"backbone": R50}, 64),
    "GCNet": ("GCNet", {"backbone": resnet18()}, 64),
    "GSCNN": ("GSCNN", {"backbone": resnet18()}, 64),
    "GloRe": ("GloRe", {"backbone": resnet18()}, 64),
    "HRNetW48Contrast": (
        "HRNetW48Contrast",
        {"backbone": HRNET, "bb_channels": 240, "drop_prob": 0.1, "proj_dim": 32},
        64,
    ),
    "HarDNet": ("HarDNet", {}, 64),
    "ISANet": ("ISANet", {"backbone": R50}, 72),
    "LPSNet": (
        "LPSNet",
        {
            "depths": [1, 3, 3, 10, 10],
            "channels": [8, 24, 48, 96, 96],
            "scale_ratios": [0.5, 0.25],
        },
        64,
    ),
    "LinearSegmenter": ("LinearSegmenter", {"backbone": VIT}, 64),
    "MaskFormer": (
        "MaskFormer",
        {"backbone": {"type": "SwinTransformer_tiny_patch4_window7_224_maskformer"}},
        64,
    ),
    "MaskSegmenter": (
        "MaskSegmenter",
        {"backbone": VIT, "h_embed_dim": 48, "h_depth": 1, "h_num_heads": 4},
        64,
    ),
    "MobileSeg": ("MobileSeg", {"backbone": GHOST}, 64),
    "OCRNet": ("OCRNet", {"backbone": HRNET, "backbone_indices": [0]}, 64),
    "PFPNNet": (
        "PFPNNet",
        {
            "backbone": {"type": "ResNet18_vd"},
            "backbone_indices": [0, 1, 2, 3],
            "channels": 64,
            "fpn_inplanes": [64, 128, 256, 512],
        },
        64,
    ),
    "PPHumanSegLite": ("PPHumanSegLite", {}, 64),
    "PPLiteSeg": ("PPLiteSeg", {"backbone": STDC}, 64),
    "PortraitNet": ("PortraitNet", {"backbone": {"type": "MobileNetV2_x1_0"}}, 64),
    "PSPNet": ("PSPNet", {"backbone": resnet18()}, 64),
    "PointRend": (
        "PointRend",
        {
            "backbone": {"type": "ResNet18_vd"},
            "backbone_indices": [0, 1, 2, 3],
            "fpn_inplanes": [64, 128, 256, 512],
            "point_num_points": 64,
        },
        64,
    ),
    "RTFormer": ("RTFormer", {}, 128),
    "SETR naive": ("SegmentationTransformer", {"backbone": VIT}, 64),
    "SETR pup": ("SegmentationTransformer", {"backbone": VIT, "head": "pup"}, 64),
    "SETR mla": ("SegmentationTransformer", {"backbone": VIT, "head": "mla"}, 64),
    "SFNet": (
        "SFNet",
        {"backbone": resnet18(), "backbone_indices": [0, 1, 2, 3]},
        64,
    ),
    "SINet": ("SINet", {}, 64),
    "STDCSeg": ("STDCSeg", {"backbone": STDC}, 64),
    "SegFormer": (
        "SegFormer",
        {"backbone": {"type": "MixVisionTransformer_B0"}, "embedding_dim": 64},
        64,
    ),
    "SegNet": ("SegNet", {}, 65),
    "TopFormer": ("TopFormer", {"backbone": {"type": "TopTransformer_Tiny"}}, 64),
    "U2Netp": ("U2Netp", {}, 64),
    "UNet": ("UNet", {}, 65),
    "UNet3Plus": ("UNet3Plus", {}, 64),
    "UNetPlusPlus": ("UNetPlusPlus", {}, 64),
    "UPerNet": (
        "UPerNet",
        {"backbone": resnet18(32), "backbone_indices": [0, 1, 2, 3], "channels": 64},
        64,
    ),
    "UPerNetCAE": (
        "UPerNetCAE",
        {
            "backbone": CAE,
            "backbone_indices": [0, 1, 2, 3],
            "channels": 64,
            "fpn_channels": 64,
            "head_channels": 768,
            "channels_fpn": [768] * 4,
        },
        64,
    ),
}
OHEM = {"BiseNetV1", "DDRNet_23", "LPSNet", "MobileSeg", "OCRNet", "PPLiteSeg"}


def build(name):
    kind, options, _ = NETS[name]
    options = dict(options, num_classes=CLASSES)
    if "backbone" in options:
        backbone = dict(options["backbone"])
        maker = manager.BACKBONES[backbone.pop("type")]
        options["backbone"] = maker(**backbone)
        if "SETR" in name or name == "UPerNetCAE":
            options["backbone_indices"] = [0, 1, 2, 3]
    return manager.MODELS[kind](**options)


def own_losses(name, count):
    """The losses that the published configuration of a network names."""
    cross_entropy = losses.CrossEntropyLoss()
    # Fewer than all pixels, so that there is something to select.
    ohem = losses.OhemCrossEntropyLoss(min_kept=500)
    special = {
        "DecoupledSegNet": [
            ohem,
            losses.RelaxBoundaryLoss(),
            losses.BCELoss(weight="dynamic", edge_label=True),
            losses.OhemEdgeAttentionLoss(edge_threshold=0.1, min_kept=50),
        ],
        "GSCNN": [
            cross_entropy,
            losses.EdgeAttentionLoss(),
            losses.BCELoss(weight="dynamic", edge_label=True),
            losses.DualTaskLoss(),
        ],
        "ENCNet": [cross_entropy, cross_entropy, losses.SECrossEntropyLoss(CLASSES)],
        "FastFCN": [cross_entropy, cross_entropy, losses.SECrossEntropyLoss(CLASSES)],
        "HRNetW48Contrast": [
            cross_entropy,
            losses.PixelContrastCrossEntropyLoss(max_views=5),
        ],
        "PointRend": [cross_entropy, losses.PointCrossEntropyLoss()],
        "STDCSeg": [ohem] * 3 + [losses.DetailAggregateLoss()],
    }
    usual = ohem if name in OHEM else cross_entropy
    return special.get(name, [usual] * count)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETS)
def test_network_learns(name):
    paddle.seed(7)
    rng = np.random.default_rng(7)
    net, side = build(name), NETS[name][2]
    image = paddle.to_tensor(rng.normal(size=(2, 3, side, side)).astype("float32"))
    label = rng.integers(0, CLASSES, (2, side // 8 + 1, side // 8 + 1))
    label = label.repeat(8, 1).repeat(8, 2)[:, :side, :side]
    edge = paddle.to_tensor((label == 1).astype("int64"))
    label[:, :3] = 255
    label = paddle.to_tensor(label)
    optimizer = paddle.optimizer.SGD(1e-4, net.parameters())

    net.train()
    logits = net(image)
    if name == "MaskFormer":
        kinds = paddle.arange(CLASSES).tile([2, 1])
        masks = paddle.stack([label == c for c in range(CLASSES)], 1).astype("int64")
        loss = losses.MaskFormerLoss(CLASSES)(
            logits[0] if isinstance(logits, list) else logits,
            {"gt_classes": kinds, "gt_masks": masks},
        )
    else:
        types = own_losses(name, len(logits))
        loss = sum(
            training.loss_computation(
                logits, label, edge, {"types": types, "coef": [1] * len(types)}
            )
        )
    assert np.isfinite(loss.item())
    loss.backward()
    moved = [p.grad for p in net.parameters() if p.grad is not None]
    assert all(np.isfinite(g.numpy()).all() for g in moved)
    assert len(moved) > 0.5 * len([p for p in net.parameters() if not p.stop_gradient])
    assert any(g.abs().sum().item() > 0 for g in moved)
    optimizer.step()

    net.eval()
    with paddle.no_grad():
        out = net(image[:1])[0]
    assert out.shape == [1, CLASSES, side, side]
    assert np.isfinite(out.numpy()).all()
