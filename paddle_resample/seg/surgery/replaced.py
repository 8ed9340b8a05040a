"""What runs at a site instead of Paddle's own operation."""

import math

import paddle
from paddle import nn

from ...base import Downsampler, Upsampler
from ...errors import UsageError
from ...ops import fit
from ...registry import build, parse_spec, resampler_class, resampler_names
from .guides import Tap, find_guide
from .operations import read_call, wanted_size
from .rewrite import stock_forward
from .tracing import IMAGE

__all__ = ["DownSite", "UpSite", "down_site", "up_site"]


class UpSite(nn.LayerList):
    """An upsampler, or several in a row, in the place of a call.

    Args:
        site: FoundSite.
        steps: list of Step.

    Attributes:
        site: its name.
    """

    def __init__(self, site, steps):
        super().__init__(steps)
        self.site, self._channels = site.name, site.in_channels

    @property
    def operators(self):
        """The resamplers that run here, in their order."""
        return [step.up for step in self]

    def forward(self, guide, function, args, kwargs):
        call = read_call(function, args, kwargs)
        _check_channels(self.site, self._channels, call.x)
        size = wanted_size(call)
        x = call.x
        rest = math.prod(step.scale for step in self)
        for step in self:
            rest //= step.scale
            x = step(x, guide, None if size is None else _divided(size, rest))
        return x


class Step(nn.Layer):
    """One upsampler and its guide.

    Args:
        up: the upsampler.
        scale: of it.
        source: guides.Source, None where it needs none.
        project: channels that the guide is given by a 1x1 convolution; None
            leaves it as it is.
        tap: guides.Tap, None where the call brings the guide along.
    """

    def __init__(self, up, scale, source=None, project=None, tap=None):
        super().__init__()
        self.up, self.scale = up, scale
        self._guided, self._tap = source is not None, tap
        self.guide_project = None
        if project is not None:
            self.guide_project = nn.Conv2D(source.channels, project, 1)

    def forward(self, x, guide, size):
        if not self._guided:
            return self.up(x, size=size)
        guide = guide if self._tap is None else self._tap.take()
        if guide is None:
            raise UsageError(
                "Resampled: the layer that gives the guide did not run before the site "
                "in this pass"
            )
        if self.guide_project is not None:
            guide = self.guide_project(guide)
        return self.up(x, guide=guide, size=size)


class DownSite(nn.Layer):
    """A downsampler in the place of a pooling, or behind a convolution.

    Args:
        site: FoundSite.
        down: the downsampler.

    Attributes:
        site: its name.
    """

    def __init__(self, site, down):
        super().__init__()
        self.down = down
        run = site.runs[0]
        self.site, self._channels = site.name, site.in_channels
        self._stride = run.stride
        self._convolves = run.operation == "Conv2D"
        self._records_indices = run.records_indices

    @property
    def operators(self):
        """The resampler that runs here."""
        return [self.down]

    def forward(self, guide, function, args, kwargs):
        call = read_call(function, args, kwargs)
        _check_channels(self.site, self._channels, call.x)
        x = call.x
        if self._convolves:
            # The layer's own stride is 1 by now; its size follows the former one.
            x = stock_forward(guide, function, args, kwargs)
        y = self.down(x)
        # The network expects the size that its own operation gives.
        y = fit(y, wanted_size(call, self._stride), 2)
        return (y, None) if self._records_indices else y


def up_site(site, spec, survey, guide=None):
    """Build what stands at an upsampling site.

    Args:
        site: FoundSite.
        spec: of an upsampler.
        survey: sites.Survey.
        guide: path of the layer whose output guides the last step, or "image"; None
            finds one.

    Returns:
        UpSite.

    Raises:
        UsageError: the operator cannot stand there, or has no guide.
    """
    cls, options = parse_spec(spec, Upsampler)
    if cls.needs_side is not None:
        raise UsageError(
            f"Resampled: {cls.name} at site {site.name!r} needs {cls.needs_side} of a "
            "partner downsampler, which a model built for another operator does not "
            f"pass on; take one of {', '.join(_without_side())}"
        )
    steps = []
    channels = site.in_channels
    scales = _scales(cls, site, options.get("scale"))
    for position, scale in enumerate(scales):
        last = position == len(scales) - 1
        source = project = tap = None
        if cls.needs_guide:
            rest = math.prod(scales[position + 1 :])
            sizes = [tuple(_divided(run.left[2:], rest)) for run in site.runs]
            source = find_guide(site, sizes, survey.entry, guide if last else None)
            if cls.guide_same_channels and source.channels != site.out_channels:
                project = site.out_channels
            tap = _tap(source, survey)
        up = build(
            spec,
            channels,
            site.out_channels,
            scale=scale,
            guide_channels=None if source is None else project or source.channels,
            kind=Upsampler,
        )
        steps.append(Step(up, scale, source, project, tap))
        channels = site.out_channels
    return UpSite(site, steps)


def down_site(site, spec):
    """Build what stands at a downsampling site; a convolution loses its stride.

    Args:
        site: FoundSite.
        spec: of a downsampler.

    Returns:
        DownSite.

    Raises:
        UsageError: the operator cannot stand there.
    """
    scale = site.scale
    if scale is None:
        raise UsageError(
            f"Resampled: site {site.name!r} has no whole ratio, but {site.ratio:.3g}; "
            "keep it"
        )
    down = build(spec, site.out_channels, scale=scale, kind=Downsampler)
    return DownSite(site, down)


def _scales(cls, site, asked):
    """The scales of the steps that make a site's ratio."""
    if site.scale is None:
        if cls.any_size:
            return [max(1, round(site.ratio))]
        raise UsageError(
            f"Resampled: site {site.name!r} has ratio {site.ratio:.3g}, at another "
            f"image size perhaps another one, and {cls.name} can only multiply sides "
            "by one whole number; take one of "
            f"{', '.join(n for n in _without_side() if resampler_class(n).any_size)}"
        )
    for scale in (asked or site.scale, *sorted(cls.scales or (), reverse=True)):
        possible = cls.scales is None or scale in cls.scales
        steps = _power(site.scale, scale)
        if possible and steps:
            return [scale] * steps
    able = [n for n in _without_side() if resampler_class(n).scales is None]
    scales = ", ".join(str(s) for s in cls.scales or (asked,))
    raise UsageError(
        f"Resampled: site {site.name!r} has ratio {site.scale}, which {cls.name} "
        f"cannot reach with scale {scales}; take one of {', '.join(able)}"
    )


def _power(ratio, scale):
    """How often a scale makes a ratio, 0 if it does not."""
    steps = 0
    while scale > 1 and ratio % scale == 0:
        ratio, steps = ratio // scale, steps + 1
    return steps if ratio == 1 else 0


def _tap(source, survey):
    if source.path is None:
        return None
    if source.path == IMAGE:
        return Tap(survey.paths[survey.entry], incoming=True)
    return Tap(survey.paths[source.path])


def _without_side():
    return [
        n for n in resampler_names(Upsampler) if resampler_class(n).needs_side is None
    ]


def _divided(size, rest):
    """A size before `rest` times of upsampling, rounded up as strides do."""
    if rest == 1:
        return size
    if isinstance(size, list):
        return [-(-n // rest) for n in size]
    return (size + rest - 1) // rest


def _check_channels(name, channels, x):
    if paddle.in_dynamic_mode() and x.shape[1] != channels:
        raise UsageError(
            f"Resampled: site {name!r} was found with {channels} channels, but now "
            f"gets {x.shape[1]}; its order in the model depends on the input"
        )
