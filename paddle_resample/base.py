"""The contract of every resampler: how it is called and what it declares."""

from typing import NamedTuple

import paddle
import paddle.nn as nn

from .arguments import (
    check_map,
    check_size,
    check_weights,
    converting,
    in_its_dtype,
    whole_number,
)
from .errors import UsageError

__all__ = [
    "Downsampler",
    "ProjectedDownsampler",
    "ProjectedUpsampler",
    "Resampler",
    "Site",
    "Upsampler",
    "check_map",
    "whole_number",
]


class Site(NamedTuple):
    """One place of a network, as cost formulas see it.

    Attributes:
        in_channels, out_channels, guide_channels: of x, y and the guide.
        height, width: of x.
        scale: integer ratio.
    """

    in_channels: int
    out_channels: int
    guide_channels: int
    height: int
    width: int
    scale: int

    @property
    def pixels(self):
        """Pixels of x."""
        return self.height * self.width

    @property
    def coarse_height(self):
        """Height after a downsampler, an odd row counted."""
        return -(-self.height // self.scale)

    @property
    def coarse_width(self):
        """Width after a downsampler, an odd column counted."""
        return -(-self.width // self.scale)


class Resampler(nn.Layer):
    """A layer that changes the resolution of a feature map.

    A subclass declares what it is; networks, error messages, documentation and
    comparisons read these declarations and guess nothing from code.

    Attributes (of the class):
        name: registry name, set by `register`.
        source: where the definition comes from (paper, year, or "textbook").
        year: year of the source; None for textbook operators.
        scales: the integer scales it can do, a tuple; None means every scale from 1.
        learned: whether it has weights.
        keeps_channels: whether out_channels must equal in_channels.
        data_formats: layouts it can work in; "NCDHW" is a volume, and everything said
            of (H, W) then holds of (D, H, W).

    Args:
        in_channels: channels of x.
        out_channels: channels of the result, default in_channels.
        scale: integer ratio between the fine and the coarse side, the same for all.
        data_format: "NCHW", or "NHWC" and "NCDHW" where `data_formats` has them.

    Raises:
        UsageError: a scale, channel count or layout that the class does not have; in
            eager execution also an x of another rank or channel count, or an empty
            one.
    """

    name = None
    source = ""
    year = None
    scales = None
    learned = False
    keeps_channels = True
    data_formats = ("NCHW",)

    def __new__(cls, *args, **given):
        layer = super().__new__(cls)
        # nn.Layer's own __setattr__ works from its __init__ on only.
        object.__setattr__(layer, "given", given)
        return layer

    def __init__(self, in_channels, out_channels=None, *, scale=2, data_format="NCHW"):
        super().__init__()
        self.in_channels = whole_number(self.name, "in_channels", in_channels)
        self.out_channels = whole_number(
            self.name,
            "out_channels",
            in_channels if out_channels is None else out_channels,
        )
        self.scale = whole_number(self.name, "scale", scale)
        self.data_format = data_format
        if self.scales is not None and scale not in self.scales:
            known = ", ".join(str(s) for s in self.scales)
            raise UsageError(f"{self.name}: scale {scale} is not defined, only {known}")
        if self.keeps_channels and self.out_channels != self.in_channels:
            raise UsageError(
                f"{self.name}: keeps the number of channels, so out_channels="
                f"{self.out_channels} must equal in_channels={self.in_channels}; "
                "paddle_resample.build adds a 1x1 convolution where they differ"
            )
        self.check_layout(data_format)

    def __call__(self, x, *args, **kwargs):
        if not paddle.in_dynamic_mode():  # a traced program has unknown sizes
            return super().__call__(x, *args, **kwargs)
        self._check_call(x, *args, **kwargs)
        return in_its_dtype(self.name, super().__call__, x, *args, **kwargs)

    def _check_call(self, x):
        check_map(self.name, "x", x, self.data_format, C=self.in_channels)
        check_weights(self.name, self, x)

    @classmethod
    def check_layout(cls, data_format):
        """Refuse a layout that the class does not have.

        Raises:
            UsageError: naming those it has.
        """
        if data_format not in cls.data_formats:
            raise UsageError(
                f"{cls.name}: data_format {data_format!r} is not available, only "
                + " and ".join(cls.data_formats)
            )

    @classmethod
    def count(cls, site, **options):
        """Parameters and multiply-accumulates in closed form, batch 1.

        Args:
            site: Site.
            options: every option of a spec but scale, with its value.

        Returns:
            (parameters, macs), counted as `cost.Cost` says.
        """
        return 0, 0

    def extra_repr(self):
        return f"{self.in_channels} -> {self.out_channels}, scale={self.scale}"


class Upsampler(Resampler):
    """up(x, guide=None, side=None, size=None) -> y

    Call:
        x: [N, in_channels, H, W].
        guide: [N, guide_channels, H', W'], a map already at the output resolution;
            only for classes with needs_guide.
        side: what the partner downsampler recorded; only with needs_side.
        size: (H', W') wanted; None gives (H*scale, W*scale). By less than `scale`
            pixels off, integer-scale operators crop or extend (`ops.fit`).

    Returns:
        [N, out_channels, H', W'].

    Attributes (of the class):
        needs_guide: whether it cannot run without a guide. Such a class takes
            guide_channels in its constructor, default in_channels.
        guide_same_channels: whether the guide must have x's channels.
        needs_side: None, or the kind of side information (for example
            "pool_indices") that a partner's `gives_side` must name.
        fuses_guide: whether content of the guide enters the result, which makes it
            fusion and not upsampling alone; comparisons say so.
        any_size: whether every `size` is computed directly, not by crop or extend.
    """

    needs_guide = False
    guide_same_channels = False
    needs_side = None
    fuses_guide = False
    any_size = False

    def _check_call(self, x, guide=None, side=None, size=None):
        super()._check_call(x)
        if self.needs_guide:
            if guide is None:
                raise UsageError(f"{self.name}: called without a guide")
            check_map(self.name, "the guide", guide, self.data_format, N=x.shape[0])
            channels = getattr(self, "guide_channels", guide.shape[1])
            if guide.shape[1] != channels:
                raise UsageError(
                    f"{self.name}: the guide has {guide.shape[1]} channels, but the "
                    f"layer was built with guide_channels={channels}"
                )
            if guide.dtype != x.dtype and not converting():
                raise UsageError(
                    f"{self.name}: x is {x.dtype} but the guide {guide.dtype}"
                )
        if size is not None:
            axes = len(self.data_format) - 2
            check_size(self.name, size, axes, x.shape[0] * self.out_channels)


class Downsampler(Resampler):
    """down(x) -> y; down.record(x) -> (y, side)

    Call:
        x: [N, in_channels, H, W].

    Returns:
        [N, out_channels, H/scale, W/scale], an odd row or column treated as `odd`
        says.

    Attributes (of the class):
        gives_side: None, or the kind of side information it records.
        odd: "floor" if an incomplete last cell is dropped, "ceil" if it makes a pixel.
    """

    gives_side = None
    odd = "floor"

    def record(self, x):
        """Downsample and keep what a partner upsampler needs.

        Args:
            x: [N, in_channels, H, W].

        Returns:
            (y, side): y as of the call; side is what the class records, None where
            gives_side is None.
        """
        if self.gives_side is None:
            return self(x), None
        return self(x, record=True)  # through the call, so that hooks see it

    def _check_call(self, x, H=None, W=None, record=False):
        if H is not None:  # patch merging of tokens
            return
        super()._check_call(x)
        axes = slice(1, -1) if self.data_format == "NHWC" else slice(2, None)
        sides = list(x.shape)[axes]
        if min(sides) < self._least_side():
            raise UsageError(
                f"{self.name}: x of {'x'.join(map(str, sides))} is too small, it has "
                f"no whole cell of {self.scale} pixels a side"
            )

    def _least_side(self):
        """Pixels that the first output pixel needs of a side."""
        return self.scale if self.odd == "floor" else 1


class ProjectedUpsampler(nn.Layer):
    """A 1x1 convolution, then an upsampler that keeps its channels.

    The convolution stands on the coarse side. There it costs scale*scale times less
    than behind the upsampler; for interpolation, whose weights sum to one, the result
    is the same; and what follows has the channels of the guide or of the recorded
    indices.
    """

    def __init__(self, in_channels, upsample):
        super().__init__()
        self.project = _pointwise(upsample, in_channels, upsample.in_channels)
        self.upsample = upsample

    def forward(self, x, guide=None, side=None, size=None):
        if paddle.in_dynamic_mode():
            arriving = self.project.weight.shape[1]
            layer = self.upsample
            check_map(layer.name, "x", x, layer.data_format, C=arriving)
            check_weights(layer.name, self.project, x)
        x = in_its_dtype(self.upsample.name, self.project, x)
        return self.upsample(x, guide=guide, side=side, size=size)


class ProjectedDownsampler(nn.Layer):
    """A downsampler that keeps its channels, then a 1x1 convolution (coarse side)."""

    def __init__(self, downsample, out_channels):
        super().__init__()
        self.downsample = downsample
        self.project = _pointwise(downsample, downsample.out_channels, out_channels)

    def forward(self, x):
        return self._project(self.downsample(x))

    def record(self, x):
        """As Downsampler.record."""
        y, side = self.downsample.record(x)
        return self._project(y), side

    def _project(self, y):
        if paddle.in_dynamic_mode():
            check_weights(self.downsample.name, self.project, y)
        return in_its_dtype(self.downsample.name, self.project, y)


def _pointwise(resampler, in_channels, out_channels):
    conv = nn.Conv3D if resampler.data_format == "NCDHW" else nn.Conv2D
    return conv(in_channels, out_channels, 1, data_format=resampler.data_format)
