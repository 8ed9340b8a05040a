"""Import PaddleSeg, or say in one sentence what is missing or too old."""

from ..late_imports import importing, late_imports
from ..requirements import require_paddleseg

__all__ = []

_MODULES = ("requests", "sklearn", "sklearn.metrics")
_FUNCTIONS = ("scipy.ndimage", "scipy.optimize")

with importing(), late_imports(_MODULES, _FUNCTIONS):
    require_paddleseg()
