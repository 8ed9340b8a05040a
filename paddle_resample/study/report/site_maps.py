"""What enters and leaves every resampler of a network, as colours."""

from typing import NamedTuple

import numpy as np
import paddle

from ...seg.sites import inner_resampler, network_resamplers

__all__ = ["SiteMaps", "principal_colours", "record_sites"]


class SiteMaps(NamedTuple):
    """One resampler in one pass.

    Attributes:
        path: of the layer in the network.
        name: of the operator.
        before, after: float [C, H, W].
    """

    path: str
    name: str
    before: np.ndarray
    after: np.ndarray


def record_sites(model, image):
    """Pass an image and keep x and y at every resampler, in the order they run.

    Args:
        model: nn.Layer.
        image: Tensor [1, C, H, W].

    Returns:
        list of SiteMaps; a resampler inside another, or of tokens, is passed over, and
        one that runs twice is kept once.
    """
    kept, hooks = {}, []
    for path, outer in network_resamplers(model).items():
        layer = inner_resampler(outer)

        def note(layer, inputs, output, path=path):
            y = output[0] if isinstance(output, (tuple, list)) else output
            if path not in kept and inputs[0].ndim == y.ndim == 4:
                before, after = (map_[0].astype("float32") for map_ in (inputs[0], y))
                kept[path] = SiteMaps(path, layer.name, before.numpy(), after.numpy())

        hooks.append(layer.register_forward_post_hook(note))
    training = model.training
    model.eval()
    try:
        with paddle.no_grad():
            model(image)
    finally:
        for hook in hooks:
            hook.remove()
        if training:
            model.train()
    return list(kept.values())


def principal_colours(before, after):
    """Two maps as colours: their first three principal components.

    Args:
        before, after: float [C, H, W] and [C', H', W'].

    Returns:
        (uint8 [H, W, 3], uint8 [H', W', 3], shared): with C = C' one projection and one
        scale for both, shared is True; the two maps weigh alike in it. Otherwise each
        has its own.
    """
    if len(before) == len(after):
        projected = _project([before, after])
        low, high = _limits(np.concatenate([p.reshape(3, -1) for p in projected], 1))
        return *(_colours(p, low, high) for p in projected), True
    own = []
    for values in (before, after):
        (projected,) = _project([values])
        own.append(_colours(projected, *_limits(projected.reshape(3, -1))))
    return *own, False


def _project(maps):
    """Maps [C, H, W] to their common first components [3, H, W]."""
    flat = [m.reshape(len(m), -1).astype(np.float64) for m in maps]
    mean = np.mean([f.mean(1) for f in flat], axis=0)[:, None]
    centred = [f - mean for f in flat]
    spread = np.mean([c @ c.T / c.shape[1] for c in centred], axis=0)
    axes = np.linalg.eigh(spread)[1][:, ::-1][:, :3].T
    largest = np.abs(axes).argmax(1)  # a sign of one's own makes it repeatable
    axes = axes * np.sign(axes[np.arange(len(axes)), largest])[:, None]
    axes = np.pad(axes, ((0, 3 - len(axes)), (0, 0)))
    return [(axes @ c).reshape(3, *m.shape[1:]) for c, m in zip(centred, maps)]


def _limits(flat):
    """Darkest and brightest value of each component, without the extreme percent."""
    low, high = np.percentile(flat, [1, 99], axis=1)
    return low[:, None, None], np.maximum(high, low + 1e-12)[:, None, None]


def _colours(projected, low, high):
    share = np.clip((projected - low) / (high - low), 0, 1)
    return np.round(255 * share).astype(np.uint8).transpose(1, 2, 0)
