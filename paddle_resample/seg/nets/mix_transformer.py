"""Mix Transformer, SegFormer's encoder: PVT v2 with every MLP four times as wide."""

from paddleseg.cvlibs import manager

from .pvt_v2 import ResamplePVTv2

__all__ = [
    "ResampleMiT",
    "ResampleMiT_B0",
    "ResampleMiT_B1",
    "ResampleMiT_B2",
    "ResampleMiT_B3",
    "ResampleMiT_B4",
    "ResampleMiT_B5",
]


@manager.BACKBONES.add_component
class ResampleMiT(ResamplePVTv2):
    """Mix Transformer whose downsampling sites take specs, of any size.

    With the default specs its parameters have the names and shapes of PaddleSeg's
    MixVisionTransformer and their weights give the same maps. Sizes B0 to B5 have
    3,319,392, 13,151,424, 24,196,288, 44,072,128, 60,842,688 and 81,443,008 parameters.

    Args:
        mlp_ratios: see `PyramidTransformer`.
        options: see `ResamplePVTv2`; default B1.

    Source: Xie et al., "SegFormer", NeurIPS 2021, section 3.1.
    """

    def __init__(self, mlp_ratios=(4, 4, 4, 4), **options):
        super().__init__(mlp_ratios=mlp_ratios, **options)


@manager.BACKBONES.add_component
def ResampleMiT_B0(**options):
    return ResampleMiT(embed_dims=(32, 64, 160, 256), **options)


@manager.BACKBONES.add_component
def ResampleMiT_B1(**options):
    return ResampleMiT(**options)


@manager.BACKBONES.add_component
def ResampleMiT_B2(**options):
    return ResampleMiT(depths=(3, 4, 6, 3), **options)


@manager.BACKBONES.add_component
def ResampleMiT_B3(**options):
    return ResampleMiT(depths=(3, 4, 18, 3), **options)


@manager.BACKBONES.add_component
def ResampleMiT_B4(**options):
    return ResampleMiT(depths=(3, 8, 27, 3), **options)


@manager.BACKBONES.add_component
def ResampleMiT_B5(**options):
    return ResampleMiT(depths=(3, 6, 40, 3), **options)
