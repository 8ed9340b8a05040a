"""Import PaddleSeg, or say in one sentence what is missing or too old."""

from ..requirements import require_paddleseg
from .late_imports import late_imports

__all__ = []

with late_imports():
    require_paddleseg()
