"""The operators and the U-Net of the tutorials on up- and downsampling."""

import paddle.nn as nn

from adapters.weights import fill
from paddle_resample import build, ops
from paddle_resample.seg.nets import ResampleUNet


def interpolate(v):
    x = v.input()
    axes = x.ndim - 2
    size, scale = (
        [value] * axes if isinstance(value, (int, float)) else value
        for value in (v.args.get("size"), v.args.get("scale_factor"))
    )
    if v.args.get("recompute_scale_factor"):
        size, scale = [int(n * s) for n, s in zip(x.shape[2:], scale)], None
    line = axes == 1 and v.args["mode"] == "nearest"  # one row of a map
    if line:
        size, scale = ([1, *value] if value else None for value in (size, scale))
    y = ops.interpolate(
        x.unsqueeze(2) if line else x,
        size=size,
        scale=scale,
        mode=v.args["mode"],
        align_corners=v.args.get("align_corners") or False,
        antialias=v.args.get("antialias") or False,
    )
    return {"out": y.squeeze(2) if line else y}, {"x": x}


def pixel_shuffle(v):
    x = v.input()
    return {"out": ops.pixel_shuffle(x, v.args["factor"])}, {"x": x}


def pixel_unshuffle(v):
    x = v.input()
    return {"out": ops.pixel_unshuffle(x, v.args["factor"])}, {"x": x}


def max_unpool(v):
    x = v.input()
    a = v.args
    pooled, side = ops.max_pool(
        x,
        a["kernel_size"],
        a.get("stride"),
        a.get("padding", 0),
        a.get("ceil_mode", False),
    )
    y = ops.max_unpool(pooled, side)
    outputs = {"out": y, "out:pooled": pooled, "out:indices": side.indices}
    return outputs, {"x": x}


def grid_sample(v):
    """Also after affine_grid, where the vector holds theta and x."""
    aligned, leaves = v.args.get("align_corners") or False, {}
    if "theta" in v.arrays:
        leaves["theta"] = v.input("theta")
        size = v.args.get("size") or v.arrays["out"].shape
        grid = ops.affine_grid(leaves["theta"], list(size[2:]), aligned)
        if "x" not in v.arrays:
            return {"out": grid}, leaves
        grid.retain_grads()
    else:
        grid = v.input("grid")
    x = v.input()
    mode, padding = v.args.get("mode", "bilinear"), v.args.get("padding_mode", "zeros")
    y = ops.grid_sample(x, grid, mode, padding, aligned)
    return {"out": y, "out:grid": grid}, {**leaves, "x": x, "grid": grid}


def conv_transpose(v):
    a = dict(v.args)
    size = a.pop("output_size", None)
    a.pop("padding_mode", None)  # PyTorch knows only zeros here
    layer = nn.Conv2DTranspose(bias_attr=None if a.pop("bias", True) else False, **a)
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x, output_size=size)}, {"x": x, **leaves}


def patch_embed(v):
    a = v.args
    if v.meta["operator"] == "OverlapPatchEmbed":
        patch, scale = a.get("patch_size", 7), a.get("stride", 4)
        spec = {"name": "overlap_patch_embed", "kernel_size": patch}
    else:
        spec, scale = "patch_embed", a.get("patch_size", 16)
    channels, width = a.get("in_chans", 3), a.get("embed_dim", 768)
    layer = build(spec, channels, width, scale=scale)
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x).flatten(2).transpose([0, 2, 1])}, {"x": x, **leaves}


def patch_merge(v):
    dim = v.args["dim"]
    out = v.args.get("out_dim") or 2 * dim
    # Of the two Swins the second normalises after the linear layer.
    second = "swin_transformer_v2" in v.meta["source"]["file"]
    layer = build("patch_merge_v2" if second else "patch_merge", dim, out)
    x, leaves = v.input(), fill(layer, v)
    if x.ndim == 4:  # timm keeps [N, H, W, C]
        y = layer(x.transpose([0, 3, 1, 2])).transpose([0, 2, 3, 1])
    else:
        y = layer(x, *v.args["input_resolution"])
    return {"out": y}, {"x": x, **leaves}


def patch_expand(v):
    dim, scale = v.args["dim"], v.args.get("dim_scale", 2)
    layer = build("patch_expand", dim, dim // scale, scale=scale)
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x, *v.args["input_resolution"])}, {"x": x, **leaves}


def final_patch_expand(v):
    layer = build("final_patch_expand", v.args["dim"], scale=v.args.get("dim_scale", 4))
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x, *v.args["input_resolution"])}, {"x": x, **leaves}


def article_patch_merge(v):
    dim = v.args["in_dim"]
    layer = build({"name": "patch_merge", "norm": False, "bias": True}, dim, 2 * dim)
    x, leaves = v.input(), fill(layer, v)
    return {"out": layer(x, v.args["H"], v.args["W"])}, {"x": x, **leaves}


def article_patch_expand(v):
    dim = v.args["in_dim"]
    spec = {"name": "patch_expand", "norm": False, "bias": True}
    layer = build(spec, dim, dim // 2, scale=v.args.get("expand_ratio", 2))
    x = v.input()
    leaves = fill(layer, v, lambda name: name.replace("linear.", "expand."))
    return {"out": layer(x, v.args["H"], v.args["W"])}, {"x": x, **leaves}


def flow(v):
    spec = {
        "name": "flow",
        "mid_channels": v.args["outplane"],
        "kernel_size": v.args.get("kernel_size", 3),
    }
    channels = v.args["inplane"]
    layer = build(spec, channels, guide_channels=channels)
    x, guide, leaves = v.input(), v.input("guide"), fill(layer, v)
    return {"out": layer(x, guide=guide)}, {"x": x, "guide": guide, **leaves}


def flow_warp(v):
    x, field = v.input(), v.input("flow")
    return {"out": ops.flow_warp(x, field)}, {"x": x, "flow": field}


def article_unet(v):
    layer = ResampleUNet(
        v.args["out_channels"], v.args["in_channels"], v.args["base_width"]
    )
    depth = len(layer.down)

    def rename(name):
        block, _, rest = name.partition(".")
        if block == "final_conv":
            return f"head.{rest}"
        rest = rest.replace("conv.", "", 1)
        if block == "bottleneck":
            return f"bottleneck.{rest}"
        level = int(block[-1])
        if block.startswith("encoder"):
            return f"encoder.{level - 1}.{rest}"
        if block.startswith("decoder"):
            return f"decoder.{depth - level}.{rest}"
        return f"up.{depth - level}.conv.{rest}"  # upconvL

    x, leaves = v.input(), fill(layer, v, rename)
    return {"out": layer(x)[0]}, {"x": x, **leaves}


ADAPTERS = {
    ("interpolate", "interpolate"): interpolate,
    ("pixel", "pixel_shuffle"): pixel_shuffle,
    ("pixel", "pixel_unshuffle"): pixel_unshuffle,
    ("maxunpool", "max_pool2d(return_indices) then max_unpool2d"): max_unpool,
    ("grid_sample", None): grid_sample,
    ("affine_grid", None): grid_sample,
    ("conv_transpose2d", "conv_transpose2d"): conv_transpose,
    ("patch_embed", "PatchEmbed"): patch_embed,
    ("patch_embed", "OverlapPatchEmbed"): patch_embed,
    ("swin_tokens", "PatchMerging"): patch_merge,
    ("swin_tokens", "PatchExpand"): patch_expand,
    ("swin_tokens", "FinalPatchExpand_X4"): final_patch_expand,
    ("seed_tokens", "PatchMerging"): article_patch_merge,
    ("seed_tokens", "PatchExpanding"): article_patch_expand,
    ("flow_align", "AlignedModule"): flow,
    ("flow_align", "flow_warp"): flow_warp,
    ("model_seed_unet", "UNet from the seed"): article_unet,
}
