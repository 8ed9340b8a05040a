"""Which map guides an upsampler at a site, and how it gets there."""

from typing import NamedTuple, Optional

from ...errors import UsageError, did_you_mean
from .tracing import IMAGE

__all__ = ["Source", "Tap", "find_guide"]


class Source(NamedTuple):
    """Where a guide comes from.

    Attributes:
        path: of the layer whose output it is, "image", or None for the map whose size
            the call asks for.
        channels: of it.
    """

    path: Optional[str]
    channels: int


class Tap:
    """Keeps the newest output (or input) of a layer for one site.

    Args:
        layer: nn.Layer.
        incoming: keep what comes into the layer instead of what leaves it.
    """

    def __init__(self, layer=None, incoming=False):
        self.value = None
        if layer is not None and incoming:
            layer.register_forward_pre_hook(self)
        elif layer is not None:
            layer.register_forward_post_hook(self)

    def __call__(self, layer, inputs, output=None):
        self.value = inputs[0] if output is None else output

    def __deepcopy__(self, memo):
        # A model is copied with its hooks; a map of the last pass is not part of it.
        memo[id(self)] = copy = Tap()
        return copy

    def take(self):
        """The map; it is not kept any longer."""
        value, self.value = self.value, None
        return value


def find_guide(site, sizes, entry, wanted=None):
    """Choose the guide of one step of a site.

    The map whose size the call asks for; else the last map of exactly that size that
    was made before the network reached the size of the site's input, which is the
    encoder's feature; else the newest map of that size; else the image.

    Args:
        site: FoundSite.
        sizes: list of (H, W), the guide's size in each of the site's runs.
        entry: path of the layer that takes the image, or None.
        wanted: path of a layer, or "image", to take instead.

    Returns:
        Source.

    Raises:
        UsageError: there is none, or `wanted` is none.
    """
    fitting = _fitting(site.runs, sizes)
    if entry is None:
        fitting.pop(IMAGE, None)
    if wanted is not None:
        if wanted not in fitting:
            raise UsageError(
                f"Resampled: the guide {wanted!r} of site {site.name!r} is no layer "
                f"that gives one map of exactly {_by(sizes[0])} before the site runs "
                f"(on an image of {_by(site.runs[0].image)}){_near(wanted, fitting)}"
            )
        return Source(wanted, fitting[wanted])
    asked = _asked(site.runs, sizes)
    if asked is not None:
        return Source(None, asked)
    if not fitting:
        raise UsageError(
            f"Resampled: site {site.name!r} has no guide: on an image of "
            f"{_by(site.runs[0].image)} no layer before it gives a map of "
            f"{_by(sizes[0])}, only {_finest(site)}"
        )
    path = _best(site.runs[0], fitting)
    return Source(path, fitting[path])


def _fitting(runs, sizes):
    """{path: channels} of the layers that give exactly these sizes in every run."""
    common = None
    for run, size in zip(runs, sizes):
        here = {p: m.channels for p, m in run.maps.items() if m.size == tuple(size)}
        if common is None:
            common = here
        common = {p: c for p, c in common.items() if here.get(p) == c}
    return {path: c for path, c in common.items() if path}


def _asked(runs, sizes):
    """Channels of the map whose size the call asks for, None if it does not fit."""
    channels = {
        run.guide[1] if run.guide and tuple(run.guide[2:]) == tuple(size) else None
        for run, size in zip(runs, sizes)
    }
    return channels.pop() if len(channels) == 1 else None


def _best(run, fitting):
    coarse = [m.time for m in run.maps.values() if m.size[0] <= run.came[2]]
    reached = min(coarse, default=0)
    layers = [p for p in fitting if p != IMAGE]
    early = [p for p in layers if run.maps[p].time < reached]
    return max(early or layers or [IMAGE], key=lambda p: run.maps[p].time)


def _finest(site):
    run = site.runs[0]
    finer = {p: m for p, m in run.maps.items() if p and m.size[0] > run.came[2]}
    listed = sorted(finer, key=lambda p: -finer[p].size[0])[:4]
    return ", ".join(f"{p} {_by(finer[p].size)}" for p in listed) or "coarser ones"


def _near(wanted, fitting):
    text = did_you_mean(wanted, fitting)
    if "did you mean" in text or len(fitting) <= 8:
        return text
    names = list(fitting)
    return f"; such are {', '.join(names[:4])}, ... {', '.join(names[-4:])}"


def _by(size):
    return f"{size[0]}x{size[1]}"
