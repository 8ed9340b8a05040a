"""CARAFE: each output pixel is a weighted mean of a window of the coarse map, and a
small network predicts the weights from the coarse map itself."""

from __future__ import annotations

from typing import Any

from paddle import Tensor

from ..base import Site
from ..blocks.content_aware import ContentAwareUpsampler
from ..initialise import set_window_start
from ..notes import Notes
from ..ops.shuffle import _pixel_shuffle
from ..registry import register

__all__ = ["CARAFE"]


@register("carafe")
class CARAFE(ContentAwareUpsampler):
    """Content-aware reassembly of features.

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
        y: [N, C, H', W'].

    Source:
        Wang et al., "CARAFE: Content-aware reassembly of features", ICCV 2019;
        defaults, names and initialization of the weights as in the released code, which
        has encoder_dilation and groups too. "replicate" and "renormalise" are ours.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.CARAFE(256)
        >>> sum(p.size for p in layer.parameters())
        74148
    """

    source = "Wang et al., ICCV 2019"
    year = 2019
    starts = ("bilinear", "nearest")
    notes = Notes(
        formula="""
        1x1 compression, k_e x k_e convolution to s*s*g*k*k channels, pixel shuffle,
        softmax over the k*k weights of every output pixel, reassembly.
        """,
        grid="""
        Output (i, j) belongs to coarse pixel (i // s, j // s), the middle of its
        window. Untrained, all weights are almost 1/(k*k): nearest interpolation of
        the k x k box mean of the zero-padded map, so for k = 5 a constant keeps 0.36 of
        its value at a corner and 0.6 at an edge.
        """,
        initialization="""
        The encoder's weights N(0, 0.001), the others Xavier uniform, biases 0: all
        reassembly weights almost 1/(k*k), nearest interpolation of the k x k box mean.
        """,
        cost="""
        C*M + M + (k_e*k_e*M + 1)*s*s*k*k*g parameters; C*M + k_e*k_e*M*s*s*k*k*g +
        s*s*k*k*C multiply-accumulates per coarse pixel.
        """,
    )

    def _add_encoders(self) -> None:
        kernels = self.scale**2 * self.kernel_size**2 * self.groups
        self.content_encoder = self._convolution(kernels)

    def set_start(self, mode: str) -> bool:
        if mode == "bilinear" and self.kernel_size == 1:
            return False
        set_window_start(
            self.content_encoder, self.kernel_size, self.scale, mode, self.groups
        )
        return True

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        kernel_size: int,
        encoder_kernel: int,
        compressed_channels: int,
        groups: int,
        **options: Any,
    ) -> tuple[int, int]:
        c, m, taps = site.in_channels, compressed_channels, kernel_size**2
        kernels = site.scale**2 * taps * groups
        encoder = encoder_kernel**2 * m * kernels
        macs = c * m + encoder + site.scale**2 * taps * c
        return c * m + m + encoder + kernels, macs * site.pixels

    def logits(self, x: Tensor) -> Tensor:
        """The numbers before the softmax over each window, [N, g*k*k, H*s, W*s]."""
        logits = self.content_encoder(self.channel_compressor(x))
        return _pixel_shuffle(logits, self.scale)
