import pytest

from paddle_resample.base import Upsampler
from paddle_resample.errors import UsageError
from paddle_resample.lab.photograph.contestants import (
    contestant,
    default_specs,
    parse_operator,
)
from paddle_resample.registry import resampler_class, resampler_names


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("bilinear", {"name": "bilinear"}),
        (" bilinear : align_corners = true ", {"align_corners": True}),
        (
            "conv_transpose:kernel_size=3,init=torch",
            {"kernel_size": 3, "init": "torch"},
        ),
        ("{name: grid_sample, noise: 0.01}", {"name": "grid_sample", "noise": 0.01}),
        ("a:b=[1, 2]", None),
    ],
)
def test_texts(text, spec):
    if spec is None:
        with pytest.raises(UsageError, match="write name, or name:option=value"):
            parse_operator(text)
    else:
        assert spec.items() <= parse_operator(text).items()


@pytest.mark.parametrize("text", ["{name: [", "a:b=[1", "a:b={"])
def test_broken_yaml_is_quoted(text):
    with pytest.raises(UsageError, match="is not a YAML mapping"):
        parse_operator(text)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"name": "bilinaer"}, "unknown upsampler 'bilinaer'; did you mean 'bilinear'"),
        ({"name": "grid_sampel"}, "did you mean 'grid_sample'"),
        ({"name": "avg_pool"}, "'avg_pool' is a downsampler"),
        ({"name": ["nearest"]}, "unknown upsampler"),
        ({}, "needs the key 'name'"),
        ({"name": "grid_sample", "nose": 1}, "unknown option 'nose'; did you mean"),
        ({"name": "grid_sample", "noise": -1}, "noise must be 0 or above, not -1"),
        ({"name": "grid_sample", "noise": "a"}, "noise must be 0 or above, not 'a'"),
        ({"name": "bilinear", "scale": 1}, "scale 1 leaves nothing to restore"),
        ({"name": "conv_transpose", "groups": 2}, "groups=2 must divide in_channels=3"),
    ],
)
def test_wrong_specs(spec, message):
    with pytest.raises(UsageError, match=message):
        contestant(spec)


def test_default_specs_hold_every_upsampler_and_work():
    specs = default_specs()
    assert {spec["name"] for spec in specs} == {
        *resampler_names(Upsampler),
        "grid_sample",
    }
    assert len({str(spec) for spec in specs}) == len(specs)


@pytest.mark.parametrize("name", resampler_names(Upsampler))
def test_unequal_conditions_are_declared(name):
    try:
        one = contestant({"name": name})
    except UsageError as error:
        pytest.skip(str(error))
    cls = resampler_class(name)
    assert ("sees the original" in one.reasons) == cls.needs_guide
    assert any(
        "indices" in reason or "with its" in reason for reason in one.reasons
    ) == (cls.needs_side is not None)
    assert ("from 1/4 of each side" in one.reasons) == (one.up.scale == 4)
    assert one.learned == cls.learned or one.down.parameters()


def test_unpooling_gets_the_pooling_that_records():
    one = contestant({"name": "max_unpool", "scale": 4})
    assert (one.down.name, one.down.scale) == ("max_pool", 4)


def test_layer_norm_of_colours_is_remarked():
    assert contestant({"name": "patch_expand"}).remarks
    assert not contestant({"name": "patch_expand", "norm": False}).remarks
