import pytest

from paddle_resample import UsageError
from paddle_resample.site_specs import spec_of_each_site

SITES = ["up1", "up2", "last"]


def specs(given, **options):
    return list(spec_of_each_site("Net", "upsample", given, SITES, **options).values())


@pytest.mark.parametrize("given, expected", [
    ("carafe", ["carafe"] * 3),
    ({"name": "carafe", "groups": 2}, [{"name": "carafe", "groups": 2}] * 3),
    (["nearest", {"name": "fade"}, "area"], ["nearest", {"name": "fade"}, "area"]),
    ({"up1": "a", "up2": "b", "last": "c"}, ["a", "b", "c"]),
    ({"up2": "b", "up*": "a", "*": "c"}, ["a", "b", "c"]),
    ({"name": "b", "groups": 2, "last": "c"}, [{"name": "b", "groups": 2}] * 2 + ["c"]),
], ids=str)  # fmt: skip
def test_every_form(given, expected):
    assert specs(given) == expected


def test_the_rest():
    assert specs({"last": "c"}, rest="keep") == ["keep", "keep", "c"]


@pytest.mark.parametrize("given, text", [
    (["a", "b"], "Net: upsample lists 2 specs, but there are 3 sites: up1, up2, last"),
    ({"lost": "a"}, "'lost' is no site; did you mean 'last'"),
    ({"name": "a", "up9": "b"}, "Net: upsample: 'up9' is no site; did you mean 'up"),
    ({"name": "a", "head": {"name": "b"}}, "Net: upsample: 'head' is no site; known"),
    ({"type": "a"}, "has no 'name', as a spec has, and 'type' is no site; write"),
    ({"up*": "a"}, "Net: upsample gives no spec for site 'last'; list it, or add 'na"),
], ids=str)  # fmt: skip
def test_refused_in_one_sentence(given, text):
    with pytest.raises(UsageError) as error:
        specs(given)
    assert text in str(error.value)
