"""What an item of a data set must be, so that a data set of your own can be one too.

docs/data.md states the contract for the user; `check_item` holds every item to it.
"""

from collections.abc import Mapping

import numpy as np

from ...errors import UsageError

__all__ = ["check_dataset", "check_item"]


def check_dataset(dataset):
    """Refuse what is no data set.

    Args:
        dataset: any object.

    Raises:
        UsageError: no length, no items by number, or no num_classes and ignore_index.
    """
    name = type(dataset).__name__
    for method, use in (("__len__", "len()"), ("__getitem__", "items by number")):
        if not hasattr(type(dataset), method):
            raise UsageError(
                f"data set {name} has no {use}; derive it from paddle.io.Dataset and "
                f"write {method}"
            )
    for attribute in ("num_classes", "ignore_index"):
        value = getattr(dataset, attribute, None)
        if not isinstance(value, (int, np.integer)):
            raise UsageError(
                f"data set {name} needs the attribute {attribute}, an integer, and has "
                f"{value!r}"
            )


def check_item(item, name, dataset, training=False):
    """Hold one item to the contract.

    Args:
        item: what the data set gave.
        name: of the sample, for the message.
        dataset: the data set.
        training: whether the label must have the size of the image.

    Returns:
        dict: "img" float32 [C, H, W], "label" integer [H, W] where there is one,
        "trans_info" list, and the item's other keys.

    Raises:
        UsageError: what is wrong, with the sample's name.
    """
    owner = type(dataset).__name__
    if not isinstance(item, Mapping):
        raise UsageError(
            f"{name}: an item of {owner} must be a dict with img and label, not a "
            f"{type(item).__name__}"
        )
    item = dict(item)
    if "img" not in item:
        listed = ", ".join(map(str, item)) or "none"
        raise UsageError(
            f"{name}: an item of {owner} needs the key img; its keys are {listed}"
        )
    channels = getattr(dataset, "img_channels", getattr(dataset, "IMG_CHANNELS", None))
    item["img"] = _image(item["img"], f"{name}: img of {owner}", channels)
    if item.get("label") is None:
        item.pop("label", None)
    else:
        item["label"] = _label(item["label"], f"{name}: label of {owner}")
    if not isinstance(item.setdefault("trans_info", []), (list, tuple)):
        raise UsageError(
            f"{name}: trans_info of {owner} must be a list of what the transforms did "
            f"to the size, not {item['trans_info']!r}"
        )
    _check_label(item, name, dataset, training)
    return item


def _image(value, what, channels):
    array = _array(value, what)
    if array.ndim != 3:
        raise UsageError(
            f"{what} must be [channels, height, width], not {list(array.shape)}"
        )
    if channels is not None and len(array) != channels:
        hint = ""
        if array.shape[2] == channels:
            hint = "; its channels are last, so transpose it by (2, 0, 1)"
        raise UsageError(
            f"{what} must have {channels} channels in front, and its shape is "
            f"{list(array.shape)}{hint}"
        )
    return array.astype(np.float32, copy=False)


def _label(value, what):
    array = _array(value, what)
    if array.ndim == 3 and 1 in (array.shape[0], array.shape[2]):
        array = array[0] if len(array) == 1 else array[..., 0]
    if array.ndim != 2:
        raise UsageError(
            f"{what} must be [height, width] with one class number a pixel, not "
            f"{list(array.shape)}"
        )
    if array.dtype == bool:
        return array.astype(np.uint8)
    if array.dtype.kind == "f":
        whole = np.array_equal(array, np.rint(array))
        if not whole:
            raise UsageError(f"{what} must hold class numbers, and has fractions")
        return array.astype(np.int32)
    # To Paddle, 16 bits without a sign are a kind of float.
    return array.astype(np.int32) if array.dtype == np.uint16 else array


def _array(value, what):
    """A NumPy array of numbers; Tensors and lists become one, pictures do not."""
    if type(value).__module__.split(".")[0] == "PIL":
        raise UsageError(f"{what} is a PIL picture; give np.asarray of it")
    try:
        array = np.asarray(value)
    except Exception as error:
        # Whatever an array-like of the user raises is about this item.
        raise UsageError(f"{what} does not become an array ({error})") from None
    if array.dtype.kind not in "biuf":
        raise UsageError(f"{what} must hold numbers, not {type(value).__name__}")
    return array


def _check_label(item, name, dataset, training):
    label = item.get("label")
    if label is None:
        return
    size = item["img"].shape[1:]
    if (training or not item["trans_info"]) and label.shape != size:
        rest = "" if training else ", which record nothing in trans_info"
        raise UsageError(
            f"{name}: the label is {label.shape[0]}x{label.shape[1]} and the image "
            f"{size[0]}x{size[1]} after the transforms{rest}"
        )
    classes, void = dataset.num_classes, dataset.ignore_index
    wrong = ((label >= classes) | (label < 0)) & (label != void)
    if not wrong.any():
        return
    value = int(label[wrong].max())
    count = int((label == value).sum())
    raise UsageError(
        f"{name}: {count} label pixels have the value {value} after the transforms, "
        f"but num_classes={classes} allows 0 to {classes - 1} and ignore_index={void}; "
        "correct num_classes, the labels, or the transforms' label_padding_value"
    )
