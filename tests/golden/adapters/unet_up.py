"""U-Net's decoder step: enlarge, pad to the skip, concatenate, two convolutions."""

import paddle
import paddle.nn as nn
import paddle.nn.functional as F

from adapters.weights import fill
from paddle_resample import build


class Up(nn.Layer):
    """Composed from our upsamplers; the zeros are this network's own rule for odd
    sizes."""

    def __init__(self, in_channels, out_channels, bilinear):
        super().__init__()
        if bilinear:
            spec = {"name": "bilinear", "align_corners": True}
            self.up, middle = build(spec, in_channels // 2), in_channels // 2
        else:
            self.up = build("conv_transpose", in_channels, in_channels // 2)
            middle = out_channels
        layers = []
        for first, last in ((in_channels, middle), (middle, out_channels)):
            layers += [
                nn.Conv2D(first, last, 3, padding=1, bias_attr=False),
                nn.BatchNorm2D(last),
                nn.ReLU(),
            ]
        self.double_conv = nn.Sequential(*layers)

    def forward(self, x, skip):
        y = self.up(x)
        below, right = (m - n for m, n in zip(skip.shape[2:], y.shape[2:]))
        top, left = below // 2, right // 2
        y = F.pad(y, [left, right - left, top, below - top])
        return self.double_conv(paddle.concat([skip, y], axis=1))


def unet_up(v):
    a = v.args
    layer = Up(a["in_channels"], a["out_channels"], a.get("bilinear", True))

    def rename(name):
        return name.replace("conv.double_conv", "double_conv").replace(
            "up.", "up.conv."
        )

    x, guide, leaves = v.input(), v.input("guide"), fill(layer, v, rename)
    return {"out": layer(x, guide)}, {"x": x, "guide": guide, **leaves}


ADAPTERS = {("unet_up", "Up"): unet_up}
