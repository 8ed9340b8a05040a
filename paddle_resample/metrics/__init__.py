"""Scores of segmentations and of images: each is computed in one place, here."""

from .image_scores import ImageScores
from .region import confusion_matrix, region_scores
from .shift_consistency import shift_consistency

__all__ = ["ImageScores", "confusion_matrix", "region_scores", "shift_consistency"]
