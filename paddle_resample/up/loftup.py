"""LoftUp: pixels of the image, as Fourier features of location and colour, attend to
the coarse map through a small transformer, at any resolution."""

from __future__ import annotations

from typing import Any

import paddle
import paddle.nn as nn
from paddle import Tensor

from ..base import Site, whole_number
from ..blocks.conv import conv, conv_norm_relu
from ..blocks.cross_attention import CrossAttentionTransformer, count_transformer
from ..blocks.fourier_features import FourierFeatures
from ..blocks.guided import GuidedUpsampler
from ..blocks.image_encoder import pooled
from ..blocks.layer_norm import LayerNorm2D
from ..errors import UsageError
from ..notes import Notes
from ..ops import spatial_size
from ..registry import register

__all__ = ["LoftUp"]

_KEY_FREQUENCIES = 5  # of the coarse locations
_KEY_CHANNELS = 2 * 2 * _KEY_FREQUENCIES


@register("loftup")
class LoftUp(GuidedUpsampler):
    """Cross-attention transformer from Fourier features of the guide to the coarse map.

    Args:
        in_channels: C; C + 20 is a multiple of heads.
        guide_channels: channels G of the guide, default C; published 3, an image.
        scale: integer from 1; the guide or size decides.
        heads: of the attention.
        layers: of the transformer.
        frequencies: F, number of sines and of cosines of each coordinate and of each
            channel of the guide.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H'', W''], an image.
        size: any (H', W'), default the guide's; a guide of another size is first
            averaged over the cells of the result.
        y: [N, C, H', W']. Each pixel has channels of mean 0 and variance 1 before the
            last weight and bias, so neither a constant nor the scale of x is kept, and
            content of the guide enters: fusion, not upsampling alone.

    Source:
        Huang et al., "LoftUp: learning a coordinate-based feature upsampler for vision
        foundation models", ICCV 2025, with the released layers and names. Parameter
        counts equal the released module's; its outputs have not been compared with
        ours, and ours differ on purpose in one thing: the released stretching takes
        minimum and maximum over the whole batch, so that an image's result depends on
        its neighbours. The released weights expect x after a layer norm over channels,
        which is stored beside the upsampler and is no part of it.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.LoftUp(256, guide_channels=3)
        >>> sum(p.size for p in layer.parameters() if not p.stop_gradient)
        2162710
    """

    source = "Huang et al., ICCV 2025"
    year = 2025
    learned = True
    fuses_guide = True
    any_size = True
    guide_is_image = True
    notes = Notes(
        formula="""
        g = the guide stretched to [-0.5, 0.5], each channel of each image by itself;
        queries = two 3x3 convolutions with batch norm and ReLU of
        norm(fourier(location, g)); keys = [x, fourier(location)]; y =
        norm(1x1(transformer(queries, keys))).
        """,
        grid="""
        Positions from -1 to 1 between the centres of the corner pixels; the 3x3
        convolutions pad with zeros.
        """,
        initialization="PyTorch's default; untrained it is no interpolation.",
        cost="""
        With D = C + 20 and S = 2*F*(2 + G) + G: 9*D*(S + D) + layers*(4*D*D + 2*C*D +
        11*D + C) + C*D weights and the norms and biases, 2,162,710 parameters for an
        image and C = 256. Multiply-accumulates grow with H'*W' * H*W * 2*D * layers:
        attention is global. Its weights are held for a tile of 2**22 of them at a time,
        with gradients too; in a program traced in training mode N * heads * H'*W' * H*W
        of them.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        heads: int = 4,
        layers: int = 2,
        frequencies: int = 20,
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        whole_number(self.name, "heads", heads)
        whole_number(self.name, "layers", layers)
        whole_number(self.name, "frequencies", frequencies)
        width = in_channels + _KEY_CHANNELS
        if width % heads:
            raise UsageError(
                f"loftup: heads={heads} must divide in_channels + {_KEY_CHANNELS} = "
                f"{width}"
            )
        self.lr_pe = FourierFeatures(_KEY_FREQUENCIES)
        waves = FourierFeatures(frequencies, self.guide_channels)
        self.fourier_feat = nn.Sequential(_Stretch(), waves)
        self.first_conv = nn.Sequential(
            nn.Sequential(("norm", LayerNorm2D(waves.out_channels))),
            *conv_norm_relu(waves.out_channels, width),
            *conv_norm_relu(width, width),
        )
        self.ca_transformer = CrossAttentionTransformer(
            width, in_channels, heads, layers
        )
        self.final_conv = nn.Sequential(
            conv(width, in_channels), LayerNorm2D(in_channels, epsilon=1e-6)
        )

    @classmethod
    def count(
        cls, site: Site, *, layers: int, frequencies: int, **options: Any
    ) -> tuple[int, int]:
        c, guide, fine = site.in_channels, site.guide_channels, site.scale**2
        width = c + _KEY_CHANNELS
        signals = 2 * frequencies * (2 + guide)
        features = signals + guide
        convs = 9 * width * (features + width)
        inner, per_query, per_key = count_transformer(width, c, layers)
        norms = 2 * features + 4 * width + 2 * c
        parameters = signals + _KEY_CHANNELS + convs + 2 * width + norms + inner
        fine_macs = convs + per_query + c * width
        pairs = fine * site.pixels**2 * layers * 2 * width
        macs = (fine * fine_macs + per_key) * site.pixels + pairs
        return parameters + c * width + c, macs

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        guide = pooled(guide, spatial_size(guide) if size is None else size)
        queries = self.first_conv(self.fourier_feat(guide))
        keys = paddle.concat([x, self.lr_pe(x).astype(x.dtype)], axis=1)
        y = self.ca_transformer(
            queries.transpose([0, 2, 3, 1]), keys.transpose([0, 2, 3, 1])
        )
        return self.final_conv(y.transpose([0, 3, 1, 2]))


class _Stretch(nn.Layer):
    """Each channel of each image to [-0.5, 0.5], float64; a range below 1e-4 counts as
    that."""

    def forward(self, x):
        x = x.astype("float64")  # the phases magnify a rounding 22,026 times
        low = x.min(axis=[2, 3], keepdim=True)
        high = x.max(axis=[2, 3], keepdim=True)
        return (x - low) / paddle.clip(high - low, min=1e-4) - 0.5
