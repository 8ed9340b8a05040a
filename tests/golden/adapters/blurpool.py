"""Blur pooling: the filter alone, as both reference codes have it."""

import paddle.nn.functional as F

from paddle_resample import ops
from paddle_resample.ops.blur_pool import blur_padding

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
    a = v.args
    adobe = v.meta["operator"] == "BlurPool"
    size, stride = a.get("filt_size", 4 if adobe else 3), a.get("stride", 2)
    rule = "adobe" if adobe else "timm"
    border = a.get("pad_type") or a.get("pad_mode") or "reflect"
    x = v.input()
    if border in _BORDERS and not a.get("pad_off"):
        y = ops.blur_pool(x, size, stride, rule, _BORDERS[border])
    else:
        y = padded_by_hand(x, size, stride, rule, border, a.get("pad_off", 0))
    return {"out": y}, {"x": x}


def padded_by_hand(x, size, stride, rule, border, more):
    """Borders and widths that ours does not offer: of the map that they are put around,
    the results whose windows lie inside."""
    above, below = (n + more for n in blur_padding(size, stride, rule))
    mode = _BORDERS.get(border, border).replace("zeros", "constant")
    x = F.pad(x, [above, below, above, below], mode)
    dense = ops.blur_pool(x, size, 1, "adobe", "zeros")
    first, last = (size - 1) // 2, size // 2
    height, width = (n - last for n in x.shape[2:])
    return dense[:, :, first:height:stride, first:width:stride]


ADAPTERS = {("blurpool", name): blur_pool for name in ("BlurPool", "BlurPool2d")}
