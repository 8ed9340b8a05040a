"""The parts of a configuration that are no components: plain mappings, pairs of keys
that go together, and the sentences about them."""

from collections.abc import Mapping
from typing import NamedTuple

from ...errors import did_you_mean
from .signatures import REQUIRED
from .value_rules import value_fault

__all__ = [
    "SchemaFault",
    "clip_faults",
    "key_faults",
    "length_faults",
    "mapping_faults",
    "mode_faults",
    "near",
    "only_near",
    "pair_faults",
    "unknown_argument",
    "value_faults",
]

_CLIPS = {
    "ClipGradByGlobalNorm": ("name", "clip_norm", "group_name", "auto_skip_clip"),
    "ClipGradByNorm": ("name", "clip_norm"),
    "ClipGradByValue": ("name", "max", "min"),
}


class SchemaFault(NamedTuple):
    """One mistake: `place`, the keys that lead to it, and `text`, what is wrong."""

    place: tuple
    text: str


def mode_faults(place, given):
    if not isinstance(given, Mapping):
        return
    mode = given.get("mode")
    training = place[0] == "train_dataset"
    if isinstance(mode, str) and mode.startswith("train") != training:
        word = "train" if training else "val"
        yield SchemaFault((*place, "mode"), f"mode must be {word} here, not {mode!r}")
    elif given.get("type") == "Dataset" and mode in ("train", "val", "test"):
        if f"{mode}_path" not in given:
            yield SchemaFault(place, f"Dataset needs {mode}_path, the list of files")


def pair_faults(place, given):
    for low in [key for key in given if str(key).startswith("min_")]:
        high = "max_" + low[4:]
        a, b = given[low], given.get(high)
        if all(isinstance(v, (int, float)) for v in (a, b)) and a > b:
            yield SchemaFault((*place, low), f"{low} {a} is above {high} {b}")


def length_faults(place, types, coef):
    if not isinstance(types, (list, tuple)) or not isinstance(coef, (list, tuple)):
        return
    if not types or not coef:
        yield SchemaFault(place, "types and coef must not be empty")
    elif len(types) not in (1, len(coef)):
        text = f"has {len(types)} types but {len(coef)} numbers in coef"
        yield SchemaFault(place, text + "; one for each result of the model is needed")


def clip_faults(place, given):
    name = given.get("name")
    if "name" not in given:
        yield SchemaFault(place, f"has no name{near('name', given)}")
    elif not isinstance(name, str) or name not in _CLIPS:
        hint = did_you_mean(name, _CLIPS)
        yield SchemaFault((*place, "name"), f"unknown name {name!r}{hint}")
    else:
        yield from mapping_faults(place, given, _CLIPS[name], _CLIPS[name][:2])


def mapping_faults(place, given, known, needed=()):
    """A mapping with plain values and no type."""
    if not isinstance(given, Mapping):
        yield SchemaFault(place, f"must be a mapping, not {given!r}")
        return
    yield from key_faults(place, given, known)
    for key, value in given.items():
        if key in known:
            yield from value_faults((*place, key), value)
    for key in needed:
        if key not in given:
            yield SchemaFault(place, f"has no {key}")


def key_faults(place, given, known):
    for key in given:
        if key not in known:
            owner = ".".join(map(str, place)) or "the configuration"
            text = f"{owner} has no key {key!r}{did_you_mean(key, known)}"
            yield SchemaFault((*place, key), text)


def value_faults(place, value, default=REQUIRED, strict=False):
    text = value_fault(str(place[-1]), value, default, strict)
    if text:
        yield SchemaFault(place, text)


def unknown_argument(place, owner, key, known):
    if key == "_inherited_":
        return SchemaFault(
            place, "'_inherited_' has nothing to inherit here; remove it"
        )
    hint = did_you_mean(key, known)
    return SchemaFault(place, f"{owner}: unexpected keyword argument {key!r}{hint}")


def near(name, known):
    text = did_you_mean(name, known)
    return f"; {name!r} may be misspelt{text[:-1]}" if "did you" in text else ""


def only_near(name, known):
    text = did_you_mean(name, known)
    return text if "did you mean" in text else ""
