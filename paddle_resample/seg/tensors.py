"""The tensors in what a layer takes or gives, however they are nested."""

from typing import Any

import paddle

__all__ = ["tensors_in"]


def tensors_in(value: Any) -> list:
    """List the tensors in nested lists, tuples and dicts, in order.

    Args:
        value: anything; what is neither a tensor nor a container holds none.

    Returns:
        list of Tensor.

    >>> one = paddle.ones([1])
    >>> len(tensors_in([one, {"aux": (one, None)}]))
    2
    """
    if isinstance(value, paddle.Tensor):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return []
    return [tensor for part in value for tensor in tensors_in(part)]
