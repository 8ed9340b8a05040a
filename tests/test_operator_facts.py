import pytest

from paddle_resample import Upsampler, cost, resampler_class, resampler_names
from paddle_resample.operator_facts import FAMILIES, cost_at, facts, family
from paddle_resample.registry import partners


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bicubic", "interpolation"),
        ("pixel_shuffle", "convolution"),
        ("dysample", "dynamic"),
        ("jbu", "guided"),
        ("fade", "fusion"),
        ("haar_inverse", "inverse"),
        ("blur_pool", "pooling"),
        ("lip", "learned pooling"),
        ("patch_merge", "learned reduction"),
        ("index_pool", "recording"),
    ],
)
def test_family_follows_from_the_declarations(name, expected):
    assert family(resampler_class(name)) == expected


def test_every_operator_has_a_family_of_its_direction():
    for name in resampler_names():
        up = issubclass(resampler_class(name), Upsampler)
        assert FAMILIES[family(resampler_class(name))].startswith(
            "Up" if up else "Down"
        )


def test_partners_and_facts():
    assert partners(resampler_class("max_unpool")) == ["max_pool"]
    assert partners(resampler_class("bilinear")) == []
    assert (
        facts(resampler_class("haar"))["odd sizes"]
        == "ceil: an incomplete last cell makes a pixel"
    )
    assert (
        facts(resampler_class("fade"))["needs"] == "a guide of its channels; fuses it"
    )


def test_cost_that_cannot_be_says_why():
    assert cost_at("pixel_shuffle") == cost("pixel_shuffle", 256, (64, 64))
