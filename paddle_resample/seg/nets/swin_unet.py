"""Swin-Unet with a choice of resamplers at every site."""

import paddle
import paddle.nn as nn
from paddle.nn.initializer import Constant, Normal
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model

from ...base import Downsampler, Upsampler, whole_number
from ...blocks.layer_norm import LayerNorm2D
from ...errors import UsageError
from ...ops import pad_to_multiple, spatial_size
from ...registry import build, parse_spec
from ...site_specs import spec_of_each_site
from .swin_block import SwinBlock
from .swin_stage import Stage, stage_options

__all__ = ["ResampleSwinUNet"]


@manager.MODELS.add_component
class ResampleSwinUNet(nn.Layer):
    """Swin encoder, mirrored Swin decoder, skips between them; its sites take specs.

    With the default specs it is the published Swin-Unet (27,168,900 parameters with 9
    classes) under the published parameter names, so `load_official` fills it. Stage i
    of S has embed_dim * 2**i channels at 1/(patch_size * 2**i) of the image's side;
    what enters it is the skip connection, the guide of a guided upsampler, and the
    exact size the decoder returns to. Images of any size from patch_size * 2**(S-1)
    pixels work, and export with unknown height and width.

    Args:
        num_classes: channels of the logits.
        in_channels: channels of the image.
        img_size: side of the image, or (H, W), that the windows are laid out for: a
            stage whose map is no larger than a window becomes one window and does not
            shift. Other images run too, completed to whole windows.
        patch_size: side of the patches that become the first map.
        embed_dim: channels of the first stage.
        depths: blocks of each stage; the decoder mirrors them.
        num_heads: attention heads of each stage.
        window_size: side of an attention window; 7 for images of 224 pixels.
        mlp_ratio: hidden channels of an MLP per channel.
        drop_path_rate: of the last encoder block while training, rising from 0.
        embed: spec of the downsampler by patch_size that makes the first map.
        downsample: spec of a downsampler for all sites, or one for each
            (`site_specs`): level_1 to level_{S-1}, named after the stage they land at;
            the sites double the channels.
        upsample: spec of an upsampler for all sites, or one for each: level_{S-2} to
            level_0; the sites halve the channels.
        final_upsample: spec of the upsampler by patch_size before the classifier. It
            keeps the channels; its guide is the image.
        pretrained: path or address of a checkpoint, loaded by PaddleSeg.
        pretrained_encoder: the same for a checkpoint of a Swin backbone. As published,
            the blocks of each stage are also copied to the decoder's stage of that
            resolution; what does not fit is left out with a warning.
        ape: whether a learned absolute position embedding is added to the first map,
            `absolute_pos_embed` [1, h * w, embed_dim] with h x w the first map of an
            image of img_size. Images whose first map has another size are refused:
            the publication has no rule for them.

    Call:
        x: float [N, in_channels, H, W].

    Returns:
        list of one Tensor: logits [N, num_classes, H, W].

    Grid: the image is completed with zeros at the bottom and right to multiples of
    patch_size.

    Source: Cao et al., "Swin-Unet", ECCV workshops 2022; blocks of Liu et al., "Swin
    Transformer", ICCV 2021. The released code asserts one fixed image size.

    Raises:
        UsageError: a spec is wrong or the pair does not fit together; lists of unequal
            length; an image that is too small.
    """

    def __init__(
        self,
        num_classes,
        in_channels=3,
        img_size=224,
        patch_size=4,
        embed_dim=96,
        depths=(2, 2, 2, 2),
        num_heads=(3, 6, 12, 24),
        window_size=7,
        mlp_ratio=4.0,
        drop_path_rate=0.1,
        embed="patch_embed",
        downsample="patch_merge",
        upsample="patch_expand",
        final_upsample="final_patch_expand",
        pretrained=None,
        pretrained_encoder=None,
        ape=False,
    ):
        super().__init__()
        for key, value in {
            "num_classes": num_classes,
            "in_channels": in_channels,
            "patch_size": patch_size,
            "embed_dim": embed_dim,
            "window_size": window_size,
        }.items():
            whole_number("ResampleSwinUNet", key, value)
        if len(depths) != len(num_heads) or len(depths) < 2:
            raise UsageError(
                "ResampleSwinUNet: depths and num_heads each need one number for each "
                f"of two or more stages, not {list(depths)} and {list(num_heads)}"
            )
        self.patch_size = patch_size
        pair = isinstance(img_size, (list, tuple)) and len(img_size) == 2
        sides = img_size if pair else [img_size] * 2
        for side in sides:
            whole_number("ResampleSwinUNet", "img_size", side)
        first = [-(-side // patch_size) for side in sides]
        stages = stage_options(
            first,
            embed_dim,
            depths,
            num_heads,
            window_size,
            mlp_ratio,
            drop_path_rate,
        )
        owner, names = "ResampleSwinUNet", [f"level_{i}" for i in range(len(depths))]
        down = spec_of_each_site(owner, "downsample", downsample, names[1:])
        up = spec_of_each_site(owner, "upsample", upsample, names[-2::-1])
        self.patch_embed = build(
            embed,
            in_channels,
            embed_dim,
            scale=patch_size,
            kind=Downsampler,
            site="embed",
        )
        self._positions = first if ape else None
        if ape:
            self.absolute_pos_embed = self.create_parameter(
                [1, first[0] * first[1], embed_dim],
                # The published truncation, at 100 deviations, cuts nothing.
                default_initializer=Normal(std=0.02),
            )
        self._add_encoder(stages, down)
        recorded = [parse_spec(s, Downsampler)[0].gives_side for s in down.values()]
        self._add_decoder(stages[-2::-1], up, recorded[::-1])
        self.norm_up = LayerNorm2D(embed_dim)
        self.up = build(
            final_upsample,
            embed_dim,
            scale=patch_size,
            guide_channels=in_channels,
            kind=Upsampler,
            site="final_upsample",
        )
        self.output = nn.Conv2D(embed_dim, num_classes, 1, bias_attr=False)
        self.apply(_initialise)
        if pretrained_encoder is not None:
            load_entire_model(self, pretrained_encoder)
            self._copy_encoder_to_decoder()
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def _add_encoder(self, stages, specs):
        self.layers = nn.LayerList([Stage(**options) for options in stages])
        for stage, options, (site, spec) in zip(self.layers, stages, specs.items()):
            width = options["channels"]
            stage.downsample = build(
                spec,
                width,
                2 * width,
                scale=2,
                kind=Downsampler,
                site=f"downsample.{site}",
            )
        self.norm = LayerNorm2D(stages[-1]["channels"])

    def _add_decoder(self, stages, specs, recorded):
        """Stages and specs from coarse to fine; the first site stands alone, each
        other one belongs to the stage before it."""
        growers = [
            build(
                spec,
                2 * options["channels"],
                options["channels"],
                scale=2,
                guide_channels=options["channels"],
                side=side,
                kind=Upsampler,
                site=f"upsample.{site}",
            )
            for options, (site, spec), side in zip(stages, specs.items(), recorded)
        ]
        self.layers_up = nn.LayerList([growers[0]])
        self.concat_back_dim = nn.LayerList([nn.Identity()])
        for options in stages:
            self.layers_up.append(Stage(**options))
            self.concat_back_dim.append(
                Join(2 * options["channels"], options["channels"])
            )
        for stage, grow in zip(list(self.layers_up)[1:], growers[1:]):
            stage.upsample = grow

    def forward(self, x):
        self._check_size(x)
        y = self.features(x)
        return [self.output(self.up(y, guide=x, size=spatial_size(x)))]

    def features(self, x):
        """The decoder's last map, [N, embed_dim, ceil(H/patch_size), ...]."""
        y = self.patch_embed(pad_to_multiple(x, self.patch_size))
        if self._positions is not None:
            y = self._add_positions(y)
        *finer, coarsest = self.layers
        lone, *stages = self.layers_up
        growers = [lone] + [stage.upsample for stage in stages[:-1]]
        skips, sides = [], []
        for stage, grow in zip(finer, reversed(growers)):
            skips.append(y)
            needed = grow.needs_side is not None
            y, side = stage.downsample.record(stage(y), needed)
            sides.append(side)
        y = self.norm(coarsest(y))
        for grow, join, stage in zip(growers, list(self.concat_back_dim)[1:], stages):
            skip = skips.pop()
            y = grow(y, guide=skip, side=sides.pop(), size=spatial_size(skip))
            y = stage(join(y, skip))
        return self.norm_up(y)

    def _add_positions(self, y):
        height, width = self._positions
        if paddle.in_dynamic_mode() and list(y.shape[2:]) != [height, width]:
            raise UsageError(
                f"ResampleSwinUNet: ape=True holds positions for a first map of "
                f"{height}x{width}, and this image's is {y.shape[2]}x{y.shape[3]}; "
                "resize the image to img_size or set ape to False"
            )
        table = self.absolute_pos_embed.transpose([0, 2, 1])
        return y + table.reshape([1, -1, height, width])

    @staticmethod
    def official_name(name):
        """Our name of a published parameter; None for what follows from the sizes."""
        derived = ("relative_position_index", "attn_mask")
        return None if name.endswith(derived) else name

    def _copy_encoder_to_decoder(self):
        for stage, mirror in zip(reversed(list(self.layers)[:-1]), self.layers_up[1:]):
            mirror.blocks.set_state_dict(stage.blocks.state_dict())

    def _check_size(self, x):
        least = self.patch_size * 2 ** (len(self.layers) - 1)
        if paddle.in_dynamic_mode() and min(x.shape[2:]) < least:
            raise UsageError(
                f"ResampleSwinUNet: {len(self.layers)} stages need images of at least "
                f"{least}x{least} pixels, not {x.shape[2]}x{x.shape[3]}"
            )


class Join(nn.Linear):
    """Decoder map and skip, side by side in this order, mixed by a linear layer."""

    def forward(self, x, skip):
        both = paddle.concat([x, skip], axis=1).transpose([0, 2, 3, 1])
        return nn.Linear.forward(self, both).transpose([0, 3, 1, 2])


def _initialise(layer):
    """Swin's initialization of its linear layers; resamplers have their own."""
    if not isinstance(layer, (SwinBlock, Join)):
        return
    for linear in layer.sublayers(include_self=True):
        if isinstance(linear, nn.Linear):
            Normal(std=0.02)(linear.weight)
            if linear.bias is not None:
                Constant(0.0)(linear.bias)
