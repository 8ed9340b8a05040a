"""FADE-Lite: FADE with a depthwise encoder, at a third of its cost."""

from __future__ import annotations

from typing import Any

from ..base import Site
from ..blocks.semi_shift import SemiShiftUpsampler
from ..notes import Notes
from ..registry import register

__all__ = ["FADELite"]


@register("fade_lite")
class FADELite(SemiShiftUpsampler):
    """FADE whose maps are compressed to k*k channels and encoded depthwise.

    Args:
        guide_channels: channels G of the guide, default C; must be C with the gate.
        kernel_size: k of the reassembly, odd.
        encoder_kernel: k_e of the depthwise encoder, odd.
        gate: whether the guide's content is mixed in, see `fade`; with gate=False this
            is upsampling alone and the class's fuses_guide is not true of the layer.
        border: "zero" as published, "replicate" or "renormalise", see `carafe`.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'] with H' and W' less than 2 from 2*H and 2*W: cropped, or
            extended by its last row and column.
        size: default the guide's; y is fitted to it in the same way.
        y: [N, C, H', W'].

    Source:
        Lu et al., "FADE: A task-agnostic upsampling operator for encoder-decoder
        architectures", IJCV 2024, arXiv 2407.13500; all weights Xavier uniform,
        biases 0.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.FADELite(256)
        >>> sum(p.size for p in layer.parameters())
        13332
    """

    depthwise = True
    source = "Lu et al., IJCV 2024"
    year = 2024
    notes = Notes(
        grid="""
        As `fade`: output (i, j) belongs to coarse pixel (i // 2, j // 2), the middle of
        its window; convolutions pad with zeros.
        """,
        initialization="""
        Xavier uniform, biases 0: the kernels are far from equal, the gate is about one
        half.
        """,
        cost="""
        k*k*(G + C + k_e*k_e + 2) parameters, and C + 1 with the gate; k*k*(4*G + C +
        5*k_e*k_e + 4*C) multiply-accumulates per coarse pixel, and 9*C with the gate.
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
        encoder_kernel: int = 3,
        gate: bool = True,
        border: str = "zero",
    ):
        super().__init__(
            in_channels,
            out_channels,
            guide_channels=guide_channels,
            scale=scale,
            kernel_size=kernel_size,
            encoder_kernel=encoder_kernel,
            gate=gate,
            border=border,
        )

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size: int,
        encoder_kernel: int,
        gate: bool,
        **options: Any,
    ) -> tuple[int, int]:
        c, g, taps = site.in_channels, site.guide_channels, kernel_size**2
        fine, encoder = site.scale**2, encoder_kernel**2
        parameters = taps * (g + c + encoder + 2) + gate * (c + 1)
        macs = taps * (fine * g + c + (fine + 1) * encoder + fine * c)
        return parameters, (macs + gate * (c + 2 * fine * c)) * site.pixels
