"""ConvNeXt's stem and downsampling layers."""

from adapters.weights import fill
from paddle_resample.down import ConvNeXtDown


def _adapter(scale):
    def convnext_down(v):
        layer = ConvNeXtDown(v.args["in_channels"], v.args["out_channels"], scale=scale)
        x, leaves = v.input(), fill(layer, v)
        return {"out": layer(x)}, {"x": x, **leaves}

    return convnext_down


ADAPTERS = {
    ("convnext_down", "downsample_layers[0]"): _adapter(4),
    ("convnext_down", None): _adapter(2),
}
