"""Sides of a resized map and the steps between its samples.

Sides are ints in eager execution, and Tensors while a program is traced.
"""

import numbers

import paddle

__all__ = ["each_axis", "first_axis", "float_side", "sizes_and_steps"]


def each_axis(scale, axes):
    """Return a scale per spatial axis.

    Args:
        scale: one number for all, or one per axis.
        axes: number of spatial axes.
    """
    return [scale] * axes if isinstance(scale, numbers.Number) else scale


def first_axis(data_format):
    """Return the index of the first spatial axis: 1 of channels last, otherwise 2."""
    return 1 if data_format.endswith("C") else 2


def float_side(value):
    """Return a side, int or integer Tensor, as a float64 Tensor [1]."""
    if isinstance(value, numbers.Number):
        return paddle.full([1], value, "float64")
    return value.astype("float64").reshape([1])


def sizes_and_steps(have, size, scale):
    """Sides of the output and the distance of its samples, in pixels of the input.

    Args:
        have: sides of the input, ints or an integer Tensor.
        size: sides of the output, ints or an integer Tensor; None where scale is used.
        scale: output side / input side, one number or one per axis; None where size is
            given. The step is then 1 / scale, whatever side the floor leaves.

    Returns:
        (sides of the output: ints, or integer Tensors while traced; a list of the
        steps, each a float64 Tensor [1]).

    >>> sides, steps = sizes_and_steps([5], None, 1.5)
    >>> sides, round(steps[0].item(), 4)
    ([7], 0.6667)
    """
    axes = len(have) if isinstance(have, list) else have.shape[0]
    if scale is None:
        if paddle.in_dynamic_mode():
            size = [int(n) for n in size]
        steps = [float_side(have[i]) / float_side(size[i]) for i in range(axes)]
        return size, steps
    scales = each_axis(scale, axes)
    if isinstance(have, list):
        size = [int(n * s) for n, s in zip(have, scales)]
    else:
        size = [(have[i].astype("float64") * s).floor() for i, s in enumerate(scales)]
        size = [n.astype("int64") for n in size]
    return size, [float_side(1.0 / s) for s in scales]
