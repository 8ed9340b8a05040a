"""An operator fitted for a few seconds, where its initialization shows only noise.

It is fitted as it works in a network, so that the picture shows what it can do:

- Its input has biases, like the features of any convolution. Of features that grow with
  the brightness alone, a layer norm leaves no brightness (patch_expand).
- The colours are a linear reading of all its channels, a 1x1 convolution, as the next
  layer has one. Three channels alone may be those whose ReLU is always zero
  (conv_blur_pool), or the sum of the colours and a guide's (freq_fusion).
- Batch norms take their statistics from the first fifth of the steps and keep them.
  With those of each crop of its own the brightness of the crop is lost, and evaluation
  meets others (eucb, hwd, ifa, lift).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import paddle
import paddle.nn as nn
import paddle.nn.functional as F

from operator_view import (
    SIDE,
    build_operator,
    detail,
    downsampler_kernel,
    features,
    rings,
    tensor,
    upsampler_inputs,
    upsampler_kernel,
    zone_plate,
)
from paddle_resample import Upsampler, build, resampler_class
from paddle_resample.initialise import set_weight
from paddle_resample.lab.photograph.picture import working_copy
from paddle_resample.operator_facts import cost_at
from paddle_resample.seg.embedded_data.photographs import photograph

__all__ = ["STEPS", "Fit", "error_ratio", "fit_operator", "is_fitted"]

_NOISY = 4.0  # times the error of an operator without weights
_COSTLY = 20e9  # multiply-accumulates, with which training takes minutes
STEPS = 500
_CROP = 48  # side of a training picture
_RATE = 0.003
_MEASURING = 5  # the part of the steps, one in so many, in which batch norms measure
_BIAS = 1.0  # standard deviation of those of the input's features
_RIGHT_OF_DETAIL = 32 + SIDE  # the first column of the temple that is not shown


@dataclass
class Fit:
    """An operator after training, on the picture of its page.

    Attributes:
        name: registry name.
        up: whether it is an upsampler.
        guided: whether the fine picture was its guide.
        scale: integer ratio.
        steps: of training.
        output, target: [H, W, 3], colours in [0, 1].
        kernel: as that of an OperatorView, after training.
        before, after, plain: root mean square error of the colours: at the
            initialization, after training, of the operator without weights.
    """

    name: str
    up: bool
    guided: bool
    scale: int
    steps: int
    output: np.ndarray
    target: np.ndarray
    kernel: np.ndarray
    before: float
    after: float
    plain: float

    @property
    def kernel_sum(self):
        return float(self.kernel.sum())

    def numbers(self):
        """What is measured, as JSON holds it: without the two pictures."""
        errors = {k: round(getattr(self, k), 4) for k in ("before", "after", "plain")}
        kernel = (self.kernel.round(6) + 0.0).tolist()  # + 0.0: no -0.0
        return {"steps": self.steps, "guided": self.guided, **errors, "kernel": kernel}


def is_fitted(name):
    """Whether an operator starts as noise, and trains in seconds.

    Args:
        name: registry name.

    Returns:
        bool: True of an operator with weights and of at most 20e9 multiply-accumulates
        at the size of the cost table, whose error_ratio is above 4.
    """
    if not resampler_class(name).learned:
        return False
    total = cost_at(name)
    if isinstance(total, str) or total.macs > _COSTLY:
        return False
    return error_ratio(name) > _NOISY


def error_ratio(name):
    """Error of an initialized operator over that of one without weights.

    An upsampler should bring the fine photograph back, as bilinear interpolation does
    in part; a downsampler should give the mean of each cell of the rings, as blur_pool
    does in part.

    Args:
        name: registry name.

    Returns:
        float: ratio of root mean square errors of the three colours.
    """
    layer = build_operator(name)
    layer.eval()
    task = _task(layer, bias=0.0)
    return task.error(layer) / task.plain_error()


def fit_operator(name, seed=0, steps=STEPS):
    """Train an operator and a reading of its output with Adam on the squared error.

    Args:
        name: registry name.
        seed: of the weights and of the training pictures.
        steps: of training.

    Returns:
        Fit.
    """
    layer = _Read(build_operator(name, seed))
    task = _task(layer.operator, _BIAS)
    layer.eval()
    before = task.error(layer)
    rate = paddle.optimizer.lr.CosineAnnealingDecay(_RATE, steps)
    adam = paddle.optimizer.Adam(rate, parameters=layer.parameters())
    random = np.random.RandomState(seed)
    layer.train()
    for step in range(steps):
        if step == steps // _MEASURING:
            _keep_statistics(layer)
        fine = task.example(random)
        F.mse_loss(task.colours(layer, fine), task.target(fine)).backward()
        adam.step()
        adam.clear_grad()
        rate.step()
    layer.eval()
    output, target = task.shown(layer)
    return Fit(
        name, task.up, task.guided, layer.scale, steps, output.clip(0, 1), target,
        task.kernel(layer), before, task.error(layer), task.plain_error(),
    )  # fmt: skip


class _Read(nn.Layer):
    """An operator and a 1x1 convolution to three colours, at first its first three."""

    def __init__(self, operator):
        super().__init__()
        self.operator, self.scale = operator, operator.scale
        self.read = nn.Conv2D(operator.out_channels, 3, 1)
        self.read.to(dtype="float64")
        first = np.eye(3, operator.out_channels)[:, :, None, None]
        set_weight(self.read.weight, first)
        set_weight(self.read.bias, 0.0)

    def forward(self, *inputs, **named):
        return self.read(self.operator(*inputs, **named))


def _keep_statistics(layer):
    for norm in layer.sublayers():
        if isinstance(norm, (nn.BatchNorm1D, nn.BatchNorm2D)):
            norm.eval()


def _task(layer, bias):
    return (_BringBack if isinstance(layer, Upsampler) else _Shrink)(layer, bias)


class _Task:
    """What a layer is fitted to, in the three colours of its output."""

    guided = False

    def colours(self, layer, fine):
        return self.output(layer, fine)[:, :3]

    def shown(self, layer):
        """Output and target on the picture of the page, [H, W, 3]."""
        with paddle.no_grad():
            pair = self.colours(layer, self.picture), self.target(self.picture)
        return [y.numpy()[0].transpose(1, 2, 0) for y in pair]

    def error(self, layer):
        return _root_mean_square(*self.shown(layer))


class _BringBack(_Task):
    """The fine photograph from its shrunk copy."""

    up = True

    def __init__(self, layer, bias):
        self.picture, self.scale = detail(), layer.scale
        self.guided = type(layer).needs_guide
        self.inputs = upsampler_inputs(type(layer), layer.scale, bias)

    def output(self, layer, fine):
        with paddle.no_grad():
            inputs = self.inputs(fine)
        return layer(**inputs)

    def target(self, fine):
        return tensor(fine)

    def example(self, random):
        return _crop(_training_photographs()[random.randint(2)], random)

    def plain_error(self):
        shrunk = F.avg_pool2d(tensor(self.picture), self.scale)
        bilinear = build("bilinear", 3, scale=self.scale)
        y = bilinear(shrunk).numpy()[0].transpose(1, 2, 0)
        return _root_mean_square(y, self.picture)

    def kernel(self, layer):
        return upsampler_kernel(layer, self.inputs)


class _Shrink(_Task):
    """The mean of each cell, of photographs and of rings."""

    up = False

    def __init__(self, layer, bias):
        self.picture = rings()
        self.scale, self.bias = layer.scale, bias

    def output(self, layer, fine):
        return layer(features(fine, self.bias))

    def target(self, fine):
        return F.avg_pool2d(tensor(fine), self.scale)

    def example(self, random):
        """A photograph, or rings of twice the size in a colour."""
        if random.randint(2):
            return _crop(_training_photographs()[random.randint(2)], random)
        return _crop(zone_plate(2 * SIDE)[..., None] * random.uniform(size=3), random)

    def plain_error(self):
        blurred = build("blur_pool", 3, scale=self.scale)(tensor(self.picture))
        target = self.target(self.picture)
        return _root_mean_square(blurred.numpy(), target.numpy())

    def kernel(self, layer):
        return downsampler_kernel(layer, self.bias)


@lru_cache(maxsize=1)
def _training_photographs():
    """The temple beside the part that is shown, and the flower; in [0, 1]."""
    temple = working_copy(photograph("china"), 256, 4)[:, _RIGHT_OF_DETAIL:]
    return temple / 255, working_copy(photograph("flower"), 256, 4) / 255


def _crop(picture, random):
    y, x = (random.randint(side - _CROP + 1) for side in picture.shape[:2])
    crop = picture[y : y + _CROP, x : x + _CROP]
    return np.ascontiguousarray(crop[:, ::-1] if random.randint(2) else crop)


def _root_mean_square(y, target):
    return float(np.sqrt(np.mean((y - target) ** 2)))
