"""The sites of a model: where it changes the resolution, and of what kind they are."""

from collections import Counter
from dataclasses import dataclass, field

from ...errors import UsageError
from .rewrite import restore
from .tracing import trace

__all__ = ["KINDS", "FoundSite", "Survey", "find_sites", "survey"]

KINDS = {
    "feature": "a feature map",
    "logits": "class scores, which have one channel a class or leave the model",
    "context": "a pooled map: it does not grow with the image, or is coarser than 1/64",
    "patch": "a convolution as large as its stride: it cuts patches, and loses nothing",
    "shrink": "an interpolation that makes a map smaller",
    "uneven": "a call whose channels change, or that runs or not as the size decides",
}
_COARSEST = 64


@dataclass
class FoundSite:
    """One call in a model that changes the resolution.

    Attributes:
        name: path of the layer, and the operation where it is a function; numbered
            where several have one name.
        operation: name of Paddle's function or layer class.
        way: "up" or "down".
        kind: a key of `KINDS`.
        in_channels, out_channels: of the map that comes and the one that leaves.
        ratio: of the sides, fine to coarse, as first seen; whole or not.
        came, left: sizes (H, W) at the first image size.
        when: "always", "training" or "evaluation".
        runs: list of `tracing.Run`.
    """

    name: str
    operation: str
    way: str
    kind: str
    in_channels: int
    out_channels: int
    ratio: float
    came: tuple
    left: tuple
    when: str
    runs: list = field(repr=False)

    @property
    def spec(self):
        """The spec that computes what the model has here, None where there is none."""
        return self.runs[0].spec

    @property
    def scale(self):
        """The whole ratio of every run, None where there is none.

        An encoder rounds odd sizes, so that a decoder may be off by less than the
        ratio, which `ops.fit` makes good.
        """
        scale = round(self.ratio)
        if self.runs[0].stride is not None:
            return scale if self.ratio == scale else None
        pairs = [
            (fine, coarse * scale)
            for run in self.runs
            for fine, coarse in zip(*_fine_and_coarse(run, self.way))
        ]
        near = all(abs(fine - whole) < scale for fine, whole in pairs)
        return scale if near and scale > 1 else None


@dataclass
class Survey:
    """What running a model showed.

    Attributes:
        sites: list of FoundSite in the order of their first run; in evaluation first.
        classes: channels of the model's first result.
        entry: path of the first layer that takes the image itself, or None.
        paths: {path: layer}.
    """

    sites: list
    classes: int
    entry: str
    paths: dict


def find_sites(model, image_size=(128, 128), in_channels=3):
    """List where a model changes the resolution.

    Args:
        model: nn.Layer, called with one image; left as it was.
        image_size: (H, W) of the first image it is run on; the second has 64 rows
            more.
        in_channels: of the images.

    Returns:
        list of FoundSite.

    Raises:
        UsageError: the model cannot run on such images.
    """
    surveyed = survey(model, image_size, in_channels)
    release(surveyed)
    return surveyed.sites


def survey(model, image_size, in_channels):
    """As `find_sites`, leaving the layers rerouted.

    Returns:
        Survey.
    """
    height, width = _size(image_size)
    sizes = [(height, width), (height + 64, width)]
    runs, classes, entry = trace(model, sizes, in_channels)
    paths = dict(model.named_sublayers(include_self=True))
    of_layer = {id(layer): path for path, layer in paths.items()}
    by_call = {}
    for run in runs:
        by_call.setdefault((id(run.owner), run.key), []).append(run)
    uneven = _uneven_owners(runs)
    sites = []
    for site_calls in by_call.values():
        site = _site(site_calls, of_layer, classes, id(site_calls[0].owner) in uneven)
        if site is not None:
            sites.append(site)
    _number(sites)
    return Survey(sites, classes, entry, paths)


def release(surveyed, keep=()):
    """Give the layers their own classes back, but those in `keep`.

    Args:
        surveyed: Survey.
        keep: layers.
    """
    kept = {id(layer) for layer in keep}
    for layer in surveyed.paths.values():
        if id(layer) not in kept and hasattr(type(layer), "_rerouted_class"):
            restore(layer)


def _size(image_size):
    if isinstance(image_size, int):
        return image_size, image_size
    sides = list(image_size) if isinstance(image_size, (list, tuple)) else []
    if len(sides) != 2 or not all(isinstance(n, int) and n > 0 for n in sides):
        raise UsageError(
            f"Resampled: image_size is one side or [height, width], not {image_size!r}"
        )
    return tuple(sides)


def _site(runs, of_layer, classes, uneven):
    """FoundSite of the runs of one call, None where the resolution stays."""
    first = runs[0]
    if _resolution_stays(runs):
        return None
    fixed = _fixed(runs)
    way = "up" if fixed or first.left[2] > first.came[2] else "down"
    layer = first.layer if first.layer is not None else first.owner
    path = of_layer[id(layer)]
    if first.layer is None:
        path = f"{path}.{first.operation}" if path else first.operation
    modes = {run.training for run in runs}
    return FoundSite(
        path,
        first.operation,
        way,
        _kind(runs, way, fixed, classes, uneven),
        first.came[1],
        first.left[1],
        _ratio(first, way),
        tuple(first.came[2:]),
        tuple(first.left[2:]),
        "always" if len(modes) == 2 else "training" if True in modes else "evaluation",
        runs,
    )


def _resolution_stays(runs):
    strides = {run.stride for run in runs}
    if strides != {None}:
        return strides == {(1, 1)}
    return all(run.came[2:] == run.left[2:] for run in runs)


def _ratio(run, way):
    if run.stride is not None and run.stride[0] == run.stride[1]:
        return float(run.stride[0])
    fine, coarse = _fine_and_coarse(run, way)
    return fine[0] / coarse[0]


def _fine_and_coarse(run, way):
    sides = run.left[2:], run.came[2:]
    return sides if way == "up" else sides[::-1]


def _fixed(runs):
    """Whether an interpolated map has one size, however large the image is."""
    came = {tuple(run.came[2:]) for run in runs}
    return runs[0].stride is None and len(came) == 1 and len(_images(runs)) > 1


def _images(runs):
    return {run.image for run in runs}


def _kind(runs, way, fixed, classes, uneven):
    first = runs[0]
    if fixed:
        return "context"
    if uneven or len({(r.came[1], r.left[1], _grows(r)) for r in runs}) > 1:
        return "uneven"
    full = all(tuple(r.left[2:]) == r.image for r in runs)
    scores = any(r.returned for r in runs) or (full and first.left[1] == classes)
    if way == "up" and scores:
        return "logits"
    if way == "down" and first.stride is None:
        return "shrink"
    coarse = [r.came if way == "up" else r.left for r in runs]
    if any(c[2] * _COARSEST < r.image[0] for r, c in zip(runs, coarse)):
        return "context"
    if first.operation == "Conv2D" and first.kernel_size == first.stride:
        return "patch"
    return "feature"


def _grows(run):
    return run.left[2] > run.came[2]


def _uneven_owners(runs):
    """Layers whose calls come in another order, or not at all, at another size."""
    orders = {}
    for run in runs:
        by_size = orders.setdefault((id(run.owner), run.training), {})
        by_size.setdefault(run.image, []).append((run.key, run.came[1]))
    sizes = {run.image for run in runs}
    return {
        owner
        for (owner, _), by_size in orders.items()
        if set(by_size) != sizes or len({tuple(v) for v in by_size.values()}) > 1
    }


def _number(sites):
    counts = Counter(site.name for site in sites)
    seen = Counter()
    for site in sites:
        if counts[site.name] > 1:
            seen[site.name] += 1
            site.name = f"{site.name}_{seen[site.name]}"
