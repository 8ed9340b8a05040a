"""Pickles read as data: tensors and plain containers, and nothing that could run.

A pickle is a program: an ordinary reader calls whatever functions the file names. This
one knows the few names that Paddle's files hold, and puts its own small stand-ins in
their place, so that not even NumPy's constructors are called with a stranger's
arguments. Any other name, and any instruction that Paddle's files do not need, is
refused before anything has happened.
"""

import pickle
from collections import OrderedDict
from typing import ClassVar

import numpy as np

__all__ = ["Refused", "load_plain"]

# Python's names of what protocols 2 to 5 need for data: no persistent ids, extensions
# and instances, and nothing of the text protocols, which paddle.save never writes.
_INSTRUCTIONS = """
    PROTO FRAME STOP MARK POP POP_MARK DUP NONE NEWTRUE NEWFALSE
    BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT
    BINSTRING SHORT_BINSTRING BINUNICODE SHORT_BINUNICODE BINUNICODE8
    BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8
    EMPTY_LIST APPEND APPENDS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3
    EMPTY_DICT SETITEM SETITEMS EMPTY_SET ADDITEMS FROZENSET
    BINPUT LONG_BINPUT BINGET LONG_BINGET MEMOIZE
    GLOBAL STACK_GLOBAL REDUCE BUILD
""".split()
_TYPES = set("b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split())
_LEAVES = (str, bytes, int, float, complex, type(None), np.generic)


class Refused(pickle.UnpicklingError):
    """The file names something that is neither a tensor nor a plain container."""


def load_plain(file):
    """Read one pickle.

    Args:
        file: open binary file.

    Returns:
        nested dict, OrderedDict, list, tuple and set of str, bytes, numbers, None and
        NumPy arrays (read-only, of bool, integer, float or complex type).

    Raises:
        Refused: the file asks for anything else; its text is the name asked for.
        Exception: of many kinds, where the file is damaged.
    """
    if file.read(1) != pickle.PROTO:
        raise ValueError("no pickle of protocol 2 or later")
    file.seek(0)
    content = _Reader(file, encoding="latin1").load()
    return _plain(content, {})


class _Type:
    """Stands for numpy.dtype."""

    def __init__(self, name, align=False, copy=False):
        if not isinstance(name, str) or name not in _TYPES:
            raise Refused(f"numpy.dtype({name!r})")
        self.type = np.dtype(name)

    def set(self, state):
        order, inner = state[1], state[2:5]
        if order not in ("<", ">", "|", "=") or any(i is not None for i in inner):
            raise Refused("a numpy.dtype with parts")
        self.type = self.type.newbyteorder(order)


class _Array:
    """Stands for numpy.ndarray, first empty."""

    value = None

    def set(self, state):
        _, shape, dtype, by_columns, data = state
        self.value = _array(data, dtype, shape, "F" if by_columns else "C")


def _array(data, dtype, shape, order="C"):
    if isinstance(data, str):  # bytes of Python 2
        data = data.encode("latin1")
    if not isinstance(dtype, _Type) or not isinstance(data, (bytes, bytearray)):
        raise Refused("a numpy.ndarray of objects")
    count = 1
    for side in shape:
        if not isinstance(side, int) or side < 0:
            raise ValueError(f"shape {shape}")
        count *= side
    if count * dtype.type.itemsize != len(data):
        raise ValueError(f"{len(data)} bytes for shape {shape}")
    array = np.ndarray(tuple(shape), dtype.type, bytes(data), order=order)
    return array.astype(dtype.type.newbyteorder("="), copy=False)


def _ndarray(*_):
    raise Refused("numpy.ndarray, called")


def _reconstruct(kind, *_):
    if kind is not _ndarray:
        raise Refused("numpy's _reconstruct of another class than ndarray")
    return _Array()


def _from_buffer(data, dtype, shape, order):
    array = _Array()
    array.value = _array(data, dtype, shape, "F" if order == "F" else "C")
    return array


def _scalar(dtype, data):
    return _array(data, dtype, ())[()]


def _encode(text, encoding):
    """How protocol 2 writes bytes."""
    if encoding not in ("latin1", "latin-1"):
        raise Refused(f"_codecs.encode to {encoding!r}")
    return text.encode("latin1")


def _bytes(*content):
    if content:
        raise Refused("builtins.bytes with an argument")
    return b""


def _evaluated(text, names=None):
    """Paddle writes a static graph's tensor as eval("data", {"data": array})."""
    right = text == "data" and isinstance(names, dict) and set(names) == {"data"}
    if not right or not isinstance(names["data"], _Array):
        raise Refused("builtins.eval")
    return names["data"]


_NAMES = {
    "collections.OrderedDict": OrderedDict,
    "_codecs.encode": _encode,
    "numpy.dtype": _Type,
    "numpy.ndarray": _ndarray,
}
for _builtins in ("builtins", "__builtin__"):
    for _container in (tuple, list, dict, set, frozenset):
        _NAMES[f"{_builtins}.{_container.__name__}"] = _container
    _NAMES[f"{_builtins}.bytes"] = _bytes
    _NAMES[f"{_builtins}.eval"] = _evaluated
for _core in ("numpy.core", "numpy._core"):
    _NAMES[f"{_core}.multiarray._reconstruct"] = _reconstruct
    _NAMES[f"{_core}.multiarray.scalar"] = _scalar
    _NAMES[f"{_core}.numeric._frombuffer"] = _from_buffer


class _Reader(pickle._Unpickler):
    """Python's own reader in Python, whose table of instructions can be cut."""

    def find_class(self, module, name):
        try:
            return _NAMES[f"{module}.{name}"]
        except KeyError:
            raise Refused(f"{module}.{name}") from None

    def load_build(self):
        state = self.stack.pop()
        if not isinstance(self.stack[-1], (_Type, _Array)):
            raise Refused("a change of an object's inside")
        self.stack[-1].set(state)

    dispatch: ClassVar = {
        getattr(pickle, name)[0]: pickle._Unpickler.dispatch[getattr(pickle, name)[0]]
        for name in _INSTRUCTIONS
    }
    dispatch[pickle.BUILD[0]] = load_build

    def load(self):
        try:
            return super().load()
        except KeyError as error:
            code = error.args[0]
            if code in pickle._Unpickler.dispatch:
                raise Refused(f"the pickle instruction {chr(code)!r}") from None
            raise


def _plain(value, done):
    """The content with arrays in the place of their stand-ins.

    `done` maps id -> (object, its result): what is held twice is done once.
    """
    if isinstance(value, _LEAVES):
        return value
    if isinstance(value, _Array):
        if value.value is None:
            raise ValueError("an array without content")
        return value.value
    if id(value) in done:
        return done[id(value)][1]
    if type(value) in (dict, OrderedDict):
        done[id(value)] = (value, value)
        for key in value:
            if not isinstance(key, _LEAVES):
                raise Refused(f"a key of type {type(key).__name__}")
            value[key] = _plain(value[key], done)
        return value
    if type(value) is list:
        done[id(value)] = (value, value)
        value[:] = [_plain(v, done) for v in value]
        return value
    if type(value) in (tuple, set, frozenset):
        result = type(value)([_plain(v, done) for v in value])
        done[id(value)] = (value, result)
        return result
    raise Refused(getattr(value, "__name__", type(value).__name__).lstrip("_"))
