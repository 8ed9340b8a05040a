"""Data-dependent upsampling: a linear map, shared by all pixels, from the features of a
coarse pixel to the scores of every fine pixel in its cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import paddle.nn as nn
from paddle import Tensor

from ..base import Site, Upsampler
from ..blocks.conv import linear
from ..errors import UsageError
from ..initialise import set_weight
from ..notes import Notes
from ..ops.patch import _expand_cells
from ..ops.size import _fit
from ..registry import register

__all__ = ["DUpsampling"]


@register("dupsampling")
class DUpsampling(Upsampler):
    """Linear C -> s*s*D, whose result is laid out as a cell of s x s pixels.

    Args:
        bias: whether the linear layer has a bias; published without.
        temperature: whether the result is divided by one learned number, at first
            1 (the T of the paper's softmax).

    Shape:
        x: [N, C, H, W].
        y: [N, D, H', W'].

    Source:
        Tian et al., "Decoders matter for semantic segmentation: data-dependent decoding
        enables flexible feature aggregation", CVPR 2019; no official code.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.DUpsampling(256, 19, scale=4)
        >>> sum(p.size for p in layer.parameters())
        77825
    """

    source = "Tian et al., CVPR 2019"
    year = 2019
    learned = True
    starts = ("nearest",)
    keeps_channels = False
    notes = Notes(
        formula="""
        Meant for the last step of a segmentation network: D is the number of classes
        and the linear map the decoder of label blocks, see `fit_labels`.
        """,
        grid="""
        Output (dy, dx, d) of the linear layer is pixel (dy, dx) of the cell, on maps of
        any shape; a common unofficial version scrambles maps that are not square. No
        border rule is needed.
        """,
        initialization="""
        PyTorch's default, until `fit_labels` sets the best linear decoder of label
        blocks.
        """,
        cost="""
        s*s*C*D (+ s*s*D) (+ 1) parameters, s*s*C*D multiply-accumulates per input
        pixel.
        """,
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        bias: bool = False,
        temperature: bool = True,
    ):
        super().__init__(in_channels, out_channels, scale=scale)
        self.expand = linear(in_channels, scale**2 * self.out_channels, bias=bias)
        self.temperature = None
        if temperature:
            self.temperature = self.create_parameter(
                [1], default_initializer=nn.initializer.Constant(1.0)
            )

    def set_start(self, mode: str) -> bool:
        if self.in_channels != self.out_channels:
            return False
        identity = np.eye(self.in_channels)
        set_weight(self.expand.weight, np.tile(identity, self.scale**2))
        set_weight(self.expand.bias, 0.0)
        set_weight(self.temperature, 1.0)
        return True

    @classmethod
    def count(
        cls, site: Site, *, bias: bool, temperature: bool, **options: Any
    ) -> tuple[int, int]:
        features = site.scale**2 * site.out_channels
        weights = site.in_channels * features
        return weights + bias * features + temperature, weights * site.pixels

    def forward(self, x: Tensor, guide=None, side=None, size=None) -> Tensor:
        y = _expand_cells(self.expand(x.transpose([0, 2, 3, 1])), self.scale)
        if self.temperature is not None:
            y = y / self.temperature
        return _fit(y.transpose([0, 3, 1, 2]), size, self.scale)

    def fit_labels(self, labels):
        """Set the weight to the best linear decoder of label blocks.

        The s x s blocks of one-hot labels, vectors v, are compressed to C numbers and
        decoded again, v ~ W P v, with the least squared error: W holds the leading
        principal directions (not centred). With a bias it becomes zero.

        Args:
            labels: int array [M, H, W] of classes below out_channels, such as 255 for
                pixels to ignore beyond; H and W at least s, incomplete cells dropped.

        Returns:
            float: share of the squared norm that C numbers keep, 1 if nothing is lost.

        Source: the paper's reconstruction objective, solved by an eigendecomposition
        where the paper trains W and P by gradient descent.
        """
        weight, kept = label_decoder(
            labels, self.out_channels, self.scale, self.in_channels
        )
        self.expand.weight.set_value(weight.astype(self.expand.weight.numpy().dtype))
        if self.expand.bias is not None:
            self.expand.bias.set_value(np.zeros_like(self.expand.bias.numpy()))
        return kept


def label_decoder(labels, classes, scale, channels):
    """Principal directions of one-hot label blocks.

    Args:
        labels: int array [M, H, W].
        classes: D; a label outside 0 .. D-1 is all zeros.
        scale: s, side of a block.
        channels: C, the number of directions wanted.

    Returns:
        (float64 [C, s*s*D], share of the squared norm kept); rows beyond s*s*D, or
        beyond the rank, are zero.

    >>> weight, kept = label_decoder(np.array([[[0, 1], [0, 1]]]), 2, 2, 1)
    >>> (weight @ weight.T).round(4).tolist(), kept
    ([[1.0]], 1.0)
    """
    labels = np.asarray(labels)
    if labels.ndim != 3 or labels.dtype.kind not in "iu" or min(labels.shape) < 1:
        raise UsageError(
            "dupsampling: labels must be an integer array [images, H, W], not "
            f"{labels.dtype} {list(labels.shape)}"
        )
    count, height, width = (
        labels.shape[0],
        labels.shape[1] // scale,
        labels.shape[2] // scale,
    )
    if not height or not width:
        raise UsageError(
            f"dupsampling: labels of {labels.shape[1]}x{labels.shape[2]} hold no block "
            f"of {scale}x{scale} pixels"
        )
    blocks = labels[:, : height * scale, : width * scale]
    blocks = blocks.reshape(count, height, scale, width, scale)
    blocks = blocks.transpose(0, 1, 3, 2, 4).reshape(-1, scale * scale)
    features = scale * scale * classes
    # Many blocks are equal (one class everywhere): each is worked out once.
    blocks, repeats = np.unique(blocks, axis=0, return_counts=True)
    scatter = np.zeros((features, features))
    for first in range(0, len(blocks), 4096):
        part = slice(first, first + 4096)
        one_hot = (blocks[part, :, None] == np.arange(classes)).reshape(-1, features)
        scatter += (one_hot * repeats[part, None]).T @ one_hot.astype(float)
    values, vectors = np.linalg.eigh(scatter)
    order = np.argsort(values)[::-1][:channels]
    weight = np.zeros((channels, features))
    weight[: len(order)] = vectors[:, order].T
    total = values.sum()
    kept = float(values[order].sum() / total) if total else 1.0
    return weight, min(kept, 1.0)
