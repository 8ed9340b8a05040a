"""Calling an operator that the loaded library has registered with Paddle."""

import paddle

__all__ = ["call", "call_all"]

_run = getattr(paddle._C_ops, "_run_custom_op", None)
if _run is None:  # Paddle 2.6
    _run = paddle.base.core.eager._run_custom_op


def call(name, *arguments):
    """Run operator `paddle_resample_<name>`, with a first gradient.

    Args:
        name: of the operator, without its prefix.
        arguments: its inputs, then its attributes, in order.

    Returns:
        Tensor, the first output.
    """
    return call_all(name, *arguments)[0]


def call_all(name, *arguments):
    """The same, returning all outputs as a list of Tensor."""
    if not paddle.is_grad_enabled():  # which Paddle's own call does not look at
        arguments = [
            a.detach() if isinstance(a, paddle.Tensor) and not a.stop_gradient else a
            for a in arguments
        ]
    return _run("paddle_resample_" + name, *arguments)
