"""Running a model to see where it changes the resolution.

The model runs in evaluation and in training, on images of two sizes. Its weights,
running statistics, modes and the random state are afterwards what they were before.
"""

import contextlib
import random
from typing import NamedTuple

import numpy as np
import paddle
from paddle import nn

from ...errors import UsageError
from ..tensors import tensors_in
from .operations import read_call
from .rewrite import reroute, restore

__all__ = ["IMAGE", "Map", "Run", "trace"]

IMAGE = "image"
_NORMS = (nn.layer.norm._BatchNormBase, nn.LayerNorm)


class Map(NamedTuple):
    """The newest output of a layer when a call ran.

    Attributes:
        time: how many layers had run before.
        channels, size: of the output, size (H, W).
    """

    time: int
    channels: int
    size: tuple


class Run(NamedTuple):
    """One execution of one call.

    Attributes:
        owner: the layer whose method holds the call.
        key: (call site, how often it ran before in this call of the method).
        operation: name of the function or layer class.
        layer: the resampling layer that was called, None for a function.
        spec: the spec that computes the same, None where there is none.
        stride, kernel_size: pairs, or None.
        records_indices: whether it returns where maxima were.
        training, image: mode of the model and size of the image.
        came, left: shapes [N, C, H, W] of input and output.
        returned: whether the output is one of the model's results.
        guide: shape of the map whose size was asked for, None where not known.
        maps: {path of a layer: Map}, of the layers that ran before.
    """

    owner: nn.Layer
    key: tuple
    operation: str
    layer: nn.Layer
    spec: dict
    stride: tuple
    kernel_size: tuple
    records_indices: bool
    training: bool
    image: tuple
    came: list
    left: list
    returned: bool
    guide: list
    maps: dict


def trace(model, sizes, in_channels):
    """Run a model and note every call that may change the resolution.

    Args:
        model: nn.Layer, called with one image [N, in_channels, H, W]. Its layers stay
            rerouted; `rewrite.restore` gives each its own class back.
        sizes: list of (H, W) of the images.
        in_channels: of the images.

    Returns:
        (runs, classes, entry): list of Run; channels of the first result in evaluation;
        path of the
        first layer that takes the image itself, None if none does.

    Raises:
        UsageError: the model cannot run on such images.
    """
    rerouted = [layer for layer in _layers(model).values() if reroute(layer)]
    runs, classes = [], None
    try:
        with _as_before(model):
            for training in (False, True):
                model.train() if training else model.eval()
                for size in sizes:
                    passed = _Pass(model, training, size)
                    more, channels = passed.run(rerouted, in_channels)
                    runs += more
                    classes = channels if classes is None else classes
    except BaseException:
        for layer in rerouted:
            restore(layer)
        raise
    return runs, classes, passed.entry


class _Pass:
    """One forward pass."""

    def __init__(self, model, training, size):
        self.model, self.training, self.size = model, training, tuple(size)
        self.runs, self.outputs, self.maps = [], [], {}
        self.time, self.nested, self.entry = 0, False, None

    def run(self, rerouted, in_channels):
        """Returns (list of Run, channels of the first result)."""
        # Batch normalisation of 1x1 maps in training needs two images.
        self.image = _image(2 if self.training else 1, in_channels, self.size)
        self.maps[IMAGE] = Map(-1, in_channels, self.size)
        for layer in rerouted:
            layer._replaced = _Listener(self, layer)
        hooks = []
        for path, layer in _layers(self.model).items():
            hooks.append(layer.register_forward_pre_hook(_Entering(self, path)))
            hooks.append(layer.register_forward_post_hook(_Leaving(self, path)))
        try:
            with paddle.no_grad():
                results = tensors_in(self.model(self.image))
        except UsageError:
            raise
        except Exception as error:
            mode = "in training" if self.training else "in evaluation"
            raise UsageError(
                f"{_name(self.model)} cannot run {mode} on an image of "
                f"{in_channels}x{self.size[0]}x{self.size[1]}, which is how its sites "
                f"are found ({type(error).__name__}: {_first_line(error)}); give "
                "image_size, or in_channels"
            ) from error
        finally:
            for hook in hooks:
                hook.remove()
            for layer in rerouted:
                del layer._replaced
        given_back = {id(t) for t in results}
        runs = [
            run._replace(returned=id(y) in given_back)
            for run, y in zip(self.runs, self.outputs)
        ]
        return runs, results[0].shape[1]

    def note(self, owner, key, stock, guide, function, args, kwargs):
        """Run a call as it stands and note it, unless it is part of another one."""
        if self.nested:
            return stock(guide, function, args, kwargs)
        self.nested = True
        y = stock(guide, function, args, kwargs)
        self.nested = False
        call = read_call(function, args, kwargs)
        fine = y[0] if isinstance(y, (tuple, list)) else y
        if call.x.ndim != 4 or call.arguments.get("data_format") == "NHWC":
            return y
        self.outputs.append(fine)
        self.runs.append(
            Run(
                owner,
                key,
                call.operation,
                call.layer,
                call.spec,
                call.stride,
                call.kernel_size,
                bool(call.arguments.get("return_mask")),
                self.training,
                self.size,
                list(call.x.shape),
                list(fine.shape),
                False,
                _shape(guide),
                dict(self.maps),
            )
        )
        return y


class _Listener:
    """Stands where a layer's replacements are looked up, and notes every call."""

    def __init__(self, passed, owner):
        self.passed, self.owner = passed, owner

    def get(self, key, default):
        def note(*call):
            return self.passed.note(self.owner, key, default, *call)

        return note


class _Entering:
    """Hook: which layer takes the image itself."""

    def __init__(self, passed, path):
        self.passed, self.path = passed, path

    def __call__(self, layer, inputs):
        if self.passed.entry is None and self.path:
            if inputs and inputs[0] is self.passed.image:
                self.passed.entry = self.path


class _Leaving:
    """Hook: the newest output of a layer."""

    def __init__(self, passed, path):
        self.passed, self.path = passed, path

    def __call__(self, layer, inputs, output):
        self.passed.time += 1
        shape = _shape(output)
        # Training on several GPUs exchanges normalisation layers, and hooks with them.
        if shape is not None and not isinstance(layer, _NORMS):
            self.passed.maps[self.path] = Map(
                self.passed.time, shape[1], tuple(shape[2:])
            )


@contextlib.contextmanager
def _as_before(model):
    """Give back modes, statistics and the random state after a with block."""
    modes = [(layer, layer.training) for layer in _layers(model).values()]
    # Paddle keeps running statistics as parameters that are not trained.
    changing = [p for p in model.parameters() if p.stop_gradient] + model.buffers()
    saved = [(tensor, tensor.clone()) for tensor in changing]
    # A network may also put new buffers into the places of its old ones.
    held = [(layer, dict(layer._buffers)) for layer in _layers(model).values()]
    states = paddle.get_rng_state(), np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        for layer, training in modes:
            layer.training = training
        for layer, buffers in held:
            layer._buffers.update(buffers)
        for tensor, value in saved:
            tensor.set_value(value)
        paddle.set_rng_state(states[0])
        np.random.set_state(states[1])
        random.setstate(states[2])


def _layers(model):
    """{path: layer}, each layer once, the model itself under ""."""
    return dict(model.named_sublayers(include_self=True))


def _image(number, channels, size):
    """Images without chance in them."""
    count = number * channels * size[0] * size[1]
    return paddle.sin(paddle.arange(count, dtype="float32") * 0.37).reshape(
        [number, channels, *size]
    )


def _shape(value):
    map_ = isinstance(value, paddle.Tensor) and value.ndim == 4
    return list(value.shape) if map_ else None


def _name(model):
    return getattr(type(model), "_rerouted_class", type(model)).__name__


def _first_line(error):
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""
