"""The networks of networks.py that PyTorch runs too, written with its own layers."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from networks_torch_pyramids import DeepLabV3Plus, PPLiteSeg
from networks_torch_swin import SwinUNet

DEPTH = 4


def double(arriving, leaving):
    layers = []
    for channels in (arriving, leaving):
        layers.append(nn.Conv2d(channels, leaving, 3, padding=1, bias=False))
        layers += [nn.BatchNorm2d(leaving), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class Bilinear(nn.Module):
    def __init__(self, arriving, leaving):
        super().__init__()
        self.project = nn.Conv2d(arriving, leaving, 1)

    def forward(self, x):
        return F.interpolate(self.project(x), scale_factor=2, mode="bilinear")


class CARAFE(nn.Module):
    """Weights of 5x5 windows from a 3x3 convolution of 64 compressed channels."""

    def __init__(self, arriving, leaving):
        super().__init__()
        self.project = nn.Conv2d(arriving, leaving, 1)
        self.compress = nn.Conv2d(leaving, 64, 1)
        self.encode = nn.Conv2d(64, 4 * 25, 3, padding=1)

    def forward(self, x):
        x = self.project(x)
        n, c, h, w = x.shape
        logits = F.pixel_shuffle(self.encode(self.compress(x)), 2)
        weights = logits.softmax(1).reshape(n, 25, h, 2, w, 2)
        windows = F.unfold(x, 5, padding=2).reshape(n, c, 25, h, w)
        y = torch.einsum("nckhw,nkhiwj->nchiwj", windows, weights)
        return y.reshape(n, c, 2 * h, 2 * w)


def conv_transpose(arriving, leaving):
    return nn.ConvTranspose2d(arriving, leaving, 2, stride=2)


UPSAMPLERS = {"bilinear": Bilinear, "conv_transpose": conv_transpose, "carafe": CARAFE}


class UNet(nn.Module):
    def __init__(self, classes, width, upsample):
        super().__init__()
        sides = [3, *(width * 2**k for k in range(DEPTH + 1))]
        self.down = nn.ModuleList(double(*pair) for pair in zip(sides, sides[1:]))
        upsampler = UPSAMPLERS[upsample]
        self.larger = nn.ModuleList(upsampler(2 * c, c) for c in sides[1:-1])
        self.up = nn.ModuleList(double(2 * c, c) for c in sides[1:-1])
        self.last = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        kept = []
        for k, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if k else x)
            kept.append(x)
        kept.pop()
        for k in reversed(range(DEPTH)):
            x = self.up[k](torch.cat([kept[k], self.larger[k](x)], 1))
        return self.last(x)


class SegFormer(nn.Module):
    def __init__(self, classes):
        super().__init__()
        from transformers import SegformerConfig, SegformerForSemanticSegmentation

        config = SegformerConfig(num_labels=classes)
        self.net = SegformerForSemanticSegmentation(config)

    def forward(self, x):
        y = self.net(x).logits
        return F.interpolate(y, scale_factor=4, mode="bilinear")


class MobileNetV2(nn.Module):
    """Sandler et al., CVPR 2018, without its last 1x1 convolution and classifier."""

    # expansion, channels, blocks, stride of the first
    STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
              (6, 160, 3, 2), (6, 320, 1, 1))  # fmt: skip

    def __init__(self):
        super().__init__()
        self.first = self.layer(3, 32, 3, 2)
        self.blocks = nn.ModuleList()
        channels = 32
        for expansion, made, blocks, stride in self.STAGES:
            for k in range(blocks):
                wide = expansion * channels
                # The released code expands by 1 too.
                inside = [self.layer(channels, wide, 1, 1)]
                inside.append(self.layer(wide, wide, 3, 1 if k else stride, wide))
                inside += [nn.Conv2d(wide, made, 1, bias=False), nn.BatchNorm2d(made)]
                self.blocks.append(nn.Sequential(*inside))
                channels = made

    def layer(self, arriving, leaving, side, stride, groups=1):
        conv = nn.Conv2d(
            arriving, leaving, side, stride, side // 2, groups=groups, bias=False
        )
        return nn.Sequential(conv, nn.BatchNorm2d(leaving), nn.ReLU6(inplace=True))

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            y = block(x)
            x = x + y if y.shape == x.shape else y
        return x


NETWORKS = {
    "DeepLabV3P": DeepLabV3Plus,
    "PPLiteSeg": PPLiteSeg,
    "ResampleSegFormer": SegFormer,
    "ResampleSwinUNet": SwinUNet,
    "ResampleUNet": UNet,
}


def build(options, classes):
    options = {k: v for k, v in options.items() if not k.startswith("backbone")}
    kind = options.pop("type")
    if kind == "MobileNetV2_x1_0":
        return MobileNetV2()
    return NETWORKS[kind](classes, **options)


def functions(options, classes, shape):
    """(inference, training step, parameters) of a network."""
    model = build(options, classes)
    x = torch.rand(shape)
    labels = torch.randint(0, classes, [shape[0], *shape[2:]])
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)

    def infer():
        if model.training:
            model.eval()
        with torch.no_grad():
            model(x)

    def step():
        if not model.training:
            model.train()
        y = model(x)
        y = y[0] if isinstance(y, list) else y
        dense = y.shape[2:] == x.shape[2:]
        loss = F.cross_entropy(y, labels) if dense else (y * y).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    return infer, step, sum(p.numel() for p in model.parameters())
