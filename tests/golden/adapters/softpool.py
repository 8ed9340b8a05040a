"""Soft pooling in both released semantics."""

from adapters.weights import NotCovered
from paddle_resample import ops


def _square(value):
    if value is None or isinstance(value, int):
        return value
    if len(set(value)) > 1:
        raise NotCovered("windows and steps that are no squares")
    return value[0]


def _adapter(weights):
    def soft_pool(v):
        x = v.input()
        k, stride = _square(v.args["kernel_size"]), _square(v.args.get("stride"))
        return {"out": ops.soft_pool(x, k, stride, weights=weights)}, {"x": x}

    return soft_pool


ADAPTERS = {
    ("softpool", "soft_pool2d, CUDA kernel semantics"): _adapter("channel"),
    ("softpool", "soft_pool2d, python path"): _adapter("shared"),
}
