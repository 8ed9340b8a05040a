"""Joint upsampling with pixel-adaptive convolutions: a small network, guided by the
image, enlarges every channel."""

from __future__ import annotations

import math

import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..notes import Notes
from ..ops.interpolate import _interpolate
from ..ops.size import _fit, scaled_size, spatial_size
from ..registry import register
from .pac import PAC

__all__ = ["PACJoint"]


@register("pac_joint")
class PACJoint(GuidedUpsampler):
    """One network for all channels: convolutions, PAC for each doubling, convolutions.

    Args:
        filters: m, channels inside.
        kernel_channels: G', channels of the guide in each step.
        filter_size: of the convolutions, odd.
        kernel_size: of the adapted ones, odd.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'], less than s pixels a side from (H*s, W*s).
        size: default the guide's.
        y: [N, C, H', W'].

    Source:
        Su et al., "Pixel-adaptive convolutional neural networks", CVPR 2019, section
        4.1 and released code (PacJointUpsample; the Lite network has fewer filters).

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.PACJoint(1, guide_channels=3, scale=4)
        >>> sum(p.size for p in layer.parameters())
        183489
    """

    source = "Su et al., CVPR 2019"
    year = 2019
    learned = True
    scales = (2, 4, 8, 16)
    notes = Notes(
        formula="""
        Three convolutions of x and three of the guide, ReLU between; for each doubling
        a PAC of the guide's next G' channels, which are resized bilinearly to it, and
        ReLU; two convolutions. Channels of x are separate samples that share the guide
        and the weights.
        """,
        grid="""
        As `pac`: pixel i of x lies at fine pixel 2*i of each step. Convolutions pad
        with zeros.
        """,
        initialization="PyTorch's default, and that of `pac`: no interpolation.",
        cost="""
        With f = filter_size squared, k = kernel_size squared, n = log2(s): f*m + m +
        2*(f*m*m + m) + f*G*m + m + f*m*m + m + f*m*n*G' + n*G' + n*(k*m*m + m) +
        f*m*m + m + f*m + 1 parameters. For every channel f*(m + 2*m*m) per coarse
        pixel, k*(G' + m + m*m) per pixel that a step reads, f*(m*m + m) per fine pixel;
        once f*(G*m + m*m + m*n*G') per fine pixel for the guide.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        filters: int = 32,
        kernel_channels: int = 16,
        filter_size: int = 5,
        kernel_size: int = 5,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        m = whole_number(self.name, "filters", filters)
        whole_number(self.name, "kernel_channels", kernel_channels)
        f = whole_number(self.name, "filter_size", filter_size, odd=True)
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        self.kernel_channels = kernel_channels
        self.steps = int(math.log2(scale))
        self.branch_t = _Branch([1, m, m, m], f)
        widths = [self.guide_channels, m, m, kernel_channels * self.steps]
        self.branch_g = _Branch(widths, f)
        self.up_convts = nn.LayerList(
            PAC(m, m, guide_channels=kernel_channels, kernel_size=kernel_size)
            for _ in range(self.steps)
        )
        self.branch_f = _Branch([m, m, 1], f)

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        filters: int,
        kernel_channels: int,
        filter_size: int,
        kernel_size: int,
    ) -> tuple[int, int]:
        m, f, k = filters, filter_size**2, kernel_size**2
        n, fine = int(math.log2(site.scale)), site.scale**2
        first, last = f * (m + 2 * m * m), f * (m * m + m)
        guided = f * (site.guide_channels * m + m * m + m * n * kernel_channels)
        weights = first + last + guided + n * k * m * m
        biases = 3 * m + 2 * m + n * kernel_channels + n * m + m + 1
        steps = sum(k * (kernel_channels + m + m * m) * 4**i for i in range(n))
        macs = site.in_channels * (first + steps + last * fine) + guided * fine
        return weights + biases, macs * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        guide, fine = self._guide_at_scale(guide, x)
        kernels = self.branch_g(guide)
        channels = x.shape[1]
        y = self.branch_t(x.flatten(0, 1).unsqueeze(1))  # [N*C, m, H, W]
        for step, up in enumerate(self.up_convts):
            first = step * self.kernel_channels
            kernel = kernels[:, first : first + self.kernel_channels]
            if step + 1 < self.steps:
                kernel = _interpolate(kernel, size=scaled_size(y, 2))
            # Samples of one image stand behind one another.
            kernel = kernel.repeat_interleave(channels, axis=0)
            y = F.relu(up(y, guide=kernel))
        height, width = (spatial_size(y)[i] for i in (0, 1))
        y = self.branch_f(y).reshape([-1, channels, height, width])
        return _fit(y, fine if size is None else size, self.scale)


class _Branch(nn.Layer):
    """Convolutions with ReLU between them."""

    def __init__(self, widths, kernel_size):
        super().__init__()
        self.count = len(widths) - 1
        for i, (read, made) in enumerate(zip(widths, widths[1:]), 1):
            self.add_sublayer(f"conv{i}", conv(read, made, kernel_size))

    def forward(self, x):
        for i in range(1, self.count + 1):
            x = getattr(self, f"conv{i}")(F.relu(x) if i > 1 else x)
        return x
