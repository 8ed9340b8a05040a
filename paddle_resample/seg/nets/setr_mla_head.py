"""SETR's decoder of four blocks' tokens: multi-level aggregation."""

import paddle
import paddle.nn as nn

from ...errors import UsageError
from .setr_heads import Row, TokenMap, conv_bn_relu, head_upsamplers

__all__ = ["MLAHead"]

LEVELS = ("p2", "p3", "p4", "p5")


class MLAHead(nn.Layer):
    """Multi-level aggregation: four blocks, summed from the last to the first, enlarged
    by 4 each on its own, side by side, classified, enlarged to the image's size.

    Auxiliary heads: a 1x1 convolution without bias on each of the four sums.

    Args: as NaiveHead; channels are those of the sums, half as many behind them; sites
        p2 to p5, after the names of the four levels (first to last block), and
        stride_1.

    Call, Returns: as RowHead, all four tokens in the order of their blocks.

    Source: Zheng et al., CVPR 2021, section 3.3 (3).

    Raises:
        UsageError: P is no multiple of 4, not four blocks are read, or a spec is wrong.

    >>> import paddle
    >>> from paddle_resample.seg.nets import MLAHead
    >>> head = MLAHead(19, 48, channels=32)
    >>> _ = head.eval()
    >>> list(head([paddle.ones([1, 4 * 6, 48])] * 4, (4, 6))[0].shape)
    [1, 19, 64, 96]
    """

    blocks = (5, 11, 17, 23)
    published = (*[{"name": "bilinear", "align_corners": True}] * 4, "bilinear")

    @staticmethod
    def sites(patch):
        if patch % 4:
            raise UsageError(
                "SETR's head 'mla' enlarges by 4 first, so the backbone's "
                f"patches must be a multiple of 4, not {patch}"
            )
        return [*LEVELS, "stride_1"]

    def __init__(
        self,
        num_classes,
        in_channels,
        channels=256,
        patch=16,
        upsample=None,
        read=4,
        image_channels=3,
        owner="MLAHead",
    ):
        super().__init__()
        grow = head_upsamplers(owner, type(self), patch, upsample, image_channels)
        if read != len(LEVELS):
            raise UsageError(f"SETR's head 'mla' reads 4 blocks, not {read}")
        self.norms = nn.LayerList([TokenMap(in_channels) for _ in LEVELS])
        self.mla = Aggregation(in_channels, channels)
        self.aux_heads = nn.LayerList(
            [nn.Conv2D(channels, num_classes, 1, bias_attr=False) for _ in LEVELS]
        )
        half = channels // 2
        self.feat_convs = nn.LayerList(
            [
                Row(
                    patch,
                    conv_bn_relu(channels, half, bias_attr=False),
                    conv_bn_relu(half, half, bias_attr=False),
                    grow(level, half, 4),
                )
                for level in LEVELS
            ]
        )
        self.cls_head = nn.Conv2D(len(LEVELS) * half, num_classes, 3, padding=1)
        self.up = Row(patch // 4, grow("stride_1", num_classes, patch // 4))

    def forward(self, tokens, size, image=None):
        sums = self.mla([norm(x, size) for norm, x in zip(self.norms, tokens)])
        fine = [row(x, image) for row, x in zip(self.feat_convs, sums)]
        logits = [self.up(self.cls_head(paddle.concat(fine, axis=1)), image)]
        if self.training:
            logits += [head(x) for head, x in zip(self.aux_heads, sums)]
        return logits


class Aggregation(nn.Layer):
    """1x1 convolutions, sums from the last level to the first, 3x3 convolutions; all
    without bias, with batch norm and ReLU.

    Call:
        maps: four [N, C, h, w], first to last level.

    Returns:
        list of four [N, channels, h, w] in the same order.
    """

    def __init__(self, in_channels, channels):
        super().__init__()
        for level in LEVELS:
            narrow = conv_bn_relu(in_channels, channels, 1, bias_attr=False)
            self.add_sublayer(f"mla_{level}_1x1", narrow)
            smooth = conv_bn_relu(channels, channels, bias_attr=False)
            self.add_sublayer(f"mla_{level}", smooth)

    def forward(self, maps):
        total, results = None, []
        for level, x in zip(reversed(LEVELS), reversed(maps)):
            x = getattr(self, f"mla_{level}_1x1")(x)
            total = x if total is None else total + x
            results.append(getattr(self, f"mla_{level}")(total))
        return results[::-1]
