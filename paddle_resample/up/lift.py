"""LiFT: a small U-Net block that takes the doubled map and an encoding of the image to
the features that a network of twice the resolution would produce."""

from __future__ import annotations

from typing import Any

import paddle
import paddle.nn as nn
from paddle import Tensor

from ..base import Site
from ..blocks.conv import conv, conv_norm_relu
from ..blocks.guided import GuidedUpsampler
from ..errors import UsageError
from ..initialise import torch_uniform
from ..notes import Notes
from ..ops.guide import _fit_guide
from ..ops.size import _fit
from ..registry import register

__all__ = ["LiFT"]

_WIDTH = 32  # of the image's encoding
# Pixels of the guide in a coarse pixel's side -> strides of the first two convolutions.
_STRIDES = {2: (1, 1), 4: (2, 1), 8: (2, 2), 16: (2, 2)}


@register("lift")
class LiFT(GuidedUpsampler):
    """Transposed convolution of [x, image], two 3x3 convolutions with the image, 1x1.

    Args:
        guide_channels: channels G of the guide, default C; 3 for an image.
        scale: 2 only; apply it again for more.
        patch_size: pixels of the guide in the side of a coarse pixel. 2, a guide at the
            output's resolution, is what a decoder has; 8 and 16 take the image
            itself, as released, 4 lies between.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H', W'], its encoding g less than 2 pixels a
        side from (2*H, 2*W): g is cropped, or its last row and column are repeated, and
        the result is fitted to the size of g in the same way. With patch_size 2
        that is the guide's size.
        size: that size or None.
        y: [N, C, H', W'] (a patch_size / 2 part of them for a larger patch_size).
            Content of the guide enters: fusion, not upsampling alone.

    Source:
        Suri et al., "LiFT: a surprisingly simple lightweight feature transform for
        dense ViT descriptors", ECCV 2024, with the released layers and names. Untrained
        it is no interpolation: it regresses features. The released code stops the
        program at other patch sizes than 8 and 16.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.LiFT(256, guide_channels=3)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        569360
    """

    source = "Suri et al., ECCV 2024"
    year = 2024
    learned = True
    fuses_guide = True
    scales = (2,)
    guide_is_image = True
    notes = Notes(
        formula="""
        g = encode(guide) at twice the size of x, h = encode(g) at the size of x; y =
        1x1(double([transposed([x, h]), g])), each convolution but the last with batch
        norm and ReLU.
        """,
        grid="2x2 cells; the 3x3 convolutions pad with zeros.",
        initialization="PyTorch's default; untrained it is no interpolation.",
        cost="""
        With c = C + 32, m = floor(c / 2), o = floor(C / 2): 4*c*m + m, 9*(m + 32)*o +
        9*o*o + 4*o, o*C + C and 288*G + 18,656 for the image: 569,360 parameters for C
        = 256, G = 3. Multiply-accumulates per coarse pixel at patch_size 2: 4*(c*m +
        9*(m + 32)*o + 9*o*o + o*C) + 4*(288*G + 9,216) + 9,216.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        patch_size: int = 2,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        if patch_size not in _STRIDES:
            raise UsageError(
                f"lift: patch_size must be 2, 4, 8 or 16, not {patch_size!r}"
            )
        first, second = _STRIDES[patch_size]
        self.image_convs_1 = nn.Sequential(
            *conv_norm_relu(self.guide_channels, _WIDTH, stride=first),
            *conv_norm_relu(_WIDTH, _WIDTH, stride=second),
        )
        pooled = patch_size == 16
        self.scale_adapter = nn.MaxPool2D(2, 2) if pooled else nn.Identity()
        self.image_convs_2 = nn.Sequential(*conv_norm_relu(_WIDTH, _WIDTH, stride=2))
        half = max(in_channels // 2, 1)
        self.up1 = _Up(in_channels + _WIDTH, half)
        self.outc = conv(half, in_channels)

    @classmethod
    def count(cls, site: Site, *, patch_size: int, **options: Any) -> tuple[int, int]:
        c, g = site.in_channels, site.guide_channels
        joined, half = c + _WIDTH, max(c // 2, 1)
        middle = joined // 2
        up, last = 4 * joined * middle, half * c
        double = 9 * (middle + _WIDTH) * half + 9 * half * half
        image = (9 * g * _WIDTH, 9 * _WIDTH * _WIDTH, 9 * _WIDTH * _WIDTH)
        norms = 2 * (3 * _WIDTH + 2 * half)
        biases = middle + c + 3 * _WIDTH
        first, second = _STRIDES[patch_size]
        side = patch_size // first
        cells = (side**2, (side // second) ** 2, 1)
        encode = sum(weights * pixels for weights, pixels in zip(image, cells))
        macs = up + 4 * (double + last) + encode
        parameters = up + double + last + sum(image) + norms + biases
        return parameters, macs * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        fine = self.scale_adapter(self.image_convs_1(guide))
        size = self._guide_size(fine, size)
        fine, _ = _fit_guide(fine, x, 2, self.name)
        x = paddle.concat([x, self.image_convs_2(fine)], axis=1)
        return _fit(self.outc(self.up1(x, fine)), size, slack=2)


class _Up(nn.Layer):
    """Transposed convolution to half the channels, then two convolutions with fine."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        middle = in_channels // 2
        init = torch_uniform(middle * 4)
        self.up = nn.Conv2DTranspose(
            in_channels, middle, 2, stride=2, weight_attr=init, bias_attr=init
        )
        self.conv_1 = _Double(middle + _WIDTH, out_channels)

    def forward(self, x, fine):
        return self.conv_1(paddle.concat([self.up(x), fine], axis=1))


class _Double(nn.Layer):
    """Two convolutions, under the name of the released weights."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.double_conv = nn.Sequential(
            *conv_norm_relu(in_channels, out_channels, bias=False),
            *conv_norm_relu(out_channels, out_channels, bias=False),
        )

    def forward(self, x):
        return self.double_conv(x)
