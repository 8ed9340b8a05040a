"""What a network costs: parameters, multiply-accumulates, time and memory."""

import contextlib
import functools
import math
import resource
import sys
import time

import numpy as np
import paddle
import paddle.nn as nn

from .base import Resampler, Site
from .registry import resampler_options

__all__ = [
    "count_macs",
    "count_parameters",
    "interleaved_latency",
    "interleaved_times",
    "peak_memory",
]

_QUARTERS = (25, 50, 75)  # percentiles


def count_parameters(model):
    """Number of trained parameters; running statistics are none."""
    return int(sum(p.size for p in model.parameters() if not p.stop_gradient))


def count_macs(model, size, channels=3):
    """Multiply-accumulates of one image, as the papers of the field count them.

    Convolutions and linear layers are counted from the shapes of a pass, and so are
    products of two tensors (matmul, mm, bmm, einsum, @: attention's scores and weighted
    sums); resamplers by their closed form (`Resampler.count`), which holds all that
    they do. Resizing by functions, softmax, norms and sums are not counted.

    Args:
        model: nn.Layer.
        size: (H, W) of the image.
        channels: of the image.

    Returns:
        int.
    """
    total = [0]
    hooks = []
    inside = set()
    products = _Products()
    for _, layer in model.named_sublayers():
        if isinstance(layer, Resampler):
            inside.update(id(part) for part in layer.sublayers())
            hooks.append(layer.register_forward_pre_hook(products.pause))
            hooks.append(layer.register_forward_post_hook(products.resume))
    for _, layer in model.named_sublayers():
        if id(layer) in inside:
            continue
        count = _counter(layer)
        if count:

            def note(layer, inputs, output, count=count):
                total[0] += count(layer, inputs[0], output)

            hooks.append(layer.register_forward_post_hook(note))
    training = model.training
    model.eval()
    try:
        with paddle.no_grad(), products.counted():
            model(paddle.zeros([1, channels, *size]))
    finally:
        for hook in hooks:
            hook.remove()
        if training:
            model.train()
    return int(total[0]) + products.total


def interleaved_latency(models, size, channels=3, rounds=15, warmup=2):
    """Time of one image through each of several models, measured in turn.

    Each round runs every model once, so that what slows the machine for a while slows
    all of them.

    Args:
        models: dict, name -> nn.Layer.
        size: (H, W) of the image.
        channels: of the image.
        rounds, warmup: passes of each model that are measured, and that are not.

    Returns:
        dict: name -> {"latency_ms": median, "latency_spread_ms": [p25, p75]}.
    """
    x = paddle.to_tensor(
        np.random.default_rng(0).normal(size=(1, channels, *size)).astype("float32")
    )
    for model in models.values():
        model.eval()
    actions = {
        name: lambda model=model: model(x)[0].numpy() for name, model in models.items()
    }
    with paddle.no_grad():
        times = interleaved_times(actions, rounds, warmup)
    return {
        name: {"latency_ms": median, "latency_spread_ms": spread}
        for name, (median, spread) in times.items()
    }


def interleaved_times(actions, rounds=15, warmup=2):
    """Time of several actions, done in turn.

    Args:
        actions: dict, name -> function without arguments, which waits for the device.
        rounds, warmup: calls of each that are measured, and that are not.

    Returns:
        dict: name -> (median, [p25, p75]), milliseconds.
    """
    times = {name: [] for name in actions}
    for turn in range(warmup + rounds):
        for name, action in actions.items():
            began = time.perf_counter()
            action()
            if turn >= warmup:
                times[name].append(1000 * (time.perf_counter() - began))
    result = {}
    for name, taken in times.items():
        low, median, high = np.round(np.percentile(taken, _QUARTERS), 3).tolist()
        result[name] = median, [low, high]
    return result


def peak_memory():
    """Most memory that this process held so far, in MB: the GPU's if it computes
    there, else all of the process (on a CPU Paddle itself takes some 300 MB)."""
    if paddle.get_device().startswith("gpu"):
        return round(paddle.device.cuda.max_memory_allocated() / 2**20, 1)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kilobytes / (2**20 if sys.platform == "darwin" else 2**10), 1)


class _Products:
    """Multiply-accumulates of products that are no layers, during one pass.

    No hook sees a product of two tensors, so the functions are wrapped while the pass
    runs, under every name that a network reaches them by. A wrapped function that calls
    another one counts once.

    Attributes:
        total: multiply-accumulates so far.
    """

    def __init__(self):
        self.total = 0
        self._paused = 0

    def pause(self, *_):
        self._paused += 1

    def resume(self, *_):
        self._paused -= 1

    @contextlib.contextmanager
    def counted(self):
        """Count while the context is open."""
        counts = {
            "matmul": _count_matmul,
            "__matmul__": _count_matmul,
            "mm": _count_matmul,
            "bmm": _count_matmul,
            "einsum": _count_einsum,
        }
        replaced = []
        for owner in (paddle, paddle.Tensor):
            for name, count in counts.items():
                function = getattr(owner, name, None)
                if function is not None:
                    replaced.append((owner, name, function))
                    setattr(owner, name, self._wrapped(function, count))
        try:
            yield
        finally:
            for owner, name, function in replaced:
                setattr(owner, name, function)

    def _wrapped(self, function, count):
        @functools.wraps(function)
        def counting(*args, **kwargs):
            self.pause()
            try:
                result = function(*args, **kwargs)
            finally:
                self.resume()
            if not self._paused:
                self.total += count(result, *args, **kwargs)
            return result

        return counting


def _count_matmul(result, *args, **kwargs):
    """Elements of the result times the length of each sum: the last axis of x, with
    transpose_x the one before."""
    x = args[0] if args else kwargs.get("x", kwargs.get("input"))
    transposed = args[2] if len(args) > 2 else kwargs.get("transpose_x", False)
    summed = -2 if transposed is True and x.ndim > 1 else -1
    return math.prod(result.shape) * x.shape[summed]


def _count_einsum(result, equation, *operands):
    """Product of the sides of all axes: the sums of a product of two tensors; of more
    operands, as if nothing were shared."""
    if len(operands) < 2:
        return 0
    sides = {}
    for letters, operand in zip(equation.split("->")[0].split(","), operands):
        before, _, after = letters.replace(" ", "").partition("...")
        shape = operand.shape
        rest = len(shape) - len(before) - len(after)
        names = [*before, *(f"...{i - rest}" for i in range(rest)), *after]
        for name, side in zip(names, shape):
            sides[name] = max(side, sides.get(name, 1))
    return math.prod(sides.values()) * (len(operands) - 1)


def _counter(layer):
    if isinstance(layer, Resampler):
        return _count_resampler
    if isinstance(layer, nn.Conv2D):
        return _count_convolution
    if isinstance(layer, nn.Conv2DTranspose):
        return _count_transposed
    return _count_linear if isinstance(layer, nn.Linear) else None


def _count_convolution(layer, x, y):
    weight = layer.weight.shape  # [out, in / groups, k, k]
    return y.shape[0] * y.shape[2] * y.shape[3] * int(np.prod(weight))


def _count_transposed(layer, x, y):
    weight = layer.weight.shape  # [in, out / groups, k, k]
    return x.shape[0] * x.shape[2] * x.shape[3] * int(np.prod(weight))


def _count_linear(layer, x, y):
    return int(np.prod(x.shape)) * layer.weight.shape[1]


def _count_resampler(layer, x, y):
    height, width = x.shape[2:4]
    guide_channels = getattr(layer, "guide_channels", layer.in_channels)
    channels = layer.in_channels, layer.out_channels, guide_channels
    site = Site(*channels, height, width, layer.scale)
    options = resampler_options(type(layer))  # what the network sets is none of them
    values = {key: layer.options.get(key, value) for key, value in options.items()}
    del values["scale"]
    return x.shape[0] * layer.count(site, **values)[1]
