"""Pixel-adaptive transposed convolution, alone and in a joint upsampling network."""

import paddle

from adapters.weights import NotCovered, fill
from paddle_resample.up import PAC, PACJoint


def transposed(v):
    a, x, guide = v.args, v.input(), v.input("guide")
    scale, k, padding = a["stride"], a["kernel_size"], a["padding"]
    whole = a["output_padding"] - 2 * padding + k == scale
    if a.get("dilation", 1) != 1 or not whole:
        raise NotCovered("a result that is not `stride` times as large")
    kind = a.get("kernel_type", "gaussian").split("_")
    # The vector's weights hold alpha and the power.
    inverse = {"kernel": "inverse"} if kind[0] == "inv" else {}
    layer = PAC(
        a["in_channels"],
        a["out_channels"],
        guide_channels=guide.shape[1],
        scale=scale,
        kernel_size=k,
        asymmetric="asym" in kind,
        fixed="fixed" in kind,
        smooth=a.get("smooth_kernel_type", "none") != "none",
        normalize=a.get("normalize_kernel", False),
        shared=a.get("shared_filters", False),
        padding=padding,
        bias="p:bias" in v.arrays,
        **inverse,
    )
    leaves = fill(layer, v)
    return {"out": layer(x, guide=guide)}, {"x": x, "guide": guide, **leaves}


def joint(v):
    a, x, guide = v.args, v.input(), v.input("guide")
    layer = PACJoint(
        x.shape[1],
        guide_channels=a["guide_channels"],
        scale=a["factor"],
        filters=a["n_f_filters"],
        kernel_channels=a["k_ch"],
        filter_size=a["f_sz_1"],
        kernel_size=a["f_sz_2"],
    )
    leaves = fill(layer, v)
    return {"out": layer(x, guide=guide)}, {"x": x, "guide": guide, **leaves}


def bilateral(v):
    """Joint bilateral filtering: guide and coordinates, weights of one."""
    a, x, guide = v.args, v.input(), v.input("guide")
    factor, k = a["factor"], a["kernel_size"]
    n, _, height, width = guide.shape
    rows = paddle.arange(height, dtype=guide.dtype).reshape([1, 1, -1, 1])
    columns = paddle.arange(width, dtype=guide.dtype).reshape([1, 1, 1, -1])
    grid = [g.expand([n, 1, height, width]) for g in (rows, columns)]
    given = paddle.concat(
        [a["scale_color"] * guide, a["scale_space"] * paddle.concat(grid, 1)], axis=1
    )
    layer = PAC(
        1,
        guide_channels=given.shape[1],
        scale=factor,
        kernel_size=k,
        padding=1 + (k - factor - 1) // 2,
        normalize=True,
        shared=True,
        bias=False,
    )
    leaves = fill(layer, v, lambda name: name.replace("convt.", ""))
    flat = x.reshape([-1, 1, *x.shape[2:]])
    y = layer(flat, guide=given.repeat_interleave(x.shape[1], axis=0))
    return {"out": y.reshape([n, -1, height, width])}, {
        "x": x,
        "guide": guide,
        **leaves,
    }


ADAPTERS = {
    ("pac", "PacConvTranspose2d"): transposed,
    ("pac", "PacJointUpsample"): joint,
    ("pac", "JointBilateral"): bilateral,
}
