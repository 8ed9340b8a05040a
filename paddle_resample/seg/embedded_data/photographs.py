"""Two real photographs that come with scikit-learn, to see what operators do."""

import numpy as np

from ...errors import UsageError, did_you_mean

__all__ = ["photograph", "photograph_names"]

_FILES = {"china": "china.jpg", "flower": "flower.jpg"}


def photograph_names():
    """Names that photograph accepts.

    >>> photograph_names()
    ['china', 'flower']
    """
    return sorted(_FILES)


def photograph(name="china"):
    """Load a photograph.

    Args:
        name: str, "china" (a temple: straight edges, fine repeated tiles) or "flower"
            (a dahlia: soft regions, smooth outlines).

    Returns:
        uint8 [427, 640, 3], RGB, the caller's own copy.

    >>> photograph("flower").shape
    (427, 640, 3)
    """
    if name not in _FILES:
        hint = did_you_mean(name, _FILES)
        raise UsageError(f"photograph: unknown name {name!r}{hint}")
    from sklearn.datasets import load_sample_image  # takes a second, so only here

    return np.array(load_sample_image(_FILES[name]), np.uint8)
