"""A mistake in a configuration, and the sentences about keys and plain values."""

from collections.abc import Mapping
from typing import NamedTuple

from ....errors import did_you_mean, nearest
from .signatures import REQUIRED
from .values import value_fault

__all__ = [
    "SchemaFault",
    "key_faults",
    "mapping_faults",
    "near",
    "unknown_argument",
    "value_faults",
]


class SchemaFault(NamedTuple):
    """One mistake: `path`, the keys that lead to it, and `text`, what is wrong."""

    path: tuple
    text: str


def mapping_faults(path, value, known, kind, needed=()):
    """A mapping with plain values and no type."""
    if not isinstance(value, Mapping):
        yield SchemaFault(path, f"must be a mapping, not {value!r}")
        return
    yield from key_faults(path, value, known)
    for key, item in value.items():
        if key in known:
            yield from value_faults((*path, key), item, kind=kind)
    for key in needed:
        if key not in value:
            yield SchemaFault(path, f"has no {key}")


def key_faults(path, value, known):
    for key in value:
        if key not in known:
            owner = ".".join(map(str, path)) or "the configuration"
            text = f"{owner} has no key {key!r}{did_you_mean(key, known)}"
            yield SchemaFault((*path, key), text)


def value_faults(path, value, default=REQUIRED, **more):
    text = value_fault(str(path[-1]), value, default, **more)
    if text:
        yield SchemaFault(path, text)


def unknown_argument(path, owner, key, known):
    if key == "_inherited_":
        return SchemaFault(path, "'_inherited_' has nothing to inherit here; remove it")
    hint = did_you_mean(key, known)
    return SchemaFault(path, f"{owner}: unexpected keyword argument {key!r}{hint}")


def near(name, known):
    text = nearest(name, known)
    return f"; {name!r} may be misspelt{text[:-1]}" if text else ""
