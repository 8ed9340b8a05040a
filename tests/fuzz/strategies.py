"""Random sites, options, maps and mistakes, for every registered resampler."""

from typing import Any, NamedTuple

import numpy as np
import paddle
from hypothesis import strategies as st

from paddle_resample import Upsampler, build, resampler_class, resampler_options
from tests.contract.sites import partner, scales_of

__all__ = ["CONTENTS", "Case", "Map", "as_view", "cases", "views"]

VIEWS = ("whole", "sliced", "strided", "transposed")
CONTENTS = ("normal", "small", "large", "zeros", "constant", "spike")
_BORDERS = ("zero", "replicate", "renormalise")
_EDGES = ("reflect", "replicate", "zeros")
_EDGES_AND_CIRCULAR = (*_EDGES, "circular")
# Legal values of options, by name or (operator, name); each with the rest of a case
# that is drawn beside it. What is not here is drawn by the type of its default.
_LEGAL = {
    "kernel_size": (1, 3, 5),
    "encoder_kernel": (1, 3, 5),
    "encoder_dilation": (1, 2),
    "compressed_channels": (1, 4, 16),
    "groups": (1, 2, 4),
    "border": _BORDERS,
    "filter_size": range(1, 8),
    "padding": ("adobe", "timm"),
    "width": (8, 16),
    "heads": (1, 2, 4),
    "mid_channels": (8, 16),
    "embedding": (4, 32),
    "norm": ("layer", "group", "none"),
    "radius": (1, 2, 3),
    "sigma_space": (0.05, 0.5, 3),
    "sigma_range": (0.01, 0.25, 8.0),
    "epsilon": (1e-6, 0.001, 1.0),
    "window": (0.01, 0.1, 2.0),
    "reduction": (1, 2, 4),
    "offset_kernel": (1, 3),
    "reach": (0.5, 11.0),
    "points": (1, 4, 9),
    "layers": (1, 2),
    "frequencies": (1, 5),
    "key_channels": (4, 8),
    "hidden_channels": (1, 8),
    "neighbours": (5, 9, 13, 17, 25),
    "activation": ("relu", "relu6", "leaky_relu", "prelu", "gelu", "hardswish"),
    "norm_groups": (1, 8),
    ("a2u", "kernel_size"): (1, 3, 5),
    ("a2u", "encoder_kernel"): (2, 5, 6),
    ("ada_pool", "kernel_size"): (None, 4, 5),
    ("ada_pool", "weights"): ("ada", "edscw", "em"),
    ("ada_pool", "beta_size"): (None,),
    ("align_fa", "unit"): ("half", "pixel"),
    "cut": ("centred", "released"),
    ("asap", "padding"): ("none", "one", "large"),
    ("aps", "border"): _EDGES_AND_CIRCULAR,
    ("aps", "criterion"): ("l2", "l1", "l_infty", "l2_min", "l1_min"),
    ("aps_up", "border"): _EDGES_AND_CIRCULAR,
    "gain": (0.25, 1.0, 4.0),
    "logits": ("conv", "skip", "attention", "attention_norm", "perceptron"),
    "logits_border": _EDGES_AND_CIRCULAR,
    "selection": ("gumbel", "softmax"),
    "temperature": (0.2, 1.0),
    "antialias": (
        None,
        "blur_pool",
        {"name": "blur_pool", "filter_size": 3, "border": "circular"},
        {"name": "pasa", "groups": 4, "border": "replicate"},
    ),
    ("lps", "hidden_channels"): (None, 4, 8),
    ("pasa", "border"): _EDGES_AND_CIRCULAR,
    ("pasa", "softmax"): ("group", "all"),
    ("antialiased_resize", "mode"): ("bilinear", "bicubic"),
    ("anyup", "layout"): ("released", "paper"),
    ("blur_pool", "before"): ("none", "max", "avg"),
    ("blur_pool", "border"): _EDGES_AND_CIRCULAR,
    ("conv_blur_pool", "border"): _EDGES,
    ("conv_transpose", "kernel_size"): (None, 4, 5),
    ("conv_transpose", "init"): ("torch", "bilinear"),
    ("convnext_down", "norm"): (None, "before", "after"),
    ("daf", "threshold"): (None, 0.1, 0.25, 0.5),
    ("depthwise_conv", "kernel_size"): (None, 1, 3, 5),
    ("depthwise_conv", "init"): ("torch", "binomial"),
    ("dpp", "reference"): ("lite", "full"),
    ("dpp", "detail"): ("symmetric", "asymmetric"),
    ("dysample", "style"): ("lp", "pl"),
    ("fapn", "groups"): (None, 1, 2),
    ("flow", "mid_channels"): (None, 4),
    ("fractional_max_pool", "kernel_size"): (None, 1, 2, 3),
    ("fractional_max_pool", "seed"): (0, 1, 5),
    ("freq_mix", "threshold"): (0.2, 0.35, 0.5),
    ("freq_mix", "activation"): ("sigmoid", "softmax"),
    ("freq_mix", "compress_ratio"): (1, 2, 16),
    ("gated_dual_flow", "mid_channels"): (None, 4),
    ("gated_dual_flow_pooled", "mid_channels"): (None, 4),
    ("gaussian_pool", "sigma"): (None, 0.1, 1, 7.5),
    ("gaussian_pool", "kernel_size"): (None, 1, 3, 7),
    ("gaussian_pool", "border"): _EDGES,
    ("guided_filter", "mode"): ("fast", "full"),
    ("haar", "border"): ("replicate", "zeros"),
    ("hwd", "border"): ("replicate", "zeros"),
    ("index_pool", "block"): ("holistic", "o2o", "m2o"),
    ("index_pool", "init"): ("torch", "mobilenet"),
    "init": ("torch", "mobilenet"),
    "low_kernel": (1, 3, 5),
    "high_kernel": (1, 3),
    ("lda_aqu", "padding"): ("zeros", "border", "reflection"),
    ("lift", "patch_size"): (2,),
    ("lip", "kernel_size"): (None, 1, 3, 5),
    ("lip_bottleneck", "kernel_size"): (None, 1, 3, 5),
    ("max_pool", "kernel_size"): (None, 4, 5),
    ("overlap_patch_embed", "kernel_size"): (None, 1, 3, 5),
    "alpha": (0.1, 1.0),
    "power": (0.4, 0.8),
    "filters": (2, 4),
    "kernel_channels": (1, 4),
    ("ifa", "local"): ("none", "ensemble", "last"),
    ("large_context_conv_transpose", "kernel_size"): (4, 7),
    ("large_context_conv_transpose", "small_kernel"): (None, 0, 4, 5),
    ("naf", "base"): (2.0, 100.0),
    ("naf", "reduction"): ("separate", "released"),
    ("naf", "rotary_heads"): (1, 2, 4),
    ("naf", "width"): (16, 32),
    ("pac", "init"): ("uniform", "linear"),
    ("pac", "kernel"): ("gaussian", "inverse"),
    ("pac", "padding"): (None, 0),
    ("pac_joint", "filter_size"): (1, 3),
    ("pixel_shuffle", "init"): ("icnr", "xavier", "torch"),
    ("resfu", "radius"): (1, 8),
    ("resize_conv", "mode"): ("nearest", "bilinear"),
    ("soft_pool", "kernel_size"): (None, 4, 5),
    ("soft_pool", "weights"): ("channel", "shared"),
    ("strided_conv", "kernel_size"): (None, 1, 3, 5),
}


class Map(NamedTuple):
    """A map that is made when it is needed, so that a failure prints its recipe.

    Attributes:
        shape: of it.
        content: one of CONTENTS.
        number: seed.
    """

    shape: list
    content: str
    number: int

    def array(self):
        """float64 array, all numbers finite."""
        x = np.random.default_rng(self.number).normal(size=self.shape)
        if self.content == "spike":
            x = np.zeros(self.shape)
            x.flat[self.number % x.size] = 100.0
        if self.content == "constant":
            return np.full(self.shape, x.flat[0])
        return x * {"small": 1e-4, "large": 300.0, "zeros": 0.0}.get(self.content, 1.0)


class Case(NamedTuple):
    """What one example builds and what it is called with.

    Attributes:
        name, spec, site: of the operator; `site` as `build` takes it.
        x: Map.
        given: keyword -> Map, size, or for "side" the fine Map to record.
        view: how x and guide lie in memory, one of VIEWS.
        dtype: of everything.
        training: mode of the layer.
    """

    name: str
    spec: dict
    site: dict
    x: Any
    given: dict
    view: str
    dtype: str
    training: bool

    def build(self):
        """The layer, at its site."""
        return build({"name": self.name, **self.spec}, **self.site)


def views():
    """How a tensor lies in memory."""
    return st.sampled_from(VIEWS)


def as_view(x, view):
    """The same numbers in a tensor that is a view of a larger or turned one."""
    last = x.ndim - 1
    if last < 2 or 0 in x.shape:
        return x
    if view == "sliced":
        wide = paddle.concat([x[..., :1], x, x[..., :1]], axis=last)
        wide = paddle.concat([wide[:, :1], wide], axis=1)
        return wide[:, 1:, ..., 1:-1]
    if view == "strided":
        wide = paddle.stack([x, x], axis=x.ndim).flatten(last)
        return wide[..., ::2]
    if view == "transposed":
        turned = x.transpose([0, *range(2, x.ndim), 1]).contiguous()
        return turned.transpose([0, last, *range(1, last)])
    return x


@st.composite
def cases(draw, name):
    """Legal calls of an operator; a few options that do not go together are refused."""
    cls = resampler_class(name)
    spec = {}
    for option, default in resampler_options(cls).items():
        if option != "scale" and draw(st.integers(0, 2)) == 0:
            spec[option] = draw(_values(name, option, default))
    scale = draw(st.sampled_from(_scales(cls)))
    channels = draw(st.sampled_from((4, 8)))
    layout = draw(st.sampled_from(cls.data_formats))
    site = {"in_channels": channels, "scale": scale, "data_format": layout}
    if draw(st.integers(0, 3)) == 0:
        site["out_channels"] = 8
    axes = len(layout) - 2
    up = issubclass(cls, Upsampler)
    most = max(1, 24 // scale // axes) if up else 9
    size = [draw(st.integers(1, most)) for _ in range(axes)]
    batch = draw(st.integers(1, 2))
    content, number = draw(st.sampled_from(CONTENTS)), draw(st.integers(0, 99))
    given = _given(draw, cls, site, size, batch, content, number) if up else {}
    if given.get("side") is not None:
        size = [-(-n // scale) for n in given["side"].shape[2:]]
        if resampler_class(partner(cls.needs_side)).odd == "floor":
            size = [n // scale for n in given["side"].shape[2:]]
    if layout == "NHWC":
        shape = [batch, *size, channels]
    else:
        shape = [batch, channels, *size]
    return Case(
        name,
        spec,
        site,
        Map(shape, content, number + 1),
        given,
        draw(views()),
        draw(st.sampled_from(("float32", "float32", "float64"))),
        draw(st.booleans()),
    )


def _given(draw, cls, site, size, batch, content, number):
    """Guide, side and size of a legal call; changes site."""
    scale = site["scale"]
    off = st.integers(1 - scale, scale - 1)
    fine = [max(1, n * scale + draw(off)) for n in size]
    given = {}
    arriving = site.get("out_channels", site["in_channels"])
    if cls.needs_guide:
        site["guide_channels"] = arriving
        given["guide"] = Map([batch, arriving, *fine], content, number)
    if cls.needs_side:
        fine = [max(n, scale) for n in fine]
        site["side"] = cls.needs_side
        given["side"] = Map([batch, arriving, *fine], content, number)
    if draw(st.booleans()):
        given["size"] = fine
        if cls.any_size and not cls.needs_guide:
            given["size"] = [draw(st.integers(1, 12)) for _ in size]
    return given


def _values(name, option, default):
    known = _LEGAL.get((name, option)) or _LEGAL.get(option)
    if isinstance(default, bool):
        known = (False, True)
    return st.sampled_from(known)


def _scales(cls):
    scales = [s for s in scales_of(cls) if s <= 8]
    return scales if cls.scales is not None else [1, *scales]
