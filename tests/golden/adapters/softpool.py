"""Soft pooling in both released semantics."""

from paddle_resample import ops


def _adapter(weights):
    def soft_pool(v):
        x = v.input()
        k, stride = v.args["kernel_size"], v.args.get("stride")
        return {"out": ops.soft_pool(x, k, stride, weights=weights)}, {"x": x}

    return soft_pool


ADAPTERS = {
    ("softpool", "soft_pool2d, CUDA kernel semantics"): _adapter("channel"),
    ("softpool", "soft_pool2d, python path"): _adapter("shared"),
}
