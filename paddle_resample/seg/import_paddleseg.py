"""Import PaddleSeg, or say in one sentence what is missing or too old."""

from ..requirements import require_paddleseg
from .late_sklearn import late_sklearn

__all__ = []

with late_sklearn():
    require_paddleseg()
