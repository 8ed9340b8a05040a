"""SAPA-B: the kernel of an output pixel is the similarity of the guide's feature
there to the coarse features around it, both projected to a small common space."""

from __future__ import annotations

from typing import Any

from paddle import Tensor

from ..base import Site, whole_number
from ..blocks.similarity import SimilarityUpsampler, projection
from ..notes import Notes
from ..registry import register

__all__ = ["SAPAB"]


@register("sapa_b")
class SAPAB(SimilarityUpsampler):
    """Similarity-aware point affiliation, (low-rank) bilinear similarity.

    Args:
        kernel_size: k of the window, odd.
        embedding: D, rank of the similarity. The released class has 64, the authors'
            logs, tables and later code 32.
        norm: "layer" as in the paper's code, "group" (32 groups, as in the authors'
            later detection and segmentation code) or "none".
        bias: whether the projections have biases.
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
        NeurIPS 2022; scores are not divided by sqrt(D). "replicate" and "renormalise"
        are ours.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.SAPAB(256)
        >>> sum(p.size for p in layer.parameters())
        17472
    """

    source = "Lu et al., NeurIPS 2022"
    year = 2022
    notes = Notes(
        formula="""
        w = softmax over the window of <Q norm(guide)[p], K norm(x)[q]>, y =
        reassemble(x, w).
        """,
        grid="""
        Output (i, j) belongs to coarse pixel (i // s, j // s), the middle of its
        window. As published a key outside scores 0 and takes part in the softmax, and
        its value is 0: where all scores are equal a constant keeps 0.36 of its value at
        the corner of a 5x5 window.
        """,
        initialization="""
        Projections N(0, 0.02), biases 0: scores close to 0, nearly nearest
        interpolation of the k x k box mean.
        """,
        cost="""
        (G + C)*D + 2*D parameters and 2*(G + C) of the norms; G*D*s*s + C*D +
        k*k*s*s*(D + C) multiply-accumulates per coarse pixel.
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
        embedding: int = 32,
        norm: str = "layer",
        bias: bool = True,
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
        whole_number(self.name, "embedding", embedding)
        self.q = projection(self.guide_channels, embedding, bias)
        self.k = projection(in_channels, embedding, bias)

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size: int,
        embedding: int,
        norm: str,
        bias: bool,
        **options: Any,
    ) -> tuple[int, int]:
        c, g, d = site.in_channels, site.guide_channels, embedding
        fine, taps = site.scale**2, kernel_size**2
        parameters = (g + c) * d + bias * 2 * d + (norm != "none") * 2 * (g + c)
        macs = g * d * fine + c * d + taps * fine * (d + c)
        return parameters, macs * site.pixels

    def _query_and_key(self, x: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
        return self.q(self.norm_y(guide)), self.k(self.norm_x(x))
