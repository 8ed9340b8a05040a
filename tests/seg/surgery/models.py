"""Every model of PaddleSeg, built small."""

import copy

from paddleseg.cvlibs import manager

from tests.seg.repairs import test_repairs_models as small

CLASSES = small.CLASSES
_SWIN = {"type": "SwinTransformer_tiny_patch4_window7_224"}

# Model, its options, pixels: those that the tests of the repairs leave out.
MORE = {
    "ESPNetV1": ("ESPNetV1", {"num_classes": 19}, 128),
    "KNet": (
        "KNet",
        {
            "backbone": small.R50,
            "backbone_indices": [0, 1, 2, 3],
            "kernel_update_head_params": {
                "num_classes": CLASSES,
                "num_mask_fcs": 1,
                "feedforward_channels": 64,
                "in_channels": 256,
                "out_channels": 256,
                "conv_kernel_size": 1,
            },
            "num_stages": 2,
            "kernel_generate_head_params": {
                "head_layer": "UPerKernelHead",
                "num_classes": CLASSES,
                "fpn_inplanes": [256, 512, 1024, 2048],
                "channels": 256,
                "dropout_prob": 0.1,
                "enable_auxiliary_loss": False,
                "align_corners": False,
            },
            "enable_auxiliary_loss": True,
        },
        128,
    ),
    "LRASPP": (
        "LRASPP",
        {"backbone": {"type": "MobileNetV3_small_x0_5"}, "use_gap": True},
        128,
    ),
    "MLATransformer": (
        "MLATransformer",
        {"backbone": _SWIN, "in_channels": [96, 192, 384, 768], "mlahead_channels": 96},
        128,
    ),
    "MscaleOCRNet": (
        "MscaleOCRNet",
        {"backbone": small.HRNET, "mscale": [0.5, 1.0, 2.0]},
        128,
    ),
    "PPMobileSeg": (
        "PPMobileSeg",
        {
            "backbone": {
                "type": "MobileSeg_Tiny",
                "inj_type": "AAM",
                "out_feat_chs": [32, 64, 128],
            }
        },
        128,
    ),
    "SegNeXt": (
        "SegNeXt",
        {
            "backbone": {"type": "MSCAN_T"},
            "decoder_cfg": {
                "channels": 64,
                "ham_channels": 64,
                "ham_kwargs": {"MD_R": 8},
                "dropout_rate": 0.1,
                "align_corners": False,
            },
        },
        128,
    ),
    "U2Net": ("U2Net", {}, 128),
    "UPerNetViTAdapter": (
        "UPerNetViTAdapter",
        {"backbone": {"type": "ViTAdapter_Tiny"}, "backbone_indices": [0, 1, 2, 3]},
        128,
    ),
}
NETS = {**small.NETS, **MORE}


def build(name):
    """The model of a name, with new weights."""
    if name in small.NETS:
        return small.build(name)
    kind, options, _ = MORE[name]
    options = copy.deepcopy({"num_classes": CLASSES, **options})
    if "backbone" in options:
        backbone = options["backbone"]
        maker = manager.BACKBONES[backbone.pop("type")]
        options["backbone"] = maker(**backbone)
    return manager.MODELS[kind](**options)
