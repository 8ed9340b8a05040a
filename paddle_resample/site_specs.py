"""One spec for all sites of a network, or one for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from .errors import UsageError, did_you_mean

__all__ = ["spec_of_each_site"]


def spec_of_each_site(
    owner: str,
    key: str,
    specs: Any,
    sites: Iterable[str],
    rest: Any = None,
) -> dict[str, Any]:
    """Give every site of a network its spec.

    Args:
        owner: name of the network, for messages.
        key: its argument that holds the specs, for messages.
        specs: one spec for all sites; a list with one spec a site, in order; or a
            mapping from site names (or patterns with * and ?) to specs, the first key
            that fits counts. A mapping that also has `name` and options is the spec of
            every site it does not list.
        sites: names of the sites, in order.
        rest: spec of the sites that a mapping without `name` leaves out; None refuses
            to leave any out.

    Returns:
        dict: site -> spec, not yet parsed.

    Raises:
        UsageError: a list of another length, a key that is no site, a site left out.

    >>> specs = {"name": "bilinear", "last": {"name": "dysample", "groups": 8}}
    >>> spec_of_each_site("Net", "upsample", specs, ["first", "last"])
    {'first': {'name': 'bilinear'}, 'last': {'name': 'dysample', 'groups': 8}}
    """
    sites = list(sites)
    if isinstance(specs, (list, tuple)):
        if len(specs) != len(sites):
            raise UsageError(
                f"{owner}: {key} lists {len(specs)} specs, but there are {len(sites)} "
                f"sites: {', '.join(sites)}"
            )
        return dict(zip(sites, specs))
    if not isinstance(specs, Mapping):
        return dict.fromkeys(sites, specs)
    of_sites = {k: v for k, v in specs.items() if _fits_any(k, sites)}
    default = {k: v for k, v in specs.items() if k not in of_sites}
    for wrong, value in default.items():
        if "name" not in specs or _meant_as_site(wrong, value, sites):
            lacks = "" if "name" in specs else " has no 'name', as a spec has, and"
            hint = "; write name, not type" if wrong == "type" else ""
            raise UsageError(
                f"{owner}: {key}{lacks or ':'} {wrong!r} is no "
                f"site{hint or did_you_mean(wrong, sites)}"
            )
    if "name" not in specs:
        default = rest
    each = {}
    for site in sites:
        own = (spec for pattern, spec in of_sites.items() if fnmatchcase(site, pattern))
        each[site] = next(own, default)
        if each[site] is None and "name" not in specs:
            raise UsageError(
                f"{owner}: {key} gives no spec for site {site!r}; list it, or add "
                "'name' for all that are not listed"
            )
    return each


def _fits_any(pattern, sites):
    return isinstance(pattern, str) and any(fnmatchcase(s, pattern) for s in sites)


def _meant_as_site(key, value, sites):
    """Whether a key beside `name` can be no option: its value is a spec, or it is the
    name of a site but for the number."""
    stem = str(key).rstrip("0123456789")
    numbered = stem != key and stem in {site.rstrip("0123456789") for site in sites}
    return isinstance(value, Mapping) or numbered
