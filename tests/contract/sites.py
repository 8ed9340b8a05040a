"""A site of a network that has whatever an operator needs, and what it is given."""

import numpy as np
import paddle
import pytest

from paddle_resample import (
    Downsampler,
    Resampler,
    Upsampler,
    build,
    resampler_class,
    resampler_names,
)

CHANNELS = 8
COARSE = (9, 13)
VOLUME = (3, 4, 5)
UPS = pytest.mark.parametrize("name", resampler_names(Upsampler))
DOWNS = pytest.mark.parametrize("name", resampler_names(Downsampler))
ALL = pytest.mark.parametrize("name", resampler_names(Resampler))


def scales_of(cls):
    """The scales that are tried: 2, 3 and 4 as far as the class has them, and what it
    declares besides."""
    return [2, 3, 4] if cls.scales is None else [s for s in cls.scales if s > 1]


def every_scale(kind, layout="NCHW", up_to=16):
    """(name, scale) of the classes that know the layout."""
    pairs = [
        (name, scale)
        for name in resampler_names(kind)
        for scale in scales_of(resampler_class(name))
        if layout in resampler_class(name).data_formats and scale <= up_to
    ]
    return pytest.mark.parametrize("name, scale", pairs)


def usual_scale(cls):
    return 2 if cls.scales is None or 2 in cls.scales else cls.scales[0]


def partner(side):
    """Name of a downsampler that gives this kind of side information."""
    return next(
        (
            n
            for n in resampler_names(Downsampler)
            if resampler_class(n).gives_side == side
        ),
        None,
    )


def site_of(cls, channels=CHANNELS, layout="NCHW"):
    """What `build` is told of a site that has whatever the class needs."""
    site = {"scale": usual_scale(cls), "data_format": layout}
    if issubclass(cls, Upsampler):
        site["side"] = cls.needs_side
        site["guide_channels"] = channels if cls.needs_guide else None
    return site


def build_up(name, channels=CHANNELS, out_channels=None, **site):
    usual = site_of(resampler_class(name, Upsampler), out_channels or channels)
    return build(name, channels, out_channels, kind=Upsampler, **{**usual, **site})


def arguments(rng, cls, fine, scale, channels=CHANNELS):
    """What a decoder holds at a site of a fine size: x, and guide or side; a volume
    where the size has three sides."""
    skip = tensor(rng, channels, fine)
    if cls.needs_side is not None:
        layout = "NCDHW" if len(fine) == 3 else "NCHW"
        giver = build(
            partner(cls.needs_side), channels, scale=scale, data_format=layout
        )
        x, side = giver.record(skip)
        return x.detach(), {"side": side}
    x = tensor(rng, channels, [-(-n // scale) for n in fine])
    return x, {"guide": skip} if cls.needs_guide else {}


def tensor(rng, channels, size, dtype="float32"):
    return paddle.to_tensor(rng.normal(size=(2, channels, *size)).astype(dtype))


def shake(rng, layer):
    """Give every weight another value, so that no initialization hides anything."""
    for p in trainable(layer):
        value = p.numpy() + 0.1 * rng.normal(size=p.shape)
        p.set_value(np.asarray(value, dtype=p.numpy().dtype))
    return layer


def trainable(layer):
    """Its weights; what batch norm counts along is a parameter too, but no weight."""
    return [p for p in layer.parameters() if not p.stop_gradient]


def assert_reached(leaves, parameters):
    """Finite gradients arrived, at the leaves other than zero."""
    for leaf in [*leaves, *parameters]:
        assert leaf.grad is not None
        assert np.isfinite(leaf.grad.numpy()).all()
    for leaf in leaves:
        assert leaf.grad.numpy().any()


def feature_map(result):
    """The map among what a resampler returns, as an array."""
    return (result[0] if isinstance(result, tuple) else result).numpy()
