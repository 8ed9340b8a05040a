"""Learnable polyphase upsampling: a coarse map goes to the polyphase components in the
shares that its downsampler took from them."""

from __future__ import annotations

from typing import Any

import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_positive
from ..base import Site, Upsampler
from ..blocks.antialias import antialias_layer, count_antialias
from ..notes import Notes
from ..ops.polyphase import check_phase_weights, spread_phases, to_recorded_size
from ..registry import Spec, register

__all__ = ["LPSUp"]


@register("lps_up")
class LPSUp(Upsampler):
    """x at every polyphase component, times the weight that lps recorded for it.

    Args:
        in_channels: C, the channels of the downsampled map.
        scale: of the partner.
        antialias: a downsampler's spec that is applied with scale 1 last, such as
            {name: blur_pool, filter_size: 3, border: circular} or pasa; None for none.
        gain: what the result is multiplied by; s*s keeps a constant on the mean.
        softmax_again: take the softmax of the recorded weights in evaluation, as the
            released code does with the mixture of lps's selection "softmax".

    Shape:
        x: [N, C, h, w].
        side: what lps or aps recorded for the same shape; it also holds the exact size,
            so odd sizes are restored.
        size: less than `scale` from that one: cropped, or extended by the last row and
            column.
        y: [N, C, H, W]; where one component was chosen the others are zero.

    Source:
        Rojas-Gomez et al., "Learnable polyphase sampling for shift invariant and
        equivariant convolutional networks", NeurIPS 2022, and released code, where the
        weights of a mixture pass the softmax twice in evaluation, which makes them
        nearly equal.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 5.0], [2.0, 3.0]]]])
        >>> down = paddle_resample.LPS(1)
        >>> _ = down.eval()
        >>> y, side = down.record(x)
        >>> z = paddle_resample.LPSUp(1)(y, side=side)
        >>> list(z.shape), int((z != 0).sum())
        ([1, 1, 2, 2], 1)
    """

    source = "Rojas-Gomez et al., NeurIPS 2022"
    year = 2022
    needs_side = "phase_weights"
    notes = Notes(
        grid="""
        Every pixel returns to where it was read from, in a mixture to all pixels of
        its cell.
        """,
        cost="""
        C multiply-accumulates per output pixel; antialias comes on top.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        antialias: Spec | None = None,
        gain: float = 1.0,
        softmax_again: bool = False,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        check_positive(self.name, gain=gain)
        self.gain, self.softmax_again = gain, softmax_again
        self.antialias = antialias_layer(antialias, in_channels)

    @staticmethod
    def official_name(name: str) -> str | None:
        """Our name of a released parameter."""
        if name.endswith(("gumbel_tau", "filt")):
            return None
        return name.replace("_antialias_layer.", "antialias.")

    @classmethod
    def count(
        cls, site: Site, *, antialias: Spec | None, **options: Any
    ) -> tuple[int, int]:
        c, s = site.in_channels, site.scale
        fine = site._replace(height=site.height * s, width=site.width * s)
        parameters, macs = count_antialias(antialias, fine)
        return parameters, macs + c * fine.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        check_phase_weights(self.name, side, x, self.scale)
        weights = side.weights
        if self.softmax_again and not self.training:
            weights = F.softmax(weights, axis=1)
        y = spread_phases(x, weights, self.scale)
        if self.antialias is not None:
            y = self.antialias(y)
        if self.gain != 1:
            y = y * self.gain
        return to_recorded_size(y, side.size, size, self.scale)
