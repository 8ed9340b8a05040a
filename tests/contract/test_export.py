"""Traced and saved with unknown sizes, every resampler gives the eager answer."""

import numpy as np
import paddle
import paddle.nn as nn
import pytest
from paddle.static import InputSpec

from paddle_resample import (
    Downsampler,
    Upsampler,
    build,
    resampler_class,
    resampler_names,
)
from paddle_resample.ops import spatial_size
from tests.contract.sites import (
    CHANNELS,
    COARSE,
    VOLUME,
    partner,
    shake,
    site_of,
    tensor,
    usual_scale,
)


class UpSite(nn.Layer):
    """A decoder's site: the skip is the guide, holds the size, gives the side; where
    it is used for nothing, x comes alone."""

    def __init__(self, up, down, layout, sized):
        super().__init__()
        self.up = up
        self.down = down
        self.layout = layout
        self.sized = sized

    def forward(self, x, skip=None):
        side = None if self.down is None else self.down.record(skip)[1]
        size = spatial_size(skip, self.layout) if self.sized else None
        return (self.up(x, guide=skip, side=side, size=size),)


class DownSite(nn.Layer):
    """An encoder's site: the map alone."""

    def __init__(self, down):
        super().__init__()
        self.down = down

    def forward(self, x):
        return (self.down(x),)


def every_layout(kind):
    return [
        (n, layout)
        for n in resampler_names(kind)
        for layout in resampler_class(n).data_formats
    ]


def exported_equals_eager(site, cases, layout, path):
    """Save the site with free sides, load it, compare at sizes it never saw."""
    if layout == "NHWC":
        cases = [[x.transpose([0, 2, 3, 1]) for x in case] for case in cases]
    site.eval()
    expected = [site(*case) for case in cases]
    shape = [None, *(CHANNELS if axis == "C" else None for axis in layout[1:])]
    specs = [InputSpec(shape, "float32", n) for n in ("x", "skip")[: len(cases[0])]]
    traced = paddle.jit.to_static(site, input_spec=specs, full_graph=True)
    paddle.jit.save(traced, str(path / "site"))
    loaded = paddle.jit.load(str(path / "site"))
    for case, results in zip(cases, expected):
        got = loaded(*case)
        got = got if isinstance(got, (list, tuple)) else [got]
        assert len(got) == len(results)
        for y, e in zip(got, results):
            np.testing.assert_allclose(y.numpy(), e.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name, layout, sized", [
    (name, layout, sized)
    for name, layout in every_layout(Upsampler)
    for sized in (True, False)
    if sized or not resampler_class(name).needs_guide  # the guide holds the size anyway
])  # fmt: skip
def test_up_exports_with_free_sizes(rng, name, layout, sized, tmp_path):
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    up = shake(rng, build(name, CHANNELS, **site_of(cls, layout=layout)))
    down = None
    if cls.needs_side is not None:
        giver = partner(cls.needs_side)
        down = build(giver, CHANNELS, scale=scale, data_format=layout)
    coarse, cases = VOLUME if layout == "NCDHW" else COARSE, []
    for less in (0, 1, -1):
        fine = [n * scale - less for n in coarse]
        skip = tensor(rng, CHANNELS, fine)
        arriving = coarse if down is None else down(skip).shape[2:]
        case = (tensor(rng, CHANNELS, arriving), skip)
        cases.append(case if sized or down is not None else case[:1])
    site = UpSite(up, down, layout, sized)
    exported_equals_eager(site, cases, layout, tmp_path)


@pytest.mark.parametrize("name, layout", every_layout(Downsampler))
def test_down_exports_with_free_sizes(rng, name, layout, tmp_path):
    down = build(
        name, CHANNELS, data_format=layout, scale=usual_scale(resampler_class(name))
    )
    deep = layout == "NCDHW"
    sizes = [(8, 6, 4), (7, 9, 5)] if deep else [(16, 24), (17, 25), (13, 18)]
    cases = [(tensor(rng, CHANNELS, s),) for s in sizes]
    exported_equals_eager(DownSite(shake(rng, down)), cases, layout, tmp_path)
