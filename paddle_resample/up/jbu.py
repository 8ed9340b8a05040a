"""Joint bilateral upsampling without weights: coarse pixels are averaged by their
distance and by the similarity of the guide."""

from __future__ import annotations

from typing import Any

from paddle import Tensor

from ..base import Site, whole_number
from ..blocks.guided import GuidedUpsampler
from ..errors import UsageError
from ..notes import Notes
from ..ops.joint_bilateral import _joint_bilateral
from ..registry import register

__all__ = ["JBU"]


@register("jbu")
class JBU(GuidedUpsampler):
    """Bilateral average of the (2*radius + 1)**2 coarse pixels around; no weights.

    Args:
        scale: integer from 1; the guide's size decides.
        radius: of the window, in coarse pixels.
        sigma_space: of the Gaussian of the distance, in coarse pixels.
        sigma_range: of the Gaussian of the guide's Euclidean distance, in its units:
            the default suits images in [-1, 1]; for a feature map, about the difference
            of two pixels of one object.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'], an image or a feature map of any size.
        size: the guide's or None.
        y: [N, C, H', W']; values between those of x.

    Source:
        Kopf et al., "Joint bilateral upsampling", ACM TOG 2007. The defaults are ours.

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[0.0, 1.0]]]])
        >>> guide = paddle.to_tensor([[[[0.0, 0.0, 0.0, 9.0]]]])
        >>> y = paddle_resample.JBU(1, sigma_space=9.0)(x, guide)
        >>> y.numpy().round(2).ravel().tolist()
        [0.0, 0.0, 0.0, 1.0]
    """

    source = "Kopf et al., ACM TOG 2007"
    year = 2007
    any_size = True
    notes = Notes(
        grid="""
        Output i lies at (i + 0.5) * H / H' - 0.5, the window around the coarse pixel of
        that cell; pixels outside the map have no weight and the rest is normalised. The
        guide of a coarse pixel is the mean of its cell.
        """,
        cost="""
        No parameters; (2*radius + 1)**2 * (G + C) multiply-accumulates per output pixel
        and G for the mean.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        radius: int = 2,
        sigma_space: float = 0.5,
        sigma_range: float = 0.25,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        self.radius = whole_number(self.name, "radius", radius)
        for key, value in (("sigma_space", sigma_space), ("sigma_range", sigma_range)):
            if not value > 0:
                raise UsageError(f"jbu: {key} must be a positive number, not {value!r}")
        self.sigma_space = sigma_space
        self.sigma_range = sigma_range

    @classmethod
    def count(cls, site: Site, *, radius: int, **options: Any) -> tuple[int, int]:
        c, g, taps = site.in_channels, site.guide_channels, (2 * radius + 1) ** 2
        return 0, site.scale**2 * (taps * (g + c) + g) * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        self._guide_size(guide, size)
        return _joint_bilateral(
            x, guide, self.radius, self.sigma_space, self.sigma_range
        )
