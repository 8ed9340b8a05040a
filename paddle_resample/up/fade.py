"""FADE: reassembly kernels predicted from the fine and the coarse map together, and a
gate that lets the fine map itself through where detail is wanted."""

from __future__ import annotations

from typing import Any

from ..base import Site
from ..blocks.semi_shift import SemiShiftUpsampler
from ..notes import Notes
from ..registry import register

__all__ = ["FADE"]


@register("fade")
class FADE(SemiShiftUpsampler):
    """Fusing the assets of decoder and encoder.

    Args:
        guide_channels: channels G of the guide, default C; must be C with the gate.
        kernel_size: k of the reassembly, odd.
        compressed_channels: M that guide and x are compressed to.
        encoder_kernel: k_e of the shared encoder E, odd.
        gate: whether the guide's content is mixed in. As the paper has it, and as
            `fuses_guide` of the class says, FADE is fusion; with gate=False y = u,
            upsampling alone (the class's fuses_guide is then not true of the layer).
            The authors' later detection and segmentation ports default to False.
        border: "zero" as published, "replicate" or "renormalise", see `carafe`.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'] with H' and W' less than 2 from 2*H and 2*W: cropped, or
            extended by its last row and column.
        size: default the guide's; y is fitted to it in the same way.
        y: [N, C, H', W'].

    Source:
        Lu et al., "FADE: Fusing the assets of decoder and encoder for task-agnostic
        upsampling", ECCV 2022; all weights Xavier uniform, biases 0. The released
        layouts H2L and L2H are one function; upstream, one copy of H2L interleaves its
        four phases wrongly and another fails unless the map is square.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.FADE(256)
        >>> sum(p.size for p in layer.parameters())
        47514
        >>> layer = paddle_resample.FADE(256, gate=False)
        >>> sum(p.size for p in layer.parameters())
        47257
    """

    source = "Lu et al., ECCV 2022"
    year = 2022
    notes = Notes(
        formula="""
        K = softmax(E(1x1(guide)) + nearest(E(1x1(x)))), u = reassemble(x, K), y = g *
        guide + (1 - g) * u with g = nearest(sigmoid(1x1(x))).
        """,
        grid="""
        Output (i, j) belongs to coarse pixel (i // 2, j // 2), the middle of its
        window. Convolutions pad with zeros.
        """,
        initialization="""
        Xavier uniform, biases 0: the kernels are far from equal, the gate is about one
        half.
        """,
        cost="""
        G*M + M + C*M + (k_e*k_e*M + 1)*k*k parameters, and C + 1 with the gate; 4*G*M +
        C*M + 5*k_e*k_e*M*k*k + 4*k*k*C multiply-accumulates per coarse pixel, and 9*C
        with the gate.
        """,
    )

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size: int,
        compressed_channels: int,
        encoder_kernel: int,
        gate: bool,
        **options: Any,
    ) -> tuple[int, int]:
        c, g, m = site.in_channels, site.guide_channels, compressed_channels
        taps, fine = kernel_size**2, site.scale**2
        encoder = encoder_kernel**2 * m * taps
        parameters = g * m + m + c * m + encoder + taps + gate * (c + 1)
        macs = fine * g * m + c * m + (fine + 1) * encoder + fine * taps * c
        return parameters, (macs + gate * (c + 2 * fine * c)) * site.pixels
