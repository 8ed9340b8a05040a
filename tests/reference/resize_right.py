"""ResizeRight, one output pixel at a time."""

import math

EPSILON = 2.0**-23


def sinc(t):
    return 1.0 if t == 0 else math.sin(math.pi * t) / (math.pi * t)


def cubic(t):
    t = abs(t)
    if t <= 1:
        return 1.5 * t**3 - 2.5 * t**2 + 1
    return -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2 if t < 2 else 0.0


KERNELS = {
    "box": (lambda t: 1.0, 1),
    "linear": (lambda t: max(1 - abs(t), 0.0), 2),
    "cubic": (cubic, 4),
    "lanczos2": (lambda t: sinc(t) * sinc(t / 2) if abs(t) < 2 else 0.0, 4),
    "lanczos3": (lambda t: sinc(t) * sinc(t / 3) if abs(t) < 3 else 0.0, 6),
}


def outside(j, n, padding):
    """Which pixel of n stands at place j, None where there is none."""
    if 0 <= j < n:
        return j
    if padding == "zeros":
        return None
    if padding == "replicate":
        return 0 if j < 0 else n - 1
    if padding == "circular":
        return outside(j + n if j < 0 else j - n, n, padding)
    return outside(-j if j < 0 else 2 * (n - 1) - j, n, padding)


def line(row, m, scale, mode, antialias=True, padding="zeros"):
    """Resize one list of numbers to m."""
    n, (kernel, width) = len(row), KERNELS[mode]
    stretch = 1 / scale if antialias and scale < 1 else 1.0
    out = []
    for i in range(m):
        place = i / scale + (n - 1) / 2 - (m - 1) / (2 * scale)
        first = math.ceil(place - width * stretch / 2 - EPSILON)
        taps = range(first, first + math.ceil(width * stretch - EPSILON))
        weights = [kernel((place - j) / stretch) for j in taps]
        value = 0.0
        for j, weight in zip(taps, weights):
            source = outside(j, n, padding)
            value += 0.0 if source is None else weight * row[source]
        out.append(value / sum(weights))
    return out
