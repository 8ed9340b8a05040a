"""Resamplers taken out of a network, with their inputs there."""

import numpy as np
import paddle

from ..base import Upsampler
from ..errors import UsageError, did_you_mean
from ..seg.embedded_data.photographs import photograph
from ..seg.sites import inner_resampler, network_resamplers
from .measurements.field import FIELD
from .probe import probe

__all__ = ["probe_at"]

_IMAGE = (256, 384)  # height and width of the photograph's part that is shown


def probe_at(model, site, field=FIELD):
    """Make a resampler of a network ready to be measured, as it works there.

    Args:
        model: nn.Layer called with one image [1, 3, H, W], weights loaded.
        site: path of the resampler, see `network_resamplers`, or its end where that is
            enough.
        field: Field.

    Returns:
        Probe, whose natural map (and guide) is what the network gives the resampler
        for a photograph: one period from its upper left corner, repeated with seams.

    Raises:
        UsageError: no such site, or the network never calls it.
    """
    path, layer = _find(model, site)
    inputs = _first_inputs(model, layer)
    if inputs is None:
        raise UsageError(f"site {path!r} is not called in evaluation")
    x, guide = inputs
    core = inner_resampler(layer)
    tiles = None
    # Side information belongs to its very map, and tokens to their order.
    if x.ndim == 4 and getattr(core, "needs_side", None) is None:
        fine = field.period * core.scale
        x = _tile(x, field.period if isinstance(core, Upsampler) else fine)
        tiles = x, None if guide is None else _tile(guide, fine)
    return probe(layer, label=f"{path} ({core.name})", tiles=tiles)


def _find(model, site):
    known = network_resamplers(model)
    if site in known:
        return site, known[site]
    ends = [path for path in known if f".{path}".endswith(f".{site}")]
    if len(ends) == 1:
        return ends[0], known[ends[0]]
    if not known:
        raise UsageError(
            f"{type(model).__name__} holds no resampler of this package; "
            "a configuration of type Resampled puts some in"
        )
    raise UsageError(f"site {site!r} is not in the network{did_you_mean(site, known)}")


def _first_inputs(model, layer):
    """(x, guide) of the layer's first call for a photograph; None without a call."""
    seen = []
    forward = layer.forward

    def noting(x, *args, **kwargs):
        seen.append((x, kwargs.get("guide")))
        return forward(x, *args, **kwargs)

    picture = photograph()[: _IMAGE[0], : _IMAGE[1]].transpose(2, 0, 1)[None]
    model.eval()
    layer.forward = noting
    try:
        with paddle.no_grad():
            model(paddle.to_tensor(picture.astype("float32") / 127.5 - 1))
    finally:
        del layer.forward
    return seen[0] if seen else None


def _tile(x, side):
    """Its upper left corner, repeated where it is smaller, float64."""
    x = x.numpy().astype(np.float64)
    rows, columns = np.arange(side) % x.shape[2], np.arange(side) % x.shape[3]
    return x[:, :, rows[:, None], columns]
