"""Scores of segmentations and of images."""

from .image_scores import ImageScores
from .region import confusion_matrix, region_scores

__all__ = ["ImageScores", "confusion_matrix", "region_scores"]
