"""All measurements of one operator, or of many."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import paddle.nn as nn

from ..base import Upsampler
from ..errors import UsageError
from ..operator_cost import cost
from ..registry import parse_spec, resampler_names, resampler_options
from .measurements.bias import position_bias
from .measurements.checkerboard import checkerboard
from .measurements.edge import step_edge
from .measurements.field import FIELD
from .measurements.frequency import frequency
from .measurements.gradient import gradient_flow
from .measurements.kernel_phases import kernel_phases
from .measurements.linear_map import linearity
from .measurements.partition import partition
from .measurements.reconstruction import reconstruction
from .measurements.shift import shift_consistency
from .probe import CHANNELS, Probe, pair, probe

__all__ = ["LIGHT", "Lab", "Measured", "light_specs", "measure", "measure_all"]

# Multiply-accumulates of one pass; all measurements of one operator take about 30.
LIGHT = 2e8

_STEPS = {
    "kernel": kernel_phases,
    "frequency": frequency,
    "checkerboard": checkerboard,
    "partition": partition,
    "shift": shift_consistency,
    "bias": position_bias,
    "edge": step_edge,
    "gradient": gradient_flow,
    "linearity": linearity,
}


@dataclass
class Measured:
    """What was measured of one probe.

    Attributes:
        label, kind, scale, channels, parameters, remarks: see Probe.
        parts: name of a measurement -> Measurement.
    """

    label: str
    kind: str
    scale: int
    channels: int
    parameters: int
    remarks: list
    parts: dict = field(default_factory=dict)

    @property
    def numbers(self):
        """All numbers: name -> (value, unit)."""
        return {k: v for part in self.parts.values() for k, v in part.numbers.items()}

    def array(self, part, name):
        """An array of a part, None where it was not defined."""
        return self.parts[part].arrays.get(name) if part in self.parts else None

    def as_json(self, arrays=True):
        """As JSON holds it, with or without the arrays."""
        kept = {k: v for k, v in vars(self).items() if k != "parts"}
        parts = {name: part.as_json() for name, part in self.parts.items()}
        if not arrays:
            parts = {name: part["numbers"] for name, part in parts.items()}
        return {**kept, "measured": parts}


@dataclass
class Lab:
    """What was measured of many.

    Attributes:
        rows: list of Measured, in the order asked for.
        left_out: label -> why it has no row.
        stopped: whether Ctrl-C came before the last.
    """

    rows: list = field(default_factory=list)
    left_out: dict = field(default_factory=dict)
    stopped: bool = False


def measure(
    operator,
    *,
    partner=None,
    channels=CHANNELS,
    seed=0,
    settings=None,
    field=FIELD,
):
    """Measure what an operator does, without training it.

    Args:
        operator: spec (name or mapping) of an upsampler or a downsampler, a layer of
            one with whatever weights it has, or a Probe.
        partner: spec of the upsampler behind it: the pair is measured.
        channels: of the map it is given; a layer has its own.
        seed: of its weights, where it is built here.
        settings: `photograph.restore.Settings` of a pair's reconstruction.
        field: Field that the maps cover.

    Returns:
        Measured: "kernel", "frequency", "checkerboard", "partition", "shift", "bias",
        "edge", "gradient", "linearity"; of a pair given by specs also
        "reconstruction". Each is defined where it is measured (`kernel_phases`, ...).

    Raises:
        UsageError: wrong spec, no resampler, or specs that are no pair.

    >>> found = measure("bilinear").numbers
    >>> round(found["edge_width"][0], 2), found["edge_width"][1]
    (2.2, 'fine px')
    """
    if isinstance(operator, Probe):
        return _measured(operator, field, {})
    if partner is None:
        return _measured(probe(operator, channels, seed), field, {})
    if isinstance(operator, nn.Layer) or isinstance(partner, nn.Layer):
        raise UsageError("lab: a pair is given by two specs, not by layers")
    more = {"reconstruction": lambda: reconstruction(operator, partner, settings)}
    return _measured(pair(operator, partner, channels, seed), field, more)


def measure_all(probes, progress=None, on_row=None, seed=0, settings=None):
    """Measure many, and keep those that are done when Ctrl-C comes.

    Args:
        probes: label -> what `measure` takes: a spec, layer or Probe, or a tuple
            of a downsampler's and an upsampler's spec.
        progress: function(label, done, total) called before every operator and at the
            end.
        on_row: function(Measured) called as soon as one is finished.
        seed: of the weights of each.
        settings: see `measure`.

    Returns:
        Lab.

    Raises:
        UsageError: a mistake in a spec, before anything is measured.
    """
    # Each is built once, so that a mistake shows before anything runs.
    for operator in probes.values():
        _build(operator)
    lab = Lab()
    try:
        for done, (label, operator) in enumerate(probes.items()):
            if progress is not None:
                progress(label, done, len(probes))
            down, up = operator if isinstance(operator, tuple) else (operator, None)
            try:
                row = measure(down, partner=up, seed=seed, settings=settings)
            except UsageError as error:
                lab.left_out[label] = str(error)
                continue
            lab.rows.append(row)
            if on_row is not None:
                on_row(row)
        if progress is not None:
            progress("", len(probes), len(probes))
    except KeyboardInterrupt:
        lab.stopped = True
    return lab


def light_specs(channels=CHANNELS, field=FIELD):
    """Registered operators that are measured in seconds.

    Args:
        channels, field: as in `measure`.

    Returns:
        (list of names, upsamplers first; dict name -> why it was left out).
    """
    chosen, left_out = [], {}
    for name in [
        *resampler_names(Upsampler),
        *(n for n in resampler_names() if n not in resampler_names(Upsampler)),
    ]:
        cls, _ = parse_spec(name)
        fine = field.side * (
            1 if issubclass(cls, Upsampler) else resampler_options(cls)["scale"]
        )
        macs = cost(name, channels, (fine, fine)).macs
        if macs <= LIGHT:
            chosen.append(name)
        else:
            left_out[name] = f"{macs / 1e6:.0f} million multiply-accumulates a pass"
    return chosen, left_out


def _measured(one, field, more):
    done = Measured(
        one.label, one.kind, one.scale, one.channels, one.parameters, list(one.remarks)
    )
    for name, step in _STEPS.items():
        before = [done.parts["frequency"]] if step is checkerboard else []
        done.parts[name] = step(one, *before, field=field)
    for name, step in more.items():
        done.parts[name] = step()
    if done.numbers["nonlinearity"][0] > 1e-3:
        done.remarks.append("depends on its input: measured near a natural map")
    return done


def _build(operator):
    if isinstance(operator, tuple):
        pair(*operator)
    elif isinstance(operator, (str, Mapping)):
        probe(operator)
