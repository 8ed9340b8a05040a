"""NAF, and its attention alone."""

from adapters.weights import fill
from paddle_resample.up import NAF


def attention(v):
    a, x, query, key = v.args, v.input(), v.input("query"), v.input("key")
    # The width of the encoder, which is not used, is free of the vector's.
    heads = a["num_heads"]
    layer = NAF(
        x.shape[1],
        guide_channels=3,
        width=16 * heads,
        heads=heads,
        rotary_heads=1,
        kernel_size=a["kernel_size"],
    )
    y = layer.attend(query, key, x)
    return {"out": y}, {"x": x, "query": query, "key": key}


def whole(v):
    a, x, guide = v.args, v.input(), v.input("guide")
    layer = NAF(
        x.shape[1],
        guide_channels=guide.shape[1],
        width=a["dim"],
        heads=a["heads_attn"],
        rotary_heads=a["heads_rope"],
        kernel_size=a["kernel_size"],
        layers=a["img_layers"],
        base=a.get("rope_base", 100.0),
        reduction="released",
    )
    leaves = fill(layer, v, lambda name: None if "rope" in name else name)
    y = layer(x, guide=guide, size=a["output_size"])
    return {"out": y}, {"x": x, "guide": guide, **leaves}


ADAPTERS = {("naf", "NAF CrossAttention"): attention, ("naf", "NAF"): whole}
