"""Gated dual flow whose gate sees only the mean and the maximum over the channels."""

import paddle

from ..notes import Notes
from ..registry import register
from .gated_dual_flow import GatedDualFlow

__all__ = ["GatedDualFlowPooled"]


@register("gated_dual_flow_pooled")
class GatedDualFlowPooled(GatedDualFlow):
    """`gated_dual_flow` with the gate of a pooling attention (SFNet-Lite's variant).

    Args:
        scale: integer from 1; the guide's size decides.
        mid_channels: M of the two 1x1 convolutions, default max(C // 2, 1).
        kernel_size: k of the flow and of the gate convolution, odd.

    Shape:
        x: [N, C, H, W].
        guide: [N, C, H', W'].
        size: ignored if equal to the guide's; any other is an error.
        y: [N, C, H', W'].

    Source:
        Li et al., "SFNet: Faster and accurate semantic segmentation via semantic flow",
        IJCV 2024 (arXiv 2207.04415), and its released code: the guide is pooled itself,
        x as its embedding.

    Example:
        >>> import paddle_resample
        >>> layer = paddle_resample.GatedDualFlowPooled(256)
        >>> sum(p.size for p in layer.parameters())
        74788
    """

    source = "Li et al., IJCV 2024"
    year = 2024
    notes = Notes(
        formula="""
        h, flows and result as there; g = sigmoid(k x k([mean h, mean guide, max h, max
        guide])), each over the channels.
        """,
        grid="""
        Corners aligned, as released; a flow of 1 is half an output pixel; samples
        outside are zero.
        """,
        initialization="As gated_dual_flow.",
        cost="""
        2*C*M + 8*k*k*M + 4*k*k parameters (no biases); C*M multiply-accumulates per
        input pixel and C*M + 8*k*k*M + 4*k*k + 4*M + 10*C per output pixel.
        """,
    )

    @staticmethod
    def _gate_channels(mid):
        return 4

    @staticmethod
    def _gate_input(coarse, fine, guide):
        means = [x.mean(axis=1, keepdim=True) for x in (coarse, guide)]
        # topk, since the gradient of paddle.amax is wrong here on Paddle 2.6.
        maxima = [paddle.topk(x, 1, axis=1)[0] for x in (coarse, guide)]
        return paddle.concat(means + maxima, axis=1)
