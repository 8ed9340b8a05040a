"""Which operators take part in an experiment on pictures, and how each is built."""

from dataclasses import dataclass, field
from typing import Any

import paddle.nn as nn
import yaml

from ...base import Upsampler
from ...errors import UsageError, did_you_mean
from ...registry import (
    build,
    parse_spec,
    partners,
    resampler_names,
    resampler_options,
)
from ..build_pair import COLOURS, build_for_upsampler
from .sampling_grid import GridSample

__all__ = ["Contestant", "contestant", "default_specs", "parse_operator"]

# Experiments that are no registered upsamplers but take part like one.
_EXTRAS = {cls.name: cls for cls in (GridSample,)}

# Rows beside each upsampler with its default options.
_VARIANTS = [
    # Uneven overlap: the checkerboard survives fitting.
    {"name": "conv_transpose", "kernel_size": 3},
    # Even overlap, as the tutorials on upsampling train it.
    {"name": "conv_transpose", "kernel_size": 4},
    # The tutorials' form; the published one normalises three colours.
    {"name": "patch_expand", "norm": False, "bias": True},
    {"name": "grid_sample"},
    {"name": "grid_sample", "noise": 0.005},
]


@dataclass
class Contestant:
    """An operator ready to restore a picture of three colours.

    Attributes:
        name: of the operator.
        options: dict, as the spec gave them.
        up: the upsampling layer.
        down: the layer that shrinks the picture for it, (y, side) as all.
        reasons: why its numbers are not comparable with those of an operator that
            gets the half-size picture and nothing else; list of str, mostly empty.
        remarks: what else to know, list of str.
    """

    name: str
    options: dict
    up: Any
    down: Any
    reasons: list = field(default_factory=list)
    remarks: list = field(default_factory=list)

    @property
    def label(self):
        """Name and options in one line."""
        return " ".join([self.name, *(f"{k}={v}" for k, v in self.options.items())])

    @property
    def learned(self):
        return bool(self.weights)

    @property
    def weights(self):
        """The parameters to fit, list."""
        layers = [*self.up.parameters(), *self.down.parameters()]
        return [p for p in layers if not p.stop_gradient]


def default_specs():
    """Every registered upsampler with its defaults, and some telling variants.

    Returns:
        list of specs (dict).
    """
    return [{"name": name} for name in resampler_names(Upsampler)] + _VARIANTS


def parse_operator(text):
    """Read a spec from the command line.

    Args:
        text: `name`, `name:option=value,option=value`, or a YAML mapping such as
            `{name: conv_transpose, kernel_size: 3}`.

    Returns:
        dict: the spec; values as YAML reads them.

    Raises:
        UsageError: the text has none of these forms.

    >>> parse_operator("conv_transpose:kernel_size=3,init=torch")
    {'name': 'conv_transpose', 'kernel_size': 3, 'init': 'torch'}
    """
    written = text.strip()
    if not written.startswith("{"):
        name, _, options = written.partition(":")
        pairs = [pair.partition("=") for pair in options.split(",") if pair.strip()]
        if any(not key.strip() or not value.strip() for key, _, value in pairs):
            raise UsageError(
                f"operator {text!r}: write name, or name:option=value,option=value, or "
                "'{name: ..., option: value}'"
            )
        mapping = ", ".join(f"{key.strip()}: {value}" for key, _, value in pairs)
        written = "{" + mapping + "}"
    else:
        name = None
    try:
        spec = yaml.safe_load(written)
    except yaml.YAMLError:
        raise UsageError(f"operator {text!r} is not a YAML mapping") from None
    return spec if name is None else {"name": name.strip(), **spec}


def contestant(spec):
    """Build an operator, and what shrinks the picture for it.

    Args:
        spec: dict with a name, see `registry.parse_spec`, or "grid_sample".

    Returns:
        Contestant.

    Raises:
        UsageError: wrong spec, or an operator that three channels do not suit.
    """
    name = spec.get("name")
    if isinstance(name, str) and name in _EXTRAS:
        cls, options = _EXTRAS[name], {k: v for k, v in spec.items() if k != "name"}
        for key in options:
            if key not in resampler_options(cls):
                hint = did_you_mean(key, resampler_options(cls))
                raise UsageError(f"{name}: unknown option {key!r}{hint}")
        up = cls(COLOURS, **options)
    else:
        if isinstance(name, str) and name not in resampler_names():
            hint = did_you_mean(name, [*resampler_names(Upsampler), *_EXTRAS])
            raise UsageError(f"unknown upsampler {name!r}{hint}")
        cls, options = parse_spec(spec, Upsampler)
        up = build(spec, COLOURS, guide_channels=COLOURS, side=cls.needs_side)
    if up.scale < 2:
        raise UsageError(f"{name}: scale {up.scale} leaves nothing to restore")
    if cls.needs_side is not None and not partners(cls):
        raise UsageError(f"{cls.name}: no downsampler here records {cls.needs_side}")
    down = build_for_upsampler(cls, COLOURS, up.scale)
    reasons = _reasons(cls, up, type(down))
    return Contestant(cls.name, options, up, down, reasons, _remarks(up))


def _reasons(cls, up, partner):
    reasons = []
    if cls.needs_guide:
        reasons.append("sees the original")
    if cls.needs_side is not None:
        fitted = "its own fitted " if partner.learned else ""
        kind = cls.needs_side.replace("_", " ")
        reasons.append(f"from {fitted}{partner.name}, with its {kind}")
    if up.scale != 2:
        reasons.append(f"from 1/{up.scale} of each side")
    return reasons


def _remarks(up):
    norms = [layer for layer in up.sublayers() if isinstance(layer, nn.LayerNorm)]
    if any(list(norm._normalized_shape) == [COLOURS] for norm in norms):
        return ["its LayerNorm drops brightness"]
    return []
