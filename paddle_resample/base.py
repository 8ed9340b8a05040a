"""The contract of every resampler: how it is called and what it declares."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import paddle
import paddle.nn as nn
from paddle import Tensor

from .arguments import (
    HALVES,
    check_map,
    check_size,
    check_weights,
    converting,
    in_its_dtype,
    whole_number,
)
from .errors import UsageError
from .notes import Notes

__all__ = [
    "Downsampler",
    "Resampler",
    "Site",
    "Upsampler",
    "check_map",
    "whole_number",
]


class Site(NamedTuple):
    """Where a network changes the resolution, as cost formulas see it.

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
    def pixels(self) -> int:
        """Pixels of x."""
        return self.height * self.width

    @property
    def coarse_height(self) -> int:
        """Height after a downsampler, an odd row counted."""
        return -(-self.height // self.scale)

    @property
    def coarse_width(self) -> int:
        """Width after a downsampler, an odd column counted."""
        return -(-self.width // self.scale)


class Resampler(nn.Layer):
    """A layer that changes the resolution of a feature map.

    Docstrings write C, D and G for in_channels, out_channels and guide_channels, s for
    scale. Feature maps hold floats, and the result has the dtype of x.

    Args:
        in_channels: channels C of x.
        out_channels: channels D of the result, default C; must be C where the class
            declares keeps_channels.
        scale: integer ratio s between the fine and the coarse side.
        data_format: "NCHW"; "NHWC" and "NCDHW" where `data_formats` lists them. In a
            volume everything that is said of (H, W) holds of (D, H, W).

    Raises:
        UsageError: a scale, channel count or layout that the class does not have; in
            eager execution also an x of another rank, channel count or dtype, or an
            empty one.

    Attributes:
        name: registry name, set by `register`.
        source: where the definition comes from (paper, year, or "textbook").
        year: year of the source; None for textbook operators.
        scales: the integer scales it can do; None means every scale from 1.
        learned: whether it has weights.
        keeps_channels: whether out_channels must equal in_channels.
        data_formats: layouts it can work in.
        notes: what the documentation says besides.
        starts: operators without weights that `set_start` has a closed form for.
        options: keyword arguments that the layer was built with.
    """

    name: ClassVar[str] = ""
    source: ClassVar[str] = ""
    year: ClassVar[int | None] = None
    scales: ClassVar[tuple[int, ...] | None] = None
    learned: ClassVar[bool] = False
    keeps_channels: ClassVar[bool] = True
    data_formats: ClassVar[tuple[str, ...]] = ("NCHW",)
    starts: ClassVar[tuple[str, ...]] = ()
    notes: ClassVar[Notes] = Notes()
    options: Mapping[str, Any] = {}  # set by `register`

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = None,
        *,
        scale: int = 2,
        data_format: str = "NCHW",
    ):
        super().__init__()
        self.in_channels = whole_number(self.name, "in_channels", in_channels)
        self.out_channels = whole_number(
            self.name,
            "out_channels",
            in_channels if out_channels is None else out_channels,
        )
        self.scale = whole_number(self.name, "scale", scale)
        self.data_format: Any = data_format  # Paddle's stubs ask for a Literal
        if self.scales is not None and scale not in self.scales:
            known = ", ".join(str(s) for s in self.scales)
            raise UsageError(f"{self.name}: scale {scale} is not defined, only {known}")
        if self.keeps_channels and self.out_channels != self.in_channels:
            raise UsageError(
                f"{self.name}: keeps the number of channels, so out_channels="
                f"{self.out_channels} must equal in_channels={self.in_channels}; "
                "paddle_resample.build adds a 1x1 convolution where they differ"
            )
        self._check_layout(data_format)

    @classmethod
    def count(cls, site: Site, **options: Any) -> tuple[int, int]:
        """(parameters, multiply-accumulates) at a Site, for options of a spec."""
        return 0, 0

    def set_start(self, mode: str) -> bool:
        """Set the weights so that the layer computes `mode`, one of `starts`; False,
        and nothing changed, where its options or channels leave no way."""
        return False

    @classmethod
    def _check_layout(cls, data_format):
        if data_format not in cls.data_formats:
            raise UsageError(
                f"{cls.name}: data_format {data_format!r} is not available, only "
                + " and ".join(cls.data_formats)
            )

    def _check_x(self, x):
        check_map(self.name, "x", x, self.data_format, self.in_channels)
        check_weights(self.name, self, x)

    def _run(self, x, *args, **kwargs):
        """nn.Layer's call, which runs the hooks and `forward`."""
        if x.dtype in HALVES:
            call = functools.partial(nn.Layer.__call__, self)
            return in_its_dtype(self.name, call, x, *args, **kwargs)
        return nn.Layer.__call__(self, x, *args, **kwargs)

    def extra_repr(self) -> str:
        """Channels and scale, for repr."""
        return f"{self.in_channels} -> {self.out_channels}, scale={self.scale}"


class Upsampler(Resampler):
    """up(x, guide=None, side=None, size=None) -> y

    Args:
        guide_channels: channels G of the guide, default C; only with needs_guide.

    Attributes:
        needs_guide: whether it cannot run without a guide.
        guide_same_channels: whether the guide must have x's channels.
        needs_side: None, or the kind of side information (for example
            "pool_indices") that a partner's `gives_side` must name.
        fuses_guide: whether content of the guide enters the result, which makes it
            fusion and not upsampling alone; comparisons say so.
        any_size: whether every `size` is computed directly, not by crop or extend.
    """

    needs_guide: ClassVar[bool] = False
    guide_same_channels: ClassVar[bool] = False
    needs_side: ClassVar[str | None] = None
    fuses_guide: ClassVar[bool] = False
    any_size: ClassVar[bool] = False

    def __call__(
        self,
        x: Tensor,
        guide: Tensor | None = None,
        side: Any = None,
        size: Sequence[int] | Tensor | None = None,
    ) -> Tensor:
        """Upsample x.

        Args:
            x: [N, C, H, W].
            guide: [N, G, H', W'], a feature map at the resolution of the result.
            side: what the partner downsampler recorded.
            size: (H', W') of the result, default (H*s, W*s). By less than s pixels off,
                integer-scale operators crop, or repeat the last row and column.
        """
        eager = paddle.in_dynamic_mode()  # a traced program has unknown sizes
        if eager:
            self._check_x(x)
        if self.needs_guide and guide is None:
            raise UsageError(f"{self.name}: called without a guide")
        if self.needs_side and side is None:
            raise UsageError(
                f"{self.name}: called without side, the {self.needs_side} that "
                "`y, side = down.record(x)` gives"
            )
        if eager and self.needs_guide:
            self._check_guide(guide, x)
        if eager and size is not None:
            axes = len(self.data_format) - 2
            check_size(self.name, size, axes, x.shape[0] * self.out_channels)
        return self._run(x, guide=guide, side=side, size=size)

    def forward(
        self,
        x: Tensor,
        guide: Tensor | None = None,
        side: Any = None,
        size: Sequence[int] | Tensor | None = None,
    ) -> Tensor:
        """Compute what the call returns, from checked arguments."""
        raise NotImplementedError

    def _check_guide(self, guide, x):
        channels = getattr(self, "guide_channels", None)
        check_map(self.name, "the guide", guide, self.data_format, batch=x.shape[0])
        if channels is not None and guide.shape[1] != channels:
            raise UsageError(
                f"{self.name}: the guide has {guide.shape[1]} channels, but the "
                f"layer was built with guide_channels={channels}"
            )
        if guide.dtype != x.dtype and not converting():
            raise UsageError(f"{self.name}: x is {x.dtype} but the guide {guide.dtype}")


class Downsampler(Resampler):
    """down(x) -> y; down.record(x) -> (y, side)

    The result is [N, D, H/s, W/s], an odd row or column treated as `odd` says.

    Attributes:
        gives_side: None, or the kind of side information it records.
        odd: "floor" if an incomplete last cell is dropped, "ceil" if it makes a pixel.
    """

    gives_side: ClassVar[str | None] = None
    odd: ClassVar[str] = "floor"

    def __call__(self, x: Tensor) -> Tensor:
        """Downsample x, [N, C, H, W]."""
        self._check_size(x)
        return self._run(x)

    def record(self, x: Tensor, needed: bool = True) -> tuple[Tensor, Any]:
        """Downsample, and keep what a partner upsampler needs, else None.

        Args:
            x: [N, C, H, W].
            needed: whether there is such a partner; without one nothing is kept.
        """
        if self.gives_side is None or not needed:
            return self(x), None
        self._check_size(x)
        return self._run(x, record=True)  # through the call, so that hooks see it

    def forward(self, x: Tensor) -> Tensor:
        """Compute what the call returns, from a checked x."""
        raise NotImplementedError

    def _check_size(self, x):
        if not paddle.in_dynamic_mode():  # a traced program has unknown sizes
            return
        self._check_x(x)
        sides = x.shape[1:-1] if self.data_format == "NHWC" else x.shape[2:]
        if min(sides) < self._least_side():
            raise UsageError(
                f"{self.name}: x of {'x'.join(map(str, sides))} is too small, it has "
                f"no whole cell of {self.scale} pixels a side"
            )

    def _least_side(self):
        """Pixels that the first output pixel needs of a side."""
        return self.scale if self.odd == "floor" else 1
