"""Pictures that come with the package: the embedded data set and two photographs."""

from .classes import CLASS_NAMES, IGNORE_INDEX, NUM_CLASSES, PALETTE
from .fine_shapes import FineShapes
from .photographs import photograph, photograph_names
from .scenes import SPLITS, Scene, render_scene

__all__ = [
    "FineShapes",
    "Scene", "render_scene", "SPLITS",
    "CLASS_NAMES", "NUM_CLASSES", "IGNORE_INDEX", "PALETTE",
    "photograph", "photograph_names",
]  # fmt: skip
