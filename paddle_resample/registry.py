"""From a name to a class, and from a spec in a YAML file to a layer."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Mapping
from typing import Any, Callable, TypeVar, Union, overload

import paddle.nn as nn

from .arguments import whole_number
from .base import Downsampler, Resampler, Upsampler
from .errors import UsageError
from .projected import ProjectedDownsampler, ProjectedUpsampler
from .spec_checks import (
    article,
    check_options,
    check_site,
    refuse_option,
    resampler_options,
)
from .start import check_start, start_as
from .synonyms import name_hint

__all__ = [
    "build",
    "parse_spec",
    "partners",
    "register",
    "resampler_class",
    "resampler_names",
    "resampler_options",
]

Spec = Union[str, Mapping[str, Any]]
_Kind = TypeVar("_Kind", bound=Resampler)
_Class = TypeVar("_Class", bound=type[Resampler])

_CLASSES: dict[str, type[Resampler]] = {}
_KINDS: dict[type[Resampler], str] = {
    Upsampler: "upsampler",
    Downsampler: "downsampler",
}


def register(name: str) -> Callable[[_Class], _Class]:
    """Class decorator: make a resampler known under `name`.

    Its constructor then refuses unknown options in one sentence, notes the options it
    got as `options`, and marks its weights as initialized for good.

    Args:
        name: the registry key, the stem of its file.

    Raises:
        ValueError: the name is taken.
    """

    def add(cls: _Class) -> _Class:
        if name in _CLASSES:
            raise ValueError(f"resampler {name!r} is registered twice")
        cls.name = name
        _CLASSES[name] = cls
        _wrap_constructor(cls)
        return cls

    return add


def _wrap_constructor(cls):
    construct = cls.__init__
    known = inspect.signature(construct).parameters

    @functools.wraps(construct)
    def __init__(self, *args, **options):
        for key in options:
            if key not in known:
                refuse_option(cls, key, resampler_options(cls))
        if not self.__dict__:  # not in the constructor of a subclass
            # nn.Layer's own __setattr__ works only after its constructor.
            object.__setattr__(self, "options", options)
        construct(self, *args, **options)
        # PaddleSeg's models end their construction with a walk over all layers that
        # initializes every convolution again, which would destroy the published
        # initialization of an operator (DySample's offsets would jump from 0.001 to
        # 0.08). Its functions, as `seg.repairs` repairs them, skip what is marked;
        # Paddle's own initializers do not.
        for parameter in self.parameters():
            parameter.keeps_initialization = True

    cls.__init__ = __init__


def resampler_names(kind: type[Resampler] = Resampler) -> list[str]:
    """Names of the registered resamplers of a kind, sorted.

    Args:
        kind: Upsampler, Downsampler or Resampler (both).

    Returns:
        list of str.

    >>> "bilinear" in resampler_names(Upsampler)
    True
    """
    return sorted(n for n, cls in _CLASSES.items() if issubclass(cls, kind))


@overload
def resampler_class(name: str) -> type[Resampler]: ...


@overload
def resampler_class(name: str, kind: type[_Kind]) -> type[_Kind]: ...


def resampler_class(name: str, kind: type[Resampler] = Resampler) -> type[Resampler]:
    """The class registered under `name`.

    Args:
        name: registry key.
        kind: Upsampler, Downsampler or Resampler (both).

    Returns:
        type: the layer class.

    Raises:
        UsageError: unknown name, with the nearest ones, or a name of the other kind.
    """
    cls = _CLASSES.get(name) if isinstance(name, str) else None
    word = _KINDS.get(kind, "resampler")
    if cls is None:
        classes = {n: _CLASSES[n].__name__ for n in resampler_names(kind)}
        raise UsageError(f"unknown {word} {name!r}{name_hint(name, classes)}")
    if not issubclass(cls, kind):
        other = _KINDS[Upsampler if issubclass(cls, Upsampler) else Downsampler]
        raise UsageError(
            f"{name!r} is {article(other)} and the site needs {article(word)}; "
            "known: " + ", ".join(resampler_names(kind))
        )
    return cls


def partners(cls: type[Upsampler]) -> list[str]:
    """The downsamplers that record what an upsampler needs.

    Args:
        cls: a registered upsampler class.

    Returns:
        list of names, those without weights first; empty where it needs nothing.

    >>> partners(resampler_class("max_unpool"))
    ['max_pool']
    """
    if cls.needs_side is None:
        return []
    givers = [
        n
        for n in resampler_names(Downsampler)
        if resampler_class(n, Downsampler).gives_side == cls.needs_side
    ]
    return sorted(givers, key=lambda n: (resampler_class(n).learned, n))


def parse_spec(
    spec: Spec, kind: type[Resampler] = Resampler
) -> tuple[type[Resampler], dict[str, Any]]:
    """Check a spec and split it.

    Args:
        spec: a name, or a mapping with `name` and options, as YAML holds it; `start`
            is no option of the class, but checked too, see `build`.
        kind: Upsampler, Downsampler or Resampler (both).

    Returns:
        (class, dict of options without `start`).

    Raises:
        UsageError: no spec at all, unknown name, unknown option, `type` for `name`.

    >>> parse_spec({"name": "bilinear", "align_corners": True})[1]
    {'align_corners': True}
    """
    word = _KINDS.get(kind, "resampler")
    if isinstance(spec, str):
        return resampler_class(spec, kind), {}
    if not isinstance(spec, Mapping):
        raise UsageError(
            f"{article(word)} spec is a name or a mapping with a name, such as "
            f"{{name: {resampler_names(kind)[0]}}}, not {spec!r}"
        )
    if "name" not in spec:
        hint = "; write name, not type" if "type" in spec else ""
        raise UsageError(
            f"{article(word)} spec needs the key 'name', but {dict(spec)!r} has "
            f"none{hint}"
        )
    cls = resampler_class(spec["name"], kind)
    options = {k: v for k, v in spec.items() if k not in ("name", "start")}
    if spec.get("start") is not None:
        check_start(cls, spec["start"])
    check_options(cls, options)
    return cls, options


def build(
    spec: Spec,
    in_channels: int,
    out_channels: int | None = None,
    *,
    scale: int | None = None,
    guide_channels: int | None = None,
    side: str | None = None,
    data_format: str = "NCHW",
    kind: type[Resampler] = Resampler,
    site: str | None = None,
) -> nn.Layer:
    """Build the layer of a spec for one site of a network.

    Where the operator keeps its channels and the site changes them, a 1x1 convolution
    is added on the coarse side (`ProjectedUpsampler`, `ProjectedDownsampler`).

    Args:
        spec: a name or a mapping, see `parse_spec`. A key `start` beside the options
            ("bilinear", "nearest" ...) sets the weights so that the layer computes
            that operator before it is trained, see `start.start_as`.
        in_channels: channels of x.
        out_channels: channels of the result, default in_channels.
        scale: integer ratio at the site; default the spec's, else the operator's
            usual one.
        guide_channels: channels of the guide that the site has; None if it has none.
        side: kind of side information that the site has, as `gives_side` of its
            downsampler names it: "pool_indices" for max_unpool, "index_map" for
            index_net, "haar_bands" for haar_inverse; None if none.
        data_format: layout of the network, "NCHW", "NHWC" or "NCDHW" (volumes).
        kind: Upsampler, Downsampler or Resampler (both).
        site: name of the site, which messages end with and the layer keeps.

    Returns:
        nn.Layer, called as the contract of its kind says.

    Raises:
        UsageError: the spec is wrong, or needs what the site does not have.

    >>> build("bilinear", 8)
    Bilinear(8 -> 8, scale=2)
    >>> build("max_unpool", 8, side="pool_indices")
    MaxUnpool(8 -> 8, scale=2)
    """
    out_channels = in_channels if out_channels is None else out_channels
    with _messages_naming(site):
        cls, options = parse_spec(spec, kind)
        whole_number(cls.name, "in_channels", in_channels)
        whole_number(cls.name, "out_channels", out_channels)
        if guide_channels is not None:
            whole_number(cls.name, "guide_channels", guide_channels)
        if scale is not None and options.setdefault("scale", scale) != scale:
            raise UsageError(
                f"{cls.name}: the site has scale {scale} but the spec asks for "
                f"{options['scale']}"
            )
        cls._check_layout(data_format)
        if cls.data_formats != ("NCHW",):
            options["data_format"] = data_format
        layer: Any
        project = cls.keeps_channels and out_channels != in_channels
        if issubclass(cls, Upsampler):
            channels = out_channels if project else in_channels
            givers, in_network = partners(cls), site is not None
            check_site(cls, channels, guide_channels, side, givers, in_network)
            if cls.needs_guide:
                options["guide_channels"] = guide_channels
            layer = cls(channels, out_channels, **options)
        else:
            layer = cls(
                in_channels, in_channels if project else out_channels, **options
            )
        if isinstance(spec, Mapping) and spec.get("start") is not None:
            start_as(layer, spec["start"])
        if project and isinstance(layer, Upsampler):
            layer = ProjectedUpsampler(in_channels, layer)
        elif project:
            layer = ProjectedDownsampler(layer, out_channels)
    if site is not None:
        layer.site = site
    return layer


@contextlib.contextmanager
def _messages_naming(site):
    """Let the messages of mistakes end with the name of a site."""
    try:
        yield
    except UsageError as error:
        if site is None:
            raise
        raise UsageError(f"{error} (at {site})") from None
