"""Up- and downsampling operators for PaddleSeg, as published, and their comparison.

Importing this package registers its networks and data sets with PaddleSeg and repairs
what today's Paddle broke in PaddleSeg (`bridge.repairs`).
"""

import warnings

# Paddle looks for a compiler cache at import; the operators here need none.
warnings.filterwarnings("ignore", message="No ccache found")

# Paddle 2.6 reads PNG files only when OpenCV was loaded before it.
import cv2  # noqa: F401  isort: skip
from . import data, down, nets, ops, up
from .base import Downsampler, Resampler, Upsampler
from .bridge.repairs import repair_paddleseg
from .cost import Cost, cost
from .errors import UsageError
from .official import load_official
from .registry import build, find, names, options, register
from .surgery import Resampled
from .version import __version__

repair_paddleseg()

__all__ = [
    "Cost",
    "Downsampler",
    "Resampled",
    "Resampler",
    "Upsampler",
    "UsageError",
    "__version__",
    "build",
    "cost",
    "data",
    "down",
    "find",
    "load_official",
    "names",
    "nets",
    "ops",
    "options",
    "register",
    "up",
]
