"""Random mistakes in specs, sites and calls of every registered resampler."""

from typing import Any, NamedTuple

import paddle
from hypothesis import strategies as st

from paddle_resample import Upsampler, resampler_class, resampler_options
from tests.fuzz.strategies import Case, cases

__all__ = ["NO_VALUE", "SPOILERS", "Mistake", "mistakes", "spoil", "spoil_side"]

_NO_INTEGER = (0, -1, -(2**40), 2.0, 2.5, "3", None, True, [3], float("nan"), 2**40)
_NO_FLOAT = (0.0, -1.0, "1", None, True, [1.0], float("nan"), float("inf"))
_NO_CHOICE = ("nope", "", 3, None, ["zero"], True)
_NO_BOOL = ("yes", 2, None, [], 1.0)
_NO_SIZE = (
    (0, 4), (-1, 3), (4,), (4, 4, 4, 4), 4, "44", "ab", (2.5, 3), (None, 4), (),
    (2**40, 2**40), (10**5, 10**5), ("4", "4"), float("nan"), {}, (True, False),
)  # fmt: skip
_NO_TENSOR = (None, 3, "x", [[1.0]], {}, (), "array")
_SIDES = ("none", "string", "tensor", "fields", "larger", "far", "negative")
_DTYPES = ("int32", "int64", "bool", "uint8", "complex64", "float16", "bfloat16")


# How a map is spoiled, beside its dtype; given the axis of its channels.
_SPOILED = {
    "flat": lambda x, axis: x.flatten(1),
    "deep": lambda x, axis: x.unsqueeze(0),
    "scalar": lambda x, axis: x.sum(),
    "no samples": lambda x, axis: x[:0],
    "no rows": lambda x, axis: x[:, :, :0],
    "more channels": lambda x, axis: paddle.concat([x, x], axis=axis),
    "other samples": lambda x, axis: paddle.concat([x, x, x], axis=0),
    "other float": lambda x, axis: x.astype(
        "float64" if x.dtype == paddle.float32 else "float32"
    ),
}


SPOILERS = (*_NO_TENSOR, *_DTYPES, *_SPOILED)
NO_VALUE = (*_NO_INTEGER, *_NO_FLOAT[:2], *_NO_CHOICE, *_NO_SIZE)


class Mistake(NamedTuple):
    """A legal case and what is wrong with it.

    Attributes:
        case: Case.
        kind: "option", "unknown option", "site", "x", "guide", "side" or "size".
        key: which option or part of the site.
        value: wrong value; of "x" and "guide" a way to spoil it.
        sure: whether it must be refused, and not only may.
    """

    case: Case
    kind: str
    key: Any
    value: Any
    sure: bool


@st.composite
def mistakes(draw, name):
    """One mistake in an otherwise legal case."""
    cls = resampler_class(name)
    case = draw(cases(name))
    kinds = ["option", "unknown option", "site", "x", "x"]
    if issubclass(cls, Upsampler):
        kinds += ["size", "size"]
        kinds += ["guide"] * 2 * bool(cls.needs_guide)
        kinds += ["side"] * 2 * bool(cls.needs_side)
    kind = draw(st.sampled_from(kinds))
    key, sure = None, True
    if kind == "option":
        key = draw(st.sampled_from(sorted(resampler_options(cls))))
        default = resampler_options(cls)[key]
        value = draw(st.sampled_from(_wrong(default)))
        sure = default is not None
        if isinstance(default, float) and value == float("inf"):
            sure = False
    elif kind == "unknown option":
        key, value = draw(st.sampled_from(("kernelsize", "in_channels", "", "type"))), 3
    elif kind == "site":
        parts = ["in_channels", "out_channels", "data_format", "scale"]
        parts += ["guide_channels"] * bool(getattr(cls, "needs_guide", False))
        key = draw(st.sampled_from(parts))
        value = draw(st.sampled_from(_wrong("" if key == "data_format" else 2)))
        sure = key != "out_channels" or value is not None
        sure = sure and not (key == "scale" and value is None)
    elif kind == "size":
        value = draw(st.sampled_from(_NO_SIZE))
    elif kind == "side":
        value = draw(st.sampled_from(_SIDES))
        sure = value in _SIDES[:3]
    else:
        value = draw(st.sampled_from(SPOILERS))
        sure = value not in ("float16", "bfloat16", "other float")
        sure = sure and (kind == "guide" or value != "other samples")
    return Mistake(case, kind, key, value, sure)


def _wrong(default):
    if isinstance(default, bool):
        return _NO_BOOL
    if isinstance(default, float):
        return _NO_FLOAT
    return _NO_CHOICE if isinstance(default, str) else _NO_INTEGER


def spoil(x, how, axis=1):
    """A map that something is wrong with.

    Args:
        x: Tensor.
        how: one of the kinds above, or what stands in its place.
        axis: of its channels.
    """
    if not isinstance(how, str) or how == "x":
        return how
    if how in _SPOILED:
        return _SPOILED[how](x, axis)
    return x.numpy() if how == "array" else x.astype(how)


def spoil_side(side, how):
    """Side information that something is wrong with.

    Args:
        side: what a downsampler recorded.
        how: "none", "string", "tensor", "fields", "larger", "far" or "negative".
    """
    if how == "none":
        return None
    if how == "tensor":
        return side[0]
    if how == "fields":
        return tuple(side)
    if how == "larger":
        last = min(2, side[0].ndim - 1)
        return type(side)(paddle.concat([side[0], side[0]], axis=last), *side[1:])
    if how == "far":
        return type(side)(side[0] + 10**6, *side[1:])
    return type(side)(-1 - side[0], *side[1:]) if how == "negative" else "string"
