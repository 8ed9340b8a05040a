"""Blur pooling: the filter alone, as both reference codes have it."""

from adapters.weights import NotCovered
from paddle_resample import ops

_BORDERS = {
    "reflect": "reflect",
    "refl": "reflect",
    "replicate": "replicate",
    "repl": "replicate",
    "zero": "zeros",
    "zeros": "zeros",
    "constant": "zeros",
}


def blur_pool(v):
    if v.args.get("pad_off"):
        raise NotCovered("extra padding of an official option nothing uses")
    adobe = v.meta["operator"] == "BlurPool"
    border = v.args.get("pad_type") or v.args.get("pad_mode") or "reflect"
    x = v.input()
    y = ops.blur_pool(
        x,
        filter_size=v.args.get("filt_size", 4 if adobe else 3),
        stride=v.args.get("stride", 2),
        padding="adobe" if adobe else "timm",
        border=_BORDERS[border],
    )
    return {"out": y}, {"x": x}


ADAPTERS = {("blurpool", name): blur_pool for name in ("BlurPool", "BlurPool2d")}
