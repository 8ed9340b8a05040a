"""The sites of a network: where a resampler of this package stands in it.

`surgery.sites` finds where a stock model changes the resolution; what stands there
after an exchange is a site as here.
"""

import math
from dataclasses import dataclass

from paddle import nn
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from ..base import Resampler
from ..language import translated
from ..projected import ProjectedDownsampler, ProjectedUpsampler
from .surgery.replaced import DownSite, UpSite

__all__ = [
    "NetworkSite",
    "inner_resampler",
    "layer_channels",
    "network_resamplers",
    "network_sites",
    "print_whole",
    "sites_table",
]

_RESAMPLERS = (Resampler, ProjectedDownsampler, ProjectedUpsampler)


@dataclass
class NetworkSite:
    """One site.

    Attributes:
        path: of the layer in the network.
        layer: the resampler, with the 1x1 convolution beside it if it has one, or what
            surgery put in the place of a call.
    """

    path: str
    layer: nn.Layer

    @property
    def name(self) -> str:
        """The stock model's name of the site, else the path."""
        return getattr(self.layer, "site", self.path)

    @property
    def resamplers(self) -> list:
        """The resamplers that run here, in their order."""
        layers = getattr(self.layer, "operators", [self.layer])
        return [inner_resampler(layer) for layer in layers]

    @property
    def in_channels(self) -> int:
        """Channels of the feature map that arrives."""
        return layer_channels(getattr(self.layer, "operators", [self.layer])[0])[0]

    @property
    def out_channels(self) -> int:
        """Channels of the feature map that leaves."""
        return layer_channels(getattr(self.layer, "operators", [self.layer])[-1])[1]

    @property
    def scale(self) -> int:
        """Integer ratio of all of them together."""
        return math.prod(resampler.scale for resampler in self.resamplers)

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return int(sum(p.size for p in self.layer.parameters()))


def network_sites(model: nn.Layer) -> list:
    """List the sites of a network.

    Args:
        model: any network.

    Returns:
        list of NetworkSite, in the network's order.

    >>> from paddle_resample.seg.nets import ResampleUNet
    >>> [site.path for site in network_sites(ResampleUNet(2, width=4, depth=1))]
    ['down.0', 'up.0']
    """
    layers = _outermost(model, (*_RESAMPLERS, UpSite, DownSite))
    return [NetworkSite(path, layer) for path, layer in layers.items()]


def network_resamplers(model: nn.Layer) -> dict:
    """List the resamplers of a network, also each of several that share one site.

    Args:
        model: any network.

    Returns:
        dict: path of the layer -> layer, with the 1x1 convolution beside it if it has
        one; in the network's order.
    """
    return _outermost(model, _RESAMPLERS)


def inner_resampler(layer: nn.Layer) -> nn.Layer:
    """The resampler itself, where `build` put a 1x1 convolution beside it."""
    if isinstance(layer, ProjectedUpsampler):
        return layer.upsample
    return layer.downsample if isinstance(layer, ProjectedDownsampler) else layer


def sites_table(title: str, sites: list) -> Table:
    """List sites for a terminal.

    Args:
        title: above the table.
        sites: list of NetworkSite.

    Returns:
        rich.table.Table.
    """
    table = Table(title=title, box=None, title_justify="left")
    for heading in ("site", "operator", "channels", "scale", "parameters"):
        table.add_column(heading)
    for site in sites:
        scale = str(site.scale)
        if len(site.resamplers) > 1:
            scale += translated(f" in {len(site.resamplers)} steps")
        channels = f"{site.in_channels} -> {site.out_channels}"
        operator = site.resamplers[0].name
        table.add_row(site.name, operator, channels, scale, str(site.parameters))
    return table


def print_whole(table: Table) -> None:
    """Print a table rather too wide than with broken names: they are for copying."""
    console = Console()
    whole = Measurement.get(console, console.options.update(width=1000), table)
    console.width = max(console.width, whole.maximum)
    console.print(translated(table), highlight=False)


def layer_channels(layer: nn.Layer) -> tuple:
    """(channels that arrive, channels that leave), with the convolution beside it."""
    resampler = inner_resampler(layer)
    arriving, leaving = resampler.in_channels, resampler.out_channels
    if isinstance(layer, ProjectedUpsampler):
        arriving = layer.project.weight.shape[1]
    if isinstance(layer, ProjectedDownsampler):
        leaving = layer.project.weight.shape[0]
    return arriving, leaving


def _outermost(model, kinds):
    """Layers of these kinds by their paths; those inside others are their parts."""
    layers, inside = {}, set()
    for path, layer in model.named_sublayers():
        if isinstance(layer, kinds) and id(layer) not in inside:
            inside.update(id(part) for part in layer.sublayers())
            layers[path] = layer
    return layers
