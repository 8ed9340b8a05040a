"""Ranges of values that neither an argument's default nor its documentation tells, and
that PaddleSeg's constructors do not look at, by section."""

from collections.abc import Mapping
from numbers import Integral, Real

__all__ = ["FLAG", "LIMITS", "TEXT", "any_number", "either", "integer", "list_of"]

_POSITIVE_INTEGER = "a positive integer"
_MODES = ("train", "val", "test", "trainval", "trainaug", "trainval_merge")


def integer(low):
    """A test for integers from `low` on."""

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


def list_of(test, length=None):
    """A test for lists, of `length` where it is not None, whose items pass `test`."""

    def all_of(v):
        right = isinstance(v, (list, tuple)) and (length is None or len(v) == length)
        return right and all(test(item) for item in v)

    return all_of


def either(*tests):
    """A test for what passes any of the tests."""
    return lambda v: any(test(v) for test in tests)


def _one_of(*values):
    return lambda v: isinstance(v, str) and v in values, f"one of {', '.join(values)}"


_infinite = float("inf")
any_number = _number(-_infinite, _infinite)
_not_negative = _number(0, _infinite)
_positive = _number(0, _infinite, open_low=True)
_share = _number(0, 1)

# A rule is (test, what is allowed).
_COUNT = (integer(1), _POSITIVE_INTEGER)
_COUNTS = (either(integer(1), list_of(integer(1))), _POSITIVE_INTEGER)
FLAG = (lambda v: isinstance(v, bool), "True or False")
TEXT = (lambda v: isinstance(v, str), "text")
_AMOUNT = (_not_negative, "a number, 0 or more")
_ABOVE_0 = (_positive, "a number above 0")
_SHARE = (either(_share, list_of(_share)), "a number from 0 to 1")
_DECAY = (_number(0, 1, open_high=True), "a number from 0 to below 1")
_PAIR = (
    list_of(integer(1), 2),
    "a list of two positive integers, width and height",
)
_CLASSES = (
    integer(2),
    "an integer of at least 2, for the background is a class too: a binary task has "
    "num_classes: 2, with 0 for background and 1 for the object in its labels",
)
_TOP = {
    "batch_size": _COUNT,
    "iters": _COUNT,
    "to_static_training": FLAG,
    "damaged_samples": (lambda v: v in ("stop", "skip"), "stop or skip"),
}
_NETWORK = {
    "num_classes": _CLASSES,
    "in_channels": _COUNTS,
    "backbone_indices": (list_of(integer(-64)), "a list of integers"),
    "pretrained": TEXT,
}
_DATA_SET = {
    "num_classes": _CLASSES,
    "img_channels": _COUNT,
    "ignore_index": (integer(-(2**31)), "an integer"),
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
    "mean": (list_of(any_number), "a list of numbers"),
    "std": (list_of(_positive), "a list of numbers above 0"),
    "im_padding_value": (
        either(_not_negative, list_of(_not_negative)),
        "a number, 0 or more, or one a channel",
    ),
    "label_padding_value": (integer(0), "an integer, 0 or more"),
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
    "coef": (list_of(any_number), "a list of numbers"),
    "ignore_index": _DATA_SET["ignore_index"],
    "num_classes": _COUNT,
    "weight": (
        lambda v: v == "dynamic" or list_of(_not_negative)(v),
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
        list_of(lambda v: isinstance(v, Mapping)),
        "a list of mappings with a name each",
    ),
    # Of a group of parameters, and of the clipping.
    "name": TEXT,
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
    "warmup_iters": (integer(0), "an integer, 0 or more"),
    "decay_steps": _COUNT,
    "warmup_steps": _COUNT,
    "step_size": _COUNT,
    "step_size_up": _COUNT,
    "T_max": _COUNT,
    "T_0": _COUNT,
    "d_model": _COUNT,
    "power": _ABOVE_0,
    "gamma": _ABOVE_0,
    "boundaries": (list_of(integer(1)), "a list of positive integers"),
    "milestones": (list_of(integer(1)), "a list of positive integers"),
    "values": (list_of(_not_negative), "a list of numbers, 0 or more"),
}
_TEST = {
    "aug_eval": FLAG,
    "aug_pred": FLAG,
    "flip_horizontal": FLAG,
    "flip_vertical": FLAG,
    "is_slide": FLAG,
    "auc_roc": FLAG,
    "scales": (either(_positive, list_of(_positive)), "a number above 0, or a list"),
    "crop_size": _PAIR,
    "stride": _PAIR,
    "custom_color": (list_of(_number(0, 255)), "a list of numbers from 0 to 255"),
}
LIMITS = {
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
