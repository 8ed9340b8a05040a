"""Up- and downsampling operators as published, for Paddle.

Needs Paddle and NumPy alone. Everything of PaddleSeg (networks, surgery, data sets,
training, repairs) is in `paddle_resample.seg`, which registers it when it is imported.
"""

from . import import_paddle  # noqa: F401  isort: skip  (first)
from . import down, ops, up
from .base import Downsampler, Resampler, Upsampler
from .errors import UsageError
from .official import load_official
from .operator_cost import Cost, cost
from .registry import build, find, names, options, register
from .version import __version__

__all__ = [
    "Cost",
    "Downsampler",
    "Resampler",
    "Upsampler",
    "UsageError",
    "__version__",
    "build",
    "cost",
    "down",
    "find",
    "load_official",
    "names",
    "ops",
    "options",
    "register",
    "up",
]
