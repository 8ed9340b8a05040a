"""Specs of resamplers in a configuration, checked before any network is built."""

from collections.abc import Mapping

from ....base import Downsampler, Resampler, Upsampler
from ....errors import UsageError
from ....registry import parse_spec, resampler_class, resampler_names, resampler_options
from .faults import SchemaFault, near

__all__ = ["kind_of_spec", "spec_faults", "takes_spec"]

_KEEP = ("keep", None)


def takes_spec(key, default):
    if isinstance(default, Mapping):
        return "name" in default
    named = isinstance(default, str) and (
        default in resampler_names() or default == "keep"
    )
    return named or key in ("upsample", "downsample")


def kind_of_spec(key, default):
    if "downsample" in key:
        return Downsampler
    if "upsample" in key or key == "logits":
        return Upsampler
    name = default if isinstance(default, str) else None
    return Downsampler if name in resampler_names(Downsampler) else Resampler


def spec_faults(path, spec, kind):
    """Specs: one, a list of them, or a mapping from sites to them."""
    if spec in _KEEP:
        return
    if isinstance(spec, (list, tuple)):
        for index, item in enumerate(spec):
            yield from spec_faults((*path, index), item, kind)
        return
    if isinstance(spec, Mapping) and "name" not in spec:
        for key, item in spec.items():
            if key == "type":
                text = f"unknown type {item!r}; an operator has a name, not a type"
                yield SchemaFault((*path, key), text)
            elif near("name", [key]) or not isinstance(
                item, (str, Mapping, type(None))
            ):
                text = f"this spec has no 'name', and its key {key!r} is no site"
                yield SchemaFault((*path, key), text)
            else:
                yield from spec_faults((*path, key), item, kind)
        return
    if isinstance(spec, Mapping) and not isinstance(spec["name"], str):
        text = f"name must be that of an operator, not {spec['name']!r}"
        yield SchemaFault((*path, "name"), text)
        return
    try:
        if isinstance(spec, Mapping):
            own = resampler_options(resampler_class(spec["name"], kind))
            sites = {k: v for k, v in spec.items() if _is_site(k, v, own)}
            for key, item in sites.items():
                yield from spec_faults((*path, key), item, kind)
            spec = {k: v for k, v in spec.items() if k not in sites}
        parse_spec(spec, kind)
    except UsageError as error:
        yield SchemaFault(path, str(error))


def _is_site(key, value, own):
    if key == "name" or key in own:
        return False
    named = isinstance(value, str) and (value in resampler_names() or value == "keep")
    return named or (isinstance(value, Mapping) and "name" in value)
