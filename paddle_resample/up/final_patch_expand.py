"""Final patch expanding: Swin-Unet's last step, scale 4 with the channels kept."""

from ..registry import register
from .patch_expand import PatchExpand

__all__ = ["FinalPatchExpand"]


@register("final_patch_expand")
class FinalPatchExpand(PatchExpand):
    """Patch expanding with the published scale of 4 and unchanged channels.

    Args:
        in_channels: C.
        out_channels: D, default C (published).
        scale: s, default 4.
        norm, bias: as in PatchExpand.

    Call, Returns, Grid, Cost: as PatchExpand; 16*C*C + 2*C parameters by default.

    Start: as PatchExpand.

    Source: Cao et al., "Swin-Unet", ECCV workshops 2022, FinalPatchExpand_X4.

    >>> sum(p.size for p in FinalPatchExpand(96).parameters())
    147648
    """

    def __init__(
        self,
        in_channels,
        out_channels=None,
        *,
        scale=4,
        norm=True,
        bias=False,
    ):
        super().__init__(
            in_channels,
            out_channels,
            scale=scale,
            norm=norm,
            bias=bias,
        )
