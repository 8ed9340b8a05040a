"""The gradient on its way back: which pixels of the input it reaches, how evenly."""

import numpy as np

from .field import FIELD
from .linear_map import pull
from .measurement import Measurement, ratio

__all__ = ["gradient_flow"]


def gradient_flow(probe, field=FIELD):
    """Measure the gradient that an even gradient of the result gives to the input.

    Args:
        probe: Probe.
        field: Field.

    Returns:
        Measurement. Array "gradient_map" [H, W]: root mean square over the channels of
        d (sum_i v_c y_c[i]) / d x, v_c = 1 or -1 at random for every channel of the
        result (so that channels that are mixed do not cancel), at the natural map.
        Numbers, inside the margins:
        "gradient_uneven" (%): standard deviation over mean of the gradient's size in
            a channel, both as root mean squares over the channels.
        "gradient_unread" (%): share of the input's values that get nothing (below
            1e-6 of the largest).

    Source: Odena, Dumoulin and Olah, Distill 2016, section "Checkerboard patterns in
    gradients".
    """
    signs = np.random.default_rng(0).choice([-1.0, 1.0], probe.out_channels)
    gradient = pull(probe, probe.natural(field), signs[None, :, None, None])
    whole = np.sqrt((gradient**2).mean((0, 1)))
    inside = np.abs(field.inside(gradient[0], probe.scale_in))
    mean = np.sqrt((inside.mean((-2, -1)) ** 2).mean())
    spread = np.sqrt(inside.var((-2, -1)).mean())
    unread = (inside <= 1e-6 * inside.max()).mean()
    return Measurement(
        {
            "gradient_uneven": (100 * ratio(spread, mean), "%"),
            "gradient_unread": (100 * float(unread), "%"),
        },
        {"gradient_map": whole},
    )
