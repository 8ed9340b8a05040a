"""python -m paddle_resample sites CONFIG: where a model changes the resolution."""

from collections import Counter

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from ..config.components import Components
from ..config.config import ResampleConfig
from ..sites import network_sites
from .sites import KINDS, find_sites

__all__ = [
    "describe_resamplers",
    "print_sites",
    "print_whole",
    "resamplers_table",
    "sites_of_config",
    "table",
]


def print_sites(path):
    """Print the sites of a configuration's model.

    Args:
        path: of the .yml file. Of a model of type Resampled, the stock model inside
            is listed; of a network of this package, the operators in it.

    Raises:
        UsageError: the configuration or its model cannot be used.
    """
    console = Console()
    config = ResampleConfig(path)
    if config.dic["model"].get("type") != "Resampled":
        own = describe_resamplers(Components(config).need("model"))
        if own:
            print_whole(console, resamplers_table(own))
            text = "operators of this package already; its specs choose them"
            name = config.dic["model"]["type"]
            console.print(f"{name} has {text} (model.upsample and so on)")
            return
    name, sites = sites_of_config(path)
    print_whole(console, table(name, sites))
    for kind in Counter(site.kind for site in sites):
        console.print(f"{kind}: {KINDS[kind]}", highlight=False)
    if not any(site.way == "up" and site.kind == "feature" for site in sites):
        console.print(
            f"{name} upsamples no feature maps: a spec for all sites is refused.",
            highlight=False,
        )


def describe_resamplers(model):
    """The operators of this package in a model.

    Args:
        model: nn.Layer.

    Returns:
        list of dict: site, operator, in_channels, out_channels, scale, steps,
        parameters.
    """
    return [
        {
            "site": site.name,
            "operator": site.resamplers[0].name,
            "in_channels": site.in_channels,
            "out_channels": site.out_channels,
            "scale": site.scale,
            "steps": len(site.resamplers),
            "parameters": site.parameters,
        }
        for site in network_sites(model)
    ]


def resamplers_table(sites):
    """What `describe_resamplers` found, as a rich Table."""
    table = Table(title="Resamplers", box=None, title_justify="left")
    for heading in ("site", "operator", "channels", "scale", "parameters"):
        table.add_column(heading)
    for site in sites:
        channels = f"{site['in_channels']} -> {site['out_channels']}"
        scale = str(site["scale"])
        if site["steps"] > 1:
            scale += f" in {site['steps']} steps"
        cells = channels, scale, str(site["parameters"])
        table.add_row(site["site"], site["operator"], *cells)
    return table


def print_whole(console, table):
    """Print a table rather too wide than with broken names, which are for copying."""
    whole = Measurement.get(console, console.options.update(width=1000), table)
    console.width = max(console.width, whole.maximum)
    console.print(table, highlight=False)


def sites_of_config(path):
    """Find the sites of a configuration's model.

    Args:
        path: of the .yml file.

    Returns:
        (name of the model, list of FoundSite).
    """
    config = ResampleConfig(path)
    settings = {}
    model = config.dic["model"]
    if model.get("type") == "Resampled" and isinstance(model.get("model"), dict):
        keys = ("image_size", "in_channels")
        settings = {key: model[key] for key in keys if model.get(key) is not None}
        config.dic["model"] = dict(model["model"])
    return config.dic["model"]["type"], find_sites(
        Components(config).need("model"), **settings
    )


def table(name, sites):
    """The sites as a rich Table."""
    title = f"Resampling sites of {name}"
    result = Table(title=title, box=None, title_justify="left")
    for heading in ("", "site", "operation", "from", "to", "channels", "ratio", "kind"):
        result.add_column(heading)
    for number, site in enumerate(sites, 1):
        channels = str(site.in_channels)
        if site.out_channels != site.in_channels:
            channels += f" -> {site.out_channels}"
        arrow = "x" if site.way == "up" else "/"
        ratio = f"{site.ratio:.3g}" if site.scale is None else str(site.scale)
        when = "" if site.when == "always" else f", in {site.when}"
        result.add_row(
            str(number),
            site.name,
            site.operation,
            "x".join(map(str, site.came)),
            "x".join(map(str, site.left)),
            channels,
            arrow + ratio,
            site.kind + when,
        )
    return result
