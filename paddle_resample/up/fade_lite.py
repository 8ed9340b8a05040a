"""FADE-Lite: FADE with a depthwise encoder, at a third of its cost."""

import paddle.nn.functional as F

from ..base import Upsampler, whole_number
from ..blocks.semi_shift import GuideGate, SemiShift
from ..errors import UsageError
from ..ops import check_border, fit, fit_guide, reassemble
from ..registry import register

__all__ = ["FadeLite"]


@register("fade_lite")
class FadeLite(Upsampler):
    """FADE whose maps are compressed to k*k channels and encoded depthwise.

    Args:
        in_channels: C.
        out_channels: C.
        guide_channels: channels G of the guide, default C; must be C with the gate.
        scale: 2.
        kernel_size: k of the reassembly, odd.
        encoder_kernel: k_e of the depthwise encoder, odd.
        gate: whether the guide's content is mixed in, see `fade`; with gate=False this
            is upsampling alone and the class's fuses_guide is not true of the layer.
        border: "zero" as published, "replicate" or "renormalise", see `carafe`.

    Call:
        x: float [N, C, H, W]. guide: float [N, G, H', W'] with H' and W' less than 2
        from 2*H and 2*W: cropped, or extended by its last row and column. size: default
        the guide's; y is fitted to it in the same way.

    Returns:
        [N, C, H', W'], dtype of x.

    Grid: as `fade`: output (i, j) belongs to coarse pixel (i // 2, j // 2), the middle
    of its window; convolutions pad with zeros.

    Cost: k*k*(G + C + k_e*k_e + 2) parameters, and C + 1 with the gate; k*k*(4*G + C +
    5*k_e*k_e + 4*C) multiply-accumulates per coarse pixel, and 9*C with the gate.

    Source: Lu et al., "FADE: A task-agnostic upsampling operator for encoder-decoder
    architectures", IJCV 2024, arXiv 2407.13500; all weights start Xavier uniform,
    biases 0.

    Raises:
        UsageError: called without a guide or with one too far off, guide_channels other
            than C with the gate, even kernel_size or encoder_kernel, unknown border.

    >>> sum(p.size for p in FadeLite(256).parameters())
    13332
    """

    source = "Lu et al., IJCV 2024"
    year = 2024
    scales = (2,)
    learned = True
    needs_guide = True
    guide_same_channels = True
    fuses_guide = True

    def __init__(
        self,
        in_channels,
        out_channels=None,
        *,
        guide_channels=None,
        scale=2,
        kernel_size=5,
        encoder_kernel=3,
        gate=True,
        border="zero",
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if guide_channels is None:
            guide_channels = in_channels
        self.guide_channels = whole_number(self.name, "guide_channels", guide_channels)
        self.kernel_size = whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "encoder_kernel", encoder_kernel, odd=True)
        self.border = check_border(self.name, border)
        if gate and guide_channels != in_channels:
            raise UsageError(
                f"fade_lite: the gate adds the guide to the result, so guide_channels="
                f"{guide_channels} must equal in_channels={in_channels}, or gate be "
                "False"
            )
        taps = kernel_size**2
        self.gate_generator = GuideGate(in_channels) if gate else None
        self.ker_generator = SemiShift(
            in_channels, guide_channels, taps, taps, encoder_kernel, depthwise=True
        )

    @classmethod
    def count(cls, site, *, kernel_size, encoder_kernel, gate, **options):
        c, g, taps = site.in_channels, site.guide_channels, kernel_size**2
        fine, encoder = site.scale**2, encoder_kernel**2
        parameters = taps * (g + c + encoder + 2) + gate * (c + 1)
        macs = taps * (fine * g + c + (fine + 1) * encoder + fine * c)
        return parameters, (macs + gate * (c + 2 * fine * c)) * site.pixels

    def kernels(self, x, guide):
        """The weights of every output pixel, [N, k*k, 2*H, 2*W], windows sum to 1."""
        return F.softmax(self.ker_generator(x, guide, self.scale), axis=1)

    def forward(self, x, guide=None, side=None, size=None):
        guide, fine = fit_guide(guide, x, self.scale, self.guide_channels, self.name)
        y = reassemble(
            x,
            self.kernels(x, guide),
            self.kernel_size,
            self.scale,
            border=self.border,
            owner=self.name,
        )
        if self.gate_generator is not None:
            y = self.gate_generator(x, guide, y, self.scale)
        return fit(y, fine if size is None else size, self.scale)
