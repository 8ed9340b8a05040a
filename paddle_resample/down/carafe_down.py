"""CARAFE++ downsampling: each output pixel is a weighted mean of a window of x, with
weights that a small network predicts from x."""

from __future__ import annotations

from typing import Any

from paddle import Tensor

from ..base import Downsampler, Site
from ..blocks.content_aware import ContentAware
from ..notes import Notes
from ..ops.reassemble import _reassemble_down
from ..registry import register

__all__ = ["CARAFEDown"]


@register("carafe_down")
class CARAFEDown(ContentAware, Downsampler):
    """Content-aware reassembly of features, with a stride.

    Args:
        kernel_size: k of the reassembly, odd.
        encoder_kernel: k_e of the convolution that predicts the weights, odd.
        encoder_dilation: its dilation.
        compressed_channels: M, channels after the compression.
        groups: g, groups of channels with weights of their own; divides C.
        border: "zero" as published: what lies outside is zero and weights are lost
            there; "replicate" repeats the border pixel; "renormalise" divides by the
            weights inside.

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)].

    Source:
        Wang et al., "CARAFE++: Unified content-aware reassembly of features", TPAMI
        2021. Its downsampler was never released: sizes and initialization are those of
        the released CARAFE, and the stride is in the convolution that predicts the
        weights. "replicate" and "renormalise" are ours.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.CARAFEDown(64)
        >>> sum(p.size for p in layer.parameters())
        18585
    """

    source = "Wang et al., TPAMI 2021"
    year = 2021
    odd = "ceil"
    notes = Notes(
        formula="""
        1x1 compression, k_e x k_e convolution of stride s to g*k*k channels, softmax
        over the k*k weights of every output pixel, reassembly around every s-th pixel.
        """,
        grid="""
        Output (i, j) is centred on input (i * s, j * s), as a strided convolution with
        padding k // 2 is; an odd row or column is the centre of a last output.
        """,
        initialization="""
        As carafe, with all weights almost 1/(k*k): every s-th pixel of the k x k box
        mean of the zero-padded x.
        """,
        cost="""
        C*M + M + (k_e*k_e*M + 1)*k*k*g parameters; C*M multiply-accumulates per input
        pixel and k_e*k_e*M*k*k*g + k*k*C per output pixel.
        """,
    )

    def _add_encoders(self):
        kernels = self.kernel_size**2 * self.groups
        self.content_encoder = self._convolution(kernels, stride=self.scale)

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size,
        encoder_kernel,
        compressed_channels,
        groups,
        **options: Any,
    ) -> tuple[int, int]:
        c, m, taps = site.in_channels, compressed_channels, kernel_size**2
        encoder = encoder_kernel**2 * m * taps * groups
        coarse = site.coarse_height * site.coarse_width
        macs = c * m * site.pixels + (encoder + taps * c) * coarse
        return c * m + m + encoder + taps * groups, macs

    def logits(self, x: Tensor) -> Tensor:
        """What the softmax makes weights of, [N, g*k*k, ceil(H/s), ceil(W/s)]."""
        return self.content_encoder(self.channel_compressor(x))

    def forward(self, x: Tensor) -> Tensor:
        return _reassemble_down(
            x,
            self.logits(x),
            self.kernel_size,
            self.scale,
            self.groups,
            self.border,
            softmax=True,
        )
