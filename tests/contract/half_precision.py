"""bfloat16 on a CPU: Paddle has hardly a kernel, so those it has not are imitated.

What a GPU's kernel does is imitated by the float32 kernel, whose result is rounded to
bfloat16. On a CPU Paddle's auto_cast does nothing, so the layer and its arguments are
cast instead, as `paddle.amp.decorate` does at level O2.
"""

import contextlib

import paddle
from paddle import _C_ops

# The kernels that no CPU release of Paddle up to 3.3 has in bfloat16, by the names of
# their operators. One that is missing and not here fails the test that meets it.
NO_CPU_KERNEL = frozenset(
    "add add_ batch_norm clip conv2d conv2d_transpose conv3d conv3d_transpose cos "
    "deformable_conv depthwise_conv2d divide exp gelu group_norm instance_norm "
    "layer_norm leaky_relu linear matmul max max_pool2d_with_index mean min p_norm "
    "pad3d pixel_shuffle pixel_unshuffle pool2d pow relu relu6 rsqrt sigmoid silu sin "
    "softmax sqrt swish tanh topk unpool".split()
)
# What Python's operators call, by their method of Tensor.
_OPERATORS = {
    "__add__": "add",
    "__radd__": "add",
    "__sub__": "subtract",
    "__rsub__": "subtract",
    "__mul__": "multiply",
    "__rmul__": "multiply",
    "__truediv__": "divide",
    "__rtruediv__": "divide",
    "__pow__": "pow",
    "__matmul__": "matmul",
    "__neg__": "scale",
    "__getitem__": "slice",
    "__lt__": "less_than",
    "__le__": "less_equal",
    "__gt__": "greater_than",
    "__ge__": "greater_equal",
}


@contextlib.contextmanager
def imitated_kernels():
    """Within it bfloat16 runs on a CPU.

    Yields:
        set of str that fills with the operators whose kernel is missing.
    """
    missing = set()
    owners = [(_C_ops, name, name) for name in dir(_C_ops) if name[0] != "_"]
    owners += [(paddle.Tensor, method, name) for method, name in _OPERATORS.items()]
    saved = [(owner, key, getattr(owner, key)) for owner, key, _ in owners]
    for owner, key, name in owners:
        real = getattr(owner, key)
        if callable(real):
            setattr(owner, key, _imitation(name, real, missing))
    try:
        yield missing
    finally:
        for owner, key, real in saved:
            setattr(owner, key, real)


def converted(value, dtype):
    """value with its float tensors, also those inside tuples, in another dtype."""
    if isinstance(value, paddle.Tensor):
        return value.astype(dtype) if value.is_floating_point() else value
    if isinstance(value, (list, tuple)):
        parts = [converted(v, dtype) for v in value]
        named = hasattr(value, "_fields")
        return type(value)(*parts) if named else type(value)(parts)
    return value


def _imitation(name, real, missing):
    def call(*args, **kwargs):
        try:
            return real(*args, **kwargs)
        except RuntimeError as error:
            if "kernel" not in str(error) or not _holds_bfloat16([args, kwargs]):
                raise
        missing.add(name)
        wide = [converted(a, "float32") for a in args]
        options = {k: converted(v, "float32") for k, v in kwargs.items()}
        return converted(real(*wide, **options), "bfloat16")

    return call


def _holds_bfloat16(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return any(_holds_bfloat16(v) for v in value)
    return isinstance(value, paddle.Tensor) and value.dtype == paddle.bfloat16
