"""Does a network say the same of a scene that is shifted by some pixels?"""

import numpy as np
import paddle

from ..errors import UsageError

__all__ = ["agreement", "shift_consistency", "two_windows"]

_LARGEST = 32  # pixels; a shift reaches over a whole cell of the usual last stride
_MULTIPLE = 32


def shift_consistency(model, images, seed=0, largest=_LARGEST, on_image=None):
    """Mean average segmentation shift consistency (mASSC) of a network.

    Each image is predicted in two windows of one size that are some pixels apart; its
    consistency is the share of the pixels in both windows that get the same class.

    Args:
        model: nn.Layer as PaddleSeg's, returning a list of logits.
        images: iterable of float [C, H, W], normalised.
        seed: of the shifts; image i has the same one for every model.
        largest: longest shift along an axis, in pixels; at most a quarter of the image.
        on_image: called after every image.

    Returns:
        float64 [N]: consistency of every image; mASSC is the mean.

    Source: Zou et al., "Delving deeper into anti-aliasing in ConvNets", BMVC 2020,
    section 4.3 (one pair of random windows an image). The shifts are drawn from 1 to
    `largest` along both axes, and windows are multiples of 32 where the image allows it
    so that no padding enters.
    """
    training = model.training
    model.eval()
    scores = []
    with paddle.no_grad():
        for i, image in enumerate(images):
            image = np.asarray(image, np.float32)
            rng = np.random.default_rng([seed, i])
            windows, shift = two_windows(image.shape[1:], rng, largest)
            a, b = (
                model(paddle.to_tensor(image[(slice(None), *window)][None]))[0]
                .argmax(axis=1)
                .numpy()[0]
                for window in windows
            )
            scores.append(agreement(a, b, shift))
            if on_image:
                on_image()
    if training:
        model.train()
    return np.array(scores)


def two_windows(size, rng, largest=_LARGEST):
    """Draw two windows of one size that overlap.

    Args:
        size: (H, W) of the image, at least 8.
        rng: numpy Generator.
        largest: longest shift along an axis.

    Returns:
        (two (slice, slice), (dy, dx)): the windows, and how far the second one is
        below and right of the first, which may be negative.

    Raises:
        UsageError: the image is too small.
    """
    if min(size) < 8:
        raise UsageError(
            f"shift consistency needs images of at least 8x8 pixels, not "
            f"{size[0]}x{size[1]}"
        )
    pairs, shift = [], []
    for side in size:
        longest = min(largest, side // 4)
        step = int(rng.integers(1, longest + 1))
        length = side - longest
        length -= length % _MULTIPLE if length >= _MULTIPLE else 0
        first = int(rng.integers(0, side - length - step + 1))
        begins = [first, first + step]
        if rng.random() < 0.5:
            begins.reverse()
        pairs.append([slice(b, b + length) for b in begins])
        shift.append(begins[1] - begins[0])
    return tuple(zip(*pairs)), tuple(shift)


def agreement(a, b, shift):
    """Share of the pixels in two windows' overlap that have one class.

    Args:
        a, b: int [h, w], classes in two windows of one image.
        shift: (dy, dx), how far b's window is below and right of a's.

    Returns:
        float.

    >>> a = np.array([[0, 1, 2]])
    >>> agreement(a, np.array([[1, 2, 9]]), (0, 1))
    1.0
    """
    ours, theirs = [], []
    for step, side in zip(shift, a.shape):
        ours.append(slice(max(step, 0), side + min(step, 0)))
        theirs.append(slice(max(-step, 0), side - max(step, 0)))
    return float(np.mean(a[tuple(ours)] == b[tuple(theirs)]))
