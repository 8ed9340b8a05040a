"""Swin's transformer block: attention within windows, every other time shifted."""

import paddle
import paddle.nn as nn
import paddle.nn.functional as F
from paddle.nn.initializer import Normal
from paddleseg.models.backbones.swin_transformer import Mlp
from paddleseg.models.backbones.transformer_utils import DropPath

from ...base import whole_number
from ...errors import UsageError
from ...ops import pad_to_multiple, spatial_size

__all__ = ["SwinBlock", "WindowAttention", "shift_mask", "window_and_shift"]


def window_and_shift(resolution, window):
    """Window of a map and the shift of every other block, as published.

    Args:
        resolution: (H, W) of the map.
        window: side of the window wanted.

    Returns:
        (window, shift): a map that is no larger than the window is one window without
        shift; otherwise the shift is half a window.

    >>> window_and_shift((14, 14), 7), window_and_shift((7, 9), 7)
    ((7, 3), (7, 0))
    """
    shortest = min(resolution)
    if shortest <= window:
        return shortest, 0
    return window, window // 2


class SwinBlock(nn.Layer):
    """x + attention(norm(x)), then x + MLP(norm(x)), on channels-last maps.

    Args:
        channels: C.
        heads: of the attention; divides C.
        window: side of a window.
        shift: pixels by which the map is rolled to the top left before it is cut into
            windows; below `window`.
        mlp_ratio: hidden channels of the MLP per channel.
        drop_path: probability of leaving a branch out while training.

    Call:
        x: float [N, H, W, C], any H and W.

    Returns:
        [N, H, W, C], dtype of x.

    Grid: the normed map is completed with zeros at the bottom and right to whole
    windows; as in Swin's released code for segmentation these zeros are attended to.
    While shifted, pixels that were no neighbours before the roll do not see each
    other. The mask comes from coordinates, so any size can be exported.

    Source: Liu et al., "Swin Transformer", ICCV 2021, section 3.2.

    Raises:
        UsageError: heads do not divide the channels, or the shift is no shift.
    """

    def __init__(
        self, channels, heads, *, window=7, shift=0, mlp_ratio=4.0, drop_path=0.0
    ):
        super().__init__()
        whole_number("SwinBlock", "window", window)
        if not 0 <= shift < window:
            raise UsageError(
                f"SwinBlock: shift must be from 0 to below window={window}, not "
                f"{shift!r}"
            )
        self.window, self.shift = window, shift
        self._kept_mask = None, None
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, heads, window)
        self.drop_path = DropPath(drop_path)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = Mlp(channels, int(channels * mlp_ratio))

    def forward(self, x):
        x = x + self.drop_path(self._attend(self.norm1(x)))
        return x + self.drop_path(self.mlp(self.norm2(x)))

    def _attend(self, x):
        height, width = _sides(x)
        x = pad_to_multiple(x, self.window, data_format="NHWC")
        whole = _sides(x)
        mask = None
        if self.shift:
            x = paddle.roll(x, [-self.shift, -self.shift], axis=[1, 2])
            mask = self._mask(whole)
        x = _from_windows(self.attn(_windows(x, self.window), mask), whole)
        if self.shift:
            x = paddle.roll(x, [self.shift, self.shift], axis=[1, 2])
        return x[:, :height, :width, :]

    def _mask(self, size):
        if not paddle.in_dynamic_mode():
            return shift_mask(*size, self.window, self.shift)
        # Kept: the maps of a training have one size.
        key = (*size, paddle.get_device())
        if self._kept_mask[0] != key:
            self._kept_mask = key, shift_mask(*size, self.window, self.shift)
        return self._kept_mask[1]


class WindowAttention(nn.Layer):
    """Multi-head attention among the pixels of each window, biased by their offset.

    Args:
        channels: C.
        heads: divides C.
        window: side w of the window.

    Call:
        x: float [B, w*w, C], B windows; the windows of an image follow each other.
        mask: [windows of an image, w*w, w*w], added to the scores; or None.

    Returns:
        [B, w*w, C].

    Source: Liu et al., "Swin Transformer", ICCV 2021, equation 4.
    """

    def __init__(self, channels, heads, window):
        super().__init__()
        whole_number("WindowAttention", "heads", heads)
        if channels % heads:
            raise UsageError(
                f"WindowAttention: {heads} heads do not divide {channels} channels"
            )
        self.heads, self.window = heads, window
        self.scale = (channels // heads) ** -0.5
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        self.relative_position_bias_table = self.create_parameter(
            [(2 * window - 1) ** 2, heads],
            default_initializer=Normal(std=0.02),
        )
        self.register_buffer(
            "relative_position_index", _offsets(window), persistable=False
        )

    def forward(self, x, mask=None):
        tokens, channels = self.window**2, x.shape[-1]
        qkv = self.qkv(x).reshape([-1, tokens, 3, self.heads, channels // self.heads])
        q, k, v = qkv.transpose([2, 0, 3, 1, 4]).unbind(0)
        scores = paddle.matmul(q * self.scale, k, transpose_y=True) + self._bias()
        if mask is not None:
            per_image = mask.shape[0] if mask.shape[0] > 0 else paddle.shape(mask)[0]
            shape = [-1, per_image, self.heads, tokens, tokens]
            scores = scores.reshape(shape) + mask.unsqueeze(1).astype(scores.dtype)
            scores = scores.reshape([-1, self.heads, tokens, tokens])
        y = paddle.matmul(F.softmax(scores, axis=-1), v)
        return self.proj(y.transpose([0, 2, 1, 3]).reshape([-1, tokens, channels]))

    def _bias(self):
        """[heads, w*w, w*w]"""
        tokens = self.window**2
        # Layer.to(dtype=...) casts integer buffers as well.
        index = self.relative_position_index.astype("int64")
        rows = self.relative_position_bias_table[index]
        return rows.reshape([tokens, tokens, self.heads]).transpose([2, 0, 1])


def shift_mask(height, width, window, shift):
    """What to add to the scores of a rolled map so that only neighbours attend.

    Args:
        height, width: of the map, multiples of window; ints or integer Tensors.
        window: side w of the windows.
        shift: pixels rolled.

    Returns:
        float [height*width / w**2, w*w, w*w]: 0 between pixels of one region of the
        map before the roll, -100 between others.

    >>> shift_mask(2, 4, 2, 1).sum(axis=[1, 2]).tolist()
    [-800.0, -1200.0]
    """
    rows = _regions(height, window, shift).unsqueeze(1)
    region = (3 * rows + _regions(width, window, shift)).unsqueeze(0).unsqueeze(-1)
    region = _windows(region, window).squeeze(-1)
    other = region.unsqueeze(1) != region.unsqueeze(2)
    return -100.0 * other.astype("float32")


def _regions(length, window, shift):
    """0, then 1 in the last window, then 2 where the roll put the first pixels."""
    position = paddle.arange(length)
    last = (position >= length - window).astype("int32")
    return last + (position >= length - shift).astype("int32")


def _offsets(window):
    """Row of the bias table for each pair of pixels of a window, [w**4]."""
    position = paddle.arange(window)
    distance = position.unsqueeze(1) - position + window - 1
    rows = distance.reshape([window, 1, window, 1]) * (2 * window - 1)
    columns = distance.reshape([1, window, 1, window])
    return (rows + columns).flatten()


def _sides(x):
    size = spatial_size(x, "NHWC")
    return size[0], size[1]


def _windows(x, window):
    """[N, H, W, C] -> [N * windows, w*w, C]"""
    across = _sides(x)[1] // window
    x = x.reshape([-1, window, across, window, x.shape[-1]])
    return x.transpose([0, 2, 1, 3, 4]).reshape([-1, window * window, x.shape[-1]])


def _from_windows(x, size):
    """The inverse of _windows for a map of this size."""
    height, width = size
    window = round(x.shape[1] ** 0.5)
    x = x.reshape([-1, width // window, window, window, x.shape[-1]])
    return x.transpose([0, 2, 1, 3, 4]).reshape([-1, height, width, x.shape[-1]])
