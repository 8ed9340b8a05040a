"""The SAPA family: the paper's class, its experimental one and the deformable one.

Two forms of the experimental class have no operator of their own here; they are put
together from sapa_b's parts."""

import paddle

from adapters.weights import fill
from paddle_resample import ops
from paddle_resample.blocks.conv import Linear2D
from paddle_resample.up import SAPAB, SAPAD, SAPAG


class AsConvolution:
    """Our linear layer's weight, its gradient in the shape of a 1x1 convolution's."""

    def __init__(self, parameter):
        self.parameter = parameter

    @property
    def grad(self):
        return paddle.to_tensor(self.parameter.grad.numpy().T[:, :, None, None])


def options(v):
    a = v.args
    return {
        "guide_channels": a["dim_y"],
        "scale": a.get("up_factor", 2),
        "kernel_size": a.get("up_kernel_size", 5),
        "embedding": a.get("embedding_dim", 32 if "norm" in a else 64),
        "bias": a.get("qkv_bias", True),
    }


def channels(v):
    return v.args.get("dim_x") or v.args["dim_y"]


def base(v):
    """Also the channels-first form, whose linear layers are 1x1 convolutions."""
    convolutions = {k for k, w in v.weights.items() if w.ndim == 4}
    norm = "layer"
    if convolutions:
        norm = "group" if v.args.get("norm", True) else "none"
    layer = SAPAB(channels(v), norm=norm, **options(v))
    for name in convolutions:
        v.arrays[f"p:{name}"] = v.arrays[f"p:{name}"][:, :, 0, 0]
    leaves = fill(layer, v)
    for name in convolutions:
        leaves[f"p:{name}"] = AsConvolution(leaves[f"p:{name}"])
    x, guide = v.input(), v.input("guide")
    return {"out": layer(x, guide=guide)}, {"x": x, "guide": guide, **leaves}


def experimental(v):
    mode = v.args.get("q_mode", "encoder_only")
    values = "v.weight" in v.weights
    cls = {"gate": SAPAG, "cat": CatQuery}.get(mode, SAPAB)
    layer = cls(channels(v), **options(v))
    if values:
        bias = "v.bias" in v.weights
        layer.v = Linear2D(*v.weights["v.weight"].shape[::-1], bias=bias)
    leaves = fill(layer, v)
    x, guide = v.input(), v.input("guide")
    if not values:
        y = layer(x, guide=guide)
    else:
        y = layer.v(layer.norm_x(x))
        y = ops.reassemble(y, layer.kernels(x, guide), layer.kernel_size, layer.scale)
    return {"out": y}, {"x": x, "guide": guide, **leaves}


class CatQuery(SAPAB):
    """The query is a projection of the normalised guide and the enlarged x together."""

    def __init__(self, in_channels, **options):
        super().__init__(in_channels, **options)
        both = in_channels + self.guide_channels
        self.q = Linear2D(both, options["embedding"], bias=options["bias"])

    def _query_and_key(self, x, guide):
        coarse = ops.interpolate(x, scale=self.scale, mode="nearest")
        both = paddle.concat([self.norm_y(guide), coarse], axis=1)
        return self.q(both), self.k(self.norm_x(x))


def deform(v):
    a = v.args
    layer = SAPAD(
        channels(v),
        guide_channels=a["dim_y"],
        scale=a.get("up_factor", 2),
        points=a.get("num_point", 9),
        groups=a.get("groups", 4),
        embedding=a.get("embedding_dim", 32),
        high_offset=a.get("high_offset", True),
        norm="group" if a.get("norm", False) else "none",
        bias=a.get("qkv_bias", True),
    )
    x, guide, leaves = v.input(), v.input("guide"), fill(layer, v)
    return {"out": layer(x, guide=guide)}, {"x": x, "guide": guide, **leaves}


ADAPTERS = {
    ("sapa", "SAPA"): base,
    ("sapa", "SAPAExp"): experimental,
    ("sapa", "SAPADeform"): deform,
}
