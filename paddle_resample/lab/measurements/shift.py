"""Shift consistency: does the result move with the input?"""

import numpy as np

from .field import FIELD, moved
from .measurement import Measurement, ratio

__all__ = ["shift_consistency"]


def shift_consistency(probe, field=FIELD):
    """Measure by how much f(shifted x) differs from the shifted f(x).

    Args:
        probe: Probe.
        field: Field.

    Returns:
        Measurement. Numbers, in % of the result's own variation,
        |f(T x) - T f(x)| / |f(x) - mean|, Euclidean norms over all channels inside the
        margins, root mean square of a shift to the right and one downwards:
        "shift_whole": T by one coarse pixel, s fine ones. 0 for every operator that
            treats all its cells alike.
        "shift_fine": T by one fine pixel. The side of T that is coarse moves by 1/s of
            a pixel, as the trigonometric polynomial through its values does: x of an
            upsampler, the result of a downsampler. 0 for operators without images or
            aliases.

    The input is the natural map; guide (and side, by its partner) move with it.

    Source: Zhang, "Making convolutional networks shift-invariant again", ICML 2019,
    section 3.1; Karras et al., "Alias-free generative adversarial networks", NeurIPS
    2021, appendix E (equivariance to broken shifts).
    """
    unmoved = field.inside(probe.respond(probe.natural(field)), probe.scale_out)
    size = np.linalg.norm(unmoved - unmoved.mean((-2, -1), keepdims=True))
    numbers = {}
    for name, step in (("shift_whole", probe.scale), ("shift_fine", 1)):
        off = [_off(probe, field, unmoved, *by) for by in ((0, step), (step, 0))]
        numbers[name] = (100 * ratio(np.sqrt(np.mean(np.square(off))), size), "%")
    return Measurement(numbers)


def _off(probe, field, unmoved, rows, columns):
    s = probe.scale / probe.scale_out  # fine pixels in one of the result
    response = probe.respond(probe.natural(field, rows, columns))
    response = field.inside(response, probe.scale_out)
    return np.linalg.norm(response - moved(unmoved, rows / s, columns / s))
