"""JAFAR's and AnyUp's parts from their weights, in NumPy, one query at a time."""

import math

import numpy as np

from tests.reference import convolution


def group_norm(x, weight=None, bias=None, groups=8):
    out = np.empty_like(x)
    per_group = x.shape[1] // groups
    for b, g in np.ndindex(len(x), groups):
        part = slice(g * per_group, (g + 1) * per_group)
        value = x[b, part]
        out[b, part] = (value - value.mean()) / np.sqrt(value.var() + 1e-5)
    if weight is not None:
        out = out * weight[:, None, None] + bias[:, None, None]
    return out


def encode(x, weights, name, first=None):
    """A convolution (or `first`, its result) and two residual blocks."""

    def conv(x, key):
        kernel = weights[f"{name}.{key}.weight"]
        reach = kernel.shape[-1] // 2
        x = np.pad(x, [(0, 0), (0, 0), (reach, reach), (reach, reach)], "reflect")
        return convolution.conv(x, kernel, np.zeros(len(kernel)))

    x = conv(x, "0") if first is None else first
    for block in ("1", "2"):
        y = x
        for layer in ("1", "2"):
            norm = f"{name}.{block}.norm{layer}"
            y = group_norm(y, weights[f"{norm}.weight"], weights[f"{norm}.bias"])
            y = conv(y / (1 + np.exp(-y)), f"{block}.conv{layer}")
        x = x + y
    return x


def rotate(x, freqs):
    """Rotary code of every pixel, positions 0 to 1."""
    out = np.empty_like(x)
    height, width = x.shape[2:]
    half = x.shape[1] // 2
    for i, j in np.ndindex(height, width):
        row, column = i / max(height - 1, 1), j / max(width - 1, 1)
        angle = row * freqs[0] + column * freqs[1]
        value = x[:, :, i, j]
        turned = np.concatenate([-value[:, half:], value[:, :half]], 1)
        out[:, :, i, j] = value * np.cos(angle) + turned * np.sin(angle)
    return out


def attend(queries, keys, x, weights, heads, allowed=None):
    """Averaged attention weights times x; allowed(i, j) is a mask [h, w] or None."""
    name = "cross_decode.cross_attn"
    queries = convolution.conv(
        queries, weights["cross_decode.conv2d.weight"],
        np.zeros(queries.shape[1]), padding=1,
    )  # fmt: skip
    width = queries.shape[1]

    def project(x, norm, part):
        rms = np.sqrt((x**2).mean(1, keepdims=True) + np.finfo("float32").eps)
        x = x / rms * weights[f"{name}.{norm}.weight"][:, None, None]
        rows = slice(part * width, (part + 1) * width)
        if f"{name}.attention.in_proj_weight" in weights:
            matrix = weights[f"{name}.attention.in_proj_weight"][rows]
        else:
            matrix = weights[f"{name}.attention.{'qk'[part]}_proj_weight"]
        y = np.einsum("oc,nchw->nohw", matrix, x)
        bias = weights[f"{name}.attention.in_proj_bias"][rows]
        return (y + bias[:, None, None]).reshape(
            len(x), heads, width // heads, *x.shape[2:]
        )

    q, k = project(queries, "norm_q", 0), project(keys, "norm_k", 1)
    out = np.zeros((*x.shape[:2], *queries.shape[2:]))
    for b, i, j in np.ndindex(len(x), *queries.shape[2:]):
        for head in range(heads):
            logits = np.einsum("d,dhw->hw", q[b, head, :, i, j], k[b, head])
            share = np.exp(logits / math.sqrt(width // heads))
            if allowed is not None:
                share = share * allowed(i, j)
            share = share / share.sum() / heads
            out[b, :, i, j] += (share * x[b]).sum((1, 2))
    return out


def normalised(x):
    """x over its length across channels."""
    return x / np.maximum(np.sqrt((x**2).sum(1, keepdims=True)), 1e-12)
