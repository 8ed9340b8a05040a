"""FADE in its two released layouts, without its gate, and its light variant."""

from adapters.weights import fill
from paddle_resample.up import FADE, FADELite

# The H2L layout has its own names for the same weights.
_H2L = {
    "kernel_generator.conv2_kernels": "ker_generator.content_encoder.weight",
    "kernel_generator.conv2_bias": "ker_generator.content_encoder.bias",
    "kernel_generator.conv1_en.weight": "ker_generator.compressor_en.weight",
    "kernel_generator.conv1_en.bias": "ker_generator.compressor_en.bias",
    "kernel_generator.conv1_de.weight": "ker_generator.compressor_de.weight",
}


def upsample(cls, **fixed):
    def adapter(v):
        a = v.args
        guide_channels = a["in_channels_en"]
        layer = cls(
            a.get("in_channels_de") or guide_channels,
            guide_channels=guide_channels,
            scale=a.get("scale", 2),
            kernel_size=a.get("up_kernel_size", 5),
            **fixed,
        )
        x, guide = v.input(), v.input("guide")
        leaves = fill(layer, v, lambda name: _H2L.get(name, name))
        return {"out": layer(x, guide=guide)}, {"x": x, "guide": guide, **leaves}

    return adapter


ADAPTERS = {
    ("fade", "FADE"): upsample(FADE),
    ("fade", "SemiShiftUp"): upsample(FADE, gate=False),
    ("fade", "FADELite"): upsample(FADELite),
}
