"""SAPA-I: the kernel of an output pixel is the similarity of the guide's feature
there to the coarse features around it."""

from __future__ import annotations

from typing import Any

from paddle import Tensor

from ..base import Site
from ..blocks.similarity import SimilarityUpsampler
from ..errors import UsageError
from ..notes import Notes
from ..registry import register

__all__ = ["SAPAI"]


@register("sapa_i")
class SAPAI(SimilarityUpsampler):
    """Similarity-aware point affiliation, inner product without projections.

    Args:
        guide_channels: channels of the guide, C.
        kernel_size: k of the window, odd.
        norm: "layer" as in the paper's code, "group" (32 groups, as in the authors'
            later detection and segmentation code) or "none".
        border: "zero" as published; "replicate" repeats the border's keys and values;
            "renormalise" leaves pixels outside out of the softmax.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'] with H' and W' less than s from s*H and s*W: cropped, or
            extended by its last row and column.
        size: default the guide's; y is fitted to it in the same way.
        y: [N, C, H', W'].

    Source:
        Lu et al., "SAPA: Similarity-aware point affiliation for feature upsampling",
        NeurIPS 2022. This variant was not released; its norms keep their weights here,
        as those of the released SAPA-B do. "replicate" and "renormalise" are ours.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.SAPAI(256)
        >>> sum(p.size for p in layer.parameters())
        1024
    """

    source = "Lu et al., NeurIPS 2022"
    year = 2022
    guide_same_channels = True
    notes = Notes(
        formula="""
        w = softmax over the window of <norm(guide)[p], norm(x)[q]>, y = reassemble(x,
        w).
        """,
        grid="""
        Output (i, j) belongs to coarse pixel (i // s, j // s), the middle of its
        window. As published a key outside scores 0 and takes part in the softmax, and
        its value is 0: where all scores are equal a constant keeps 0.36 of its value at
        the corner of a 5x5 window.
        """,
        initialization="Norms 1 and 0; no other weights.",
        cost="""
        4*C parameters, of the two norms, which published tables count as none (0 with
        "none"); 2*k*k*C multiply-accumulates per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        kernel_size: int = 5,
        norm: str = "layer",
        border: str = "zero",
    ):
        super().__init__(
            in_channels,
            out_channels,
            guide_channels=guide_channels,
            scale=scale,
            kernel_size=kernel_size,
            norm=norm,
            border=border,
        )
        if self.guide_channels != in_channels:
            raise UsageError(
                f"sapa_i: guide_channels={guide_channels} must equal in_channels="
                f"{in_channels}, for their features are compared as they are; sapa_b "
                "projects them"
            )

    @classmethod
    def count(
        cls, site: Site, *, kernel_size: int, norm: str, **options: Any
    ) -> tuple[int, int]:
        c = site.in_channels
        macs = 2 * kernel_size**2 * site.scale**2 * c
        return (norm != "none") * 4 * c, macs * site.pixels

    def _query_and_key(self, x: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
        return self.norm_y(guide), self.norm_x(x)
