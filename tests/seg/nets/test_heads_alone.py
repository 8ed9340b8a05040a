"""Decoders that stand alone: their examples run, their arguments are documented."""

import doctest
import inspect

import pytest

from paddle_resample.seg import nets
from paddle_resample.seg.nets.ms_deform_attn import ms_deform_attn

ALONE = [
    nets.DeepLabV3PlusDecoder,
    nets.EMCADDecoder,
    nets.MLAHead,
    nets.MSDeformAttn,
    nets.MSDeformAttnPixelDecoder,
    nets.NaiveHead,
    nets.PUPHead,
    nets.SegFormerHead,
    nets.UNetPlusPlusDecoder,
    nets.UPerNetHead,
    ms_deform_attn,
]
NAMES = [public.__name__ for public in ALONE]


@pytest.mark.parametrize("public", ALONE, ids=NAMES)
def test_example_runs_when_pasted(public):
    name, text = public.__name__, inspect.getdoc(public)
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    result = doctest.DocTestRunner(verbose=False).run(test)
    assert result.attempted and not result.failed


@pytest.mark.parametrize("public", ALONE[:-1], ids=NAMES[:-1])
def test_every_argument_is_documented(public):
    """By its name at the start of a line of Args, alone or with others; those of
    SETR's other heads as NaiveHead's."""
    same = public in (nets.PUPHead, nets.MLAHead)
    text = inspect.getdoc(nets.NaiveHead if same else public)
    lines = [line.partition(":")[0] for line in text.splitlines() if ":" in line]
    named = {name.strip() for line in lines for name in line.split(",")}
    assert set(inspect.signature(public).parameters) <= named
