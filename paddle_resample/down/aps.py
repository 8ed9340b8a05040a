"""Adaptive polyphase sampling: of the s*s maps of every s-th pixel the one of largest
norm is kept, so that a shift of the input moves the output with it."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import paddle
from paddle import Tensor

from ..arguments import check_choice
from ..base import Downsampler, Site
from ..notes import Notes
from ..ops.blur_pool import _strided_filter, binomial_line, blur_padding
from ..ops.border import BORDERS, wrap_to_multiple
from ..ops.polyphase import PhaseWeights, mix_phases, one_hot_phase, polyphase
from ..ops.size import spatial_size
from ..registry import register

__all__ = ["APS"]

_CRITERIA = ("l2", "l1", "l_infty", "l2_min", "l1_min")


@register("aps")
class APS(Downsampler):
    """Binomial filter, then the polyphase component of largest norm; no weights.

    Args:
        filter_size: f, taps a side, 1 to 7; 1 filters nothing.
        border: of the filter: "circular" (published), "reflect", "replicate" or
            "zeros".
        criterion: "l2", "l1" or "l_infty", the norm over channels and positions that is
            largest, or "l2_min" or "l1_min", that is smallest; of equal ones the first
            counts, row offsets before column offsets.

    Shape:
        x: [N, C, H, W].
        y: [N, C, ceil(H/s), ceil(W/s)]; side `ops.polyphase.PhaseWeights`, 1 for the
            chosen component of each sample, which aps_up and lps_up take.

    Source:
        Chaman and Dokmanic, "Truly shift-invariant convolutional neural networks", CVPR
        2021, and released code, which knows s = 2 alone and l_infty for square maps
        alone.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[1.0, 5.0], [2.0, 3.0]]]])
        >>> y, side = paddle_resample.APS(1, filter_size=1).record(x)
        >>> y.item(), side.weights.numpy().tolist()
        (5.0, [[0.0, 1.0, 0.0, 0.0]])
    """

    source = "Chaman and Dokmanic, CVPR 2021"
    year = 2021
    odd = "ceil"
    gives_side = "phase_weights"
    notes = Notes(
        formula="""
        One choice for a whole sample. Where s divides the sides and the border is
        circular, a circular shift of x makes the same y, or y shifted by a pixel.
        """,
        grid="""
        Output i is centred on input i * s + r for the chosen row offset r (half a pixel
        more for even f), columns alike. Behind the filter an odd last row or column is
        followed by a copy of the first, for any s as many as complete a cell.
        """,
        cost="""
        No parameters, f*f*C multiply-accumulates per input pixel (none for f = 1).
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        filter_size: int = 3,
        border: Literal["circular", "reflect", "replicate", "zeros"] = "circular",
        criterion: Literal["l2", "l1", "l_infty", "l2_min", "l1_min"] = "l2",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        line = binomial_line(filter_size)
        check_choice(self.name, "border", border, BORDERS)
        check_choice(self.name, "criterion", criterion, _CRITERIA)
        self.filter_size, self.border = filter_size, border
        self.criterion = criterion
        kernel = np.outer(line, line)[None, None].astype("float32")
        self.register_buffer("filt", paddle.to_tensor(kernel), persistable=False)

    @staticmethod
    def official_name(name: str) -> str | None:
        """The official state dict holds the fixed filter; it is passed over."""
        return None if name.endswith("filt") else name

    @classmethod
    def count(cls, site: Site, *, filter_size: int, **options: Any) -> tuple[int, int]:
        taps = 0 if filter_size == 1 else filter_size**2
        return 0, taps * site.in_channels * site.pixels

    def forward(self, x: Tensor, record: bool = False) -> Any:
        phases = self.phases(x)
        weights = self._choose(phases)
        y = mix_phases(phases, weights)
        return (y, PhaseWeights(weights, spatial_size(x))) if record else y

    def phases(self, x: Tensor) -> Tensor:
        """The filtered polyphase components, [N, C, s*s, h, w]."""
        if self.filter_size > 1:
            rows = blur_padding(self.filter_size, 1)
            x = _strided_filter(x, self.filt, 1, rows, self.border)
        return polyphase(wrap_to_multiple(x, self.scale, self.name), self.scale)

    def _choose(self, phases):
        """[N, s*s], 1 for one component; float32, as bfloat16 knows few norms."""
        size = phases.detach().astype("float32").abs()
        if self.criterion.startswith("l2"):
            size = size * size  # the root changes no order
        if self.criterion == "l_infty":
            norm = size.max(axis=[1, 3, 4])
        else:
            norm = size.sum(axis=[1, 3, 4])
        chosen = one_hot_phase(self._turned(norm), self.criterion.endswith("min"))
        return self._turned(chosen).astype(phases.dtype)

    def _turned(self, values):
        """From (row, column) offsets to (column, row), in which ties are settled."""
        square = values.reshape([-1, self.scale, self.scale])
        return square.transpose([0, 2, 1]).flatten(1)
