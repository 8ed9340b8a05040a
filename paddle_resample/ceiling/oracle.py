"""The best coarse logits for bilinear upsampling, as far as optimisation finds them.

A network need not say shares. It may say whatever coarse map becomes the right answer
after upsampling, if it knows how the boundary runs within a cell; then bilinear alone
draws smooth boundaries at any place. How far that goes is found by fitting coarse
logits to the label itself.
"""

import numpy as np

from .ways import go_up, winners

__all__ = ["STEPS", "fitted_prediction"]

STEPS = 50
_SHARPNESS = 8.0  # logits of the first step: shares times this
_RATE, _MOMENTUM = 3.0, 0.9
_LEAST = -60.0  # exponents below make denormal numbers, which are slow


def fitted_prediction(label, maps, shares, stride, classes, steps=STEPS):
    """What bilinear upsampling of fitted coarse logits predicts.

    Gradient ascent with momentum on the log-likelihood of the label under softmax of
    the upsampled logits, which is concave in the logits. The best step is kept, the
    first one included, so the result is never worse than shares are.

    Args:
        label: int [H, W], void below 0.
        maps: float32 [K, H, W], one-hot of the label.
        shares: float32 [K, h, w], of the same label.
        stride: scale.
        classes: int [K].
        steps: of the ascent.

    Returns:
        int64 [H, W].
    """
    up = [
        _matrix(side, stride, fine) for side, fine in zip(shares.shape[1:], label.shape)
    ]
    counted = label >= 0
    logits = _SHARPNESS * shares
    speed = np.zeros_like(logits)
    best, most = None, -1
    for step in range(steps + 1):
        fine = up[0] @ logits @ up[1].T
        if step % 10 == 0 or step == steps:
            prediction = winners(fine, classes)
            right = np.count_nonzero((prediction == label) & counted)
            if right > most:
                best, most = prediction, right
        fine -= fine.max(0)
        np.maximum(fine, _LEAST, out=fine)
        np.exp(fine, out=fine)
        fine /= fine.sum(0)
        gradient = up[0].T @ ((maps - fine) * counted) @ up[1]
        speed = _MOMENTUM * speed + _RATE * 4 / stride**2 * gradient
        logits = logits + speed
    return best


def _matrix(coarse, stride, fine):
    """[fine, coarse]: bilinear upsampling of one axis."""
    impulses = np.eye(coarse, dtype=np.float32)[:, :, None]
    matrix = go_up("bilinear", impulses, stride, (fine, 1))[:, :, 0].T
    return np.ascontiguousarray(matrix)  # else NumPy multiplies without BLAS
