import inspect

import paddle.nn as nn
import pytest

from paddle_resample import (
    Downsampler,
    Resampler,
    Upsampler,
    UsageError,
    build,
    registry,
    resampler_class,
    resampler_names,
    resampler_options,
)
from paddle_resample.errors import did_you_mean
from paddle_resample.projected import ProjectedDownsampler, ProjectedUpsampler
from paddle_resample.registry import parse_spec, register


@pytest.fixture
def bench(monkeypatch):
    """The registry with two more classes, for what no real operator declares."""
    monkeypatch.setattr(registry, "_CLASSES", dict(registry._CLASSES))

    @register("narrow")
    class Narrow(Upsampler):
        needs_guide = True
        guide_same_channels = True
        scales = (2, 4)

        def __init__(
            self,
            in_channels,
            out_channels=None,
            *,
            guide_channels=None,
            scale=2,
            sigma=1.5,
            gate=False,
            mode=None,
        ):
            super().__init__(in_channels, out_channels, scale=scale)
            self.sigma = sigma

    @register("taps")
    class Taps(Upsampler):
        needs_side = "taps"

    @register("tapped")
    class Tapped(Downsampler):
        gives_side = "taps"

    return Narrow


# Names


def test_names_are_sorted_and_split_by_kind():
    ups, downs = resampler_names(Upsampler), resampler_names(Downsampler)
    assert ups == sorted(ups) and downs == sorted(downs)
    assert {"bilinear", "conv_transpose", "max_unpool"} <= set(ups)
    assert {"max_pool", "patch_merge", "strided_conv"} <= set(downs)
    assert resampler_names() == resampler_names(Resampler) == sorted(ups + downs)
    assert not set(ups) & set(downs)


def test_find_gives_the_class():
    cls = resampler_class("bilinear", Upsampler)
    assert issubclass(cls, Upsampler) and cls.name == "bilinear"
    assert resampler_class("bilinear") is cls


@pytest.mark.parametrize("name, kind, text", [
    ("bilinaer", Upsampler, "^unknown upsampler 'bilinaer'; did you mean 'bilinear'"),
    ("max_pol", Downsampler, r"^unknown downsampler 'max_pol'; did you mean 'max_pool'"
                             r".*\?$"),
    ("conv_transposed", Resampler, "^unknown resampler 'conv_transposed'; did you mean "
                                   r"'conv_transpose' or 'large_context_conv_t"),
    ("???", Downsampler, "^unknown downsampler .*; known: .*'avg_pool', .*'max_pool'"),
    (3, Upsampler, "^unknown upsampler 3; known: .*'area', .*'bicubic'"),
    (["bilinear"], Upsampler, r"^unknown upsampler \['bilinear'\]"),
    (None, Resampler, "^unknown resampler None; known: "),
], ids=str)  # fmt: skip
def test_unknown_name_shows_the_nearest(name, kind, text):
    with pytest.raises(UsageError, match=text):
        resampler_class(name, kind)


@pytest.mark.parametrize("name, kind, text", [
    ("max_pool", Upsampler, "^'max_pool' is a downsampler and the site needs an "
                            "upsampler; known: .*area, .*bicubic"),
    ("bilinear", Downsampler, "^'bilinear' is an upsampler and the site needs a "
                              "downsampler; known: .*avg_pool, .*max_pool"),
])  # fmt: skip
def test_wrong_kind_shows_the_right_ones(name, kind, text):
    with pytest.raises(UsageError, match=text):
        resampler_class(name, kind)


def test_a_name_is_taken_once(bench):
    with pytest.raises(ValueError, match=r"^resampler 'narrow' is registered twice$"):
        register("narrow")(type("Other", (Upsampler,), {}))
    assert resampler_class("narrow") is bench


def test_did_you_mean():
    assert did_you_mean("aab", ["aaa", "zzz"]) == "; did you mean 'aaa'?"
    assert did_you_mean("aab", ["aac", "aaa"]) == "; did you mean 'aac' or 'aaa'?"
    assert did_you_mean("q", ["b", "a"]) == "; known: 'a', 'b'"
    assert did_you_mean("q", []) == "; known: none"


# Specs


def test_options_are_what_a_spec_may_say(bench):
    assert resampler_options(resampler_class("bilinear")) == {
        "scale": 2,
        "align_corners": False,
    }
    assert list(resampler_options(bench)) == ["scale", "sigma", "gate", "mode"]


def test_spec_is_a_name_or_a_mapping():
    assert parse_spec("bilinear") == (resampler_class("bilinear"), {})
    spec = {"name": "bilinear", "align_corners": True}
    assert parse_spec(spec, Upsampler) == (
        resampler_class("bilinear"),
        {"align_corners": True},
    )
    assert spec == {"name": "bilinear", "align_corners": True}


@pytest.mark.parametrize("spec, kind, text", [
    (None, Upsampler, "^an upsampler spec is a name or a mapping with a name, such as "
                      r"\{name: \w+\}, not None$"),
    (["max_pool"], Downsampler, r"^a downsampler spec is a name .* \{name: \w+\}, "
                                r"not \['max_pool'\]$"),
    ({}, Resampler, "^a resampler spec needs the key 'name', but {} has none$"),
    ({"scale": 2}, Upsampler, "^an upsampler spec needs .* {'scale': 2} has none$"),
    ({"type": "flow"}, Upsampler, "has none; write name, not type$"),
    ({"name": "flwo"}, Upsampler, r"^unknown upsampler 'flwo'; did you mean 'flow'\?$"),
    ({"name": "bilinear", "align_corner": True}, Upsampler,
     r"^bilinear: unknown option 'align_corner'; did you mean 'align_corners'\? "
     r"\(accepted: align_corners, scale\)$"),
    ({"name": "avg_pool", "type": "AvgPool"}, Downsampler,
     r"^avg_pool: unknown option 'type'; .*\(accepted: scale\)$"),
    ({"name": "bilinear", 3: 4}, Upsampler, "^bilinear: unknown option 3; known: "),
    ({"name": "flow", "in_channels": 3}, Upsampler,
     "^flow: in_channels is set by the network at each site; remove it from the spec$"),
    ({"name": "flow", "out_channels": 3}, Upsampler, "^flow: out_channels is set by"),
    ({"name": "flow", "guide_channels": 3}, Upsampler, "^flow: guide_channels is set"),
    ({"name": "bilinear", "scale": "2"}, Upsampler,
     "^bilinear: scale must be of the kind of its default 2, not '2'$"),
    ({"name": "bilinear", "scale": True}, Upsampler, "scale must be .* 2, not True$"),
    ({"name": "bilinear", "scale": 2.0}, Upsampler, "scale must be .* 2, not 2.0$"),
    ({"name": "bilinear", "align_corners": 1}, Upsampler,
     "align_corners must be of the kind of its default False, not 1$"),
    ({"name": "pixel_shuffle", "init": None}, Upsampler,
     "init must be of the kind of its default 'icnr', not None$"),
    ({"name": "narrow", "sigma": "wide"}, Upsampler, "default 1.5, not 'wide'$"),
    ({"name": "narrow", "sigma": False}, Upsampler, "default 1.5, not False$"),
], ids=str)  # fmt: skip
def test_wrong_spec_names_the_remedy(bench, spec, kind, text):
    with pytest.raises(UsageError, match=text):
        parse_spec(spec, kind)


def test_values_of_the_right_kind_pass(bench):
    given = {"sigma": 2, "gate": True, "mode": "anything"}
    assert parse_spec({"name": "narrow", **given})[1] == given
    assert parse_spec({"name": "narrow", "sigma": 0.5})[1] == {"sigma": 0.5}


# Building


def test_scale_comes_from_the_site_else_the_spec_else_the_class():
    assert build("bilinear", 4).scale == 2
    assert build("final_patch_expand", 4).scale == 4
    assert build({"name": "bilinear", "scale": 3}, 4).scale == 3
    assert build("bilinear", 4, scale=3).scale == 3
    assert build({"name": "bilinear", "scale": 3}, 4, scale=3).scale == 3
    text = "^bilinear: the site has scale 2 but the spec asks for 3$"
    with pytest.raises(UsageError, match=text):
        build({"name": "bilinear", "scale": 3}, 4, scale=2)


def test_build_leaves_the_spec_as_it_was():
    spec = {"name": "flow", "mid_channels": 3}
    build(spec, 4, scale=2, guide_channels=5)
    assert spec == {"name": "flow", "mid_channels": 3}


def test_options_and_channels_reach_the_layer():
    layer = build({"name": "flow", "mid_channels": 3}, 4, guide_channels=5)
    assert layer.guide_channels == 5
    assert list(layer.down_l.weight.shape) == [3, 5, 1, 1]


def test_channels_change_in_the_operator_or_in_one_convolution():
    inside = build("conv_transpose", 6, 3)
    assert (inside.in_channels, inside.out_channels) == (6, 3)
    before = build("bilinear", 6, 3)
    assert isinstance(before, ProjectedUpsampler)
    assert (before.upsample.in_channels, before.upsample.out_channels) == (3, 3)
    after = build("max_pool", 6, 3)
    assert isinstance(after, ProjectedDownsampler)
    assert (after.downsample.in_channels, after.downsample.out_channels) == (6, 6)
    for layer in (before, after):
        assert isinstance(layer.project, nn.Conv2D)
        assert list(layer.project.weight.shape) == [3, 6, 1, 1]


@pytest.mark.parametrize("spec, site, text", [
    ("flow", {}, r"^flow: needs a guide \(a finer feature map\) and this site has"),
    ("narrow", {"guide_channels": 5},
     "^narrow: the guide must have the 4 channels of the upsampled map, but at this "
     "site it has 5$"),
    ("narrow", {"out_channels": 6, "guide_channels": 4}, "must have the 6 channels"),
    ("narrow", {"guide_channels": 4, "scale": 3},
     "^narrow: scale 3 is not defined, only 2, 4$"),
    ("max_unpool", {}, "^max_unpool: needs pool_indices recorded by its downsampler "
                       "and this site has none; downsample with max_pool and "
                       "build it with side='pool_indices'$"),
    ("taps", {"side": "pool_indices"},
     "^taps: needs taps .* this site has only pool_indices; downsample with tapped "
     "and build it with side='taps'$"),
    ("bilinear", {"kind": Downsampler}, "^'bilinear' is an upsampler and the site"),
], ids=str)  # fmt: skip
def test_what_the_site_does_not_have(bench, spec, site, text):
    with pytest.raises(UsageError, match=text):
        build(spec, 4, **site)


def test_a_network_is_not_told_how_to_call_build(bench):
    with pytest.raises(UsageError, match=r"downsample with max_pool \(at up1\)$"):
        build("max_unpool", 4, site="up1")


def test_the_site_has_it(bench):
    assert build("narrow", 8, 4, guide_channels=4).upsample.in_channels == 4
    assert build("taps", 4, side="taps").in_channels == 4


@pytest.mark.parametrize("value", [0, -1, 2.0, "2", True, None], ids=str)
@pytest.mark.parametrize("key", ["in_channels", "out_channels", "scale"])
def test_sizes_are_positive_integers(key, value):
    given = {"in_channels": 4, key: value}
    if key == "out_channels" and value is None:
        assert resampler_class("conv_transpose")(**given).out_channels == 4
        return
    text = f"^conv_transpose: {key} must be a positive integer, not {value!r}$"
    with pytest.raises(UsageError, match=text):
        resampler_class("conv_transpose")(**given)


def test_channels_that_must_stay():
    text = (
        "^bilinear: keeps the number of channels, so out_channels=3 must equal "
        "in_channels=4; paddle_resample.build adds a 1x1 convolution where they differ$"
    )
    with pytest.raises(UsageError, match=text):
        resampler_class("bilinear")(4, 3)


@pytest.mark.parametrize("name, layout, text", [
    ("bilinear", "CHWN", "^bilinear: data_format 'CHWN' is not available, only NCHW "
                         "and NHWC and NCDHW$"),
    ("max_unpool", "NHWC", "^max_unpool: data_format 'NHWC' is not available, only NCHW"
                           " and NCDHW$"),
    ("dysample", "NHWC", "^dysample: data_format 'NHWC' is not available, only NCHW$"),
])  # fmt: skip
def test_layouts_that_are_not_there(name, layout, text):
    with pytest.raises(UsageError, match=text):
        build(name, 4, side="pool_indices", data_format=layout)
    if "data_format" in inspect.signature(resampler_class(name)).parameters:
        with pytest.raises(UsageError, match=text):
            resampler_class(name)(4, data_format=layout)


def test_a_layer_says_what_it_is():
    assert repr(build("bilinear", 8)) == "Bilinear(8 -> 8, scale=2)"
