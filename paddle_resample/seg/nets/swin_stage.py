"""The blocks of one Swin stage, and what each stage of a network is made of."""

import numpy as np
import paddle.nn as nn

from .swin_block import SwinBlock, window_and_shift

__all__ = ["Stage", "stage_options"]


class Stage(nn.Layer):
    """Swin blocks on a map [N, C, H, W]; holds the resampler that follows, too."""

    def __init__(self, depth, drop_path, shift, **options):
        super().__init__()
        self.blocks = nn.LayerList(
            [
                SwinBlock(shift=shift * (i % 2), drop_path=drop_path[i], **options)
                for i in range(depth)
            ]
        )

    def forward(self, x):
        x = x.transpose([0, 2, 3, 1])
        for block in self.blocks:
            x = block(x)
        return x.transpose([0, 3, 1, 2])


def stage_options(
    first, embed_dim, depths, num_heads, window_size, mlp_ratio, drop_path
):
    """The arguments of each stage, fine to coarse; `first` is the first map's size."""
    rates = np.linspace(0, drop_path, sum(depths)).tolist()
    stages = []
    for i, (depth, heads) in enumerate(zip(depths, num_heads)):
        resolution = [-(-side // 2**i) for side in first]
        window, shift = window_and_shift(resolution, window_size)
        stages.append(
            {
                "channels": embed_dim * 2**i,
                "heads": heads,
                "depth": depth,
                "window": window,
                "shift": shift,
                "mlp_ratio": mlp_ratio,
                "drop_path": [rates.pop(0) for _ in range(depth)],
            }
        )
    return stages
