"""Configurations as PaddleSeg 2.8 has them: its keys, sections and ways of writing."""

CITYSCAPES = """
batch_size: 2
iters: 80000
train_dataset:
  type: Cityscapes
  dataset_root: data/cityscapes
  transforms:
    - {type: ResizeStepScaling, min_scale_factor: 0.5, max_scale_factor: 2.0,
       scale_step_size: 0.25}
    - {type: RandomPaddingCrop, crop_size: [1024, 512]}
    - type: RandomHorizontalFlip
    - {type: RandomDistort, brightness_range: 0.4, contrast_range: 0.4,
       saturation_range: 0.4}
    - type: Normalize
  mode: train
val_dataset:
  type: Cityscapes
  dataset_root: data/cityscapes
  transforms: [{type: Normalize}]
  mode: val
optimizer: {type: sgd, momentum: 0.9, weight_decay: 4.0e-5}
lr_scheduler: {type: PolynomialDecay, learning_rate: 0.01, end_lr: 0, power: 0.9}
loss:
  types: [{type: CrossEntropyLoss}]
  coef: [1]
"""
ADE20K = """
batch_size: 4
iters: 160000
train_dataset:
  type: ADE20K
  dataset_root: data/ADEChallengeData2016/
  transforms:
    - {type: ResizeByShort, short_size: [256, 307, 512], max_size: 2048}
    - {type: RandomPaddingCrop, crop_size: [512, 512]}
    - {type: RandomRotation, max_rotation: 10, label_padding_value: 255}
    - {type: Normalize, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}
  mode: train
val_dataset:
  type: ADE20K
  dataset_root: data/ADEChallengeData2016/
  transforms:
    - {type: Resize, target_size: [2048, 512], keep_ratio: True, size_divisor: 32}
    - type: Normalize
  mode: val
test_config: {is_slide: True, crop_size: [512, 512], stride: [341, 341]}
export:
  transforms: [{type: Resize, target_size: [512, 512]}, {type: Normalize}]
optimizer:
  type: AdamW
  weight_decay: 0.01
  custom_cfg:
    - {name: backbone, lr_mult: 0.1}
    - {name: norm, weight_decay_mult: 0.0}
  grad_clip_cfg: {name: ClipGradByNorm, clip_norm: 0.01}
lr_scheduler:
  type: PolynomialDecay
  learning_rate: 6.0e-5
  end_lr: 0
  power: 1.0
  warmup_iters: 1500
  warmup_start_lr: 1.0e-6
loss:
  types: [{type: CrossEntropyLoss, avg_non_ignore: False}]
  coef: [1, 0.4]
"""
PORTRAIT = """
batch_size: 64
iters: 46000
train_dataset:
  type: EG1800
  dataset_root: data/EG1800
  common_transforms:
    - {type: RandomAffine, max_rotation: 45, min_scale_factor: 0.5,
       max_scale_factor: 1.5, size: [224, 224], translation_offset: 56}
  transforms1: [{type: Normalize, mean: [0.4, 0.4, 0.4], std: [0.2, 0.2, 0.2]}]
  transforms2:
    - {type: RandomDistort, hue_prob: 0.0, sharpness_range: 0.2, sharpness_prob: 0.5}
    - {type: RandomBlur, prob: 0.5, blur_type: random}
    - type: RandomNoise
    - type: Normalize
  mode: train
val_dataset:
  type: EG1800
  dataset_root: data/EG1800
  common_transforms:
    - {type: ScalePadding, target_size: [224, 224],
       im_padding_value: [127.5, 127.5, 127.5], label_padding_value: 0}
    - type: Normalize
  transforms1: null
  transforms2: null
  mode: val
optimizer: {type: Adam, weight_decay: 5.0e-4}
lr_scheduler: {type: StepDecay, learning_rate: 0.001, step_size: 460, gamma: 0.95}
loss:
  types:
    - type: CrossEntropyLoss
    - type: CrossEntropyLoss
    - type: FocalLoss
    - type: KLLoss
  coef: [1, 1, 0.3, 2]
model:
  type: PortraitNet
  backbone: {type: MobileNetV2_x1_0, pretrained: https://a/b.tar.gz}
  add_edge: True
  num_classes: 2
"""
OWN_FILES = """
batch_size: 4
iters: 1000
train_dataset:
  type: Dataset
  dataset_root: data/own
  train_path: data/own/train.txt
  num_classes: 2
  img_channels: 3
  separator: ','
  edge: True
  mode: train
  transforms: [{type: Resize, target_size: [512, 512]}, {type: Normalize}]
val_dataset:
  type: Dataset
  dataset_root: data/own
  val_path: data/own/val.txt
  num_classes: 2
  mode: val
  transforms: [{type: Resize, target_size: [512, 512]}, {type: Normalize}]
optimizer: {type: Momentum, momentum: 0.9, use_nesterov: True}
lr_scheduler: {type: PiecewiseDecay, boundaries: [500, 800], values: [0.1, 0.01, 0.001]}
loss:
  types: [{type: MixedLoss, losses: [{type: CrossEntropyLoss, weight: [0.1, 0.9]},
           {type: LovaszSoftmaxLoss}], coef: [0.8, 0.2]}]
  coef: [1]
to_static_training: False
"""
# name: (base, its model and what else it changes)
CHILDREN = {
    "ocrnet": (
        CITYSCAPES,
        "model: {type: OCRNet, backbone: {type: HRNet_W18, pretrained: https://a/b},"
        " num_classes: 19, backbone_indices: [0]}\n"
        "loss: {types: [{type: CrossEntropyLoss}], coef: [1, 0.4]}",
    ),
    "decoupled": (
        CITYSCAPES,
        "model: {type: DecoupledSegNet, num_classes: 19, backbone_indices: [0, 3],"
        " backbone: {type: ResNet50_vd, output_stride: 8, multi_grid: [1, 2, 4]},"
        " aspp_ratios: [1, 12, 24, 36], aspp_out_channels: 256, align_corners: False,"
        " pretrained: null}\n"
        "loss: {types: [{type: OhemCrossEntropyLoss}, {type: RelaxBoundaryLoss},"
        " {type: BCELoss, weight: dynamic, edge_label: True},"
        " {type: OhemEdgeAttentionLoss}], coef: [1, 1, 25, 1]}\n"
        "train_dataset: {edge: True}",
    ),
    "fastscnn": (
        CITYSCAPES,
        "model: {type: FastSCNN, num_classes: 19, enable_auxiliary_loss: True}\n"
        "loss: {types: [{type: MixedLoss, losses: [{type: CrossEntropyLoss},"
        " {type: SemanticConnectivityLoss}], coef: [1, 0.01]},"
        " {type: CrossEntropyLoss}], coef: [1.0, 0.4]}",
    ),
    "setr_mla": (
        CITYSCAPES,
        "model: {type: SegmentationTransformer, num_classes: 19, head: mla,"
        " backbone: {type: ViT_large_patch16_384, drop_rate: 0.1}, align_corners: True,"
        " backbone_indices: [5, 11, 17, 23]}\n"
        "optimizer: {weight_decay: 0.0}",
    ),
    "mobileseg": (
        CITYSCAPES,
        "model: {type: MobileSeg, backbone: {type: Lite_HRNet_18, use_head: True},"
        " num_classes: 19, backbone_indices: [0, 1, 2], cm_bin_sizes: [1, 2, 4],"
        " cm_out_ch: 128, arm_out_chs: [32, 64, 128],"
        " seg_head_inter_chs: [32, 32, 32]}\n"
        "loss: {types: [{type: OhemCrossEntropyLoss, min_kept: 130000}],"
        " coef: [1, 1, 1]}",
    ),
    "fcn": (
        CITYSCAPES,
        "model: {type: FCN, num_classes: 19, backbone_indices: [-1], pretrained: Null,"
        " backbone: {type: HRNet_W18, align_corners: False}}",
    ),
    "ann": (
        CITYSCAPES,
        "model: {type: ANN, num_classes: 19, enable_auxiliary_loss: True,"
        " align_corners: False, backbone: {type: ResNet101_vd, output_stride: 8}}",
    ),
    "cae": (
        ADE20K,
        "model: {type: UPerNetCAE, num_classes: 150, channels: 768, fpn_channels: 768,"
        " head_channels: 768, backbone_indices: [3, 5, 7, 11],"
        " channels_fpn: [768, 768, 768, 768], backbone: {type: CAE, img_size: 512,"
        " patch_size: 16, embed_dim: 768, depth: 12, num_heads: 12, mlp_ratio: 4,"
        " qkv_bias: True, drop_path_rate: 0.1, init_values: 0.1,"
        " use_rel_pos_bias: True}}\n"
        "optimizer: {_inherited_: False, type: AdamWDL_CAE, weight_decay: 0.0,"
        " layerwise_decay: 0.65}",
    ),
    "vit_adapter": (
        ADE20K,
        "model: {type: UPerNetViTAdapter, backbone: {type: ViTAdapter_Tiny},"
        " num_classes: 150, backbone_indices: [0, 1, 2, 3], channels: 512,"
        " pool_scales: [1, 2, 3, 6], dropout_ratio: 0.1, aux_loss: True,"
        " aux_channels: 256}",
    ),
    "maskformer": (
        ADE20K,
        "model: {type: MaskFormer, num_classes: 150,"
        " backbone: {type: SwinTransformer_tiny_patch4_window7_224_maskformer}}\n"
        "loss: {types: [{type: MaskFormerLoss, num_classes: 150, eos_coef: 0.1}],"
        " coef: [1]}\n"
        "train_dataset: {transforms: [{type: GenerateInstanceTargets, num_classes: 150,"
        " ignore_index: 255}, {type: Normalize}]}",
    ),
    "segformer": (
        ADE20K,
        "model: {type: SegFormer, num_classes: 150, embedding_dim: 256,"
        " backbone: {type: MixVisionTransformer_B0}}",
    ),
    "rmi": (
        CITYSCAPES,
        "model: {type: DeepLabV3P, num_classes: 19, aspp_ratios: [1, 12, 24, 36],"
        " aspp_out_channels: 256, backbone_indices: [0, 3],"
        " backbone: {type: ResNet50_vd, output_stride: 8, multi_grid: [1, 2, 4]}}\n"
        "loss: {types: [{type: MixedLoss, losses: [{type: CrossEntropyLoss},"
        " {type: RMILoss, num_classes: 19, rmi_radius: 3, rmi_pool_way: 1,"
        " rmi_pool_size: 3, rmi_pool_stride: 3}], coef: [0.5, 0.5]}], coef: [1]}",
    ),
    "portraitnet": (PORTRAIT, "iters: 45000"),
    "unet": (OWN_FILES, "model: {type: UNet, num_classes: 2, use_deconv: False}"),
    "pp_liteseg": (
        OWN_FILES,
        "model: {type: PPLiteSeg, backbone: {type: STDC1}, arm_out_chs: [32, 64, 128],"
        " seg_head_inter_chs: [32, 64, 64]}\n"
        "loss: {types: [{type: OhemCrossEntropyLoss, min_kept: 260000}],"
        " coef: [1, 1, 1]}",
    ),
}


def write_child(folder, name):
    """Write a configuration of CHILDREN and its base; return its path."""
    base, text = CHILDREN[name]
    (folder / f"{name}_base.yml").write_text(base, encoding="utf-8")
    path = folder / f"{name}.yml"
    path.write_text(f"_base_: {name}_base.yml\n{text}\n", encoding="utf-8")
    return path
