"""An operator, or a pair of them, ready to be measured."""

import copy
from typing import Any, NamedTuple

import numpy as np
import paddle
import paddle.nn as nn

from ..base import Downsampler, Upsampler
from ..errors import UsageError
from ..registry import build, parse_spec
from ..seg.sites import inner_resampler, layer_channels
from .build_pair import build_for_upsampler, build_pair, guide_channels
from .measurements.field import moved
from .measurements.signals import features, photograph_tile

__all__ = ["CHANNELS", "Inputs", "Probe", "pair", "probe"]

CHANNELS = 16  # every registered operator can have as many


class Inputs(NamedTuple):
    """What an operator is called with; Tensors, None or side information."""

    x: Any
    guide: Any = None
    side: Any = None


class Probe:
    """An operator between a coarse and a fine grid, in float64 and eval mode.

    Args:
        label: what to call it.
        up: upsampler, None for a downsampler alone.
        down: downsampler; for an upsampler alone what shrinks fine maps for it, with
            the side information that it needs.
        paired: whether down belongs to what is measured.
        tiles: (x, guide), float64 [1, C, ...], one period of each: the natural map
            that it is measured at; default `features` of a photograph.

    Attributes:
        kind: "up", "down" or "pair" (fine to fine).
        scale: integer ratio.
        channels, out_channels: of the map that it is given, and of its result.
        scale_in, scale_out: pixels of what it is given, and of its result, in a coarse
            pixel.
        learned: whether it has weights.
        remarks: list of str, what else to know.
    """

    def __init__(self, label, up=None, down=None, *, paired=False, tiles=None):
        self.label = label
        self.up, self.down = up, down
        self.kind = "down" if up is None else "pair" if paired else "up"
        self.scale = inner_resampler(up or down).scale
        self.channels = layer_channels(up if self.kind == "up" else down)[0]
        self.out_channels = layer_channels(up or down)[1]
        self.scale_in = 1 if self.kind == "up" else self.scale
        self.scale_out = 1 if self.kind == "down" else self.scale
        self.layers = [up, down] if paired else [up or down]
        weights = [p for layer in self.layers for p in layer.parameters()]
        self.learned = any(not p.stop_gradient for p in weights)
        self.parameters = sum(int(p.size) for p in weights if not p.stop_gradient)
        self.remarks = _remarks(self)
        self._tiles = tiles

    @property
    def guide_channels(self):
        """Of the guide, None where there is none."""
        if self.up is None or not inner_resampler(self.up).needs_guide:
            return None
        core = inner_resampler(self.up)
        return core.options.get("guide_channels") or core.in_channels

    def inputs(self, fine):
        """What it is called with to see a fine map.

        Args:
            fine: float64 array [1, C, H, W].

        Returns:
            Inputs: an upsampler gets the mean of every cell (or what its partner makes,
            with the side information) and, as guide, the fine map.
        """
        fine = paddle.to_tensor(fine)
        if self.kind != "up":
            return Inputs(fine)
        with paddle.no_grad():
            x, side = self.down.record(fine)
        needs_side = inner_resampler(self.up).needs_side is not None
        return Inputs(x, self._guide(fine), side if needs_side else None)

    def natural(self, field, rows=0, columns=0):
        """What it is called with to see a natural map.

        Args:
            field: Field that the map covers.
            rows, columns: fine pixels by which it is moved.

        Returns:
            Inputs.
        """
        x, guide = self._natural_tiles(field.period)
        if self.kind == "up" and inner_resampler(self.up).needs_side is not None:
            return self.inputs(field.wrap(moved(x, rows, columns), self.scale))
        if self.kind != "up":
            return Inputs(_wrapped(field, moved(x, rows, columns), self.scale))
        x = moved(x, rows / self.scale, columns / self.scale)
        if guide is not None:
            guide = _wrapped(field, moved(guide, rows, columns), self.scale)
        return Inputs(_wrapped(field, x, 1), guide)

    def see(self, fine):
        """Its result for a fine map, float64 array [1, D, H', W']."""
        return self.respond(self.inputs(fine))

    def respond(self, inputs):
        """Its result, float64 array [1, D, H', W']."""
        with paddle.no_grad():
            return self(*inputs).numpy()

    def __call__(self, x, guide=None, side=None):
        if self.kind == "up":
            return self.up(x, guide=guide, side=side)
        y, side = self.down.record(x)
        if self.kind == "down":
            return y
        if inner_resampler(self.up).needs_side is None:
            side = None
        return self.up(y, guide=self._guide(x), side=side, size=tuple(x.shape[2:]))

    def _guide(self, fine):
        """As many of its channels as the guide has, again from the first if need be."""
        if self.guide_channels is None:
            return None
        times = -(-self.guide_channels // fine.shape[1])
        return paddle.concat([fine] * times, axis=1)[:, : self.guide_channels]

    def _natural_tiles(self, period):
        """One period of x and guide; of the fine map where side is needed."""
        if self._tiles is not None:
            return self._tiles
        tile = photograph_tile(period * self.scale)
        fine = features(tile, max(self.channels, self.guide_channels or 0))
        guide = None if self.guide_channels is None else fine[:, : self.guide_channels]
        fine = fine[:, : self.channels]
        if self.kind != "up" or inner_resampler(self.up).needs_side is not None:
            return fine, guide
        n, c, height, width = fine.shape
        s = self.scale
        return fine.reshape(n, c, height // s, s, width // s, s).mean((3, 5)), guide


def probe(operator, channels=CHANNELS, seed=0, label=None, tiles=None):
    """Make an operator ready to be measured.

    Args:
        operator: a spec (name or mapping), or a layer, which is copied.
        channels: of the map it is given, where it is built from a spec.
        seed: of its weights, where it is built from a spec.
        label: what to call it; default its name and options.
        tiles: see Probe.

    Returns:
        Probe.

    Raises:
        UsageError: wrong spec, or no resampler.
    """
    if isinstance(operator, nn.Layer):
        layer = copy.deepcopy(operator)
        if not hasattr(inner_resampler(layer), "scale"):
            raise UsageError(
                f"lab: {type(operator).__name__} is neither an upsampler nor a "
                "downsampler"
            )
        label = label or inner_resampler(layer).name or type(layer).__name__
    else:
        cls, _ = parse_spec(operator)
        paddle.seed(seed)
        site = {"scale": None}
        if issubclass(cls, Upsampler):
            site["guide_channels"] = guide_channels(cls, channels)
            site["side"] = cls.needs_side
        layer = build(operator, channels, **site)
        label = label or _label(operator)
    if isinstance(inner_resampler(layer), Downsampler):
        return Probe(label, down=_ready(layer), tiles=tiles)
    core = inner_resampler(layer)
    down = build_for_upsampler(type(core), layer_channels(layer)[0], core.scale)
    return Probe(label, _ready(layer), _ready(down), tiles=tiles)


def pair(down, up, channels=CHANNELS, seed=0):
    """Make a downsampler and the upsampler behind it ready to be measured.

    Args:
        down, up: specs.
        channels: of the map before and behind both.
        seed: of the weights.

    Returns:
        Probe, kind "pair".

    Raises:
        UsageError: wrong specs, another scale, or side information that down does not
            record.
    """
    paddle.seed(seed)
    lower, upper = build_pair(down, up, channels)
    label = f"{_label(down)} : {_label(up)}"
    return Probe(label, _ready(upper), _ready(lower), paired=True)


def _label(spec):
    cls, options = parse_spec(spec)
    return " ".join([cls.name, *(f"{k}={v}" for k, v in options.items())])


def _ready(layer):
    layer.to(dtype="float64")
    layer.eval()
    return layer


def _remarks(one):
    said = []
    core = None if one.up is None else inner_resampler(one.up)
    if core is not None and core.needs_guide:
        fused = ", whose content it fuses in" if core.fuses_guide else ""
        said.append(f"guide: the fine map itself{fused}")
    if core is not None and core.needs_side and one.kind == "up":
        said.append(f"with {core.needs_side} of {inner_resampler(one.down).name}")
    if any(not inner_resampler(layer).keeps_channels for layer in one.layers):
        said.append("mixes channels: means over them")
    return said


def _wrapped(field, tile, scale):
    return paddle.to_tensor(np.ascontiguousarray(field.wrap(tile, scale)))
