"""Weights from one kind of file into another."""

import io
from pathlib import Path

import numpy as np
import paddle

from ...errors import UsageError
from ...files import writing
from ...safetensors_file import write_safetensors
from .weights import read_state

__all__ = ["convert"]

_KINDS = (".pdparams", ".safetensors")


def convert(source, target):
    """Write the tensors of one file into another; the suffix says of which kind.

    Args:
        source: .pdparams or .safetensors file.
        target: the file to make, of either kind.

    Returns:
        int: number of tensors.

    Raises:
        UsageError: another suffix, a source that `read_state` refuses or that holds
            other things than tensors, or a target that exists or cannot be written.
    """
    source, target = Path(source), Path(target)
    for path in (source, target):
        if path.suffix not in _KINDS:
            raise UsageError(f"{str(path)!r} must end in {' or '.join(_KINDS)}")
    if target.exists():
        raise UsageError(f"{str(target)!r} exists already; name another file")
    arrays = read_state(source, as_numpy=True)
    for name, value in arrays.items():
        if not isinstance(value, np.ndarray):
            raise UsageError(
                f"{str(source)!r} holds more than tensors: {name!r} is of type "
                f"{type(value).__name__}"
            )
    try:
        if target.suffix == ".safetensors":
            write_safetensors(target, arrays)
        else:
            _write_paddle(target, arrays)
    except OSError as error:
        raise UsageError(
            f"{str(target)!r} cannot be written: {error.strerror}"
        ) from None
    return len(arrays)


def _write_paddle(path, arrays):
    content = io.BytesIO()
    paddle.save({name: paddle.to_tensor(a) for name, a in arrays.items()}, content)
    with writing(path, "wb") as file:
        file.write(content.getbuffer())
