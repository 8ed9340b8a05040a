"""SAPA-G: similarity kernels whose query comes from the guide or from the coarse map
itself, as a gate decides."""

from __future__ import annotations

from typing import Any

import paddle.nn.functional as F
from paddle import Tensor

from ..base import Site, whole_number
from ..blocks.similarity import SimilarityUpsampler, projection
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..registry import register

__all__ = ["SAPAG"]


@register("sapa_g")
class SAPAG(SimilarityUpsampler):
    """Similarity-aware point affiliation, gated bilinear similarity.

    Args:
        kernel_size: k of the window, odd.
        embedding: D, rank of the similarity; 64 in the released class, 32 in the
            authors' logs and tables.
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
        NeurIPS 2022; as in the released code Qx sees x before its norm. "replicate" and
        "renormalise" are ours.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.SAPAG(256)
        >>> sum(p.size for p in layer.parameters())
        25953
    """

    source = "Lu et al., NeurIPS 2022"
    year = 2022
    notes = Notes(
        formula="""
        g = sigmoid(gate norm(x)), query = g * Qy norm(guide) + (1 - g) * Qx x (x's
        parts enlarged by nearest), w = softmax over the window of <query[p], K
        norm(x)[q]>, y = reassemble(x, w). The gate chooses the query only: no content
        of the guide enters.
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
        (G + 2*C)*D + 3*D + C + 1 parameters and 2*(G + C) of the norms; G*D*s*s + 2*C*D
        + C + 2*D*s*s + k*k*s*s*(D + C) multiply-accumulates per coarse pixel. Published
        tables repeat SAPA-B's cost, which is too little; the released code projects x
        after enlarging it, with the same result at s*s times that part's cost.
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
        self.qy = projection(self.guide_channels, embedding, bias)
        self.qx = projection(in_channels, embedding, bias)
        self.gate = projection(in_channels, 1, bias)
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
        parameters = (g + 2 * c) * d + c + bias * (3 * d + 1)
        macs = g * d * fine + 2 * c * d + c + 2 * d * fine + taps * fine * (d + c)
        return parameters + (norm != "none") * 2 * (g + c), macs * site.pixels

    def _query_and_key(self, x: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
        values = self.norm_x(x)
        fine = self.qy(self.norm_y(guide))
        coarse, gate = (
            _interpolate(part, scale=self.scale, mode="nearest")
            for part in (self.qx(x), F.sigmoid(self.gate(values)))
        )
        query = gate * fine + (1.0 - gate) * coarse
        return query, self.k(values)
