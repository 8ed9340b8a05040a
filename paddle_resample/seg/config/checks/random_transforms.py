"""Transforms that are random, which evaluation and prediction are not."""

from collections.abc import Mapping

__all__ = ["random_fault", "random_faults"]


def random_fault(transform):
    """Why a transform does not belong into evaluation.

    Args:
        transform: a transform, or its mapping in a configuration.

    Returns:
        str, or None.

    >>> random_fault({"type": "RandomDistort"})
    'RandomDistort is random, which evaluation and prediction are not; remove it'
    >>> random_fault({"type": "Normalize"})
    """
    if isinstance(transform, Mapping):
        name, value = transform.get("type"), transform.get
    else:
        name = type(transform).__name__

        def value(key, default=None):
            return getattr(transform, key, default)

    fixed = value("prob") == 0
    is_random = str(name).startswith("Random") and not fixed
    is_random |= name in ("ResizeStepScaling", "ResizeRangeScaling")
    is_random |= name == "Resize" and value("interp") == "RANDOM"
    is_random |= name == "ResizeByShort" and isinstance(value("short_size"), list)
    if not is_random:
        return None
    return f"{name} is random, which evaluation and prediction are not; remove it"


def random_faults(transforms):
    """`random_fault` of each transform that has one.

    Args:
        transforms: list of transforms, or of their mappings.

    Returns:
        list of (index, str).
    """
    if not isinstance(transforms, (list, tuple)):
        return []
    faults = enumerate(map(random_fault, transforms))
    return [(index, fault) for index, fault in faults if fault]
