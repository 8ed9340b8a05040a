"""What an operator does before any training, as arrays: a picture, the kernel of one
pixel, an edge and the border."""

from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
import paddle
import paddle.nn.functional as F

from paddle_resample import (
    Downsampler,
    Upsampler,
    build,
    resampler_class,
    resampler_options,
)
from paddle_resample.lab.measurements.impulse import impulse_response, pixels_read
from paddle_resample.lab.photograph.picture import Window, working_copy
from paddle_resample.registry import partners
from paddle_resample.seg.embedded_data.photographs import photograph

__all__ = [
    "CHANNELS",
    "LOCATIONS",
    "SIDE",
    "OperatorView",
    "build_operator",
    "detail",
    "downsampler_kernel",
    "features",
    "rings",
    "tensor",
    "upsampler_inputs",
    "upsampler_kernel",
    "view_operator",
    "zone_plate",
]

CHANNELS = 32  # the first three hold the picture, the others random features of it
SIDE = 96  # of the fine picture
LOCATIONS = 3  # along each side, over which kernels are averaged
_SMALL = 24  # coarse side of the input whose pixels are changed
_REACH = 4  # coarse pixels that a kernel shows on each side
_EDGE = 16  # coarse side of the input with the edge
_DETAIL = Window((32, 40, SIDE))  # of the temple, 256 pixels wide


@dataclass
class OperatorView:
    """What an operator does once initialized, with its default options and scale.

    Attributes:
        name: registry name.
        up: whether it is an upsampler.
        scale: integer ratio.
        learned: whether weights of seed 0 are in it.
        input, output: [H, W] or [H, W, 3] in [0, 1].
        stretched: of both, whether it is the first channel with its darkest and
            brightest percent at black and white; else three channels as they are.
        remarks: list of str, about the input.
        kernel: [8*scale, 8*scale] on the fine grid, the cell of its own coarse pixel
            from [4*scale, 4*scale]. Upsampler: what a change of one pixel changes in
            the result. Downsampler: how one pixel of the result depends on the input.
            First channel, mean over LOCATIONS * LOCATIONS locations of the picture.
        kernel_sum: sum of it; scale**2 (up) or 1 (down) keep a constant.
        edge_input: [n] a row across an edge from 0 to 1, up to the right border.
        edge_output: [m, n'] rows there: of an upsampler the rows of one cell, of a
            downsampler one.
    """

    name: str
    up: bool
    scale: int
    learned: bool
    input: np.ndarray
    output: np.ndarray
    stretched: tuple
    remarks: list
    kernel: np.ndarray
    kernel_sum: float
    edge_input: np.ndarray
    edge_output: np.ndarray

    def numbers(self):
        """What is measured, as JSON holds it: without the two pictures."""
        kept = asdict(self)
        del kept["input"], kept["output"], kept["remarks"]
        arrays = {k: v.round(6) for k, v in kept.items() if isinstance(v, np.ndarray)}
        rounded = {k: (v + 0.0).tolist() for k, v in arrays.items()}  # + 0.0: no -0.0
        return {**kept, **rounded, "kernel_sum": round(self.kernel_sum, 6)}


def view_operator(name, seed=0):
    """Measure an operator with its default options at its published initialization.

    Args:
        name: registry name.
        seed: of the weights; the inputs do not depend on it.

    Returns:
        OperatorView.

    Raises:
        UsageError: unknown name.
    """
    layer = build_operator(name, seed)
    layer.eval()
    view = _view_up if isinstance(layer, Upsampler) else _view_down
    with paddle.no_grad():
        return view(type(layer), layer)


def build_operator(name, seed=0):
    """An operator with its default options, in float64, for CHANNELS channels."""
    cls = resampler_class(name)
    paddle.seed(seed)
    site = {"scale": resampler_options(cls)["scale"]}
    if issubclass(cls, Upsampler):
        site["side"] = cls.needs_side
        if cls.needs_guide:
            site["guide_channels"] = CHANNELS if cls.guide_same_channels else 3
    layer = build(name, CHANNELS, **site)
    layer.to(dtype="float64")
    return layer


def zone_plate(side):
    """Rings whose frequency grows to half a cycle a pixel in the corners.

    Args:
        side: of the square, in pixels.

    Returns:
        float64 [side, side] in [0, 1].

    >>> zone_plate(64).shape
    (64, 64)
    """
    line = np.arange(side) - (side - 1) / 2
    squared = line**2 + line[:, None] ** 2
    return 0.5 + 0.5 * np.cos(np.pi * squared / (2**0.5 * side))


def rings():
    """The zone plate of SIDE pixels in the three colours, [SIDE, SIDE, 3]."""
    return np.repeat(zone_plate(SIDE)[..., None], 3, -1)


def upsampler_inputs(cls, scale, bias=0.0):
    """A function of a fine picture: x, guide and side of an upsampler whose result is
    as large as it. The bias is that of `features`."""
    down = _shrinker(cls, scale)

    def inputs(fine):
        x, side = down.record(features(fine, bias))
        guide = None
        if cls.needs_guide:
            colours = 2 * tensor(fine) - 1
            guide = features(fine, bias) if cls.guide_same_channels else colours
        return {"x": x, "guide": guide, "side": side if cls.needs_side else None}

    return inputs


def upsampler_kernel(up, inputs):
    """What a change of one pixel of x changes, mean over locations.

    Args:
        up: Upsampler.
        inputs: its `upsampler_inputs`.
    """
    small = inputs(_small_cut(up.scale))
    return _mean_kernel(lambda at: impulse_response(up, location=at, **small), up.scale)


def downsampler_kernel(down, bias=0.0):
    """How one pixel of the result depends on the input, mean over locations."""
    small = features(_small_cut(down.scale), bias)
    with paddle.enable_grad():
        return _mean_kernel(lambda at: pixels_read(down, small, at), down.scale)


def _small_cut(scale):
    """The middle of the photograph, whose pixels are changed."""
    cut = (SIDE - _SMALL * scale) // 2
    return detail()[cut : cut + _SMALL * scale, cut : cut + _SMALL * scale]


def _view_up(cls, up):
    scale = up.scale
    site = upsampler_inputs(cls, scale)
    fine = detail()
    inputs = site(fine)
    y = up(**inputs)
    shown, shown_stretched = _as_picture(inputs["x"], True)
    output, stretched = _as_picture(y, cls.keeps_channels)
    kernel = upsampler_kernel(up, site)
    edge = site(_edge(_EDGE * scale, 6 * scale))
    row = _EDGE // 2 * scale
    after = up(**edge).numpy()[0, 0, row : row + scale]
    return OperatorView(
        cls.name, True, scale, cls.learned, shown, output,
        (shown_stretched, stretched), _remarks(cls), kernel, float(kernel.sum()),
        edge["x"].numpy()[0, 0, _EDGE // 2], after,
    )  # fmt: skip


def _view_down(cls, down):
    scale = down.scale
    plate = rings()
    y = down(features(plate))
    output, stretched = _as_picture(y, cls.keeps_channels)
    kernel = downsampler_kernel(down)
    fine = _edge(_EDGE * scale, 6 * scale + scale // 2)  # within a cell
    y = down(features(fine))
    return OperatorView(
        cls.name, False, scale, cls.learned, plate, output,
        (False, stretched), ["rings, finest in the corners"], kernel,
        float(kernel.sum()), fine[0, :, 0], y.numpy()[0, 0, _EDGE // 2][None],
    )  # fmt: skip


def _partner(cls):
    """What shrinks the picture for it: the mean of each cell, unless it must record."""
    return (partners(cls) or ["avg_pool"])[0]


def _remarks(cls):
    words = [f"shrunk by {_partner(cls)}"]
    if cls.needs_guide:
        features = "features of " if cls.guide_same_channels else ""
        words.append(f"guide: {features}the fine photo")
    return words


def _shrinker(cls, scale):
    name = _partner(cls)
    down = build(name, CHANNELS, scale=scale, kind=Downsampler)
    down.to(dtype="float64")
    down.eval()
    return down


def _mean_kernel(measure, scale):
    """Mean of the windows around some locations, _REACH coarse pixels to each side."""
    locations = np.linspace(_REACH, _SMALL - _REACH, LOCATIONS).round().astype(int)
    total = 0.0
    for i in locations:
        for j in locations:
            rows = slice((i - _REACH) * scale, (i + _REACH) * scale)
            columns = slice((j - _REACH) * scale, (j + _REACH) * scale)
            total = total + measure((int(i), int(j)))[rows, columns]
    return total / LOCATIONS**2


@lru_cache(maxsize=1)
def detail():
    """The temple, float64 [SIDE, SIDE, 3] in [0, 1]."""
    return _DETAIL.cut(working_copy(photograph("china"), 256, 4)) / 255


def _edge(side, column):
    """0 left of a column, 1 from it on, in the three colours."""
    picture = np.zeros((side, side, 3))
    picture[:, column:] = 1.0
    return picture


def tensor(picture):
    """[H, W, 3] -> float64 [1, 3, H, W]."""
    return paddle.to_tensor(picture.transpose(2, 0, 1)[None].astype("float64"))


def features(picture, bias=0.0):
    """The colours, then what random 3x3 filters with a ReLU make of them, like
    those of a first layer. [1, CHANNELS, H, W]

    The filters' biases are normal with this standard deviation. Without them a picture
    of half the brightness has half of all features.
    """
    x = tensor(picture)
    random = np.random.RandomState(0)
    filters = random.normal(size=(CHANNELS - 3, 3, 3, 3)) / 27**0.5
    biases = bias * random.normal(size=CHANNELS - 3)
    padded = F.pad(x, [1, 1, 1, 1], mode="replicate")
    made = F.conv2d(padded, paddle.to_tensor(filters), paddle.to_tensor(biases))
    return paddle.concat([x, F.relu(made)], axis=1)


def _as_picture(y, keeps_channels):
    """Colours where they are colours still, else the first channel stretched."""
    colours = y.numpy()[0, :3].transpose(1, 2, 0)
    low, high = np.percentile(colours, [1, 99])
    if keeps_channels and low >= -0.15 and high <= 1.15:
        return colours.clip(0, 1), False
    grey = colours[..., 0]
    low, high = np.percentile(grey, [1, 99])
    return ((grey - low) / max(high - low, 1e-12)).clip(0, 1), True
