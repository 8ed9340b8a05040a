"""One photograph restored by many operators under the same conditions."""

import math
from dataclasses import dataclass, field

import numpy as np

from ...base import Upsampler
from ...errors import UsageError
from ...operator_cost import cost
from ...registry import resampler_names
from ..build_pair import COLOURS
from .contestants import contestant, default_specs
from .picture import Window, finest_window, working_copy
from .restore import Settings, restore

__all__ = ["HEAVY", "Comparison", "compare_operators"]

# Multiply-accumulates of one pass; fitting more takes minutes on a CPU, and attention
# over a whole picture many gigabytes.
HEAVY = 1.25e7


@dataclass
class Comparison:
    """Rows of one photograph: comparable ones first, each kind by falling PSNR.

    Attributes:
        photo: uint8 [H, W, 3], what was worked on.
        window: Window of it that shows the detail.
        settings: Settings.
        rows: list of Row.
        left_out: dict label -> why it has no row.
        stopped: whether Ctrl-C came before the last operator.
    """

    photo: np.ndarray
    window: Window
    settings: Settings
    rows: list = field(default_factory=list)
    left_out: dict = field(default_factory=dict)
    stopped: bool = False


def compare_operators(picture, specs=None, settings=None, crop=None, progress=None):
    """Restore one photograph with many operators, under the same conditions.

    Args:
        picture: uint8 [H, W, 3].
        specs: list of specs (dict); default `default_specs()`, of which those are
            left out that cannot be built for three channels or are `HEAVY`.
        settings: Settings.
        crop: (x, y, size) of the detail in the picture worked on; default the square
            that loses most.
        progress: function(label, done, total) called after every step; counts are
            over all operators.

    Returns:
        Comparison. Ctrl-C ends it early and leaves the finished rows.

    Raises:
        UsageError: wrong spec in `specs`, a picture too small, a crop outside it, or no
            row at all.
    """
    settings = settings or Settings()
    chosen, left_out = _choose(specs, settings)
    # A multiple of 4 in any case, so that one more operator changes no picture.
    multiple = math.lcm(4, *(one.up.scale for _, one in chosen))
    photo = working_copy(picture, settings.size, multiple)
    window = Window(crop).check(*photo.shape[:2]) if crop else finest_window(photo)
    result = Comparison(photo, window, settings, left_out=left_out)
    total = sum(1 + settings.steps * one.learned for _, one in chosen)
    done = 0
    try:
        for spec, one in chosen:

            def step(label=one.label):
                nonlocal done
                done += 1
                if progress is not None:
                    progress(label, done, total)

            try:
                result.rows.append(restore(photo, spec, settings, step))
            except UsageError as error:
                left_out[one.label] = str(error)
            step()
    except KeyboardInterrupt:
        result.stopped = True
    if not result.rows and not result.stopped:
        raise UsageError("no operator could run: " + "; ".join(left_out.values()))
    result.rows.sort(key=lambda row: (bool(row.reasons), -row.psnr))
    _name_twins(result.rows)
    return result


def _choose(specs, settings):
    """Build each operator once, so that a mistake shows before anything runs."""
    chosen, left_out = {}, {}
    for spec in default_specs() if specs is None else specs:
        try:
            if specs is None:
                _check_light(spec, settings)
            one = contestant(spec)
        except UsageError as error:
            if specs is not None:
                raise
            left_out[str(spec["name"])] = str(error)
        else:
            chosen.setdefault(one.label, (spec, one))
    return list(chosen.values()), left_out


def _check_light(spec, settings):
    """Refuse, unless it was asked for by name, what would take minutes or gigabytes."""
    if spec["name"] not in resampler_names(Upsampler):
        return
    side = settings.size // 2
    macs = cost(spec, COLOURS, (side, side)).macs
    if macs > HEAVY:
        raise UsageError(f"{spec['name']} ({macs / 1e6:.0f} million a pass)")


def _name_twins(rows):
    """Remark on rows whose picture another, earlier named, row has too."""
    first_with = {}
    for row in sorted(rows, key=lambda row: len(row.label)):
        key = row.restored.tobytes()
        if key in first_with:
            row.remarks.append(f"same picture as {first_with[key]}")
        first_with.setdefault(key, row.label)
