"""Final patch expanding: Swin-Unet's last step, scale 4 with the channels kept."""

from __future__ import annotations

from ..notes import Notes
from ..registry import register
from .patch_expand import PatchExpand

__all__ = ["FinalPatchExpand"]


@register("final_patch_expand")
class FinalPatchExpand(PatchExpand):
    """Patch expanding with the published scale of 4 and unchanged channels.

    Args:
        out_channels: D, default C (published).
        scale: s, default 4.
        norm, bias: as in PatchExpand.

    Shape:
        as PatchExpand; 16*C*C + 2*C parameters by default.
        y: as PatchExpand; 16*C*C + 2*C parameters by default.

    Source:
        Cao et al., "Swin-Unet", ECCV workshops 2022, FinalPatchExpand_X4.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.FinalPatchExpand(96)
        >>> sum(p.size for p in layer.parameters())
        147648
    """

    notes = Notes(
        grid="As PatchExpand; 16*C*C + 2*C parameters by default.",
        initialization="As PatchExpand.",
        cost="As PatchExpand; 16*C*C + 2*C parameters by default.",
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 4,
        norm: bool = True,
        bias: bool = False,
    ):
        super().__init__(
            in_channels,
            out_channels,
            scale=scale,
            norm=norm,
            bias=bias,
        )
