"""Scores of segmentations and of images."""

from .region import confusion_matrix, region_scores

__all__ = ["confusion_matrix", "region_scores"]
