"""Specs of resamplers in a configuration, checked before any network is built."""

from collections.abc import Mapping

from ...base import Downsampler, Resampler, Upsampler
from ...errors import UsageError
from ...registry import parse_spec, resampler_class, resampler_names, resampler_options
from .schema_parts import SchemaFault, near

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


def spec_faults(place, given, kind):
    """Specs: one, a list of them, or a mapping from sites to them."""
    if given in _KEEP:
        return
    if isinstance(given, (list, tuple)):
        for index, item in enumerate(given):
            yield from spec_faults((*place, index), item, kind)
        return
    if isinstance(given, Mapping) and "name" not in given:
        for key, item in given.items():
            if key == "type":
                text = f"unknown type {item!r}; an operator has a name, not a type"
                yield SchemaFault((*place, key), text)
            elif near("name", [key]) or not isinstance(
                item, (str, Mapping, type(None))
            ):
                text = f"this spec has no 'name', and its key {key!r} is no site"
                yield SchemaFault((*place, key), text)
            else:
                yield from spec_faults((*place, key), item, kind)
        return
    if isinstance(given, Mapping) and not isinstance(given["name"], str):
        text = f"name must be that of an operator, not {given['name']!r}"
        yield SchemaFault((*place, "name"), text)
        return
    try:
        if isinstance(given, Mapping):
            own = resampler_options(resampler_class(given["name"], kind))
            sites = {k: v for k, v in given.items() if _is_site(k, v, own)}
            for key, item in sites.items():
                yield from spec_faults((*place, key), item, kind)
            given = {k: v for k, v in given.items() if k not in sites}
        parse_spec(given, kind)
    except UsageError as error:
        yield SchemaFault(place, str(error))


def _is_site(key, value, own):
    if key == "name" or key in own:
        return False
    named = isinstance(value, str) and (value in resampler_names() or value == "keep")
    return named or (isinstance(value, Mapping) and "name" in value)
