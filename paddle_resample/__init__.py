"""Up- and downsampling operators for PaddleSeg, as published, and their comparison."""

# Paddle 2.6 reads PNG files only when OpenCV was loaded before it.
import cv2  # noqa: F401  isort: skip
import paddle  # noqa: F401

__version__ = "0.1.0"
