"""The registered resamplers as a person reads them: a table, and one in full."""

import inspect

from rich.console import Group
from rich.table import Table
from rich.text import Text

from .base import Downsampler, Upsampler
from .cost import cost
from .errors import UsageError
from .registry import find, names, options

__all__ = ["catalogue", "describe", "needs"]

_AT = (256, (64, 64))  # channels and size at which costs are shown


def needs(cls):
    """What a class asks of its site, in words.

    Args:
        cls: a registered class.

    Returns:
        str, empty where it needs nothing.

    >>> needs(find("max_unpool"))
    'pool_indices'
    """
    found = []
    if getattr(cls, "needs_guide", False):
        same = " of its channels" if cls.guide_same_channels else ""
        found.append(f"a guide{same}")
    if getattr(cls, "needs_side", None):
        found.append(cls.needs_side)
    return ", ".join(found)


def catalogue():
    """All resamplers.

    Returns:
        rich renderable: a table of the upsamplers and one of the downsamplers.
    """
    parts = []
    for kind, title in ((Upsampler, "upsamplers"), (Downsampler, "downsamplers")):
        table = Table(title=title, title_justify="left")
        last = "needs" if kind is Upsampler else "gives, odd sizes"
        for column in ("name", "learned", "scales", last, "source"):
            table.add_column(column, no_wrap=column == "name")
        for name in names(kind):
            cls = find(name)
            if kind is Upsampler:
                about = needs(cls) + ("; fuses it" if cls.fuses_guide else "")
            else:
                about = ", ".join(filter(None, (cls.gives_side, cls.odd)))
            table.add_row(
                name, "yes" if cls.learned else "", _scales(cls), about, cls.source
            )
        parts.append(table)
    return Group(*parts)


def describe(name):
    """One resampler in full.

    Args:
        name: registry name.

    Returns:
        rich renderable: its documentation, options with defaults, and cost.

    Raises:
        UsageError: unknown name.
    """
    cls = find(name)
    table = Table("option", "default", title="options of a spec", title_justify="left")
    for option, default in options(cls).items():
        table.add_row(option, repr(default))
    return Group(
        Text(name, style="bold"),
        Text(inspect.getdoc(cls)),
        Text(),
        table,
        Text(_cost_line(name)),
    )


def _cost_line(name):
    channels, size = _AT
    try:
        found = cost(name, channels, size)
    except UsageError as reason:
        return f"cost at {channels}x{size[0]}x{size[1]}: {reason}"
    return (
        f"cost at {channels}x{size[0]}x{size[1]}, its usual scale: "
        f"{found.parameters:,} parameters, {found.macs:,} multiply-accumulates, "
        f"{found.bytes:,} bytes moved at the least"
    )


def _scales(cls):
    return "any" if cls.scales is None else ", ".join(str(s) for s in cls.scales)
