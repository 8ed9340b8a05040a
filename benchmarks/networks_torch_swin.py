"""Swin-Unet (Cao et al., ECCV workshops 2022) with PyTorch's own layers."""

import torch
import torch.nn as nn

WINDOW = 7
SHARE = 0.1  # of the last encoder block's branches, left out in training


def windows(x):
    """[N, H, W, C] -> [N * windows, WINDOW * WINDOW, C]; WINDOW divides H and W."""
    n, h, w, c = x.shape
    x = x.view(n, h // WINDOW, WINDOW, w // WINDOW, WINDOW, c)
    return x.transpose(2, 3).reshape(-1, WINDOW * WINDOW, c)


def from_windows(x, shape):
    n, h, w, c = shape
    x = x.view(n, h // WINDOW, w // WINDOW, WINDOW, WINDOW, c)
    return x.transpose(2, 3).reshape(shape)


def offsets():
    """Row of the table of biases for each pair of pixels of a window."""
    at = torch.stack(torch.meshgrid(*[torch.arange(WINDOW)] * 2, indexing="ij"))
    at = at.flatten(1)
    apart = at[:, :, None] - at[:, None, :] + WINDOW - 1
    return apart[0] * (2 * WINDOW - 1) + apart[1]


def mask(side, shift):
    """-100 between pixels that the roll made neighbours, else 0."""
    at = torch.arange(side)
    region = (at >= side - WINDOW).int() + (at >= side - shift).int()
    region = windows((3 * region[:, None] + region)[None, :, :, None]).squeeze(-1)
    return -100.0 * (region[:, None, :] != region[:, :, None])


class Attention(nn.Module):
    def __init__(self, channels, heads):
        super().__init__()
        self.heads = heads
        self.scale = (channels // heads) ** -0.5
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        self.table = nn.Parameter(torch.randn((2 * WINDOW - 1) ** 2, heads) * 0.02)
        self.register_buffer("rows", offsets())

    def forward(self, x, mask):
        n, tokens, channels = x.shape
        parts = self.qkv(x).view(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = parts.unbind(0)
        bias = self.table[self.rows.flatten()].view(tokens, tokens, self.heads)
        scores = (q * self.scale) @ k.transpose(-2, -1) + bias.permute(2, 0, 1)
        if mask is not None:
            scores = scores.view(-1, len(mask), self.heads, tokens, tokens)
            scores = (scores + mask[:, None]).view(n, self.heads, tokens, tokens)
        y = scores.softmax(-1) @ v
        return self.proj(y.transpose(1, 2).reshape(n, tokens, channels))


class Block(nn.Module):
    def __init__(self, channels, heads, side, shifted, share):
        super().__init__()
        self.shift = WINDOW // 2 if shifted and side > WINDOW else 0
        self.share = share
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(2))
        self.attend = Attention(channels, heads)
        hidden = [nn.Linear(channels, 4 * channels), nn.GELU()]
        self.mlp = nn.Sequential(*hidden, nn.Linear(4 * channels, channels))
        table = mask(side, self.shift) if self.shift else None
        self.register_buffer("mask", table)

    def forward(self, x):
        y = self.norms[0](x)
        y = torch.roll(y, [-self.shift] * 2, [1, 2]) if self.shift else y
        y = from_windows(self.attend(windows(y), self.mask), y.shape)
        y = torch.roll(y, [self.shift] * 2, [1, 2]) if self.shift else y
        x = x + self.some(y)
        return x + self.some(self.mlp(self.norms[1](x)))

    def some(self, branch):
        if not self.training or not self.share:
            return branch
        keep = 1 - self.share
        kept = branch.new_empty(len(branch), 1, 1, 1).bernoulli_(keep)
        return branch / keep * kept


class Merge(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(4 * channels)
        self.reduce = nn.Linear(4 * channels, 2 * channels, bias=False)

    def forward(self, x):
        cells = [x[:, i::2, j::2] for j in (0, 1) for i in (0, 1)]
        return self.reduce(self.norm(torch.cat(cells, -1)))


class Expand(nn.Module):
    def __init__(self, arriving, leaving, scale):
        super().__init__()
        self.scale = scale
        self.grow = nn.Linear(arriving, scale * scale * leaving, bias=False)
        self.norm = nn.LayerNorm(leaving)

    def forward(self, x):
        n, h, w, _ = x.shape
        x = self.grow(x).view(n, h, w, self.scale, self.scale, -1).transpose(2, 3)
        return self.norm(x.reshape(n, h * self.scale, w * self.scale, -1))


class SwinUNet(nn.Module):
    def __init__(self, classes, image=224, width=96, heads=(3, 6, 12, 24), depth=2):
        super().__init__()
        stages = len(heads)
        shares = torch.linspace(0, SHARE, stages * depth).tolist()

        def stage(i):
            side = (image // 4) >> i
            each = [(k % 2, shares[i * depth + k]) for k in range(depth)]
            blocks = (Block(width << i, heads[i], side, *how) for how in each)
            return nn.Sequential(*blocks)

        self.embed = nn.Conv2d(3, width, 4, 4)
        self.embed_norm = nn.LayerNorm(width)
        self.down = nn.ModuleList(stage(i) for i in range(stages))
        self.merge = nn.ModuleList(Merge(width << i) for i in range(stages - 1))
        self.norm = nn.LayerNorm(width << stages - 1)
        self.grow = nn.ModuleList(
            Expand(width << i + 1, width << i, 2) for i in range(stages - 1)
        )
        self.join = nn.ModuleList(
            nn.Linear(width << i + 1, width << i) for i in range(stages - 1)
        )
        self.up = nn.ModuleList(stage(i) for i in range(stages - 1))
        self.norm_up = nn.LayerNorm(width)
        self.last = Expand(width, width, 4)
        self.output = nn.Conv2d(width, classes, 1, bias=False)

    def forward(self, image):
        x = self.embed_norm(self.embed(image).permute(0, 2, 3, 1))
        skips = []
        for stage, merge in zip(self.down, self.merge):
            skips.append(x)
            x = merge(stage(x))
        x = self.norm(self.down[-1](x))
        for i in reversed(range(len(skips))):
            x = self.join[i](torch.cat([self.grow[i](x), skips[i]], -1))
            x = self.up[i](x)
        x = self.last(self.norm_up(x)).permute(0, 3, 1, 2)
        return self.output(x)
