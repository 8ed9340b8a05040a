"""LoftUp in evaluation from its weights, in NumPy, one pixel at a time."""

import math

import numpy as np

from tests.reference import convolution, interpolate

EPSILON = 1e-5


def loftup(x, guide, weights, size, heads):
    """weights: released name -> array, running statistics under Paddle's names."""
    if tuple(size) != guide.shape[2:]:
        guide = interpolate.area(guide, size)
    y = pixel_norm(fourier(stretched(guide), size, weights["fourier_feat.1.biases"]),
                   weights, "first_conv.0.norm")  # fmt: skip
    for conv, norm in ((1, 2), (4, 5)):
        name, norm = f"first_conv.{conv}", f"first_conv.{norm}"
        y = convolution.conv(
            y, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=1
        )
        mean, variance, gain, shift = (
            weights[f"{norm}.{key}"][:, None, None]
            for key in ("_mean", "_variance", "weight", "bias")
        )
        y = np.maximum((y - mean) / np.sqrt(variance + EPSILON) * gain + shift, 0)
    places = fourier(x[:, :0], x.shape[2:], weights["lr_pe.biases"])
    keys = np.concatenate([x, places], axis=1)
    layer = 0
    while f"ca_transformer.layers.{layer}.0.norm_q.weight" in weights:
        name = f"ca_transformer.layers.{layer}"
        y = y + attend(y, keys, weights, f"{name}.0", heads)
        y = y + mlp(y, weights, f"{name}.1.net")
        layer += 1
    y = pixel_norm(y, weights, "ca_transformer.norm")
    y = convolution.conv(
        y, weights["final_conv.0.weight"], weights["final_conv.0.bias"]
    )
    return pixel_norm(y, weights, "final_conv.1", 1e-6)


def stretched(image):
    """Every channel of every image to [-0.5, 0.5]."""
    out = np.empty(image.shape)
    for b, c in np.ndindex(*image.shape[:2]):
        plane = image[b, c].astype("float64")
        out[b, c] = (plane - plane.min()) / max(np.ptp(plane), 1e-4) - 0.5
    return out


def fourier(image, size, biases):
    """Sines, cosines, image; biases [2, S, F] read as [2, F, S]."""
    number, signals = biases.shape[2], biases.shape[1]
    phases = biases.reshape(2, number, signals)
    out = np.empty((len(image), 2 * number * signals + image.shape[1], *size))
    for b, i, j in np.ndindex(len(image), *size):
        row, column = (
            2 * k / (n - 1) - 1 if n > 1 else -1.0 for k, n in zip((i, j), size)
        )
        values = []
        for wave, phase in zip((math.sin, math.cos), phases):
            for f in range(number):
                frequency = math.exp(-2 + 12 * f / max(number - 1, 1))
                for s, signal in enumerate((row, column, *image[b, :, i, j])):
                    values.append(wave(frequency * signal + phase[f, s]))
        out[b, :, i, j] = [*values, *image[b, :, i, j]]
    return out


def pixel_norm(x, weights, name, epsilon=EPSILON):
    """Layer norm over the channels of each pixel."""
    mean, deviation = (
        x.mean(1, keepdims=True),
        np.sqrt(x.var(1, keepdims=True) + epsilon),
    )
    gain, shift = (weights[f"{name}.{k}"][:, None, None] for k in ("weight", "bias"))
    return (x - mean) / deviation * gain + shift


def attend(queries, keys, weights, name, heads):
    width = queries.shape[1]
    depth = width // heads
    matrix = weights[f"{name}.attention.in_proj_weight"]
    bias = weights[f"{name}.attention.in_proj_bias"]
    out = np.empty((len(queries), width, *queries.shape[2:]))
    queries = pixel_norm(queries, weights, f"{name}.norm_q")
    keys = pixel_norm(keys, weights, f"{name}.norm_kv")
    for b, i, j in np.ndindex(len(queries), *queries.shape[2:]):
        q = matrix[:width] @ queries[b, :, i, j] + bias[:width]
        tokens = keys[b].reshape(width, -1).T
        k = tokens @ matrix[width : 2 * width].T + bias[width : 2 * width]
        v = tokens @ matrix[2 * width :].T + bias[2 * width :]
        joined = []
        for head in range(heads):
            part = slice(head * depth, (head + 1) * depth)
            share = np.exp(k[:, part] @ q[part] / math.sqrt(depth))
            joined.append(share @ v[:, part] / share.sum())
        # Paddle keeps linear weights (in, out).
        y = np.concatenate(joined) @ weights[f"{name}.attention.out_proj.weight"]
        out[b, :, i, j] = y + weights[f"{name}.attention.out_proj.bias"]
    return out


def mlp(x, weights, name):
    y = pixel_norm(x, weights, f"{name}.0").transpose(0, 2, 3, 1)
    y = y @ weights[f"{name}.1.weight"] + weights[f"{name}.1.bias"]
    y = y * (1 + np.vectorize(math.erf)(y / math.sqrt(2))) / 2
    y = y @ weights[f"{name}.4.weight"] + weights[f"{name}.4.bias"]
    return y.transpose(0, 3, 1, 2)
