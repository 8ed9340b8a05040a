"""FADE as its H2L layout computes it: the fine map is convolved in four phases of
stride 2, each started at another corner of the cells."""

import numpy as np

from tests.reference import convolution
from tests.reference import reassemble as loops


def fade(x, guide, weights, k, depthwise=False, border="zero"):
    """x [N, C, H, W], guide [N, G, 2*H, 2*W], weights by the names of the L2H layout;
    mixed with the guide if there are weights of a gate."""
    kernels = loops.softmax(logits(x, guide, weights, depthwise), 1)
    y = loops.reassemble(x, kernels, k, 2, border=border)
    if "gate_generator.conv.weight" not in weights:
        return y
    gate = convolution.conv(
        x, weights["gate_generator.conv.weight"], weights["gate_generator.conv.bias"]
    )
    gate = (1 / (1 + np.exp(-gate))).repeat(2, 2).repeat(2, 3)
    return gate * guide + (1 - gate) * y


def logits(x, guide, weights, depthwise):
    part = {k.replace("ker_generator.", ""): v for k, v in weights.items()}
    encoder, bias = part["content_encoder.weight"], part["content_encoder.bias"]
    m = part["compressor_en.weight"].shape[0]
    fine = convolution.conv(
        guide, part["compressor_en.weight"], part["compressor_en.bias"]
    )
    coarse = convolution.conv(x, part["compressor_de.weight"], np.zeros(m))
    if depthwise:  # the same kernel as a diagonal one
        encoder = encoder * np.eye(m)[:, :, None, None]
    pad = encoder.shape[-1] // 2
    coarse = convolution.conv(coarse, encoder, bias, padding=pad)
    out = np.zeros((len(x), len(bias), *guide.shape[2:]))
    for row, column in np.ndindex(2, 2):
        window = [(0, 0), (0, 0), (pad - row, pad + row), (pad - column, pad + column)]
        phase = convolution.conv(np.pad(fine, window), encoder, bias, stride=2)
        height, width = coarse.shape[2:]
        out[:, :, row::2, column::2] = phase[:, :, :height, :width] + coarse
    return out
