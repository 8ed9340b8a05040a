"""The base of upsamplers that take a guide."""

from __future__ import annotations

from collections.abc import Sequence

import paddle
from paddle import Tensor

from ..base import Upsampler, whole_number
from ..errors import UsageError
from ..ops import spatial_size
from ..ops.guide import _fit_guide

__all__ = ["GuidedUpsampler"]


class GuidedUpsampler(Upsampler):
    """An upsampler that cannot run without a guide: up(x, guide) -> y

    Args:
        in_channels, out_channels, scale: as of every resampler.
        guide_channels: channels of the guide, default in_channels.

    Raises:
        UsageError: guide_channels is no positive integer; called without a guide.
    """

    needs_guide = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if guide_channels is None:
            guide_channels = in_channels
        self.guide_channels = whole_number(self.name, "guide_channels", guide_channels)

    def _require_same_channels(self, reason: str, remedy: str = "") -> None:
        """Refuse a guide with other channels than x.

        Args:
            reason: why they must be the same, for the message.
            remedy: what else helps, for the end of the message.
        """
        if self.guide_channels != self.in_channels:
            raise UsageError(
                f"{self.name}: {reason}, so guide_channels={self.guide_channels} must "
                f"equal in_channels={self.in_channels}{remedy}"
            )

    def _guide_at_scale(self, guide: Tensor, x: Tensor) -> tuple[Tensor, list[int]]:
        """The guide at exactly `scale` times the size of x, and its own size.

        Its last rows and columns are cropped or repeated; see `ops.fit_guide`.
        """
        return _fit_guide(guide, x, self.scale, self.name)

    def _guide_size(self, guide: Tensor, size: Sequence[int] | None) -> list[int]:
        """The guide's (H', W'), which `size` must equal where it is not None."""
        fine = spatial_size(guide)
        if size is not None and paddle.in_dynamic_mode():
            if [int(n) for n in size] != fine:
                raise UsageError(
                    f"{self.name}: size={tuple(size)} differs from the guide's "
                    f"{tuple(fine)}"
                )
        return fine
