"""Cutting a spectrum: numpy's transform, then one frequency after another."""

import numpy as np


def low_frequencies(x, scale, window=False):
    """The ceil(n / scale) frequencies around zero, on as many pixels."""
    height, width = x.shape[2:]
    rows, columns = -(-height // scale), -(-width // scale)
    spectrum = np.fft.fft2(x, norm="forward")
    y = np.zeros((*x.shape[:2], rows, columns), dtype=complex)
    i, j = np.indices((rows, columns))
    for u in range(-(rows // 2), rows - rows // 2):
        for v in range(-(columns // 2), columns - columns // 2):
            gain = 1.0
            if window:
                gain = np.sqrt(hamming(u, height) * hamming(v, width))
            wave = np.exp(2j * np.pi * (u * i / rows + v * j / columns))
            y += gain * spectrum[:, :, u % height, v % width, None, None] * wave
    return y.real


def hamming(frequency, side):
    """1 at zero, 0.08 at the highest frequency."""
    return 0.54 + 0.46 * np.cos(np.pi * frequency / max(side // 2, 1))


def released(x, window=False, padding="none"):
    """What the released code computes, with its shifts, in NumPy's words."""
    height, width = x.shape[2:]
    added = {
        "none": [(0, 0), (0, 0)],
        "one": [(0, 1), (0, 1)],
        "large": [(int(n / 2 - 1), int(n / 2)) for n in (height, width)],
    }[padding]
    x = np.pad(x, [(0, 0), (0, 0), *added])
    spectrum = np.fft.fftshift(np.fft.fft2(x, norm="forward"))
    if window:
        lines = [np.hamming(n) for n in x.shape[2:]]
        spectrum = spectrum * np.sqrt(np.outer(*lines))
    y = np.fft.ifft2(np.fft.ifftshift(middle_half(spectrum)), norm="forward").real
    return middle_half(y) if padding == "large" else y


def middle_half(x):
    rows, columns = (slice(int(n / 4), int(3 * (n / 4))) for n in x.shape[2:])
    return x[:, :, rows, columns]
