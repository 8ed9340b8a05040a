"""What PVT, PVT v2 and the Mix Transformer share: four stages, each a downsampler and
transformer blocks."""

import numpy as np
import paddle.nn as nn
import paddle.nn.functional as F
from paddleseg.models.backbones.transformer_utils import DropPath
from paddleseg.utils import load_pretrained_model

from ...base import Downsampler
from ...errors import UsageError
from ...ops import spatial_size
from ...registry import build
from ...site_specs import spec_of_each_site
from .spatial_reduction_attention import SpatialReductionAttention, conv, linear
from .tokens import to_map, to_tokens

__all__ = ["Block", "DepthwiseMlp", "Mlp", "PyramidTransformer", "ReluDepthwiseMlp"]

_STRIDES = {"stage1": 4, "stage2": 2, "stage3": 2, "stage4": 2}


class PyramidTransformer(nn.Layer):
    """Image -> feature maps of strides 4, 8, 16, 32.

    Parameters have the official names: patch_embed1 to 4, block1.0.attn.q and so on.
    Blocks are initialized as published; what stands at a site as its operator is.

    Args:
        downsample: spec for all sites, or one for each (`site_specs`): stage1 (stride
            4, from the image), stage2, stage3, stage4 (stride 2 each).
        mlp: class of the blocks' second half, called (channels, hidden channels).
        in_channels: of the image.
        embed_dims, num_heads, mlp_ratios, sr_ratios, depths: four ints each: channels,
            heads, hidden channels / channels, reduction of keys and values, blocks.
        pooled: whether attention is linear, see `SpatialReductionAttention`.
        qkv_bias: whether q and kv have biases.
        drop_path_rate: probability that the last block is skipped in training; from 0
            at the first block on it rises evenly.

    Attributes:
        feat_channels: channels of the maps.

    Call:
        x: float [N, in_channels, H, W].

    Returns:
        list of four Tensors: [N, embed_dims[i], H / (4 * 2**i), W / (4 * 2**i)], an odd
        row or column treated as the downsampler says.

    Raises:
        UsageError: a spec is wrong, or a list has not four entries.
    """

    def __init__(
        self,
        downsample,
        mlp,
        in_channels,
        embed_dims,
        num_heads,
        mlp_ratios,
        sr_ratios,
        depths,
        pooled,
        qkv_bias,
        drop_path_rate,
    ):
        super().__init__()
        owner = type(self).__name__
        lists = {
            "embed_dims": embed_dims,
            "num_heads": num_heads,
            "mlp_ratios": mlp_ratios,
            "sr_ratios": sr_ratios,
            "depths": depths,
        }
        for key, values in lists.items():
            if len(values) != len(_STRIDES):
                raise UsageError(f"{owner}: {key} needs four entries, not {values!r}")
        self.feat_channels = list(embed_dims)
        specs = spec_of_each_site(owner, "downsample", downsample, _STRIDES)
        drops = iter(np.linspace(0, drop_path_rate, sum(depths)).tolist())
        arriving = in_channels
        for i, (site, stride) in enumerate(_STRIDES.items()):
            c = embed_dims[i]
            embed = build(
                specs[site],
                arriving,
                c,
                scale=stride,
                kind=Downsampler,
                site=f"downsample.{site}",
            )
            setattr(self, f"patch_embed{i + 1}", embed)
            blocks = nn.LayerList()
            for _ in range(depths[i]):
                attention = SpatialReductionAttention(
                    c, num_heads[i], sr_ratios[i], pooled, qkv_bias
                )
                hidden = int(c * mlp_ratios[i])
                blocks.append(Block(c, attention, mlp(c, hidden), next(drops)))
            setattr(self, f"block{i + 1}", blocks)
            arriving = c

    def enter(self, stage, tokens, size):
        """Tokens [N, H*W, C] as the first block of a stage (1 to 4) gets them."""
        return tokens

    def leave(self, stage, tokens):
        """Tokens that the stage hands on, from those of its last block."""
        return tokens

    def forward(self, x):
        maps = []
        for stage in range(1, len(_STRIDES) + 1):
            x = getattr(self, f"patch_embed{stage}")(x)
            size = spatial_size(x)
            tokens = self.enter(stage, to_tokens(x), size)
            for block in getattr(self, f"block{stage}"):
                tokens = block(tokens, size)
            x = to_map(self.leave(stage, tokens), size)
            maps.append(x)
        return maps

    def load(self, pretrained):
        """Load a PaddleSeg checkpoint (path or address), if there is one; entries of
        other names or shapes are named and passed over."""
        if pretrained is not None:
            load_pretrained_model(self, pretrained)


class Block(nn.Layer):
    """x + attention(norm(x)), then x + mlp(norm(x)).

    Args:
        channels: C.
        attention, mlp: layers called (x, size).
        drop_path: probability that an image skips a half in training.

    Call:
        x: [N, L, C]; size: (H, W) of the map.
    """

    def __init__(self, channels, attention, mlp, drop_path=0.0):
        super().__init__()
        self.norm1 = nn.LayerNorm(channels, epsilon=1e-6)
        self.attn = attention
        self.drop_path = DropPath(drop_path) if drop_path else nn.Identity()
        self.norm2 = nn.LayerNorm(channels, epsilon=1e-6)
        self.mlp = mlp

    def forward(self, x, size):
        x = x + self.drop_path(self.attn(self.norm1(x), size))
        return x + self.drop_path(self.mlp(self.norm2(x), size))


class Mlp(nn.Layer):
    """Linear, GELU, linear (PVT)."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = linear(channels, hidden)
        self.fc2 = linear(hidden, channels)

    def forward(self, x, size):
        return self.fc2(F.gelu(self.fc1(x)))


class DepthwiseMlp(nn.Layer):
    """Linear, depthwise 3x3 convolution on the map, GELU, linear (PVT v2, SegFormer);
    the convolution's zero padding tells tokens where they are."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = linear(channels, hidden)
        self.dwconv = Depthwise(hidden)
        self.fc2 = linear(hidden, channels)

    def forward(self, x, size):
        return self.fc2(F.gelu(self.dwconv(self.widen(x), size)))

    def widen(self, x):
        return self.fc1(x)


class ReluDepthwiseMlp(DepthwiseMlp):
    """The same with ReLU before the convolution (PVT v2-Li)."""

    def widen(self, x):
        return F.relu(self.fc1(x))


class Depthwise(nn.Layer):
    """Depthwise 3x3 convolution of tokens."""

    def __init__(self, channels):
        super().__init__()
        self.dwconv = conv(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x, size):
        return to_tokens(self.dwconv(to_map(x, size)))
