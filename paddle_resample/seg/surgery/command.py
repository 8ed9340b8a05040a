"""python -m paddle_resample sites CONFIG: where a model changes the resolution."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from ...language import translated
from ..config.components import Components
from ..config.config import ResampleConfig
from ..sites import network_sites, print_whole, sites_table
from .sites import KINDS, find_sites

__all__ = ["print_sites", "table"]


def print_sites(path):
    """Print the sites of a configuration's model.

    Args:
        path: of the .yml file. Of a model of type Resampled, the stock model inside
            is listed; of a network of this package, the operators in it.

    Raises:
        UsageError: the configuration or its model cannot be used.
    """
    name, model, settings = _model_of_config(path)
    own = network_sites(model)
    if own:
        print_whole(sites_table(f"Resampling sites of {name}", own))
        line = (
            f"Each takes a spec in {name}'s arguments of these names: one for all, or "
            "{name: ..., SITE: ...}."
        )
        Console().print(translated(line), highlight=False)
        return
    sites = find_sites(model, **settings)
    print_whole(table(name, sites))
    console = Console()
    for kind in Counter(site.kind for site in sites):
        console.print(f"{kind}: {translated(KINDS[kind])}", highlight=False)
    if not any(site.way == "up" and site.kind == "feature" for site in sites):
        line = f"{name} upsamples no feature maps: a spec for all sites is refused."
        console.print(translated(line), highlight=False)


def _model_of_config(path):
    """Name of the model, the model, arguments of `find_sites`: of what is inside
    Resampled."""
    config = ResampleConfig(path)
    settings = {}
    model = config.dic["model"]
    if model.get("type") == "Resampled" and isinstance(model.get("model"), dict):
        keys = ("image_size", "in_channels")
        settings = {key: model[key] for key in keys if model.get(key) is not None}
        config.dic["model"] = dict(model["model"])
    return config.dic["model"]["type"], Components(config).need("model"), settings


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
            site.kind + translated(when),
        )
    return result
