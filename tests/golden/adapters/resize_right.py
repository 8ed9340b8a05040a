"""ResizeRight: resizing with a stretched kernel."""

from paddle_resample import ops

_PADDINGS = {
    "constant": "zeros",
    "replicate": "replicate",
    "edge": "replicate",
    "reflect": "reflect",
    "circular": "circular",
}


def resize_right(v):
    x = v.input()
    size = v.args.get("out_shape")
    scale = v.args.get("scale_factors")
    y = ops.resize_right(
        x,
        size=size[-2:] if size else None,
        scale=scale[-2:] if isinstance(scale, list) else scale,
        mode=v.args.get("interp_method", "cubic"),
        antialias=v.args.get("antialiasing", True),
        padding=_PADDINGS[v.args.get("pad_mode", "constant")],
    )
    return {"out": y}, {"x": x}


ADAPTERS = {("resize_right", "resize"): resize_right}
