"""SegFormer as the upsampling papers compare operators: in steps of two."""

from paddleseg.cvlibs import manager

from ...ops import spatial_size
from .segformer import ResampleSegFormer

__all__ = ["ResampleSegFormerChained"]


@manager.MODELS.add_component
class ResampleSegFormerChained(ResampleSegFormer):
    """SegFormer whose maps climb to the finest one by factors of 2, at six sites.

    The guide of every step is the projected map (D channels) it lands at; it has not
    itself been enlarged. At 512x512 with MiT-B1 the sites read 14,592 pixels in all,
    from which the papers' complexity tables follow.

    In those papers the row "bilinear" is the unchained network, `ResampleSegFormer`
    with its defaults; this class with bilinear sites is close to it, not equal.

    Args:
        upsample: spec of an upsampler for all sites, or one for each: c4_to_c3,
            c4_to_c2, c4_to_c1, c3_to_c2, c3_to_c1, c2_to_c1 (scale 2, D channels).
        num_classes, backbone, embedding_dim, upsample_logits, in_channels, pretrained:
            see `ResampleSegFormer`.

    Call:
        x: float [N, in_channels, H, W], any size the backbone takes.

    Returns:
        list of one Tensor: logits [N, K, H, W].

    Source: Lu et al., "FADE", ECCV 2022, and "SAPA", NeurIPS 2022; Liu et al.,
    "DySample", ICCV 2023: their SegFormer-B1 experiments.

    Raises:
        UsageError: a spec is wrong, or the backbone has not four maps.
    """

    sites = (
        ("c4_to_c3", 2),
        ("c4_to_c2", 2),
        ("c4_to_c1", 2),
        ("c3_to_c2", 2),
        ("c3_to_c1", 2),
        ("c2_to_c1", 2),
    )

    def enlarge(self, c1, c2, c3, c4):
        maps = {"c1": c1, "c2": c2, "c3": c3, "c4": c4}
        enlarged = dict(maps)
        for site, up in self.upsample.items():
            start, end = site.split("_to_")
            guide = maps[end]
            enlarged[start] = up(enlarged[start], guide=guide, size=spatial_size(guide))
        return [enlarged[name] for name in ("c4", "c3", "c2", "c1")]
