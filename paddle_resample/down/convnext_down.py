"""ConvNeXt's downsampling: LayerNorm, and a convolution of disjoint cells."""

from __future__ import annotations

from typing import Literal

from paddle import Tensor
from paddle.nn.initializer import Normal

from ..arguments import check_choice
from ..base import Downsampler, Site
from ..blocks.conv import conv
from ..blocks.layer_norm import LayerNorm2D
from ..notes import Notes
from ..registry import register

__all__ = ["ConvNeXtDown"]


@register("convnext_down")
class ConvNeXtDown(Downsampler):
    """LayerNorm over channels, then a convolution with kernel and stride s (ConvNeXt).

    Args:
        norm: "before" the convolution, as between the stages, or "after" it, as in the
            stem; default before at scale 2, after at other scales.

    Shape:
        x: [N, C, H, W].
        y: [N, D, floor(H/s), floor(W/s)].

    Source:
        Liu et al., "A ConvNet for the 2020s", CVPR 2022; epsilon 1e-6 of the norm as
        released.

    Example:
        >>> import paddle_resample
        >>> stem = paddle_resample.ConvNeXtDown(3, 96, scale=4)
        >>> stage = paddle_resample.ConvNeXtDown(96, 192)
        >>> [sum(p.size for p in layer.parameters()) for layer in (stem, stage)]
        [4896, 74112]
    """

    source = "Liu et al., CVPR 2022"
    year = 2022
    learned = True
    keeps_channels = False
    notes = Notes(
        grid="""
        Output i covers inputs i*s to i*s + s - 1; an incomplete last cell is dropped.
        """,
        initialization="Weights N(0, 0.02), biases 0; the norm 1 and 0.",
        cost="""
        s*s*C*D + D + 2*C parameters (2*D with the norm after); s*s*C*D
        multiply-accumulates per output pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        norm: Literal["before", "after"] | None = None,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        self.norm_first = _norm_first(scale, norm)
        if norm is not None:
            check_choice(self.name, "norm", norm, ("before", "after"))
        normed = in_channels if self.norm_first else self.out_channels
        self.norm = LayerNorm2D(normed, 1e-6)
        self.conv = conv(
            in_channels,
            self.out_channels,
            scale,
            stride=scale,
            padding=0,
            init=Normal(0.0, 0.02),
        )

    def official_name(self, name: str) -> str:
        """Our name of a released parameter, which begins with its layer's number."""
        number, _, rest = name.partition(".")
        return f"{'norm' if (number == '0') == self.norm_first else 'conv'}.{rest}"

    @classmethod
    def count(cls, site: Site, *, norm: str | None) -> tuple[int, int]:
        weights = site.scale**2 * site.in_channels * site.out_channels
        normed = (
            site.in_channels if _norm_first(site.scale, norm) else site.out_channels
        )
        pixels = (site.height // site.scale) * (site.width // site.scale)
        return weights + site.out_channels + 2 * normed, weights * pixels

    def forward(self, x: Tensor) -> Tensor:
        if self.norm_first:
            return self.conv(self.norm(x))
        return self.norm(self.conv(x))


def _norm_first(scale, norm):
    return scale == 2 if norm is None else norm == "before"
