"""Types and ranges of the values in a configuration.

A key that many components share (`num_classes`, `momentum`, ...) has a rule of its own;
any other value must be of the kind of its default.
"""

import re
from collections.abc import Mapping
from numbers import Integral, Real

from .signatures import REQUIRED

__all__ = ["value_fault"]

_POSITIVE_INTEGER = "a positive integer"
_PAIR = "a list of two positive integers, width and height"
_NUMBERS = "a number"
_MODES = ("train", "val", "test", "trainval", "trainaug", "trainval_merge")
_MODES += ("min", "max", "triangular", "triangular2", "exp_range")  # of schedules


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


def _is(*kinds):
    return lambda v: isinstance(v, kinds)


_infinite = float("inf")
_not_negative = _number(0, _infinite)
_positive = _number(0, _infinite, open_low=True)
_share = _number(0, 1)
_shares = _either(_share, _list_of(_share))
_decay = _number(0, 1, open_high=True)
_pair = _list_of(_integer(1), 2)
_colour = _either(_not_negative, _list_of(_not_negative))

# pattern of the whole key: (test, what is allowed)
_RULES = {
    "batch_size|iters|num_class(es)?|num_samples": (_integer(1), _POSITIVE_INTEGER),
    "width|depth|long_size|decay_steps": (
        _integer(1),
        _POSITIVE_INTEGER,
    ),
    "in_channels": (
        _either(_integer(1), _list_of(_integer(1))),
        _POSITIVE_INTEGER,
    ),
    "img_channels": (lambda v: v in (1, 3) and _integer(1)(v), "1 or 3"),
    "ignore_index": (_integer(-(2**31)), "an integer"),
    "warmup_iters": (_integer(0), "an integer, 0 or more"),
    "to_static_training|align_corners|edge|edge_label|keep_ratio": (
        _is(bool),
        "True or False",
    ),
    "is_slide|aug_eval|aug_pred|flip_horizontal|flip_vertical|auc_roc": (
        _is(bool),
        "True or False",
    ),
    "learning_rate": (_positive, "a number above 0"),
    "end_lr|warmup_start_lr|start_lr|eta_min|min_lr": (
        _not_negative,
        "a number, 0 or more",
    ),
    "power|gamma": (_positive, "a number above 0"),
    "momentum|beta1|beta2": (_decay, "a number from 0 to below 1"),
    "weight_decay": (
        _not_negative,
        "a number, 0 or more",
    ),
    "lr_mult|weight_decay_mult|clip_norm": (_not_negative, "a number, 0 or more"),
    "prob|[a-z_]+_prob|dropout[a-z_]*|[a-z_]*drop_(path_)?rate|category_max_ratio": (
        _shares,
        "a number from 0 to 1",
    ),
    "coef": (_list_of(_number(-_infinite, _infinite)), "a list of numbers"),
    "target_size|crop_size|stride": (_pair, _PAIR),
    "boundaries|milestones": (_list_of(_integer(1)), "a list of positive integers"),
    "values": (_list_of(_not_negative), "a list of numbers, 0 or more"),
    "name": (_is(str), "text"),
    "mean": (_list_of(_number(-_infinite, _infinite)), "a list of numbers"),
    "std": (_list_of(_positive), "a list of numbers above 0"),
    "(min|max)_scale_factor|min_scale|max_scale": (_positive, "a number above 0"),
    "scale_step_size|max_rotation|[a-z]+_range": (_not_negative, "a number, 0 or more"),
    "max_size": (_positive, "a number above 0"),
    "short_size": (
        _either(_integer(1), _list_of(_integer(1))),
        _POSITIVE_INTEGER + " or a list of them",
    ),
    "im_padding_value": (_colour, "a number, 0 or more, or one a channel"),
    "label_padding_value": (_integer(0), "an integer, 0 or more"),
    "mode": (lambda v: v in _MODES, "one of train, val, test"),
    "interp": (
        lambda v: v in ("NEAREST", "LINEAR", "CUBIC", "AREA", "LANCZOS4", "RANDOM"),
        "one of NEAREST, LINEAR, CUBIC, AREA, LANCZOS4, RANDOM",
    ),
    "data_format": (lambda v: v in ("NCHW", "NHWC"), "NCHW or NHWC"),
    "backbone_indices": (_list_of(_integer(-64)), "a list of integers"),
    "pretrained|dataset_root|train_path|val_path|test_path|[a-z]+_root|separator": (
        _is(str),
        "text",
    ),
    "scales": (_either(_positive, _list_of(_positive)), "a number or a list of them"),
    "weight": (
        lambda v: v == "dynamic" or _list_of(_not_negative)(v),
        "a list with one number for each class",
    ),
    "grad_clip_cfg": (_is(Mapping), "a mapping with a name"),
    "custom_cfg": (_list_of(_is(Mapping)), "a list of mappings with a name each"),
    "init_values|qk_scale|size_divisor|max_long|min_long": (
        _not_negative,
        "a number, 0 or more",
    ),
    "damaged_samples": (lambda v: v in ("stop", "skip"), "stop or skip"),
}
_RULES = [(re.compile(pattern), *rule) for pattern, rule in _RULES.items()]
# Of arguments without a default only the name tells the kind.
_COUNTS = re.compile(
    r"[a-z_]*(channels|channels_fpn|dim|depths?|heads|steps)|step_size(_up)?|d_model"
    r"|T_max|T_0"
)
_BY_TEXT = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+$")


def value_fault(key, value, default=REQUIRED, strict=False):
    """Say what is wrong with a value.

    Args:
        key: its name in the configuration.
        value: what stands there.
        default: of the argument that it becomes; REQUIRED if there is none.
        strict: whether the default's kind is meant exactly: an integer stays one.

    Returns:
        str, "KEY must be ..., not VALUE", or None when the value can be used.

    >>> value_fault("momentum", 1.9)
    'momentum must be a number from 0 to below 1, not 1.9'
    >>> value_fault("depth", 4, 3)
    """
    if value is None:
        ruled = any(pattern.fullmatch(key) for pattern, _, _ in _RULES)
        # Some of PaddleSeg's arguments know a None that is not their default.
        meant = default is None or not (ruled or strict or default is REQUIRED)
        if meant and not isinstance(default, bool):
            return None
        return f"{key} has no value" + _otherwise(default)
    for pattern, test, allowed in _RULES:
        if pattern.fullmatch(key):
            return None if test(value) else _sentence(key, allowed, value)
    if default is REQUIRED and _COUNTS.fullmatch(key):
        return None if _counts(value) else _sentence(key, _POSITIVE_INTEGER, value)
    allowed = _unlike(key, value, default, strict)
    return _sentence(key, allowed, value) if allowed else None


def _counts(value):
    """Whether a value is a positive integer, or lists of them as deep as it is."""
    if isinstance(value, (list, tuple)):
        return all(map(_counts, value))
    return _integer(1)(value)


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
        number = _number(-_infinite, _infinite)
        right = _either(number, _list_of(_either(number, _list_of(number))))
        return None if right(value) else _NUMBERS
    if isinstance(default, str):
        return None if isinstance(value, str) else f"text, such as {default!r}"
    if isinstance(default, (list, tuple)):
        return _unlike_list(value, default)
    if isinstance(default, Mapping):
        return None if isinstance(value, (Mapping, str)) else "a mapping"
    return None


def _unlike_list(value, default):
    number = _number(-_infinite, _infinite)
    numbers = bool(default) and all(number(item) for item in default)
    if numbers and number(value) and len(set(default)) == 1:
        return None  # one number that stands for all, as in image_size: 128
    if not isinstance(value, (list, tuple)):
        return f"a list, such as {list(default)!r}"
    if numbers and not all(number(item) for item in value):
        return f"a list of numbers, such as {list(default)!r}"
    return None
