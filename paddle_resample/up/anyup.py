"""AnyUp: every pixel of the image attends to the coarse pixels in a window, with keys
that do not depend on the number or meaning of the feature channels."""

import paddle
import paddle.nn as nn
import paddle.nn.functional as F

from ..base import Upsampler, whole_number
from ..blocks.guided import guide_size
from ..blocks.image_attention import (
    ImageAttention,
    Rotary,
    count_attention,
    count_encoder,
    encoder,
    pooled,
)
from ..errors import UsageError, did_you_mean
from ..ops import spatial_size
from ..registry import register

__all__ = ["Anyup"]

_LAYOUTS = ("released", "paper")


@register("anyup")
class Anyup(Upsampler):
    """Windowed attention of encoded guide pixels over coarse pixels of any channels.

    e = rotary(encode(guide)); queries = pool(encode(e)) at the result's size; keys =
    encode([pool(encode(e)), encode(unify(x / |x|))]) at the size of x; y = mean over
    heads of softmax(q k / sqrt(d)) times x, within the window. unify compares each
    channel with learned 5x5 patterns: softmax over the patterns, mean over channels.

    Args:
        in_channels: C.
        out_channels: C.
        guide_channels: channels G of the guide, default C; 3 for an image.
        scale: integer from 1; the guide or size decides.
        width: D, channels of queries and keys and number of patterns, a multiple of 8
            and of heads.
        heads: of the attention.
        kernel_size: of the patterns, odd.
        window: reach of the attention as a part of the map's side; 1 is global.
        layout: "released" reads the products of unify, ordered (channel, pattern), as
            (pattern, channel), as the released code does and its weights expect;
            "paper" keeps them apart, so that the order of channels does not matter.
        chunk: query pixels whose weights are held at a time (see Cost).

    Call:
        x: float [N, C, H, W], H and W from 2. guide: float [N, G, H'', W''], an image
        or a feature map of any size. size: any (H', W'), default the guide's.

    Returns:
        [N, C, H', W'], dtype of x: convex combinations of the pixels of x, so a
        constant stays constant. Untrained it blurs over the window.

    Grid: a query at u = (i + 0.5) / H' sees the coarse rows from floor((u - window) *
    H) to below ceil((u + window) * H), the bounds of u kept in [0, 1]; columns alike.
    Patterns at the border are divided by the number of their pixels inside; 3x3
    convolutions on keys reflect, on queries pad with zeros.

    Cost: 878,080 parameters for an image with D = 128, for every C, of which 16,512 are
    frozen because the released module never uses them; the closed form counts the
    others. Multiply-accumulates grow with H'*W' * H*W * (D + C), the window masks. The
    patterns' products are N*C*D*H*W numbers. Memory as jafar.

    Source: Wimmer et al., "AnyUp: universal feature upsampling", 2025 (ICLR 2026), with
    the released names.

    Raises:
        UsageError: called without a guide, one with other channels, a width that does
            not divide, unknown layout, window not above 0.

    >>> layer = Anyup(256, guide_channels=3)
    >>> sum(p.size for p in layer.parameters())
    878080
    """

    source = "Wimmer et al., arXiv 2510.12764, 2025"
    year = 2025
    learned = True
    needs_guide = True
    any_size = True
    guide_is_image = True

    def __init__(
        self,
        in_channels,
        out_channels=None,
        *,
        guide_channels=None,
        scale=2,
        width=128,
        heads=4,
        kernel_size=5,
        window=0.1,
        layout="released",
        chunk=4096,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        if guide_channels is None:
            guide_channels = in_channels
        self.guide_channels = whole_number(self.name, "guide_channels", guide_channels)
        whole_number(self.name, "heads", heads)
        whole_number(self.name, "kernel_size", kernel_size, odd=True)
        whole_number(self.name, "chunk", chunk)
        whole_number(self.name, "width", width)
        if width % 8 or width % heads:
            raise UsageError(
                f"anyup: width={width} must be a multiple of 8 and of heads={heads}"
            )
        if layout not in _LAYOUTS:
            raise UsageError(
                f"anyup: unknown layout {layout!r}{did_you_mean(layout, _LAYOUTS)}"
            )
        if not window > 0:
            raise UsageError(f"anyup: window must be above 0, not {window!r}")
        self.window = window
        self.image_encoder = encoder(guide_channels, width)
        self.key_encoder = encoder(width, width)
        self.query_encoder = encoder(width, width)
        self.key_features_encoder = encoder(width, width)
        self.key_features_encoder[0] = _Unify(width, kernel_size, layout)
        self.cross_decode = ImageAttention(width, heads, chunk)
        self.aggregation = encoder(2 * width, width, 3)
        self.rope = Rotary(width)

    @classmethod
    def count(cls, site, *, width, kernel_size, **options):
        c, fine, square = site.in_channels, site.scale**2, width * width
        image = count_encoder(site.guide_channels, width)
        inner = count_encoder(width, width)
        join = count_encoder(2 * width, width, 3)
        used, per_query, per_key = count_attention(width)
        # The unused projection of values is one parameter with those in use.
        parameters = image[0] + 2 * inner[0] + join[0] + used + square + 2 * width
        parameters += inner[0] - square + kernel_size**2 * width
        fine_macs = image[1] + 2 * inner[1] + 2 * width + per_query
        patterns = kernel_size**2 * width * c
        coarse_macs = patterns + inner[1] - square + join[1] + per_key
        pairs = fine * site.pixels**2 * (width + c)
        return parameters, (fine * fine_macs + coarse_macs) * site.pixels + pairs

    def forward(self, x, guide=None, side=None, size=None):
        fine = guide_size(self.name, guide, self.guide_channels, None)
        size, coarse = fine if size is None else size, spatial_size(x)
        if paddle.in_dynamic_mode() and min(coarse) < 2:
            raise UsageError(
                f"anyup: x of {coarse[0]}x{coarse[1]} is too small to reflect; every "
                "side needs 2 pixels"
            )
        image = self.rope(self.image_encoder(guide))
        queries = pooled(self.query_encoder(image), size)
        keys = pooled(self.key_encoder(image), coarse)
        features = self.key_features_encoder(F.normalize(x, axis=1))
        keys = self.aggregation(paddle.concat([keys, features], axis=1))

        def bias(positions):
            rows = _inside(positions // size[1], size[0], coarse[0], self.window)
            columns = _inside(positions % size[1], size[1], coarse[1], self.window)
            seen = rows.unsqueeze(2) * columns.unsqueeze(1)
            return (seen.flatten(1) - 1.0) * 1e9

        return self.cross_decode(queries, keys, x, bias)


def _inside(index, count, coarse, window):
    """1 where query `index` of `count` sees a coarse row, else 0: float32 [Q, coarse].

    In float32 step by step, as released: bounds that fall on whole numbers must round
    in the same direction.
    """
    if not isinstance(count, int):
        count = count.astype("float32")
    place = (index.astype("float32") + 0.5) / count
    number = coarse if isinstance(coarse, int) else coarse.astype("float32")
    first = paddle.floor(paddle.clip(place - window, 0.0, 1.0) * number)
    end = paddle.ceil(paddle.clip(place + window, 0.0, 1.0) * number)
    rows = paddle.arange(coarse).astype("float32")
    after = rows.unsqueeze(0) >= first.unsqueeze(1)
    return (after & (rows.unsqueeze(0) < end.unsqueeze(1))).astype("float32")


class _Unify(nn.Layer):
    """[N, C, H, W] -> [N, D, H, W]: how much the channels look like each pattern."""

    def __init__(self, width, kernel_size, layout):
        super().__init__()
        self.width = width
        self.padding = kernel_size // 2
        self.layout = layout
        self.basis = self.create_parameter(
            [width, 1, kernel_size, kernel_size],
            default_initializer=nn.initializer.Normal(0.0, 1.0),
        )

    def forward(self, x):
        channels, (height, width) = x.shape[1], (spatial_size(x)[i] for i in (0, 1))
        planes = x.reshape([-1, 1, height, width])
        likeness = F.conv2d(planes, self.basis, padding=self.padding)
        inside = F.conv2d(
            paddle.ones_like(planes[:1]),
            paddle.ones_like(self.basis[:1]),
            padding=self.padding,
        )
        likeness = likeness / inside
        if self.layout == "paper":
            likeness = F.softmax(likeness, axis=1)
            likeness = likeness.reshape([-1, channels, self.width, height, width])
            return likeness.mean(1)
        likeness = likeness.reshape([-1, self.width, channels, height, width])
        return F.softmax(likeness, axis=1).mean(2)
