"""A backbone small enough for fast tests, with the strides of the real ones."""

import paddle.nn as nn


class ToyBackbone(nn.Layer):
    """Four 3x3 convolutions: maps of strides 4, 8, 16, 32 (or as given)."""

    def __init__(self, channels=(4, 6, 8, 10), strides=(4, 8, 16, 32)):
        super().__init__()
        self.feat_channels = list(channels)
        steps = [strides[0]] + [b // a for a, b in zip(strides, strides[1:])]
        arriving = [3, *channels]
        self.stages = nn.LayerList(
            nn.Conv2D(a, b, 3, stride=step, padding=1)
            for a, b, step in zip(arriving, channels, steps)
        )

    def forward(self, x):
        maps = []
        for stage in self.stages:
            x = nn.functional.relu(stage(x))
            maps.append(x)
        return maps
