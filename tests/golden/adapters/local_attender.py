"""UPLiFT's local attender."""

from adapters.weights import fill
from paddle_resample.up import LocalAttender


def local_attender(v):
    a, x, guide = v.args, v.input(), v.input("guide")
    layer = LocalAttender(
        x.shape[1],
        guide_channels=a["in_channels"],
        scale=guide.shape[2] // x.shape[2],
        neighbours=a["num_connected"],
        residual=a.get("conv_res", True),
    )
    leaves = fill(layer, v)
    return {"out": layer(x, guide=guide)}, {"x": x, "guide": guide, **leaves}


ADAPTERS = {("uplift_attender", None): local_attender}
