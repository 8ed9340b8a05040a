"""Whether the oneDNN that Paddle brings serves convolutions and linear layers."""

import functools
import sys

from ..errors import UsageError
from ..language import translated
from .choice import wanted
from .conv2d import obstacle

__all__ = ["usable"]


@functools.cache
def usable():
    """Return whether it does; where it does not one line says why, once.

    Raises:
        UsageError: it does not and PADDLE_RESAMPLE_NATIVE is "require".
    """
    reason = obstacle()
    if reason is None:
        return True
    if wanted() == "require":
        raise UsageError(
            f"PADDLE_RESAMPLE_NATIVE=require, but convolution is not native: {reason}"
        )
    line = (
        f"paddle_resample: no native convolution and linear layers, {reason}; "
        "Paddle's run"
    )
    print(translated(line), file=sys.stderr)
    return False
