"""PVT v2: overlapping patches, depthwise convolutions for position embeddings."""

import paddle.nn as nn
from paddleseg.cvlibs import manager

from .pyramid_transformer import DepthwiseMlp, PyramidTransformer, ReluDepthwiseMlp

__all__ = [
    "ResamplePVTv2",
    "ResamplePVTv2_B0",
    "ResamplePVTv2_B1",
    "ResamplePVTv2_B2",
    "ResamplePVTv2_B2_Li",
    "ResamplePVTv2_B3",
    "ResamplePVTv2_B4",
    "ResamplePVTv2_B5",
]


@manager.BACKBONES.add_component
class ResamplePVTv2(PyramidTransformer):
    """PVT v2 backbone whose downsampling sites take specs.

    With the default specs it is the published network; sizes B0 to B5 have 3,409,760,
    13,496,000, 24,849,856 (B2-Li 22,040,512), 44,725,696, 62,043,072 and 81,443,008
    parameters, without the classifier. Official weights fit: PaddleClas's through
    `pretrained`, the authors' through `load_official`.

    Args:
        embed_dims, num_heads, mlp_ratios, sr_ratios, depths: see `PyramidTransformer`;
            default B1.
        linear: whether attention goes to a map averaged to 7x7 (the -Li size), and a
            ReLU precedes the depthwise convolution.
        downsample: spec of a downsampler for all sites, or one for each: stage1 (stride
            4) to stage4 (stride 2 each).
        in_channels: of the image.
        qkv_bias: whether q and kv have biases.
        drop_path_rate: of the last block.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W]; the map of stage i must have sr_ratios[i]
        pixels a side: with the usual ratios an image of 29x29.

    Returns:
        list of four Tensors: [N, embed_dims[i], ceil(H / s), ceil(W / s)], s = 4, 8,
        16, 32, after LayerNorm. Other downsamplers may floor odd sizes, as they say.

    Source: Wang et al., "PVT v2: improved baselines with pyramid vision transformer",
    CVMJ 2022. The patch embeddings are initialized as `overlap_patch_embed` does, in
    the paper normal with variance 2 / fan_out; LayerNorm behind them evens the scale
    out.

    Raises:
        UsageError: a spec is wrong, or a list has not four entries.
    """

    def __init__(
        self,
        embed_dims=(64, 128, 320, 512),
        num_heads=(1, 2, 5, 8),
        mlp_ratios=(8, 8, 4, 4),
        sr_ratios=(8, 4, 2, 1),
        depths=(2, 2, 2, 2),
        linear=False,
        downsample="overlap_patch_embed",
        in_channels=3,
        qkv_bias=True,
        drop_path_rate=0.1,
        pretrained=None,
    ):
        super().__init__(
            downsample,
            ReluDepthwiseMlp if linear else DepthwiseMlp,
            in_channels,
            embed_dims,
            num_heads,
            mlp_ratios,
            sr_ratios,
            depths,
            linear,
            qkv_bias,
            drop_path_rate,
        )
        for stage, channels in enumerate(embed_dims, 1):
            setattr(self, f"norm{stage}", nn.LayerNorm(channels, epsilon=1e-6))
        self.load(pretrained)

    def leave(self, stage, tokens):
        return getattr(self, f"norm{stage}")(tokens)

    @staticmethod
    def official_name(name):
        """The classifier of the published checkpoints is passed over."""
        return None if name.startswith("head.") else name


@manager.BACKBONES.add_component
def ResamplePVTv2_B0(**options):
    return ResamplePVTv2(embed_dims=(32, 64, 160, 256), **options)


@manager.BACKBONES.add_component
def ResamplePVTv2_B1(**options):
    return ResamplePVTv2(**options)


@manager.BACKBONES.add_component
def ResamplePVTv2_B2(**options):
    return ResamplePVTv2(depths=(3, 4, 6, 3), **options)


@manager.BACKBONES.add_component
def ResamplePVTv2_B2_Li(**options):
    return ResamplePVTv2(depths=(3, 4, 6, 3), linear=True, **options)


@manager.BACKBONES.add_component
def ResamplePVTv2_B3(**options):
    return ResamplePVTv2(depths=(3, 4, 18, 3), **options)


@manager.BACKBONES.add_component
def ResamplePVTv2_B4(**options):
    return ResamplePVTv2(depths=(3, 8, 27, 3), **options)


@manager.BACKBONES.add_component
def ResamplePVTv2_B5(**options):
    return ResamplePVTv2(depths=(3, 6, 40, 3), mlp_ratios=(4, 4, 4, 4), **options)
