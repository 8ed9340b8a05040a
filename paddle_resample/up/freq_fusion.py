"""FreqFusion: the coarse map passes adaptive low-pass kernels on its way up, the fine
map adaptive high-pass kernels, then they are added."""

from __future__ import annotations

import numpy as np
import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle import Tensor
from paddle.nn.initializer import Constant, Normal, XavierUniform

from ..base import Site, whole_number
from ..blocks.conv import conv
from ..blocks.guided import GuidedUpsampler
from ..errors import UsageError
from ..notes import Notes
from ..ops import check_border
from ..ops.offset_warp import _offset_warp
from ..ops.reassemble import _reassemble
from ..ops.shuffle import _pixel_shuffle
from ..ops.size import _fit
from ..registry import register

__all__ = ["FreqFusion"]


@register("freq_fusion")
class FreqFusion(GuidedUpsampler):
    """Low-pass x to the guide's resolution, raise the guide's high frequencies, add.

    Args:
        scale: s, integer from 1; the released code has 2 only.
        mid_channels: M of the two 1x1 convolutions.
        low_kernel: k, side of the low-pass kernels, odd.
        high_kernel: h, side of the high-pass kernels, odd.
        resample: whether the paper's offset generator then resamples the upsampled map
            where neighbours are similar; off by default, as released. Needs M to be a
            multiple of 8 and C one of 4.
        border: what the kernels meet outside, "zero" (as published with mmcv; the
            border darkens), "replicate" or "renormalise", see `ops.reassemble`.

    Shape:
        x: [N, C, H, W].
        guide: [N, C, H', W'], less than s pixels a side from (H*s, W*s).
        size: default the guide's.
        y: [N, C, H', W']: the sum that the paper's networks go on with. The released
            module returns its two terms and the kernels; a concatenation of the terms,
            as in its SegNeXt, is left out.

    Source:
        Chen et al., "Frequency-aware feature fusion for dense image prediction", TPAMI
        2024; initialization as released, except for the offset generator, which is as
        its authors intended before their own later Xavier pass overwrites it.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.FreqFusion(256)
        >>> sum(p.size for p in layer.parameters())
        52514
    """

    source = "Chen et al., TPAMI 2024"
    year = 2024
    learned = True
    guide_same_channels = True
    fuses_guide = True
    notes = Notes(
        formula="""
        e = 1x1(guide), d = 1x1(x); e' = 2*e - high(e), where high(m) = reassembly of m
        by the kernels 3x3(e); low logits = 3x3(e') + reassembly of 3x3(d) by the
        kernels 3x3(e'), high logits likewise from 3x3(e), 3x3(d) and the low kernels; y
        = reassembly(x, low kernels) + 2*guide - reassembly(guide, high kernels).
        Kernels are softmax(logits) times a Hamming window, normalised to sum 1.
        """,
        grid="""
        Fine pixel (i, j) belongs to the coarse pixel (i // s, j // s). A guide that is
        not exactly s times x is cropped or extended first (`ops.fit_guide`), and the
        result is fitted back.
        """,
        initialization="""
        1x1 convolutions Xavier uniform, encoders N(0, 0.001), biases 0: the kernels are
        almost the Hamming windows alone. The offset generator N(0, 0.001) and scale 0.
        """,
        cost="""
        2*(C + 1)*M + (9*M + 1)*(k*k + h*h) parameters; C*M + 9*M*(k*k + h*h)
        multiply-accumulates per input pixel and C*M + 9*M*(k*k + h*h) + h*h*M +
        k*k*(k*k + h*h) + (k*k + h*h)*C per output pixel. resample adds parameters 9*(M
        + 8)*(4*s*s + 4)*4 + 16*s*s + 16 + 4*M.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        guide_channels: int | None = None,
        scale: int = 2,
        mid_channels: int = 64,
        low_kernel: int = 5,
        high_kernel: int = 3,
        resample: bool = False,
        border: str = "zero",
    ):
        super().__init__(
            in_channels, out_channels, guide_channels=guide_channels, scale=scale
        )
        self._require_same_channels("adds x and the guide")
        mid = whole_number(self.name, "mid_channels", mid_channels)
        whole_number(self.name, "low_kernel", low_kernel, odd=True)
        whole_number(self.name, "high_kernel", high_kernel, odd=True)
        self.border = check_border(self.name, border)
        if resample and (mid % 8 or in_channels % _GROUPS):
            raise UsageError(
                f"freq_fusion: resample needs mid_channels to be a multiple of 8 and "
                f"in_channels one of {_GROUPS}, not {mid} and {in_channels}"
            )
        xavier, small = XavierUniform(), Normal(0.0, 0.001)
        self.hr_channel_compressor = conv(in_channels, mid, init=xavier)
        self.lr_channel_compressor = conv(in_channels, mid, init=xavier)
        self.content_encoder = conv(mid, low_kernel**2, 3, init=small)
        self.content_encoder2 = conv(mid, high_kernel**2, 3, init=small)
        self.dysampler = _OffsetGenerator(mid, scale) if resample else None

    @classmethod
    def count(
        cls,
        site: Site,
        *,
        mid_channels: int,
        low_kernel: int,
        high_kernel: int,
        resample: bool,
        border: str,
    ) -> tuple[int, int]:
        c, mid, low, high = (
            site.in_channels,
            mid_channels,
            low_kernel**2,
            high_kernel**2,
        )
        logits = 9 * mid * (low + high)
        parameters = 2 * (c + 1) * mid + logits + low + high
        coarse = c * mid + logits
        fine = coarse + high * mid + low * (low + high) + (low + high) * c
        if resample:
            area = site.scale**2
            read, both = 9 * (mid + _SEEN), 4 * _GROUPS
            parameters += read * both * (area + 1) + both * (area + 1) + 4 * mid
            similar = (2 * _SEEN + 1) * mid
            coarse += read * both * area + similar
            fine += read * both + similar + 4 * c
        return parameters, (coarse + site.scale**2 * fine) * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        guide, own = self._guide_at_scale(guide, x)
        coarse = self.lr_channel_compressor(x)
        fine = self.hr_channel_compressor(guide)
        high = self.content_encoder2(fine)
        fine = 2 * fine - self._filter(fine, _kernels(high), 1)
        low = self.content_encoder(fine)
        low = low + self._filter(self.content_encoder(coarse), _kernels(low))
        kernels = _kernels(low)
        high = high + self._filter(self.content_encoder2(coarse), kernels)
        y = self._filter(x, kernels)
        if self.dysampler is not None:
            y = _offset_warp(y, self.dysampler(coarse, fine), _GROUPS)
        y = y + 2 * guide - self._filter(guide, _kernels(high), 1)
        return _fit(y, own if size is None else size, self.scale)

    def _filter(self, x, kernels, scale=None):
        """Reassemble x; to the fine resolution unless scale says otherwise."""
        return _reassemble(
            x,
            kernels,
            round(kernels.shape[1] ** 0.5),
            self.scale if scale is None else scale,
            border=self.border,
        )


_GROUPS = 4  # of channels that the offset generator moves together
_SEEN = 8  # neighbours that it compares each pixel with


class _OffsetGenerator(nn.Layer):
    """Offsets from both embeddings and their similarity to their neighbours.

    Call: coarse [N, M, H, W], fine [N, M, H*s, W*s] -> [N, 2*groups, H*s, W*s] in fine
    pixels, as ops.offset_warp takes it.
    """

    def __init__(self, channels, scale):
        super().__init__()
        self.scale = scale
        read, both = channels + _SEEN, 2 * _GROUPS  # columns and rows
        small, zero = Normal(0.0, 0.001), Constant(0.0)
        self.offset = conv(read, both * scale**2, 3, init=small)
        self.direct_scale = conv(read, both * scale**2, 3, init=zero)
        self.hr_offset = conv(read, both, 3, init=small)
        self.hr_direct_scale = conv(read, both, 3, init=zero)
        self.norm_hr = nn.GroupNorm(channels // 8, channels)
        self.norm_lr = nn.GroupNorm(channels // 8, channels)

    def forward(self, coarse, fine):
        coarse = _with_similarity(self.norm_lr(coarse))
        fine = _with_similarity(self.norm_hr(fine))
        offset = _pixel_shuffle(self.offset(coarse), self.scale) + self.hr_offset(fine)
        reach = _pixel_shuffle(self.direct_scale(coarse), self.scale)
        reach = F.sigmoid(reach + self.hr_direct_scale(fine))
        return self.scale * offset * reach  # predicted in coarse pixels


def _with_similarity(x):
    """x and its cosine similarity to eight neighbours two pixels away, zero outside."""
    # Never zero, where the square root has no gradient.
    unit = x / paddle.sqrt((x * x).sum(axis=1, keepdim=True) + 1e-16)
    wide = F.pad(unit, [2, 2, 2, 2])
    parts = [x]
    for row in (0, 2, 4):
        for column in (0, 2, 4):
            if row != 2 or column != 2:
                near = wide[:, :, row : row - 4 or None, column : column - 4 or None]
                parts.append((unit * near).sum(axis=1, keepdim=True))
    return paddle.concat(parts, axis=1)


def _kernels(logits):
    """[N, k*k, H, W] -> kernels of sum 1 that fall off towards their edge."""
    line = np.hamming(round(logits.shape[1] ** 0.5))
    window = np.outer(line, line).reshape([1, -1, 1, 1]).astype("float32")
    kernels = F.softmax(logits, axis=1)
    kernels = kernels * paddle.to_tensor(window).astype(kernels.dtype)
    return kernels / kernels.sum(axis=1, keepdim=True)
