"""NAF: every fine pixel attends to a small window of coarse pixels, queries and keys
encoded from the image alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor

from ..arguments import check_choice, check_positive
from ..base import Site, whole_number
from ..blocks.attention_heads import head_weights
from ..blocks.conv import conv
from ..blocks.dilated_window import DilatedWindow
from ..blocks.guided import GuidedUpsampler
from ..blocks.image_encoder import pooled
from ..blocks.tiles import over_tiles
from ..errors import UsageError
from ..notes import Notes
from ..ops import regular_grid, spatial_size
from ..ops.interpolate import _interpolate
from ..ops.sampling_grid import coordinate_dtype
from ..registry import register

__all__ = ["NAF"]

_GROUPS = 8  # of the group norms
_REDUCTIONS = ("separate", "released")


@register("naf")
class NAF(GuidedUpsampler):
    """Attention of encoded guide pixels over K x K coarse ones; it knows no channels.

    Args:
        guide_channels: channels G of the guide, default C; 3 for an image.
        scale: integer from 1; the guide or size decides.
        width: D, channels of queries and keys, a multiple of 16, of heads and of
            4 * rotary_heads.
        heads: of the attention, a divisor of C.
        rotary_heads: parts of the channels that have the same rotary code.
        kernel_size: K, odd.
        layers: blocks of each branch of the encoder.
        base: of the rotary code's periods.
        reduction: of a guide with more than 4 times the rows or columns of the result:
            "separate" reduces each side to 4 times its own; "released" to 4 times the
            shorter, which distorts the image.

    Shape:
        x: [N, C, H, W].
        guide: [N, G, H'', W''], an image or a feature map of any size.
        size: any (H', W'), default the guide's.
        y: [N, C, H', W']: convex combinations of the pixels of x, so a constant stays
            constant.

    Source:
        Chambon et al., "NAF: zero-shot feature upsampling via neighborhood attention
        filtering", arXiv 2511.18452, 2025, with the released names. The random
        rescaling of coordinates in training is left out.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.NAF(384, guide_channels=3)
        >>> sum(p.size for p in layer.parameters())
        662528
    """

    source = "Chambon et al., arXiv 2511.18452, 2025"
    year = 2025
    learned = True
    any_size = True
    guide_is_image = True
    notes = Notes(
        formula="""
        e = rotary(pool([1x1 branch(guide), 3x3 branch(guide)])) at the result's size,
        keys = pool(e) at the size of x, y = softmax over a window of (q k /
        sqrt(D/heads)) times x.
        """,
        grid="""
        The window holds K x K fine positions that are floor(H'/H) rows and floor(W'/W)
        columns apart, each showing the nearest coarse pixel; at the border it moves
        inwards. Where a map has fewer, the window holds them all; the released code
        refuses such maps. Convolutions reflect at the border. Row and column run from
        -1 to 1 between the edges of the corner pixels. The released code mixes the axes
        when it reduces a large guide, reproduced by reduction "released".
        """,
        initialization="""
        PyTorch's default: a smooth mean over the window, no interpolation.
        """,
        cost="""
        With e = D/2, n = layers: (G + 1)*e + (9*G + 1)*e + n*(20*e*e + 12*e)
        parameters (662,528 for an image by default). e*(10*G + 20*n*e) multiply-
        accumulates per pixel of the guide (of the reduced one), 4*D for the rotary
        code and K*K*(D + C) per output pixel.
        The attention is computed in tiles as dense products masked to the windows,
        which are some times as many, but far faster than gathering.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        width: int = 256,
        heads: int = 4,
        rotary_heads: int = 4,
        kernel_size: int = 9,
        layers: int = 2,
        base: float = 100.0,
        reduction: str = "separate",
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        for key, number in (("heads", heads), ("rotary_heads", rotary_heads)):
            whole_number(self.name, key, number)
        whole_number(self.name, "width", width)
        whole_number(self.name, "layers", layers)
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        check_positive(self.name, base=base)
        check_choice(self.name, "reduction", reduction, _REDUCTIONS)
        if width % 16 or width % heads or width % (4 * rotary_heads):
            raise UsageError(
                f"naf: width={width} must be a multiple of 16, of heads={heads} and of "
                f"4 * rotary_heads={4 * rotary_heads}"
            )
        if in_channels % heads:
            raise UsageError(
                f"naf: heads={heads} must divide in_channels={in_channels}; heads=1 "
                "always does"
            )
        self.heads, self.kernel_size, self.reduction = heads, kernel_size, reduction
        self.image_encoder = _Encoder(
            self.guide_channels, width, layers, rotary_heads, base
        )

    @classmethod
    def count(
        cls, site: Site, *, width: int, kernel_size: int, layers: int, **options: Any
    ) -> tuple[int, int]:
        half, g, c = width // 2, site.guide_channels, site.in_channels
        weights = 10 * g * half + 20 * layers * half * half
        parameters = weights + 2 * half + 12 * layers * half
        fine = weights + 4 * width + kernel_size**2 * (width + c)
        return parameters, fine * site.scale**2 * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        fine = spatial_size(guide) if size is None else size
        queries = self.image_encoder(self._reduced(guide, fine), fine)
        return self.attend(queries, pooled(queries, spatial_size(x)), x)

    def _reduced(self, guide, fine):
        """A guide of at most 4 times the result's sides."""
        # Two functions, because Paddle traces both ways of a condition in one.
        if paddle.in_dynamic_mode():
            return self._reduced_eagerly(guide, fine)
        return self._reduced_traced(guide, fine)

    def _reduced_eagerly(self, guide, fine):
        have, most = spatial_size(guide), [4 * int(n) for n in fine]
        if have[0] <= most[0] and have[1] <= most[1]:
            return guide
        if self.reduction == "released":
            most = [min(most)] * 2
        want = [min(h, m) for h, m in zip(have, most)]
        return _interpolate(guide, want, None, "bilinear")

    def _reduced_traced(self, guide, fine):
        sides = [4 * fine[i] for i in (0, 1)]
        if not isinstance(fine, Tensor):
            sides = [paddle.full([], n, "int32") for n in sides]
        most = paddle.stack([n.astype("int32") for n in sides])
        have = spatial_size(guide).astype("int32")
        if self.reduction == "released":
            large = (have > most).any()
            most = paddle.where(large, most.min().expand([2]), most)
        want = paddle.minimum(have, most)
        return _interpolate(guide, want, None, "bilinear")

    def attend(self, queries: Tensor, keys: Tensor, x: Tensor) -> Tensor:
        """Neighbourhood attention of [N, D, H', W'] and [N, D, H, W] over x."""
        fine: Any = spatial_size(queries)
        coarse: Any = spatial_size(keys)
        batch: Any = x.shape[0] if paddle.in_dynamic_mode() else paddle.shape(x)[0]
        window = DilatedWindow(self.kernel_size, fine, coarse)
        channels, heads = x.shape[1], self.heads
        depth = channels // heads

        def within(queries, origin, keys, values):
            tile = spatial_size(queries, "NHWC")
            (keys, values), bias = window.cut(tile, origin, keys, values)
            weights = head_weights(
                queries.flatten(1, 2), keys.flatten(1, 2), heads, bias
            )
            values = values.flatten(1, 2)
            parts = [
                paddle.matmul(w, values[..., n * depth : (n + 1) * depth])
                for n, w in enumerate(weights)
            ]
            y = paddle.concat(parts, axis=-1)
            return y.reshape([-1, tile[0], tile[1], channels])

        tile: Any = window.tile(batch)
        if self.training and not paddle.in_dynamic_mode():
            tile = None  # Paddle has no gradient of its loop
        queries, keys, x = (m.transpose([0, 2, 3, 1]) for m in (queries, keys, x))
        return over_tiles(within, queries, tile, keys, x).transpose([0, 3, 1, 2])


class _Encoder(nn.Layer):
    """A 1x1 and a 3x3 branch, joined, averaged to a size, with a rotary code."""

    def __init__(self, channels, width, layers, rotary_heads, base):
        super().__init__()
        half = width // 2

        def branch(k):
            blocks = [_Block(half, k) for _ in range(layers)]
            return nn.Sequential(_reflecting(channels, half, k), *blocks)

        self.encoder, self.sem_encoder = branch(1), branch(3)
        self.rotary_heads = rotary_heads
        depth = width // rotary_heads
        self.periods = base ** (4 * np.arange(depth // 4) / depth)

    def forward(self, image, size):
        if paddle.in_dynamic_mode():  # a side of one pixel has nothing to reflect
            repeats = [1, 1, *(2 if n == 1 else 1 for n in image.shape[2:])]
            image = image.tile(repeats) if 2 in repeats else image
        y = paddle.concat([self.encoder(image), self.sem_encoder(image)], axis=1)
        return self._rotate(pooled(y, size))

    def _rotate(self, x):
        height, width = (spatial_size(x)[i] for i in (0, 1))
        dtype = coordinate_dtype(x)
        grid = regular_grid(spatial_size(x), align_corners=False, dtype=dtype)
        factor = paddle.to_tensor(2 * math.pi / self.periods, dtype=dtype)
        factor = factor.reshape([1, -1, 1, 1])
        row, column = (grid[..., i].unsqueeze(1) * factor for i in (1, 0))
        row, column = (
            part.expand([1, factor.shape[1], height, width]) for part in (row, column)
        )
        angle = paddle.concat([row, column] * 2, axis=1).unsqueeze(1)
        depth = 4 * factor.shape[1]
        heads = x.reshape([-1, self.rotary_heads, depth, height, width])
        half = depth // 2
        rotated = paddle.concat([-heads[:, :, half:], heads[:, :, :half]], axis=2)
        y = heads * angle.cos().astype(x.dtype) + rotated * angle.sin().astype(x.dtype)
        return y.reshape([-1, x.shape[1], height, width])


class _Block(nn.Layer):
    """conv(SiLU(norm(conv(SiLU(norm(x)))))), not added to x."""

    def __init__(self, width, kernel_size):
        super().__init__()
        self.norm1 = nn.GroupNorm(_GROUPS, width)
        self.conv1 = _reflecting(width, width, kernel_size)
        self.norm2 = nn.GroupNorm(_GROUPS, width)
        self.conv2 = _reflecting(width, width, kernel_size)

    def forward(self, x):
        # The same as F.silu, whose gradient is NaN below -44 in Paddle.
        y = self.conv1(F.swish(self.norm1(x)))
        return self.conv2(F.swish(self.norm2(y)))


def _reflecting(channels, width, kernel_size):
    mode = "reflect" if kernel_size > 1 else "zeros"
    return conv(channels, width, kernel_size, padding_mode=mode)
