"""Multi-scale deformable attention, and Mask2Former's pixel decoder."""

import paddle

from adapters.weights import fill
from paddle_resample.seg.nets import MSDeformAttn, MSDeformAttnPixelDecoder
from paddle_resample.seg.nets.ms_deform_attn import ms_deform_attn


def core(v):
    x, locations, weights = (v.input(k) for k in ("x", "locations", "weights"))
    y = ms_deform_attn(x, v.args["spatial_shapes"], locations, weights)
    return {"out": y}, {"x": x, "locations": locations, "weights": weights}


def attention(v):
    a = v.args
    layer = MSDeformAttn(
        a.get("d_model", 256),
        a.get("n_levels", 4),
        a.get("n_heads", 8),
        a.get("n_points", 4),
    )
    inputs = {k: v.input(k) for k in ("query", "reference", "x")}
    leaves = fill(layer, v)
    mask = v.arrays.get("mask")
    mask = None if mask is None else paddle.to_tensor(mask.astype("bool"))
    y = layer(*inputs.values(), a["spatial_shapes"], mask)
    return {"out": y}, {**inputs, **leaves}


def pixel_decoder(v):
    a = v.args
    layer = MSDeformAttnPixelDecoder(
        a["channels"],
        channels=a.get("conv_dim", 256),
        mask_channels=a.get("mask_dim", 256),
        transformer_levels=a.get("levels", 3),
        layers=a.get("enc_layers", 6),
        heads=a.get("nheads", 8),
        points=a.get("points", 4),
        feedforward=a.get("dim_feedforward", 1024),
        dropout=a.get("dropout", 0.0),
        norm_groups=a.get("norm_groups", 32),
    )
    maps = {f"x{i}": v.input(f"x{i}") for i in range(1, len(a["channels"]) + 1)}
    leaves = fill(layer, v)
    features, levels = layer(list(maps.values()))
    outputs = {"out:mask_features": features, "out:coarse": levels[0]}
    outputs.update({f"out:level{i}": y for i, y in enumerate(levels) if i})
    return outputs, {**maps, **leaves}


ADAPTERS = {
    ("ms_deform_attn", "ms_deform_attn_core_pytorch"): core,
    ("ms_deform_attn", "MSDeformAttn"): attention,
    ("mask2former_pixel_decoder", None): pixel_decoder,
}
