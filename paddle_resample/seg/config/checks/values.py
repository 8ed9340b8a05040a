"""What the values of a configuration may be.

The kind of a value follows from the argument that it becomes: from its default or,
where that says nothing, from its documentation. Ranges that neither tells are in
`limits`.
"""

import re
from collections.abc import Mapping
from numbers import Integral

from .limits import FLAG, LIMITS, TEXT, any_number, either, integer, list_of
from .signatures import REQUIRED

__all__ = ["value_fault"]


def _integers(value):
    """Whether a value is an integer, or lists of them as deep as it is; PaddleSeg's
    documentation writes int for both."""
    if isinstance(value, (list, tuple)):
        return all(map(_integers, value))
    return isinstance(value, Integral) and not isinstance(value, bool)


_BY_TEXT = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+$")
_DOCUMENTED = {
    "int": (_integers, "an integer or a list of them"),
    "float": (any_number, "a number"),
    "bool": FLAG,
    "str": TEXT,
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
    rule = LIMITS.get(kind, {}).get(key)
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
    return either(*(test for test, _ in kinds)), allowed


def _sentence(key, allowed, value):
    hint = ""
    if isinstance(value, str) and _BY_TEXT.match(value):
        hint = "; YAML reads an exponent only behind a point and with a sign: 1.0e-3"
    return f"{key} must be {allowed}, not {_short(value)}{hint}"


def _otherwise(default):
    plain = isinstance(default, (bool, int, float, str, list, tuple))
    return f"; leave the key out for {default!r}" if plain else ""


def _short(value):
    """A value as text; the whole of a long one stands in the file that is named."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _unlike(key, value, default, strict):
    """What a value should be, where it is not of the kind of its default."""
    if isinstance(default, bool):
        return None if isinstance(value, bool) else "True or False"
    if isinstance(default, (int, float)):
        if strict and isinstance(default, int):
            right = integer(-(2**63))
            if key.endswith("size"):
                right = either(right, list_of(right, 2))
            return None if right(value) else "an integer"
        right = either(any_number, list_of(either(any_number, list_of(any_number))))
        return None if right(value) else "a number"
    if isinstance(default, str):
        return None if isinstance(value, str) else f"text, such as {default!r}"
    if isinstance(default, (list, tuple)):
        return _unlike_list(value, default)
    if isinstance(default, Mapping):
        return None if isinstance(value, (Mapping, str)) else "a mapping"
    return None


def _unlike_list(value, default):
    numbers = bool(default) and all(any_number(item) for item in default)
    if numbers and any_number(value) and len(set(default)) == 1:
        return None  # one number that stands for all, as in image_size: 128
    if not isinstance(value, (list, tuple)):
        return f"a list, such as {list(default)!r}"
    if numbers and not all(any_number(item) for item in value):
        return f"a list of numbers, such as {list(default)!r}"
    return None
