"""PVT, the first version: patches side by side, learned position embeddings."""

from paddle.nn.initializer import TruncatedNormal
from paddleseg.cvlibs import manager

from ...base import whole_number
from ...ops import interpolate
from .pyramid_transformer import Mlp, PyramidTransformer
from .tokens import to_map, to_tokens

__all__ = [
    "ResamplePVT",
    "ResamplePVT_Large",
    "ResamplePVT_Medium",
    "ResamplePVT_Small",
    "ResamplePVT_Tiny",
]


@manager.BACKBONES.add_component
class ResamplePVT(PyramidTransformer):
    """PVT backbone whose downsampling sites take specs.

    With the default specs it is the encoder of the published segmentation networks:
    no class token, no norm behind a stage. The published counts without the classifier
    (Tiny 12,716,288, Small 23,972,864, Medium 43,695,104, Large 60,856,320) include the
    class token and its norm, 3*512 numbers that a dense network does not use; this
    class has the rest. Official weights fit (`load_official`): the fourth position
    embedding keeps the row of the class token, which is not used either.

    Args:
        img_size: side of the image that the position embeddings are made for; at any
            other they are resized bilinearly, every stage by its own size (the official
            code compares each stage with the first one's and so fails at 448x448).
        embed_dims, num_heads, mlp_ratios, sr_ratios, depths: see `PyramidTransformer`;
            default Tiny.
        downsample: spec of a downsampler for all sites, or one for each: stage1 (stride
            4) to stage4 (stride 2 each).
        in_channels: of the image.
        qkv_bias: whether q and kv have biases.
        drop_path_rate: of the last block.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.

    Call:
        x: float [N, in_channels, H, W]; the map of stage i must have sr_ratios[i]
        pixels a side: with the usual ratios an image of 32x32.

    Returns:
        list of four Tensors: [N, embed_dims[i], floor(H / s), floor(W / s)], s = 4, 8,
        16, 32. Other downsamplers may ceil odd sizes, as they say.

    Source: Wang et al., "Pyramid vision transformer: a versatile backbone for dense
    prediction without convolutions", ICCV 2021.

    Raises:
        UsageError: a spec is wrong, a list has not four entries, img_size is below 32.
    """

    def __init__(
        self,
        img_size=224,
        embed_dims=(64, 128, 320, 512),
        num_heads=(1, 2, 5, 8),
        mlp_ratios=(8, 8, 4, 4),
        sr_ratios=(8, 4, 2, 1),
        depths=(2, 2, 2, 2),
        downsample="patch_embed",
        in_channels=3,
        qkv_bias=True,
        drop_path_rate=0.1,
        pretrained=None,
    ):
        super().__init__(
            downsample,
            Mlp,
            in_channels,
            embed_dims,
            num_heads,
            mlp_ratios,
            sr_ratios,
            depths,
            False,
            qkv_bias,
            drop_path_rate,
        )
        whole_number("ResamplePVT", "img_size", img_size, least=32)
        self.grids = [img_size // stride for stride in (4, 8, 16, 32)]
        for stage, (grid, channels) in enumerate(zip(self.grids, embed_dims), 1):
            class_token = stage == len(self.grids)
            embedding = self.create_parameter(
                [1, grid * grid + class_token, channels],
                default_initializer=TruncatedNormal(std=0.02),
            )
            setattr(self, f"pos_embed{stage}", embedding)
        self.load(pretrained)

    def enter(self, stage, tokens, size):
        return tokens + self.position(stage, size)

    def position(self, stage, size):
        """Position embeddings of a stage for a map of this size, [1, H*W, C]."""
        grid = self.grids[stage - 1]
        embedding = getattr(self, f"pos_embed{stage}")[:, -grid * grid :]
        return to_tokens(interpolate(to_map(embedding, [grid, grid]), size=size))

    @staticmethod
    def official_name(name):
        """Classifier, class token and its norm are passed over."""
        unused = name.startswith(("head.", "norm.")) or name == "cls_token"
        return None if unused else name


@manager.BACKBONES.add_component
def ResamplePVT_Tiny(**options):
    return ResamplePVT(**options)


@manager.BACKBONES.add_component
def ResamplePVT_Small(**options):
    return ResamplePVT(depths=(3, 4, 6, 3), **options)


@manager.BACKBONES.add_component
def ResamplePVT_Medium(**options):
    return ResamplePVT(depths=(3, 4, 18, 3), **options)


@manager.BACKBONES.add_component
def ResamplePVT_Large(**options):
    return ResamplePVT(depths=(3, 8, 27, 3), **options)
