"""The safetensors format: names, types, shapes and bytes, and nothing to run.

Source: the format's description, https://github.com/huggingface/safetensors: eight
bytes that tell the length of a JSON header, the header, and the tensors' bytes without
gaps. Read and written here so that every Paddle has it.
"""

import json
import math

import numpy as np

from .errors import UsageError
from .files import writing

__all__ = ["read_safetensors", "write_safetensors"]

# Paddle gives and takes bfloat16 as uint16.
_TYPES = {
    "BOOL": "?",
    "U8": "u1",
    "I8": "i1",
    "I16": "<i2",
    "I32": "<i4",
    "I64": "<i8",
    "F16": "<f2",
    "BF16": "<u2",
    "F32": "<f4",
    "F64": "<f8",
}
_NAMES = {np.dtype(code): name for name, code in _TYPES.items()}
_LONGEST_HEADER = 100_000_000


def write_safetensors(path, arrays):
    """Write arrays, whole or not at all.

    Args:
        path: of the file.
        arrays: dict of name -> NumPy array; uint16 means bfloat16, as in Paddle.

    Raises:
        UsageError: a value is no array of a type that the format has.
    """
    header, parts, end = {}, [], 0
    for name, array in arrays.items():
        kind = _NAMES.get(getattr(array, "dtype", None))
        if kind is None:
            what = getattr(array, "dtype", type(array).__name__)
            raise UsageError(
                f"{str(path)!r}: safetensors holds tensors only, and {name!r} is of "
                f"type {what}"
            )
        begin, end = end, end + array.nbytes
        header[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [begin, end],
        }
        parts.append(array)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # the tensors begin at a multiple of eight
    with writing(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in parts:
            file.write(array.astype(_TYPES[_NAMES[array.dtype]], order="C").tobytes())


def read_safetensors(path):
    """Read a file of tensors.

    Args:
        path: of the file.

    Returns:
        dict of name -> NumPy array (read-only); uint16 for bfloat16, as in Paddle.

    Raises:
        UsageError: the file cannot be read, or is damaged or of another format.
    """
    try:
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _LONGEST_HEADER:
                raise ValueError(f"its header would have {length} bytes")
            header = json.loads(file.read(length).decode("utf-8"))
            content = file.read()
        return _arrays(header, content)
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"{str(path)!r} is no whole safetensors file: {error}"
        ) from None


def _arrays(header, content):
    header.pop("__metadata__", None)
    arrays, end = {}, 0
    entries = sorted(header.items(), key=lambda entry: entry[1]["data_offsets"])
    for name, entry in entries:
        if entry["dtype"] not in _TYPES:
            raise ValueError(f"{name!r} has the type {entry['dtype']}")
        shape, dtype = entry["shape"], np.dtype(_TYPES[entry["dtype"]])
        if not all(type(side) is int and side >= 0 for side in shape):
            raise ValueError(f"{name!r} has the shape {shape}")
        begin, stop = entry["data_offsets"]
        if begin != end or stop - begin != math.prod(shape) * dtype.itemsize:
            raise ValueError(f"{name!r} does not lie where its shape says")
        arrays[name] = np.ndarray(tuple(shape), dtype, content, begin)
        end = stop
    if end != len(content):
        raise ValueError(f"{len(content)} bytes of tensors where {end} are listed")
    return {name: arrays[name] for name in header}
