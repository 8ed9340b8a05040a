"""Import PaddleSeg, or say in one sentence what is missing or too old."""

from ..requirements import require_paddleseg

__all__ = []

require_paddleseg()
