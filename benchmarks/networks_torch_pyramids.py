"""DeepLabV3+ and PP-LiteSeg as PaddleSeg builds them, with PyTorch's own layers."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def conv_norm(arriving, leaving, side, act=True, bias=False, **options):
    """Convolution that keeps the size at stride 1, batch normalization, ReLU."""
    padding = options.get("dilation", 1) * (side // 2)
    layers = [nn.Conv2d(arriving, leaving, side, padding=padding, bias=bias, **options)]
    layers.append(nn.BatchNorm2d(leaving))
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if act else []))


def separable(arriving, leaving, dilation=1):
    each = {"groups": arriving, "dilation": dilation}
    return nn.Sequential(
        conv_norm(arriving, arriving, 3, act=False, bias=True, **each),
        conv_norm(arriving, leaving, 1, bias=True),
    )


def resize(x, like):
    return F.interpolate(x, like.shape[2:], mode="bilinear")


def maps_of(stages, x):
    """What every stage makes of the one before."""
    maps = []
    for stage in stages:
        x = stage(x)
        maps.append(x)
    return maps


class BasicBlock(nn.Module):
    """ResNet-vd's: where the size is halved, the other way averages first."""

    def __init__(self, arriving, leaving, stride, dilation, first):
        super().__init__()
        self.body = nn.Sequential(
            conv_norm(arriving, leaving, 3, stride=stride, dilation=dilation),
            conv_norm(leaving, leaving, 3, act=False, dilation=dilation),
        )
        self.other = nn.Identity()
        if first:
            pool = [nn.AvgPool2d(2)] if stride == 2 else []
            self.other = nn.Sequential(
                *pool, conv_norm(arriving, leaving, 1, act=False)
            )

    def forward(self, x):
        return F.relu(self.other(x) + self.body(x), inplace=True)


class ResNet18vd(nn.Module):
    """He et al., CVPR 2019, at an output stride of 8: maps of the four stages."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            conv_norm(3, 32, 3, stride=2),
            conv_norm(32, 32, 3),
            conv_norm(32, 64, 3),
            nn.MaxPool2d(3, 2, 1),
        )
        self.stages = nn.ModuleList()
        channels = 64
        plan = ((64, 1, 1), (128, 2, 1), (256, 1, 2), (512, 1, 4))
        for leaving, stride, dilation in plan:
            blocks = [
                BasicBlock(channels, leaving, stride, dilation, first=True),
                BasicBlock(leaving, leaving, 1, dilation, first=False),
            ]
            self.stages.append(nn.Sequential(*blocks))
            channels = leaving

    def forward(self, x):
        return maps_of(self.stages, self.stem(x))


class DeepLabV3Plus(nn.Module):
    """Chen et al., ECCV 2018."""

    def __init__(self, classes, rates=(6, 12, 18)):
        super().__init__()
        self.backbone = ResNet18vd()
        self.branches = nn.ModuleList([conv_norm(512, 256, 1, bias=True)])
        self.branches.extend(separable(512, 256, rate) for rate in rates)
        self.pooled = nn.Sequential(nn.AdaptiveAvgPool2d(1), conv_norm(512, 256, 1))
        self.mix = nn.Sequential(conv_norm(5 * 256, 256, 1, bias=True), nn.Dropout(0.1))
        self.fine = conv_norm(64, 48, 1, bias=True)
        self.decode = nn.Sequential(
            separable(304, 256), separable(256, 256), nn.Conv2d(256, classes, 1)
        )

    def forward(self, image):
        fine, _, _, x = self.backbone(image)
        maps = [branch(x) for branch in self.branches]
        maps.append(resize(self.pooled(x), x))
        x, fine = self.mix(torch.cat(maps, 1)), self.fine(fine)
        return resize(self.decode(torch.cat([resize(x, fine), fine], 1)), image)


class STDCBlock(nn.Module):
    """Fan et al., CVPR 2021: ever fewer channels, side by side."""

    def __init__(self, arriving, leaving, stride):
        super().__init__()
        half, quarter, eighth = leaving // 2, leaving // 4, leaving // 8
        self.first = conv_norm(arriving, half, 1)
        self.shrink = self.pool = nn.Identity()
        if stride == 2:
            self.shrink = conv_norm(half, half, 3, act=False, stride=2, groups=half)
            self.pool = nn.AvgPool2d(3, 2, 1)
        self.others = nn.ModuleList([
            conv_norm(half, quarter, 3),
            conv_norm(quarter, eighth, 3),
            conv_norm(eighth, eighth, 3),
        ])  # fmt: skip

    def forward(self, x):
        first = self.first(x)
        x, maps = self.shrink(first), [self.pool(first)]
        for conv in self.others:
            x = conv(x)
            maps.append(x)
        return torch.cat(maps, 1)


class Fusion(nn.Module):
    """PP-LiteSeg's spatial attention between a fine map and a coarse one."""

    def __init__(self, fine, coarse, leaving):
        super().__init__()
        self.fine = conv_norm(fine, coarse, 3)
        self.attend = nn.Sequential(
            conv_norm(4, 2, 3), conv_norm(2, 1, 3, act=False), nn.Sigmoid()
        )
        self.last = conv_norm(coarse, leaving, 3)

    def forward(self, x, y):
        x = self.fine(x)
        y = resize(y, x)
        seen = [f(t) for t in (x, y) for f in (self.mean, self.most)]
        share = self.attend(torch.cat(seen, 1))
        return self.last(x * share + y * (1 - share))

    def mean(self, x):
        return x.mean(1, keepdim=True)

    def most(self, x):
        return x.amax(1, keepdim=True)


class PPLiteSeg(nn.Module):
    """Peng et al., 2022, with STDC1; in training logits of three maps."""

    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(
            conv_norm(3, 32, 3, stride=2), conv_norm(32, 64, 3, stride=2)
        )
        widths = (64, 256, 512, 1024)
        self.stages = nn.ModuleList(
            nn.Sequential(STDCBlock(a, b, 2), STDCBlock(b, b, 1))
            for a, b in zip(widths, widths[1:])
        )
        self.context = nn.ModuleList(
            nn.Sequential(
                nn.AdaptiveAvgPool2d(side), conv_norm(1024, 128, 1, bias=True)
            )
            for side in (1, 2, 4)
        )
        self.gather = conv_norm(128, 128, 3, bias=True)
        plan = ((256, 96, 64), (512, 128, 96), (1024, 128, 128))
        self.fusions = nn.ModuleList(Fusion(*channels) for channels in plan)
        self.heads = nn.ModuleList(
            nn.Sequential(conv_norm(c, 64, 3), nn.Conv2d(64, classes, 1, bias=False))
            for *_, c in plan
        )

    def forward(self, image):
        maps = maps_of(self.stages, self.stem(image))
        x = maps[-1]
        y = self.gather(sum(resize(pool(x), x) for pool in self.context))
        fused = []
        for fusion, x in zip(reversed(self.fusions), reversed(maps)):
            y = fusion(x, y)
            fused.insert(0, y)
        if not self.training:
            return resize(self.heads[0](fused[0]), image)
        return [resize(head(y), image) for head, y in zip(self.heads, fused)]
