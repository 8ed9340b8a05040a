"""Robust feature downsampling."""

from adapters.weights import fill
from paddle_resample.down import RFD


def _adapter(scale):
    def rfd(v):
        layer = RFD(v.args["in_channels"], v.args["out_channels"], scale=scale)
        x, leaves = v.input(), fill(layer, v)
        return {"out": layer(x)}, {"x": x, **leaves}

    return rfd


ADAPTERS = {("rfd", "DRFD"): _adapter(2), ("rfd", "SRFD"): _adapter(4)}
