"""Small networks that change the resolution in every way PaddleSeg's do."""

from functools import partial

import paddle
import paddle.nn.functional as F
from paddle import nn

_to = partial(F.interpolate, mode="bilinear", align_corners=True)


def like(x, fine):
    return F.interpolate(x, size=paddle.shape(fine)[2:], mode="bilinear")


def all_like(features):
    fine = features[0]
    return [fine] + [like(x, fine) for x in features[1:]]


class Pyramid(nn.Layer):
    """Three levels by strided convolution, brought together in a loop, by a helper,
    a partial and an attribute."""

    def __init__(self, classes=3):
        super().__init__()
        self.stem = nn.Conv2D(3, 4, 3, stride=2, padding=1)
        self.low = nn.Conv2D(4, 6, 3, stride=2, padding=1)
        self.high = nn.Conv2D(6, 8, 3, stride=2, padding=1)
        self.sides = nn.LayerList([nn.Conv2D(6, 4, 1), nn.Conv2D(8, 4, 1)])
        self.bring = partial(F.interpolate, mode="nearest")
        self.context = nn.Sequential(nn.AdaptiveAvgPool2D(2), nn.Conv2D(8, 4, 1))
        self.head = nn.Conv2D(20, classes, 1)

    def forward(self, x):
        stem = self.stem(x)
        low = self.low(stem)
        high = self.high(low)
        out = [stem]
        for side, feature in zip(self.sides, (low, high)):
            y = side(feature)
            y = F.interpolate(y, paddle.shape(stem)[2:], mode="bilinear")
            out.append(y)
        size = paddle.shape(stem)[2:]
        out.append(self.bring(self.context(high), size))
        out.append(_to(self.sides[1](high), size=size))
        return [like(self.head(paddle.concat(out, 1)), x)]


class Layered(nn.Layer):
    """Layers in sequences, and shared ones."""

    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2D(2, 2)
        self.one = nn.Sequential(nn.Conv2D(3, 4, 3, padding=1), nn.ReLU())
        self.two = nn.Conv2D(4, 6, 3, padding=1)
        self.three = nn.Conv2D(6, 8, 3, padding=1)
        self.up = nn.Upsample(scale_factor=2, mode="bilinear")
        self.again = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2D(8, 6, 1))
        self.deconv = nn.Conv2DTranspose(6, 5, 2, stride=2)
        self.head = nn.Conv2D(5, 2, 1)

    def forward(self, x):
        one = self.one(x)
        two = self.two(self.pool(one))
        three = self.three(self.pool(two))
        y = self.again(three) + two
        y = self.deconv(y)
        return [self.head(y) + self.up(self.up(three)[:, :2])]


class Unpooled(nn.Layer):
    """Max pooling and unpooling by its indices."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2D(3, 4, 3, padding=1)
        self.head = nn.Conv2D(4, 2, 3, padding=1)

    def forward(self, x):
        x = self.conv(x)
        y, where = F.max_pool2d(x, 2, 2, return_mask=True)
        y = F.max_unpool2d(y, where, 2, 2, output_size=x.shape)
        return [self.head(y)]


class Wandering(nn.Layer):
    """Its second site stands elsewhere for large images."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2D(3, 4, 3, stride=4, padding=1)
        self.wide = nn.Conv2D(4, 6, 1)
        self.head = nn.Conv2D(4, 2, 1)

    def bring(self, x, size):
        return F.interpolate(x, size=size)

    def forward(self, x):
        y = self.down(x)
        if x.shape[2] > 40:
            self.bring(self.wide(y), x.shape[2:])
        y = self.bring(y, x.shape[2:])
        return [self.head(y)]


def image(rng, height=32, width=32, number=2):
    return paddle.to_tensor(
        rng.normal(size=(number, 3, height, width)).astype("float32")
    )
