"""An operator as the linear map that it is near one input: its Jacobian and transpose.

Operators whose kernels depend on their input have no kernel of their own; near
one input they still are a linear map, whose kernels can be looked at. For linear
operators it is the operator.
"""

import numpy as np
import paddle

from .field import FIELD, moved
from .measurement import Measurement, ratio

__all__ = ["STEP", "linearity", "pull", "push"]

# Small, because a maximum that another pixel takes over shows as a huge derivative.
STEP = 1e-7


def push(probe, inputs, change, step=STEP):
    """Jacobian times a change of x: a central difference, exact for linear operators.

    Args:
        probe: Probe.
        inputs: Inputs; guide and side stay the same.
        change: float64 array, shape of x.
        step: factor of the change.

    Returns:
        float64 array, shape of the result.
    """
    change = paddle.to_tensor(np.ascontiguousarray(change)) * step
    more = probe.respond(inputs._replace(x=inputs.x + change))
    less = probe.respond(inputs._replace(x=inputs.x - change))
    return (more - less) / (2 * step)


def pull(probe, inputs, weights):
    """Transposed Jacobian times weights of the result, by backpropagation.

    Args:
        probe: Probe.
        inputs: Inputs.
        weights: float64 array that can be broadcast to the result's shape.

    Returns:
        float64 array, shape of x: the gradient of the weighted sum of the result.
    """
    x = inputs.x.detach()
    x.stop_gradient = False
    y = probe(*inputs._replace(x=x))
    weights = paddle.to_tensor(np.ascontiguousarray(np.broadcast_to(weights, y.shape)))
    # paddle.grad of x alone crashes within grid_sample, whose grid then has none.
    (y * weights).sum().backward()
    for layer in probe.layers:
        layer.clear_gradients()
    return np.zeros(x.shape) if x.grad is None else x.grad.numpy()


def linearity(probe, field=FIELD):
    """How far an operator is from being linear in x.

    Args:
        probe: Probe.
        field: Field.

    Returns:
        Measurement: "nonlinearity" (%) = |f((a+b)/2) - (f(a)+f(b))/2| / (|f(a)-f(b)|/2)
        for a natural map a and the same moved by a third of its period b, Euclidean
        norms, guide and side as for a. 0 for every operator that is linear, or linear
        but for a bias.
    """
    inputs = probe.natural(field)
    third = field.period // 3 * probe.scale_in
    other = field.inside(inputs.x.numpy(), probe.scale_in)
    other = field.wrap(moved(other, third, third), probe.scale_in)
    other = paddle.to_tensor(np.ascontiguousarray(other))
    middle = probe.respond(inputs._replace(x=(inputs.x + other) / 2))
    one = probe.respond(inputs)
    two = probe.respond(inputs._replace(x=other))
    off = np.linalg.norm(middle - (one + two) / 2)
    size = np.linalg.norm(one - two) / 2
    return Measurement({"nonlinearity": (100 * ratio(off, size), "%")})
