"""What paddle.save writes, read by the reader that runs nothing."""

import numpy as np
import paddle

from .safe_unpickler import load_plain

__all__ = ["read_paddle_file"]

_NAMES = "StructuredToParameterName@@"
_SPLIT = "UnpackBigParamInfor@@"


def read_paddle_file(path, as_numpy=False):
    """Read a .pdparams or .pdopt file as paddle.load does, running nothing of it.

    It reads what Paddle 1.8 to 3.3 write: state dictionaries with a table of names,
    nested content whose tensors are (name, array) pairs, tensors of a static graph,
    and, with pickle protocols 2 and 3, parameters above 1 GB in several parts.

    Args:
        path: of the file.
        as_numpy: give arrays instead of Tensors; bfloat16 is uint16 then, as
            Tensor.numpy() gives it.

    Returns:
        what was saved, mostly a dict.

    Raises:
        Refused: the file holds more than tensors and plain containers.
        Exception: of many kinds, where it is damaged.
    """
    with open(path, "rb") as file:
        content = load_plain(file)
    table = {}
    if isinstance(content, dict):
        _join(content)
        table = content.pop(_NAMES, None)
        if table is not None:
            for key, name in table.items():
                if isinstance(content[key], np.ndarray):
                    content[key] = _tensor(content[key], name, as_numpy)
            return content
    return _Tensors(as_numpy, _any_pair(content, set())).convert(content)


def _join(content):
    """Put parameters that were too big for one piece together again."""
    for key, parts in content.pop(_SPLIT, {}).items():
        pieces = [content.pop(name) for name in parts["slices"]]
        content[key] = np.concatenate(pieces).reshape(parts["OriginShape"])


def _tensor(array, name, as_numpy):
    if as_numpy:
        return array
    tensor = paddle.to_tensor(array)
    if name:
        tensor.name = name
    return tensor


def _is_pair(value):
    """Whether this is how Paddle 2.1 and later write a Tensor in nested content."""
    return (
        type(value) is tuple
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], np.ndarray)
    )


def _any_pair(value, seen):
    if _is_pair(value):
        return True
    if not isinstance(value, (dict, list, tuple)) or id(value) in seen:
        return False
    seen.add(id(value))
    inside = value.values() if isinstance(value, dict) else value
    return any(_any_pair(v, seen) for v in inside)


class _Tensors:
    """Tensors in the place of pairs or, where there are none, of all arrays."""

    def __init__(self, as_numpy, pairs):
        self.as_numpy, self.pairs = as_numpy, pairs
        self.done = {}  # id -> (object, its result): what is held twice is done once

    def convert(self, value):
        if self.pairs and _is_pair(value):
            return _tensor(value[1], value[0], self.as_numpy)
        if not self.pairs and isinstance(value, np.ndarray):
            return _tensor(value, None, self.as_numpy)
        if not isinstance(value, (dict, list, tuple)):
            return value
        if id(value) in self.done:
            return self.done[id(value)][1]
        if isinstance(value, dict):
            self.done[id(value)] = (value, value)
            for key in value:
                value[key] = self.convert(value[key])
            return value
        if isinstance(value, list):
            self.done[id(value)] = (value, value)
            value[:] = [self.convert(v) for v in value]
            return value
        result = tuple(self.convert(v) for v in value)
        self.done[id(value)] = (value, result)
        return result
