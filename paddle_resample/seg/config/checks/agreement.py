"""Keys of a configuration that must agree with each other."""

from collections.abc import Mapping

from paddleseg.cvlibs import manager

from ....errors import did_you_mean
from .faults import SchemaFault, mapping_faults, near
from .random_transforms import random_faults

__all__ = [
    "channel_faults",
    "class_faults",
    "clip_faults",
    "length_faults",
    "mode_faults",
    "pair_faults",
    "random_transform_faults",
    "schedule_faults",
    "window_faults",
]

_CLIPS = {
    "ClipGradByGlobalNorm": ("name", "clip_norm", "group_name", "auto_skip_clip"),
    "ClipGradByNorm": ("name", "clip_norm"),
    "ClipGradByValue": ("name", "max", "min"),
}
# Losses of two classes, and what takes more of them.
_BINARY = {"LovaszHingeLoss": "LovaszSoftmaxLoss", "FocalLoss": "MultiClassFocalLoss"}
_COUNTED = {"RMILoss": ("num_classes", 19), "MultiClassFocalLoss": ("num_class", None)}
_COUNTED["MaskFormerLoss"] = ("num_classes", None)


def mode_faults(path, data):
    if not isinstance(data, Mapping):
        return
    mode = data.get("mode")
    training = path[0] == "train_dataset"
    if isinstance(mode, str) and mode.startswith("train") != training:
        word = "train" if training else "val"
        yield SchemaFault((*path, "mode"), f"mode must be {word} here, not {mode!r}")
    elif data.get("type") == "Dataset" and mode in ("train", "val", "test"):
        if f"{mode}_path" not in data:
            yield SchemaFault(
                path, f"Dataset needs {mode}_path, a list of files or a folder"
            )


def random_transform_faults(path, data):
    """Transforms of an evaluation set that turn or crop images and leave its labels."""
    if path[0] != "val_dataset" or not isinstance(data, Mapping):
        return
    for key, transforms in data.items():
        if str(key).startswith(("transforms", "common_transforms")):
            for index, text in random_faults(transforms):
                yield SchemaFault((*path, key, index), text)


def pair_faults(path, value):
    for low in [key for key in value if str(key).startswith("min_")]:
        high = "max_" + low[4:]
        a, b = value[low], value.get(high)
        if all(isinstance(v, (int, float)) for v in (a, b)) and a > b:
            yield SchemaFault((*path, low), f"{low} {a} is above {high} {b}")


def length_faults(path, types, coef):
    if not isinstance(types, (list, tuple)) or not isinstance(coef, (list, tuple)):
        return
    if not types or not coef:
        yield SchemaFault(path, "types and coef must not be empty")
    elif len(types) not in (1, len(coef)):
        text = (
            f"has {len(types)} types but {len(coef)} numbers in coef; one for each "
            "result of the model is needed"
        )
        yield SchemaFault(path, text)


def clip_faults(path, clip):
    name = clip.get("name")
    if "name" not in clip:
        yield SchemaFault(path, f"has no name{near('name', clip)}")
    elif not isinstance(name, str) or name not in _CLIPS:
        hint = did_you_mean(name, _CLIPS)
        yield SchemaFault((*path, "name"), f"unknown name {name!r}{hint}")
    else:
        keys = _CLIPS[name]
        yield from mapping_faults(path, clip, keys, "optimizer", keys[:2])


def window_faults(path, test):
    """The sliding window of `test_config`."""
    if not isinstance(test, Mapping):
        return
    crop, stride = test.get("crop_size"), test.get("stride")
    if test.get("is_slide") is True and not (crop and stride):
        text = "is_slide needs crop_size and stride, width and height each"
        yield SchemaFault((*path, "is_slide"), text)
    pairs = all(isinstance(v, (list, tuple)) and len(v) == 2 for v in (crop, stride))
    if pairs and all(isinstance(n, int) for n in (*crop, *stride)):
        if any(s > c for s, c in zip(stride, crop)):
            text = (
                f"stride {list(stride)} is above crop_size {list(crop)}, which would "
                "leave pixels without a prediction"
            )
            yield SchemaFault((*path, "stride"), text)


def schedule_faults(path, schedule, iters):
    """A learning rate schedule against itself and the length of the training."""
    name, boundaries = schedule["type"], schedule.get("boundaries")
    values = schedule.get("values")
    if name == "ReduceOnPlateau" and "warmup_iters" in schedule:
        text = (
            "ReduceOnPlateau cannot follow a warm-up: Paddle would hand it the "
            "iteration in place of the loss; leave warmup_iters out"
        )
        yield SchemaFault((*path, "warmup_iters"), text)
    if isinstance(boundaries, list) and isinstance(values, list):
        if len(values) != len(boundaries) + 1:
            text = (
                f"values has {len(values)} numbers for {len(boundaries)} boundaries; "
                "one more is needed"
            )
            yield SchemaFault((*path, "values"), text)
        if any(b <= a for a, b in zip(boundaries, boundaries[1:])):
            text = f"boundaries must increase, not {boundaries}"
            yield SchemaFault((*path, "boundaries"), text)
    steps = schedule.get("total_steps")
    if isinstance(steps, int) and isinstance(iters, int) and steps < iters:
        text = f"total_steps {steps} is below iters {iters}, where the schedule ends"
        yield SchemaFault((*path, "total_steps"), text)


def channel_faults(path, data):
    """Normalize of a data set against its channels."""
    channels = data.get("img_channels", 3) if isinstance(data, Mapping) else None
    if not isinstance(channels, int) or data.get("type") != "Dataset":
        return
    transforms = data.get("transforms")
    for i, item in enumerate(transforms if isinstance(transforms, list) else ()):
        if not isinstance(item, Mapping) or item.get("type") != "Normalize":
            continue
        for key in ("mean", "std"):
            numbers = item.get(key)
            if isinstance(numbers, list) and len(numbers) not in (1, channels):
                text = f"{key} has {len(numbers)} numbers for {channels} channels"
                where = (*path, "transforms", i, key)
                yield SchemaFault(where, f"Normalize: {text}")


def class_faults(dic):
    """num_classes of model, data sets and losses."""
    sections = [dic.get(key) for key in ("train_dataset", "val_dataset", "model")]
    if not all(isinstance(s, (Mapping, type(None))) for s in sections):
        return
    counts = {}
    for key in ("train_dataset", "val_dataset", "model"):
        section = dic.get(key) or {}
        number = section.get("num_classes", _constant(section, "NUM_CLASSES"))
        if isinstance(number, int):
            counts[key] = number
    if not counts:
        return
    first, number = next(iter(counts.items()))
    for key, other in counts.items():
        if other != number:
            text = f"num_classes is {other} here and {number} in {first}"
            yield SchemaFault((key, "num_classes"), text)
            return
    void = dic["train_dataset"].get("ignore_index") if "train_dataset" in dic else None
    for path, loss in _losses(dic):
        own = loss.get("ignore_index", void)
        if void is not None and own != void:
            text = f"ignore_index is {own} here and {void} in train_dataset"
            yield SchemaFault((*path, "ignore_index"), text)
        yield from _loss_faults(path, loss, number, dic)


def _constant(section, name):
    """A constant of the data set's class; `Dataset` itself has none of its own."""
    if section.get("type") == "Dataset":
        return None
    registered = manager.DATASETS.components_dict.get(str(section.get("type")))
    return getattr(registered, name, None)


def _losses(dic):
    """(path, mapping) of every loss, those within a MixedLoss included."""
    for section in ("loss", "distill_loss"):
        types = dic.get(section)
        types = types.get("types") if isinstance(types, Mapping) else None
        for i, loss in enumerate(types if isinstance(types, (list, tuple)) else ()):
            path = (section, "types", i)
            if not isinstance(loss, Mapping):
                continue
            yield path, loss
            inner = loss.get("losses")
            for j, part in enumerate(inner if isinstance(inner, (list, tuple)) else ()):
                if isinstance(part, Mapping):
                    yield (*path, "losses", j), part


def _loss_faults(path, loss, number, dic):
    name, weight = str(loss.get("type")), loss.get("weight")
    if name in _BINARY and number != 2:
        text = (
            f"{name} is for two classes, and num_classes is {number}; "
            f"use {_BINARY[name]}"
        )
        yield SchemaFault((*path, "type"), text)
    if name in _COUNTED:
        key, default = _COUNTED[name]
        own = loss.get(key, default)
        if isinstance(own, int) and own != number:
            text = f"{name}: {key} is {own}, and num_classes of the data is {number}"
            yield SchemaFault((*path, key), text)
    if isinstance(weight, (list, tuple)):
        if name == "BCELoss":
            text = "BCELoss takes weight: dynamic or none, not a list"
            yield SchemaFault((*path, "weight"), text)
        elif len(weight) != number:
            text = f"{name}: weight has {len(weight)} numbers for {number} classes"
            yield SchemaFault((*path, "weight"), text)
    if name == "BCELoss" and loss.get("edge_label") is True:
        if not (dic.get("train_dataset") or {}).get("edge"):
            text = "edge_label needs edge: True in train_dataset"
            yield SchemaFault((*path, "edge_label"), text)
    if name == "MixedLoss":
        inner, coef = loss.get("losses"), loss.get("coef")
        if all(isinstance(v, (list, tuple)) for v in (inner, coef)):
            if len(inner) != len(coef):
                text = f"MixedLoss has {len(inner)} losses and {len(coef)} coef"
                yield SchemaFault((*path, "coef"), text)
    if name == "RMILoss":
        yield from _rmi_faults(path, loss)


def _rmi_faults(path, loss):
    for key, allowed in (("rmi_radius", range(1, 11)), ("rmi_pool_way", range(4))):
        if key in loss and loss[key] not in allowed:
            limits = f"{allowed[0]} to {allowed[-1]}"
            text = f"RMILoss: {key} must be {limits}, not {loss[key]!r}"
            yield SchemaFault((*path, key), text)
    size, stride = loss.get("rmi_pool_size", 3), loss.get("rmi_pool_stride", 3)
    if size != stride:
        text = f"RMILoss: rmi_pool_size {size} must equal rmi_pool_stride {stride}"
        key = "rmi_pool_size" if "rmi_pool_size" in loss else "rmi_pool_stride"
        yield SchemaFault((*path, key), text)
