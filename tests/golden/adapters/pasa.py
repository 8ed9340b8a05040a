"""PASA with the softmax over all groups, as released."""

from adapters.weights import fill
from paddle_resample.down import PASA


def pasa(v):
    a = v.args
    border = a.get("pad_type", "reflect")
    layer = PASA(
        a["in_channels"],
        scale=a.get("stride", 1),
        kernel_size=a["kernel_size"],
        groups=a.get("group", 2),
        border={"zero": "zeros"}.get(border, border),
        softmax="all",
    )
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x)}, {"x": x, **leaves}


ADAPTERS = {("pasa", None): pasa}
