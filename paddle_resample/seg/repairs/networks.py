"""Repairs of PaddleSeg's networks and backbones."""

from .losses import forbids_mixed_types
from .reading import OURS, READ
from .rewrite import Edit, Repair

__all__ = ["NETWORKS"]

_MODELS = "paddleseg.models."
_NEW_INT_SHAPES = "PaddleSeg up to 2.8 on Paddle 3"

_FLOW_NORM = {
    "norm = size[::-1].reshape([1, 1, 1, -1])": "norm = size[::-1]"
    ".reshape([1, 1, 1, -1]).astype(flow.dtype)",
}
_NO_PRETRAINED = {
    "model_path = self.pretrained": "if not self.pretrained:\n            return\n"
    "        model_path = self.pretrained",
    "paddle.load(": READ,
}
_BATCH_NORM = {"nn.SyncBatchNorm(": "layers.SyncBatchNorm("}
_LAYERS = {"layers": "paddleseg.models.layers"}

NETWORKS = (
    Repair(
        "flow_warp_types",
        "The flow warping of SFNet and DecoupledSegNet divides a float flow by an "
        "integer size: TypeError.",
        _NEW_INT_SHAPES,
        (
            Edit(_MODELS + "sfnet:AlignedModule.flow_warp", _FLOW_NORM),
            Edit(_MODELS + "decoupled_segnet:SqueezeBodyEdge.flow_warp", _FLOW_NORM),
        ),
        forbids_mixed_types,
    ),
    Repair(
        "isanet_padding",
        "ISANet joins numbers without axes by concat where a map must be padded: it "
        "fails for such sizes on Paddle 2, and cannot be exported on any.",
        "every PaddleSeg; when run, on Paddle 2.6; when exported, on every Paddle",
        (
            Edit(
                _MODELS + "isanet:ISAHead.forward",
                {
                    "x_shape = paddle.shape(x)": "x_shape = paddle.shape(x)"
                    ".astype('int32')",
                    "padding = paddle.concat([": "padding = paddle.concat(["
                    "p.reshape([1]) for p in [",
                    "pad_h - pad_h // 2 ], axis=0)": "pad_h - pad_h // 2]], axis=0)",
                },
            ),
        ),
    ),
    Repair(
        "pointrend_points",
        "PointRend joins two numbers without axes, of different types, by concat to "
        "find the smaller one.",
        "PaddleSeg up to 2.8 on Paddle 2.6 and 3",
        (
            Edit(
                _MODELS + "pointrend:PointHead.get_points_test",
                {
                    "paddle.min(paddle.concat([height * width, num_points]))": "("
                    "height * width).clip(max=num_points)",
                },
            ),
        ),
    ),
    Repair(
        "transformer_pretrained",
        "VisionTransformer and CAE cannot be built without pretrained weights: they "
        "ask whether the path None exists.",
        "every PaddleSeg and Paddle",
        tuple(
            Edit(f"{_MODELS}backbones.{name}.init_weight", _NO_PRETRAINED, OURS)
            for name in ("vision_transformer:VisionTransformer", "cae:CAE")
        ),
    ),
    Repair(
        "cae_names",
        "The CAE_* functions build VisionTransformer, a name their module lacks.",
        "every PaddleSeg and Paddle",
        tuple(
            Edit(f"{_MODELS}backbones.cae:CAE_{name}", {"VisionTransformer(": "CAE("})
            for name in (
                "small_patch16_224",
                "base_patch16_224",
                "base_patch16_384",
                "base_patch32_384",
                "large_patch16_224",
                "large_patch16_384",
                "large_patch32_384",
                "huge_patch16_224",
                "huge_patch32_384",
            )
        ),
    ),
    Repair(
        "batch_norm_on_cpu",
        "ViTAdapter and UPerNetCAE use SyncBatchNorm even on the CPU, which has no "
        "kernel for it.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                _MODELS + "backbones.vit_adapter:ViTAdapter.__init__",
                _BATCH_NORM,
                _LAYERS,
            ),
            Edit(
                _MODELS + "layers.vit_adapter_layers:SpatialPriorModule.__init__",
                _BATCH_NORM,
                _LAYERS,
            ),
            Edit(_MODELS + "upernet_cae:UPerNetCAE._init_fpn", _BATCH_NORM, _LAYERS),
        ),
    ),
    Repair(
        "deformable_attention_exit",
        "Multi-scale deformable attention ends the whole process, with status 0, when "
        "its compiled operator is missing; beside it, it mixes types on Paddle 3.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                _MODELS + "layers.ms_deformable_attention:MSDeformAttn.forward",
                {
                    "exit()": "raise ImportError('ViTAdapter needs the compiled "
                    "operator ms_deform_attn, which is not installed; build it from "
                    "PaddleSeg or choose another backbone')",
                    "sampling_offsets / offset_normalizer[": "sampling_offsets / "
                    "offset_normalizer.astype(sampling_offsets.dtype)[",
                },
            ),
        ),
    ),
    Repair(
        "segnet_size",
        "SegNet's last unpooling does not know its output size: odd images fail, and "
        "so do networks exported for images of any size.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                _MODELS + "segnet:SegNet.forward",
                {
                    "logit_list = []": "logit_list = []\n        size0 = x.shape",
                    "indices=ind1, kernel_size=2, stride=2)": "indices=ind1, "
                    "kernel_size=2, stride=2, output_size=size0)",
                },
            ),
        ),
    ),
)
