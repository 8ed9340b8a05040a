"""Shapes and options that each function of paddle_resample.ops takes.

Every draw is given n, c, h, w and a scale s, and returns (keyword -> shape of a map,
keyword -> option).
"""

from hypothesis import strategies as st

__all__ = ["LEGAL_ARGUMENTS"]

_LAYOUTS = ("NCHW", "NHWC", "NCDHW")
_PADDINGS = ("zeros", "border", "reflection")
_BORDERS = ("zero", "replicate", "renormalise")
_EDGES = ("reflect", "replicate", "zeros")


def _shuffle(draw, n, c, h, w, s):
    layout = draw(st.sampled_from(_LAYOUTS))
    axes = len(layout) - 2
    return {"x": _laid(layout, n, c * s**axes, h, w)}, {
        "scale": s,
        "data_format": layout,
    }


def _unshuffle(draw, n, c, h, w, s):
    layout = draw(st.sampled_from(_LAYOUTS))
    shape = _laid(layout, n, c, h * s, w * s, 2 * s)
    return {"x": shape}, {"scale": s, "data_format": layout}


def _laid(layout, n, c, h, w, d=2):
    return {"NHWC": [n, h, w, c], "NCHW": [n, c, h, w], "NCDHW": [n, c, d, h, w]}[
        layout
    ]


def _interpolate(draw, n, c, h, w, s):
    mode = draw(
        st.sampled_from(("nearest", "nearest-exact", "bilinear", "bicubic", "area"))
    )
    layout = draw(st.sampled_from(_LAYOUTS[:2]))
    side = st.integers(1, 12)
    options = {"mode": mode, "data_format": layout}
    if draw(st.booleans()):
        options["size"] = [draw(side), draw(side)]
    else:
        options["scale"] = draw(st.sampled_from((s, 1.5, 2.25, (2, 1.3))))
    if mode in ("bilinear", "bicubic"):
        options["align_corners"] = draw(st.booleans())
        options["antialias"] = draw(st.booleans())
    return {"x": _laid(layout, n, c, h, w)}, options


def _grid_sample(draw, n, c, h, w, s):
    grid = [n, draw(st.integers(1, 7)), draw(st.integers(1, 7)), 2]
    return {"x": [n, c, h, w], "grid": grid}, {
        "mode": draw(st.sampled_from(("bilinear", "nearest", "bicubic"))),
        "padding": draw(st.sampled_from(_PADDINGS)),
        "align_corners": draw(st.booleans()),
    }


def _flow_warp(draw, n, c, h, w, s):
    return {"x": [n, c, h, w], "flow": [n, 2, h * s, w + s]}, {
        "unit": draw(st.sampled_from(("half", "pixel"))),
        "padding": draw(st.sampled_from(_PADDINGS)),
        "align_corners": draw(st.booleans()),
    }


def _offset_warp(draw, n, c, h, w, s):
    groups, cell = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    made = 2 * groups * cell * cell
    return {"x": [n, c * groups, h, w], "offset": [n, made, h + 1, w * s]}, {
        "groups": groups,
        "cell": cell,
        "reach": draw(st.sampled_from((1.0, 0.25, 0.1))),
        "padding": draw(st.sampled_from(_PADDINGS)),
    }


def _nearest_warp(draw, n, c, h, w, s):
    groups = draw(st.integers(1, 2))
    return {"x": [n, c * groups, h, w], "offset": [n, 2 * groups, h * s, w * s]}, {
        "scale": s,
        "groups": groups,
        "padding": draw(st.sampled_from(_PADDINGS)),
    }


def _reassemble(draw, n, c, h, w, s):
    k, groups = draw(st.sampled_from((1, 3, 5))), draw(st.integers(1, 2))
    softmax = draw(st.booleans())
    border = draw(st.sampled_from(_BORDERS if softmax else _BORDERS[:2]))
    kernels = [n, groups * k * k, h * s, w * s]
    return {"x": [n, c * groups, h, w], "kernels": kernels}, {
        "kernel_size": k,
        "scale": s,
        "groups": groups,
        "dilation": draw(st.integers(1, 2)),
        "border": border,
        "softmax": softmax,
    }


def _reassemble_down(draw, n, c, h, w, s):
    k, groups = draw(st.sampled_from((1, 2, 3, 5))), draw(st.integers(1, 2))
    softmax = draw(st.booleans())
    border = draw(st.sampled_from(_BORDERS if softmax else _BORDERS[:2]))
    kernels = [n, groups * k * k, -(-h // s), -(-w // s)]
    return {"x": [n, c * groups, h, w], "kernels": kernels}, {
        "kernel_size": k,
        "scale": s,
        "groups": groups,
        "border": border,
        "softmax": softmax,
    }


def _similarity(draw, n, c, h, w, s):
    return {"query": [n, c, h * s, w * s], "key": [n, c, h, w]}, {
        "kernel_size": draw(st.sampled_from((1, 3, 5))),
        "scale": s,
        "border": draw(st.sampled_from(_BORDERS)),
    }


def _low_pass(draw, n, c, h, w, s):
    threshold = draw(st.sampled_from((0.1, 0.25, 0.35, 0.5)))
    return {"x": [n, c, h, w]}, {"threshold": threshold, "stride": s}


def _blur_pool(draw, n, c, h, w, s):
    size = draw(st.integers(1, 7))
    return {"x": [n, c, h + size // 2, w + size // 2]}, {
        "filter_size": size,
        "stride": s,
        "padding": draw(st.sampled_from(("adobe", "timm"))),
        "border": draw(st.sampled_from((*_EDGES[1:], "circular"))),
    }


def _strided_filter(draw, n, c, h, w, s):
    size = draw(st.integers(1, 4))
    return {"x": [n, c, h + 4, w + 4], "kernel": [1, 1, size, size]}, {
        "stride": s,
        "padding": draw(st.sampled_from(((0, 0), (1, 2), (2, 2)))),
        "border": draw(st.sampled_from((*_EDGES, "circular"))),
    }


def _pooling(draw, n, c, h, w, s):
    k = s + draw(st.integers(0, 2))
    return {"x": [n, c, h + k, w + k]}, {
        "kernel_size": k,
        "stride": s,
        "padding": draw(st.integers(0, k // 2)),
    }


def _soft_pool(draw, n, c, h, w, s):
    maps, options = _pooling(draw, n, c, h, w, s)
    return maps, {**options, "weights": draw(st.sampled_from(("channel", "shared")))}


def _ada_pool(draw, n, c, h, w, s):
    k = draw(st.integers(1, 3))
    maps = {"x": [n, c, h + k, w + k]}
    weights = draw(st.sampled_from(("ada", "edscw", "em")))
    if weights == "ada":
        size = [(side // s) + 1 for side in (h, w)]
        maps["beta"] = draw(st.sampled_from(([1, 1], size)))
    return maps, {"kernel_size": k, "stride": s, "weights": weights}


def _importance_pool(draw, n, c, h, w, s):
    maps, options = _pooling(draw, n, c, h, w, s)
    logit = list(maps["x"])
    logit[1] = draw(st.sampled_from((1, c)))
    return {**maps, "logit": logit}, options


def _fractional(draw, n, c, h, w, s):
    k = draw(st.integers(1, 3))
    maps = {"x": [n, c, h + k, w + k], "samples": [draw(st.sampled_from((1, n))), c, 2]}
    size = [draw(st.integers(1, side + 1)) for side in (h, w)]
    return maps, {"kernel_size": k, "output_size": size}


def _unpooling(draw, n, c, h, w, s):
    maps, options = _pooling(draw, n, c, h, w, s)
    return {"fine": maps["x"]}, options


def _haar(draw, n, c, h, w, s):
    border = draw(st.sampled_from(("replicate", "zeros")))
    return {"x": [n, c, h, w]}, {"border": border}


def _haar_bands(draw, n, c, h, w, s):
    size = [2 * n - draw(st.integers(0, 1)) for n in (h, w)]
    return {"low": [n, c, h, w], "high": [n, 3 * c, h, w]}, {"size": size}


def _cells(grow):
    def draw_cells(draw, n, c, h, w, s):
        shape = [n, h, w, c * s * s] if grow else [n, h * s, w * s, c]
        return {"x": shape}, {"scale": s}

    return draw_cells


def _resize_right(draw, n, c, h, w, s):
    modes = ("box", "linear", "cubic", "lanczos2", "lanczos3")
    options = {
        "mode": draw(st.sampled_from(modes)),
        "padding": draw(st.sampled_from(("zeros", "replicate", "reflect", "circular"))),
        "antialias": draw(st.booleans()),
    }
    if draw(st.booleans()):
        options["size"] = [draw(st.integers(1, 9)), draw(st.integers(1, 9))]
    else:
        options["scale"] = draw(st.sampled_from((s, 0.4, 1.7, (2, 0.9))))
    return {"x": [n, c, h, w]}, options


def _joint_bilateral(draw, n, c, h, w, s):
    return {"x": [n, c, h, w], "guide": [n, 3, h * s, w * s + s // 2]}, {
        "radius": draw(st.integers(0, 2)),
        "sigma_space": draw(st.sampled_from((0.1, 0.5, 4.0))),
        "sigma_range": draw(st.sampled_from((0.05, 1.0))),
    }


def _fit(draw, n, c, h, w, s):
    off = st.integers(1 - s, s - 1)
    size = [max(1, side + draw(off)) for side in (h, w)]
    return {"y": [n, c, h, w]}, {"size": size, "slack": s}


def _pad(draw, n, c, h, w, s):
    mode = draw(st.sampled_from(("constant", "replicate")))
    layout = draw(st.sampled_from(_LAYOUTS))
    return {"x": _laid(layout, n, c, h, w)}, {
        "scale": s,
        "mode": mode,
        "data_format": layout,
    }


def _dynamic_conv(draw, n, c, h, w, s):
    k = draw(st.integers(1, 4))
    kernels = [n, draw(st.sampled_from((1, c))), k, k]
    return {"x": [n, c, h, w], "kernels": kernels}, {"stride": s}


def _deform_conv(draw, n, c, h, w, s):
    groups = draw(st.integers(1, 2))
    return {
        "x": [n, c * groups, h, w],
        "offset": [n, 18 * groups, h, w],
        "mask": [n, 9 * groups, h, w],
        "weight": [2, c * groups, 3, 3],
        "bias": [2],
    }, {"groups": groups}


def _affine_grid(draw, n, c, h, w, s):
    return {"theta": [n, 2, 3]}, {"size": [h, w], "align_corners": draw(st.booleans())}


LEGAL_ARGUMENTS = {
    "ada_pool": _ada_pool,
    "affine_grid": _affine_grid,
    "blur_pool": _blur_pool,
    "deform_conv": _deform_conv,
    "dynamic_conv": _dynamic_conv,
    "expand_cells": _cells(True),
    "fit": _fit,
    "flow_warp": _flow_warp,
    "fractional_max_pool": _fractional,
    "grid_sample": _grid_sample,
    "haar": _haar,
    "haar_inverse": _haar_bands,
    "importance_pool": _importance_pool,
    "interpolate": _interpolate,
    "joint_bilateral": _joint_bilateral,
    "low_pass": _low_pass,
    "max_pool": _pooling,
    "max_unpool": _unpooling,
    "merge_cells": _cells(False),
    "nearest_warp": _nearest_warp,
    "offset_warp": _offset_warp,
    "pad_to_multiple": _pad,
    "pixel_shuffle": _shuffle,
    "pixel_unshuffle": _unshuffle,
    "reassemble": _reassemble,
    "reassemble_down": _reassemble_down,
    "resize_right": _resize_right,
    "similarity": _similarity,
    "soft_pool": _soft_pool,
    "strided_filter": _strided_filter,
}
