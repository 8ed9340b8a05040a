"""What the classes of a data set are called."""

from ...errors import UsageError

__all__ = ["class_names"]


def class_names(config, dataset):
    """The configuration's `class_names`, the data set's own names, or numbers.

    Args:
        config: ResampleConfig.
        dataset: a PaddleSeg data set.

    Returns:
        list of str, one a class.

    Raises:
        UsageError: the configuration's are no list of as many names.
    """
    count = dataset.num_classes
    own = config.dic.get("class_names")
    if own is not None:
        if not isinstance(own, list) or len(own) != count:
            some = len(own) if isinstance(own, list) else repr(own)
            raise UsageError(
                f"{config.path}: class_names must be a list of {count} names, one a "
                f"class, not {some}"
            )
        return [str(name) for name in own]
    names = getattr(dataset, "CLASS_NAMES", None) or range(count)
    return [str(name) for name in names]
