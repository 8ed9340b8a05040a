"""Guided filter: near every pixel the result is a linear function of the guide, the one
nearest to x."""

from __future__ import annotations

from typing import Any

from paddle import Tensor

from ..arguments import check_choice, check_positive
from ..base import Site, whole_number
from ..blocks.guided import GuidedUpsampler
from ..blocks.image_encoder import pooled
from ..blocks.local_linear import box_mean, enlarge, local_linear
from ..notes import Notes
from ..ops import spatial_size
from ..registry import register

__all__ = ["GuidedFilter"]

_MODES = ("fast", "full")


@register("guided_filter")
class GuidedFilter(GuidedUpsampler):
    """y = A * guide + b with A and b from local linear regression; no weights.

    Args:
        guide_channels: with C each channel of x has its own guide; any other guide is
            averaged to one channel that all share.
        mode: "fast" fits A and b at the size of x and enlarges them; "full" enlarges x
            and fits them at the guide's size.
        radius: r of the (2*r + 1)**2 windows, in pixels of the map that is filtered.
        epsilon: added to the guide's variance; flat regions are smoothed.
        average: whether A and b are averaged over the windows once more; the released
            fast filter does not.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'], of any size.
        size: the guide's or None.
        y: [N, C, H', W'].

    Source:
        He, Sun and Tang, "Guided image filtering", ECCV 2010 and TPAMI 2013; "fast":
        He and Sun, "Fast guided filter", arXiv 1505.00996, 2015, which averages A and
        b, and Wu et al., "Fast end-to-end trainable guided filter", CVPR 2018, whose
        code does not. Means are subtracted before variances are formed, so that they
        are right in float32.

    Example:
        >>> import paddle, paddle_resample
        >>> guide = paddle.to_tensor([[[[0.0, 0.0, 1.0, 1.0]]]])
        >>> layer = paddle_resample.GuidedFilter(1, epsilon=1e-4)
        >>> x = paddle.to_tensor([[[[2.0, 4.0]]]])
        >>> layer(x, guide=guide).numpy().round(2).ravel().tolist()
        [2.0, 2.0, 4.0, 4.0]
    """

    source = "He et al., ECCV 2010"
    year = 2010
    any_size = True
    notes = Notes(
        formula="""
        A = cov(guide, x) / (var(guide) + epsilon), b = mean(x) - A * mean(guide) in
        each window.
        """,
        grid="""
        Windows are cut at the border. The guide at the size of x is the mean of each
        cell; A, b (fast) or x (full) are enlarged bilinearly with corners aligned, as
        released. A constant stays constant; a constant guide gives the mean.
        """,
        cost="""
        No parameters. With t = (2*r + 1)**2 and g = C if G = C, else 1: t*(2*g + 2*C) +
        3*C + 2*g multiply-accumulates per filtered pixel, 2*t*C more with average;
        9*C + g (fast) or 5*C (full) per output pixel, and G where the guide's channels
        are averaged.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        mode: str = "fast",
        radius: int = 1,
        epsilon: float = 0.01,
        average: bool = True,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        check_choice(self.name, "mode", mode, _MODES)
        check_positive(self.name, epsilon=epsilon)
        self.mode = mode
        self.radius = whole_number(self.name, "radius", radius)
        self.epsilon = epsilon
        self.average = average

    @classmethod
    def count(
        cls, site: Site, *, mode: str, radius: int, average: bool, **options: Any
    ) -> tuple[int, int]:
        c, taps = site.in_channels, (2 * radius + 1) ** 2
        g = c if site.guide_channels == c else 1
        fit = taps * (2 * g + (4 if average else 2) * c) + 3 * c + 2 * g
        fine = 9 * c + g if mode == "fast" else 5 * c + fit
        fine += site.guide_channels * (site.guide_channels not in (1, c))
        coarse = fit if mode == "fast" else 0
        return 0, (coarse + site.scale**2 * fine) * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        fine = self._guide_size(guide, size)
        if self.guide_channels not in (1, self.in_channels):
            guide = guide.mean(1, keepdim=True)
        if self.mode == "full":
            x = enlarge(x, fine)
            small = guide
        else:
            small = pooled(guide, spatial_size(x))
        return self._filter(small, x, guide, fine)

    def _filter(self, small, x, guide, fine):
        """Fit A and b to the guide at the size of x, and apply them to the fine one."""
        slope, level = local_linear(small, x, self.radius, self.epsilon)
        if self.average:
            slope, level = box_mean(slope, self.radius), box_mean(level, self.radius)
        if self.mode == "fast":
            slope, level = enlarge(slope, fine), enlarge(level, fine)
        return slope * guide + level
