"""SegFormer with a choice of resamplers: every map straight to the finest one."""

import paddle
import paddle.nn as nn
from paddleseg.cvlibs import manager
from paddleseg.models.layers import ConvBNReLU
from paddleseg.models.segformer import MLP
from paddleseg.utils import load_entire_model

from ...base import Upsampler
from ...errors import UsageError
from ...ops import spatial_size
from ...registry import build, parse_spec
from ...site_specs import spec_of_each_site
from .pyramid import logits_upsampler
from .tokens import to_map

__all__ = ["ResampleSegFormer", "SegFormerHead"]


class SegFormerHead(nn.Layer):
    """SegFormer's all-MLP decoder: every map to D channels, to the size of the finest,
    fused and classified.

    Parameters with the widths of MiT-B0 (32, 64, 160, 256) and 19 classes: 399,635.

    Args:
        num_classes: K, channels of the logits.
        in_channels: channels of the four maps, finest first.
        embedding_dim: D; published 256 with MiT-B0 and B1, 768 with the larger ones.
        upsample: spec of an upsampler for all sites, or one for each: c4 (scale 8), c3
            (4), c2 (2). Guide: the projected c1, D channels.

    Call:
        maps: list of four float [N, C_i, H_i, W_i], finest first.

    Returns:
        logits [N, K, H_1, W_1].

    Source: Xie et al., "SegFormer", NeurIPS 2021, section 3.2.

    Raises:
        UsageError: not four maps, a spec is wrong or cannot do the scale of its site.

    >>> import paddle
    >>> from paddle_resample.seg.nets import SegFormerHead
    >>> head = SegFormerHead(19, [32, 64, 160, 256], upsample="bilinear")
    >>> shapes = [(32, 16, 24), (64, 8, 12), (160, 4, 6), (256, 2, 3)]
    >>> list(head([paddle.ones([1, *shape]) for shape in shapes]).shape)
    [1, 19, 16, 24]
    """

    # Site -> scale, in the order of the decoder.
    sites = (("c4", 8), ("c3", 4), ("c2", 2))

    def __init__(
        self, num_classes, in_channels, embedding_dim=256, upsample="bilinear"
    ):
        super().__init__()
        owner = type(self).__name__
        if len(in_channels) != 4:
            raise UsageError(
                f"{owner}: four maps are decoded, and in_channels has "
                f"{list(in_channels)}"
            )
        c1, c2, c3, c4 = in_channels
        self.linear_c4 = MLP(c4, embedding_dim)
        self.linear_c3 = MLP(c3, embedding_dim)
        self.linear_c2 = MLP(c2, embedding_dim)
        self.linear_c1 = MLP(c1, embedding_dim)
        self.dropout = nn.Dropout2D(0.1)
        self.linear_fuse = ConvBNReLU(
            4 * embedding_dim, embedding_dim, 1, bias_attr=False
        )
        self.linear_pred = nn.Conv2D(embedding_dim, num_classes, 1)
        specs = spec_of_each_site(owner, "upsample", upsample, dict(self.sites))
        self.upsample = nn.LayerDict()
        for site, scale in self.sites:
            self._check_scale(site, specs[site], scale)
            self.upsample[site] = build(
                specs[site],
                embedding_dim,
                scale=scale,
                guide_channels=embedding_dim,
                kind=Upsampler,
                site=f"upsample.{site}",
            )

    def forward(self, maps):
        return self.decode(*maps)

    def decode(self, c1, c2, c3, c4):
        """Logits at the size of c1 from the four maps."""
        projected = [
            to_map(project(c), spatial_size(c))
            for project, c in (
                (self.linear_c1, c1),
                (self.linear_c2, c2),
                (self.linear_c3, c3),
                (self.linear_c4, c4),
            )
        ]
        y = self.linear_fuse(paddle.concat(self.enlarge(*projected), axis=1))
        return self.linear_pred(self.dropout(y))

    def enlarge(self, c1, c2, c3, c4):
        """All projected maps at the size of c1, the coarsest first."""
        size = spatial_size(c1)
        coarse = {"c4": c4, "c3": c3, "c2": c2}
        return [
            self.upsample[site](c, guide=c1, size=size) for site, c in coarse.items()
        ] + [c1]

    @staticmethod
    def official_name(name):
        """Name here of a parameter of NVlabs' checkpoints; mmsegmentation's unused
        classifier is passed over."""
        name = name.replace("decode_head.", "")
        if name.startswith(("conv_seg.", "backbone.head.")):
            return None
        return name.replace("fuse.conv.", "fuse._conv.").replace(
            "fuse.bn.", "fuse._batch_norm."
        )

    def _check_scale(self, site, spec, scale):
        cls = parse_spec(spec, Upsampler)[0]
        if cls.scales is not None and scale not in cls.scales:
            known = ", ".join(str(s) for s in cls.scales)
            raise UsageError(
                f"{type(self).__name__}: site {site} enlarges {scale} times and "
                f"{cls.name} does only {known}; ResampleSegFormerChained enlarges in "
                "steps of 2"
            )


@manager.MODELS.add_component
class ResampleSegFormer(SegFormerHead):
    """SegFormer whose upsampling sites take specs.

    Every map of the backbone is projected to D channels, resized to the finest one's
    size, and all are fused. With the default specs it is PaddleSeg's SegFormer: the
    same parameters (MiT-B0, 19 classes: 3,719,027), so its weights load, and the same
    results. Downsampling sites belong to the backbone: see `ResampleMiT`.

    Args:
        num_classes: K, channels of the logits.
        backbone: PaddleSeg backbone with four maps of strides 4, 8, 16, 32 and
            `feat_channels`: MixVisionTransformer_B0, ResampleMiT, ResamplePVT_Tiny ...
        embedding_dim: D; published 256 with MiT-B0 and B1, 768 with the larger ones.
        upsample: spec of an upsampler for all sites, or one for each: c4 (scale 8), c3
            (4), c2 (2). Guide: the projected c1, D channels.
        upsample_logits: spec for the last site, from the logits at stride 4 to the
            image (scale 4, K channels, the image is the guide).
        in_channels: of the image, for an operator that the image guides.
        pretrained: path or address of a checkpoint of the whole network, loaded by
            PaddleSeg.

    Call:
        x: float [N, in_channels, H, W], any size the backbone takes.

    Returns:
        list of one Tensor: logits [N, K, H, W].

    Source: Xie et al., "SegFormer", NeurIPS 2021, section 3.2.

    Raises:
        UsageError: a spec is wrong or cannot do the scale of its site, or the backbone
            has not four maps.
    """

    def __init__(
        self,
        num_classes,
        backbone,
        embedding_dim=256,
        upsample="bilinear",
        upsample_logits="bilinear",
        in_channels=3,
        pretrained=None,
    ):
        channels = getattr(backbone, "feat_channels", ())
        if len(channels) != 4:
            raise UsageError(
                f"{type(self).__name__}: the backbone must have feat_channels of four "
                f"maps, and {type(backbone).__name__} has {list(channels) or 'none'}"
            )
        super().__init__(num_classes, channels, embedding_dim, upsample)
        self.backbone = backbone
        self.upsample_logits = logits_upsampler(
            upsample_logits, num_classes, 4, in_channels
        )
        if pretrained is not None:
            load_entire_model(self, pretrained)

    def forward(self, x):
        logits = self.decode(*self.backbone(x))
        return [self.upsample_logits(logits, guide=x, size=spatial_size(x))]
