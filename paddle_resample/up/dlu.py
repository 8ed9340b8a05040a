"""DLU: CARAFE with one kernel for each coarse pixel; fine pixels look their kernels up
between them, at locations that a second convolution predicts."""

from __future__ import annotations

from typing import Any

from paddle import Tensor

from ..base import Site
from ..blocks.content_aware import ContentAwareUpsampler
from ..notes import Notes
from ..ops.nearest_warp import _nearest_warp
from ..ops.shuffle import _pixel_shuffle
from ..registry import register

__all__ = ["DLU"]


@register("dlu")
class DLU(ContentAwareUpsampler):
    """Dynamic lightweight upsampling with guided reassembly kernels.

    Args:
        kernel_size: k of the reassembly, odd.
        encoder_kernel: k_e of both convolutions, odd.
        encoder_dilation: their dilation.
        compressed_channels: M, channels after the compression.
        groups: g, groups of channels with kernels and offsets of their own; divides C.
            The released layer runs with 1 only.
        border: of the reassembly: "zero" as published, "replicate" or "renormalise",
            see `carafe`.

    Shape:
        x: [N, C, H, W].
        y: [N, C, H', W'].

    Source:
        Fu et al., "Lighten CARAFE: Dynamic lightweight upsampling with guided
        reassemble kernels", ICPR 2024; initialization of the released code: Xavier
        uniform, kernel_space_generator N(0, 0.001), conv_offset and biases 0.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.DLU(256)
        >>> sum(p.size for p in layer.parameters())
        35489
    """

    source = "Fu et al., ICPR 2024"
    year = 2024
    softmax_last = False
    notes = Notes(
        formula="""
        1x1 compression; a k_e x k_e convolution to k*k weights for each coarse pixel
        and a softmax; another to 2*s*s offsets, shuffled to the fine pixels, which
        sample the map of kernels bilinearly; reassembly.
        """,
        grid="""
        Output (i, j) belongs to coarse pixel (i // s, j // s), the middle of its window
        and the origin of its offset, in coarse pixels; kernels outside
        repeat those of the border. Untrained, offsets are zero and weights almost
        1/(k*k): nearest interpolation of the k x k box mean, as CARAFE.
        """,
        initialization="""
        kernel_space_generator N(0, 0.001), conv_offset 0, the others Xavier uniform,
        biases 0: nearest interpolation of the k x k box mean, as CARAFE.
        """,
        cost="""
        C*M + M + (k_e*k_e*M + 1)*(k*k + 2*s*s)*g parameters; C*M + k_e*k_e*M*(k*k +
        2*s*s)*g + 4*s*s*k*k*g + s*s*k*k*C multiply-accumulates per coarse pixel, the
        third term for sampling the kernels.
        """,
    )

    def _add_encoders(self) -> None:
        self.kernel_space_generator = self._convolution(
            self.kernel_size**2 * self.groups
        )
        self.conv_offset = self._convolution(2 * self.scale**2 * self.groups, std=0)

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
        fine = site.scale**2
        outputs = (taps + 2 * fine) * groups
        encoder = encoder_kernel**2 * m * outputs
        macs = c * m + encoder + fine * taps * (4 * groups + c)
        return c * m + m + encoder + outputs, macs * site.pixels

    def kernels(self, x: Tensor) -> Tensor:
        """The weights of every output pixel, [N, g*k*k, H*s, W*s], windows sum to 1."""
        features = self.channel_compressor(x)
        source = self._normalised(self.kernel_space_generator(features))
        offset = _pixel_shuffle(self.conv_offset(features), self.scale)
        return _nearest_warp(source, offset, self.scale, self.groups, "border")
