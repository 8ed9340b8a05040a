"""What the values of a configuration may be.

The kind of a value follows from the argument that it becomes: from its default or,
where that says nothing, from its documentation. Ranges that neither tells, and that
PaddleSeg's constructors do not look at, are listed by section.
"""

import re
from collections.abc import Mapping
from numbers import Integral, Real

from .signatures import REQUIRED

__all__ = ["value_fault"]

_POSITIVE_INTEGER = "a positive integer"
_MODES = ("train", "val", "test", "trainval", "trainaug", "trainval_merge")


def _integer(low):
    def test(v):
        return isinstance(v, Integral) and not isinstance(v, bool) and v >= low

    return test


def _number(low, high, open_low=False, open_high=False):
    def test(v):
        if isinstance(v, bool) or not isinstance(v, Real):
            return False
        above = v > low if open_low else v >= low
        return above and (v < high if open_high else v <= high)

    return test


def _list_of(test, length=None):
    def all_of(v):
        right = isinstance(v, (list, tuple)) and (length is None or len(v) == length)
        return right and all(test(item) for item in v)

    return all_of


def _either(*tests):
    return lambda v: any(test(v) for test in tests)


def _one_of(*values):
    return lambda v: isinstance(v, str) and v in values, f"one of {', '.join(values)}"


_infinite = float("inf")
_any = _number(-_infinite, _infinite)
_not_negative = _number(0, _infinite)
_positive = _number(0, _infinite, open_low=True)
_share = _number(0, 1)

# A rule is (test, what is allowed).
_COUNT = (_integer(1), _POSITIVE_INTEGER)
_COUNTS = (_either(_integer(1), _list_of(_integer(1))), _POSITIVE_INTEGER)
_FLAG = (lambda v: isinstance(v, bool), "True or False")
_TEXT = (lambda v: isinstance(v, str), "text")
_AMOUNT = (_not_negative, "a number, 0 or more")
_ABOVE_0 = (_positive, "a number above 0")
_SHARE = (_either(_share, _list_of(_share)), "a number from 0 to 1")
_DECAY = (_number(0, 1, open_high=True), "a number from 0 to below 1")
_PAIR = (
    _list_of(_integer(1), 2),
    "a list of two positive integers, width and height",
)
_CLASSES = (
    _integer(2),
    "an integer of at least 2, for the background is a class too: a binary task has "
    "num_classes: 2, with 0 for background and 1 for the object in its labels",
)
_TOP = {
    "batch_size": _COUNT,
    "iters": _COUNT,
    "to_static_training": _FLAG,
    "damaged_samples": (lambda v: v in ("stop", "skip"), "stop or skip"),
}
_NETWORK = {
    "num_classes": _CLASSES,
    "in_channels": _COUNTS,
    "backbone_indices": (_list_of(_integer(-64)), "a list of integers"),
    "pretrained": _TEXT,
}
_DATA_SET = {
    "num_classes": _CLASSES,
    "img_channels": _COUNT,
    "ignore_index": (_integer(-(2**31)), "an integer"),
    "mode": _one_of(*_MODES),
}
_TRANSFORM = {
    "target_size": _PAIR,
    "crop_size": _PAIR,
    "long_size": _COUNT,
    "short_size": (_COUNTS[0], _POSITIVE_INTEGER + " or a list of them"),
    "max_size": _ABOVE_0,
    "prob": _SHARE,
    "category_max_ratio": _SHARE,
    "min_scale_factor": _ABOVE_0,
    "max_scale_factor": _ABOVE_0,
    "scale_step_size": _AMOUNT,
    "max_rotation": _AMOUNT,
    "mean": (_list_of(_any), "a list of numbers"),
    "std": (_list_of(_positive), "a list of numbers above 0"),
    "im_padding_value": (
        _either(_not_negative, _list_of(_not_negative)),
        "a number, 0 or more, or one a channel",
    ),
    "label_padding_value": (_integer(0), "an integer, 0 or more"),
    "interp": _one_of("NEAREST", "LINEAR", "CUBIC", "AREA", "LANCZOS4", "RANDOM"),
    "brightness_range": _AMOUNT,
    "contrast_range": _AMOUNT,
    "saturation_range": _AMOUNT,
    "hue_range": _AMOUNT,
    "sharpness_range": _AMOUNT,
    "brightness_prob": _SHARE,
    "contrast_prob": _SHARE,
    "saturation_prob": _SHARE,
    "hue_prob": _SHARE,
    "sharpness_prob": _SHARE,
}
_LOSS = {
    "coef": (_list_of(_any), "a list of numbers"),
    "ignore_index": _DATA_SET["ignore_index"],
    "num_classes": _COUNT,
    "weight": (
        lambda v: v == "dynamic" or _list_of(_not_negative)(v),
        "a list with one number for each class",
    ),
}
_OPTIMIZER = {
    "momentum": _DECAY,
    "beta1": _DECAY,
    "beta2": _DECAY,
    "weight_decay": _AMOUNT,
    "grad_clip_cfg": (lambda v: isinstance(v, Mapping), "a mapping with a name"),
    "custom_cfg": (
        _list_of(lambda v: isinstance(v, Mapping)),
        "a list of mappings with a name each",
    ),
    # Of a group of parameters, and of the clipping.
    "name": _TEXT,
    "lr_mult": _AMOUNT,
    "weight_decay_mult": _AMOUNT,
    "clip_norm": _AMOUNT,
}
_SCHEDULE = {
    "learning_rate": _ABOVE_0,
    "end_lr": _AMOUNT,
    "eta_min": _AMOUNT,
    "min_lr": _AMOUNT,
    "start_lr": _AMOUNT,
    "warmup_start_lr": _AMOUNT,
    "warmup_iters": (_integer(0), "an integer, 0 or more"),
    "decay_steps": _COUNT,
    "warmup_steps": _COUNT,
    "step_size": _COUNT,
    "step_size_up": _COUNT,
    "T_max": _COUNT,
    "T_0": _COUNT,
    "d_model": _COUNT,
    "power": _ABOVE_0,
    "gamma": _ABOVE_0,
    "boundaries": (_list_of(_integer(1)), "a list of positive integers"),
    "milestones": (_list_of(_integer(1)), "a list of positive integers"),
    "values": (_list_of(_not_negative), "a list of numbers, 0 or more"),
}
_TEST = {
    "aug_eval": _FLAG,
    "aug_pred": _FLAG,
    "flip_horizontal": _FLAG,
    "flip_vertical": _FLAG,
    "is_slide": _FLAG,
    "auc_roc": _FLAG,
    "scales": (_either(_positive, _list_of(_positive)), "a number above 0, or a list"),
    "crop_size": _PAIR,
    "stride": _PAIR,
    "custom_color": (_list_of(_number(0, 255)), "a list of numbers from 0 to 255"),
}
_LIMITS = {
    "configuration": _TOP,
    "model": _NETWORK,
    "backbone": _NETWORK,
    "model or backbone": _NETWORK,
    "data set": _DATA_SET,
    "transform": _TRANSFORM,
    "loss": _LOSS,
    "optimizer": _OPTIMIZER,
    "schedule": _SCHEDULE,
    "test": _TEST,
}


def _integers(value):
    """Whether a value is an integer, or lists of them as deep as it is; PaddleSeg's
    documentation writes int for both."""
    if isinstance(value, (list, tuple)):
        return all(map(_integers, value))
    return isinstance(value, Integral) and not isinstance(value, bool)


_BY_TEXT = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+$")
_DOCUMENTED = {
    "int": (_integers, "an integer or a list of them"),
    "float": (_any, "a number"),
    "bool": _FLAG,
    "str": _TEXT,
    "list": (lambda v: isinstance(v, (list, tuple)), "a list"),
    "dict": (lambda v: isinstance(v, Mapping), "a mapping"),
}


def value_fault(key, value, default=REQUIRED, kind=None, doc="", strict=False):
    """Say what is wrong with a value.

    Args:
        key: its name in the configuration.
        value: what stands there.
        default: of the argument that it becomes; REQUIRED if there is none.
        kind: what the key belongs to: "model", "backbone", "data set", "transform",
            "loss", "optimizer", "schedule", "test" or "configuration".
        doc: the argument's type as it is documented, such as "int|list, optional".
        strict: whether the default's kind is meant exactly: an integer stays one.

    Returns:
        str, "KEY must be ..., not VALUE", or None when the value can be used.

    >>> value_fault("momentum", 1.9, kind="optimizer")
    'momentum must be a number from 0 to below 1, not 1.9'
    >>> value_fault("depth", 4, 3)
    """
    rule = _LIMITS.get(kind, {}).get(key)
    if value is None:
        # Some of PaddleSeg's arguments know a None that is not their default.
        meant = default is None or not (rule or strict or default is REQUIRED)
        if meant and not isinstance(default, bool):
            return None
        if key == "pretrained":  # without a default, as SeaFormer's: no weights
            return None
        return f"{key} has no value" + _otherwise(default)
    if rule is None and (default is REQUIRED or default is None):
        rule = _documented(doc)
    if rule is not None:
        test, allowed = rule
        return None if test(value) else _sentence(key, allowed, value)
    allowed = _unlike(key, value, default, strict)
    known = _documented(doc)
    if allowed and known and not isinstance(value, bool) and known[0](value):
        return None  # documented to take other kinds than its default's
    return _sentence(key, allowed, value) if allowed else None


def _documented(doc):
    """A rule for a type in words, or None where it names no kind that is known."""
    words = set(re.findall(r"[a-z]+", doc.lower().replace("string", "str")))
    words |= {"list"} if "tuple" in words else set()
    kinds = [_DOCUMENTED[word] for word in _DOCUMENTED if word in words]
    if not kinds or words & {"nn", "class", "layer", "tensor"}:
        return None
    allowed = " or ".join(text for _, text in kinds)
    return _either(*(test for test, _ in kinds)), allowed


def _sentence(key, allowed, value):
    hint = ""
    if isinstance(value, str) and _BY_TEXT.match(value):
        hint = "; YAML reads an exponent only behind a point and with a sign: 1.0e-3"
    return f"{key} must be {allowed}, not {_short(value)}{hint}"


def _otherwise(default):
    plain = isinstance(default, (bool, int, float, str, list, tuple))
    return f"; leave the key out for {default!r}" if plain else ""


def _short(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _unlike(key, value, default, strict):
    """What a value should be, where it is not of the kind of its default."""
    if isinstance(default, bool):
        return None if isinstance(value, bool) else "True or False"
    if isinstance(default, (int, float)):
        if strict and isinstance(default, int):
            right = _integer(-(2**63))
            if key.endswith("size"):
                right = _either(right, _list_of(right, 2))
            return None if right(value) else "an integer"
        right = _either(_any, _list_of(_either(_any, _list_of(_any))))
        return None if right(value) else "a number"
    if isinstance(default, str):
        return None if isinstance(value, str) else f"text, such as {default!r}"
    if isinstance(default, (list, tuple)):
        return _unlike_list(value, default)
    if isinstance(default, Mapping):
        return None if isinstance(value, (Mapping, str)) else "a mapping"
    return None


def _unlike_list(value, default):
    numbers = bool(default) and all(_any(item) for item in default)
    if numbers and _any(value) and len(set(default)) == 1:
        return None  # one number that stands for all, as in image_size: 128
    if not isinstance(value, (list, tuple)):
        return f"a list, such as {list(default)!r}"
    if numbers and not all(_any(item) for item in value):
        return f"a list of numbers, such as {list(default)!r}"
    return None
