"""Checks of arguments that layers and functions share, and their messages.

All raise a UsageError that begins with `owner`, the name of the layer or function, and
names the argument by its `key`.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Collection, Sequence
from typing import Any, Callable, TypeVar

import paddle
import paddle.nn as nn
from paddle import Tensor

from .errors import UsageError
from .synonyms import name_hint

__all__ = [
    "HALVES",
    "check_choice",
    "check_counts",
    "check_floats",
    "check_map",
    "check_maps",
    "check_positive",
    "check_side",
    "check_size",
    "check_weights",
    "converting",
    "divisors_near",
    "in_its_dtype",
    "whole_number",
]

_T = TypeVar("_T")
_FLOATS = (paddle.float32, paddle.float64, paddle.float16, paddle.bfloat16)
HALVES = _FLOATS[2:]
# Paddle's operators count elements and read options in 32 bits.
_MOST_ELEMENTS = 2**31 - 1
_MOST = 2**20


def _number(dtype: Any) -> int:
    """A dtype as a number: numbers compare in a third of the time."""
    return dtype.value


_FLOAT_NUMBERS = frozenset(map(_number, _FLOATS))


def whole_number(
    owner: str, key: str, value: Any, least: int = 1, odd: bool = False
) -> int:
    """Return an integer option.

    Args:
        least: smallest value allowed; the largest is 2**20.
        odd: whether it must be odd.
    """
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < least or (odd and value % 2 == 0):
        kind = "an odd positive integer" if odd else "a positive integer"
        if least > 1:
            kind = f"an integer of at least {least}"
        raise UsageError(f"{owner}: {key} must be {kind}, not {value!r}")
    if value > _MOST:
        raise UsageError(f"{owner}: {key}={value} is above {_MOST}")
    return value


def check_map(
    owner: str,
    key: str,
    x: Any,
    data_format: str,
    channels: int | None = None,
    batch: int | None = None,
) -> None:
    """Check that a feature map holds floats, its shape, and that no axis is empty.

    Args:
        data_format: its layout.
        channels, batch: lengths that it must have; None allows any.
    """
    if not isinstance(x, paddle.Tensor) or _number(x.dtype) not in _FLOAT_NUMBERS:
        check_floats(owner, key, x)
    shape = x.shape
    if len(shape) == len(data_format) and 0 not in shape:
        if channels is None or shape[data_format.index("C")] == channels:
            if batch is None or shape[0] == batch:
                return
    lengths = {"C": channels or "C", "N": batch or "N"}
    wanted = ", ".join(str(lengths.get(axis, axis)) for axis in data_format)
    raise UsageError(
        f"{owner}: {key} must be a feature map [{wanted}] without an empty axis, not "
        f"{list(shape)}"
    )


def check_floats(owner: str, key: str, x: Any) -> None:
    """Check that x is a Tensor of float numbers."""
    if not isinstance(x, paddle.Tensor):
        raise UsageError(f"{owner}: {key} must be a Tensor, not {_short(x)}")
    if _number(x.dtype) not in _FLOAT_NUMBERS:
        raise UsageError(
            f"{owner}: {key} must hold float numbers, not {x.dtype}; convert it with "
            "astype('float32')"
        )


def check_maps(
    owner: str, ranks: Sequence[int], floats: bool = True, **maps: Any
) -> None:
    """Check Tensors that a function takes, in eager execution: none has an empty axis.

    Args:
        ranks: the numbers of axes that they may have.
        floats: whether they must hold float numbers.
        maps: key -> argument.
    """
    if not paddle.in_dynamic_mode():
        return
    for key, x in maps.items():
        if floats or not isinstance(x, paddle.Tensor):
            check_floats(owner, key, x)
        shape = x.shape
        if len(shape) not in ranks or 0 in shape:
            wanted = " or ".join(f"{rank}-D" for rank in ranks)
            raise UsageError(
                f"{owner}: {key} must be {wanted} without an empty axis, not "
                f"{list(shape)}"
            )


def check_counts(owner: str, least: int = 1, **counts: Any) -> None:
    """Check integers that a function takes: key -> argument, from `least` to 2**20."""
    for key, n in counts.items():
        if type(n) is int and least <= n <= _MOST:
            continue
        whole = isinstance(n, numbers.Integral) and not isinstance(n, bool)
        if not whole or not least <= n <= _MOST:
            raise UsageError(
                f"{owner}: {key} must be an integer of at least {least}, not "
                f"{_short(n)}"
            )


def check_positive(owner: str, **values: Any) -> None:
    """Check finite numbers above 0 that a function takes: key -> argument."""
    for key, value in values.items():
        number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not number or not 0 < value < math.inf:
            kind = "positive" if number else "a positive number"
            raise UsageError(f"{owner}: {key} must be {kind}, not {_short(value)}")


def check_choice(owner: str, key: str, value: Any, known: Collection[str]) -> None:
    """Check a name that a function takes against the names there are."""
    if not isinstance(value, str) or value not in known:
        raise UsageError(
            f"{owner}: unknown {key} {value!r}"
            f"{name_hint(value, {name: name for name in known})}"
        )


def check_size(owner: str, size: Any, axes: int, planes: int) -> None:
    """Check a size that is asked for, in eager execution.

    Args:
        size: list or tuple of integers, or an integer Tensor.
        axes: how many sides it must have, 2 or 3.
        planes: samples times channels of the result; Paddle counts in 32 bits.
    """
    if not paddle.in_dynamic_mode():
        return
    sides = size.tolist() if isinstance(size, paddle.Tensor) else size
    if not isinstance(sides, (list, tuple)) or len(sides) != axes:
        wanted = "(D, H, W)" if axes == 3 else "(H, W)"
        raise UsageError(f"{owner}: size must be {wanted}, not {_short(size)}")
    if not all(_is_side(side) for side in sides):
        raise UsageError(
            f"{owner}: size must be of positive integers, not {_short(size)}"
        )
    if planes * math.prod(map(int, sides)) > _MOST_ELEMENTS:
        raise UsageError(
            f"{owner}: size={tuple(sides)} asks for more than {_MOST_ELEMENTS} "
            "numbers, which Paddle's operators cannot count"
        )


def check_side(owner: str, side: Any, kind: type) -> None:
    """Check that side information is of a NamedTuple class, in eager execution."""
    if paddle.in_dynamic_mode() and not isinstance(side, kind):
        raise UsageError(
            f"{owner}: side must be the {kind.__name__} that its downsampler "
            f"recorded, not {_short(side)}"
        )


def check_weights(owner: str, layer: nn.Layer, x: Tensor) -> None:
    """Check that some weight of a layer has the dtype of x, in eager execution, unless
    mixed precision is on."""
    first: Any = layer.__dict__.get("_first_weight")
    if first is None:  # walking through all at every call would cost more
        first = next(iter(layer.parameters()), False)
        object.__setattr__(layer, "_first_weight", first)
    if first is False or _number(first.dtype) == _number(x.dtype) or converting():
        return
    if all(p.dtype != x.dtype for p in layer.parameters()):
        raise UsageError(
            f"{owner}: x is {x.dtype} but the weights are {first.dtype}; convert x "
            "with astype, or the layer with to(dtype=...)"
        )


def divisors_near(number: int, value: int) -> str:
    """The divisors of a number next to a value that is none, in words.

    >>> divisors_near(12, 5), divisors_near(5, 4)
    ('4 and 6 do', '1 and 5 do')
    """
    divisors = [d for d in range(1, number + 1) if number % d == 0]
    below = [d for d in divisors if d < value][-1:]
    above = [d for d in divisors if d > value][:1]
    near = [str(d) for d in below + above]
    return f"{' and '.join(near)} {'do' if len(near) > 1 else 'does'}"


def converting() -> bool:
    """Whether automatic mixed precision converts what it meets."""
    level = paddle.base.framework._dygraph_tracer()._amp_level
    return level != paddle.base.core.AmpLevel.O0


def in_its_dtype(
    owner: str, run: Callable[..., _T], x: Tensor, *args: Any, **kwargs: Any
) -> _T:
    """Call run(x, ...), and say in one sentence where x is of half precision and the
    CPU has no kernel for it."""
    if x.dtype not in HALVES or not paddle.in_dynamic_mode():
        return run(x, *args, **kwargs)
    try:
        return run(x, *args, **kwargs)
    except UsageError:
        raise
    except Exception:
        if not x.place.is_cpu_place():
            raise
    raise UsageError(
        f"{owner}: Paddle cannot compute it in {x.dtype} on the CPU; use float32"
    )


def _is_side(side):
    whole = isinstance(side, numbers.Integral) and not isinstance(side, bool)
    if isinstance(side, paddle.Tensor):
        whole = side.size == 1 and "int" in str(side.dtype)
    return whole and int(side) > 0


def _short(value):
    text = repr(value)
    return type(value).__name__ if len(text) > 40 or "\n" in text else text
