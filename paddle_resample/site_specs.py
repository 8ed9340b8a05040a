"""One spec for all sites of a network, or one for each."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from .errors import UsageError, did_you_mean

__all__ = ["spec_of_each_site"]


def spec_of_each_site(owner, key, given, sites, rest=None):
    """Give every site of a network its spec.

    Args:
        owner: name of the network, for messages.
        key: its argument that holds the specs, for messages.
        given: one spec for all sites; a list with one spec a site, in order; or a
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

    >>> given = {"name": "bilinear", "last": {"name": "dysample", "groups": 8}}
    >>> spec_of_each_site("Net", "upsample", given, ["first", "last"])
    {'first': {'name': 'bilinear'}, 'last': {'name': 'dysample', 'groups': 8}}
    """
    sites = list(sites)
    if isinstance(given, (list, tuple)):
        if len(given) != len(sites):
            raise UsageError(
                f"{owner}: {key} lists {len(given)} specs, but there are {len(sites)} "
                f"sites: {', '.join(sites)}"
            )
        return dict(zip(sites, given))
    if not isinstance(given, Mapping):
        return dict.fromkeys(sites, given)
    named = {k: v for k, v in given.items() if _fits_any(k, sites)}
    default = {k: v for k, v in given.items() if k not in named}
    if "name" not in given:
        for wrong in default:
            hint = "; write name, not type" if wrong == "type" else ""
            raise UsageError(
                f"{owner}: {key} has no 'name', as a spec has, and {wrong!r} is no "
                f"site{hint or did_you_mean(wrong, sites)}"
            )
        default = rest
    specs = {}
    for site in sites:
        own = (spec for pattern, spec in named.items() if fnmatchcase(site, pattern))
        specs[site] = next(own, default)
        if specs[site] is None and "name" not in given:
            raise UsageError(
                f"{owner}: {key} gives no spec for site {site!r}; list it, or add "
                "'name' for all that are not listed"
            )
    return specs


def _fits_any(pattern, sites):
    return isinstance(pattern, str) and any(fnmatchcase(s, pattern) for s in sites)
