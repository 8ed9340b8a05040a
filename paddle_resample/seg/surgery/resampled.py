"""Any PaddleSeg model with its resampling sites replaced."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from paddle import nn
from paddleseg.cvlibs import manager

from ...arguments import check_choice
from ...errors import UsageError
from ...site_specs import spec_of_each_site
from .as_before import start_as_before
from .replaced import down_site, up_site
from .sites import KINDS, release, survey

__all__ = ["Resampled"]

_KEEP = ("keep", None)


@manager.MODELS.add_component
def Resampled(
    model,
    upsample="keep",
    downsample="keep",
    logits="keep",
    guides=None,
    start=None,
    image_size=(128, 128),
    num_classes=None,
    in_channels=None,
):
    """Replace the resampling sites of a model, in place.

    The model is run to find where it changes the resolution (`find_sites`, or
    `python -m paddle_resample sites CONFIG`), and the operators asked for are put
    there. It stays the object it was: all its parameters keep their names, so that
    checkpoints of the stock model fit; the new ones begin with `resample.`.

    A spec for all sites, a list and a pattern reach the sites of kind "feature"; sites
    of other kinds (`sites.KINDS`) stay unless they are named in full. Calls that keep
    the size are no sites.

    Upsampling: interpolation, nn.Upsample, unpooling and transposed convolutions are
    replaced whole, the latter with their weights. Where an operator cannot do a site's
    ratio at once, as the x2-only ones at a x4 site, it stands there several times. The
    result has exactly the size that the model asked for; a ratio that is no whole
    number is left to the operators that compute any size.

    Guides: see `guides.find_guide`. Where an operator wants the guide to have the
    channels of the map, a 1x1 convolution brings it there.

    Downsampling: a pooling is replaced whole; a convolution gets stride 1, keeps its
    weights, and is followed by the downsampler. Odd sizes come out as the model's own
    operation gives them.

    Args:
        model: nn.Layer that is called with one image [N, in_channels, H, W].
        upsample: spec of an upsampler for all sites; "keep"; a list with one for each
            site; or a mapping from site names, or patterns with *, to specs, which
            leaves out what it does not list.
        downsample: the same with downsamplers.
        logits: the same for the sites that bring class scores to the image's size.
        guides: mapping from site names to the layer (its path, or "image") whose
            output guides the upsampler there.
        start: "as_before" sets the weights of every operator so that it computes what
            the model had at its site, to 5 % on noise (see `start.start_as`): a
            trained model behaves as before, and is trained on. None leaves them as the
            operators initialize them.
        image_size: (H, W) of the first of the two images that the model is run on.
        num_classes, in_channels: of the model, as PaddleSeg's builder passes them;
            checked against it. Default: the model's, and 3.

    Returns:
        the model.

    Raises:
        UsageError: a spec, site or guide that is none; an operator that cannot stand
            at a site; a site that moves when the size of the image changes; nothing to
            replace.

    >>> import paddle
    >>> from paddleseg.models import UNet
    >>> unet = Resampled(UNet(2), upsample={"*_list.3.*": "dysample"}, image_size=32)
    >>> [k for k in unet.state_dict() if k.startswith("resample.")]
    ['resample.decode_up_sample_list_3_interpolate.0.up.offset.weight', \
'resample.decode_up_sample_list_3_interpolate.0.up.offset.bias']
    """
    name = type(model).__name__
    _check_model(model)
    surveyed = survey(model, image_size, 3 if in_channels is None else in_channels)
    try:
        if num_classes not in (None, surveyed.classes):
            raise UsageError(
                f"Resampled: num_classes is {num_classes}, but {name} inside it gives "
                f"{surveyed.classes}; write the same number in both"
            )
        layers = _build(name, surveyed, upsample, downsample, logits, guides)
        if start is not None:
            check_choice("Resampled", "start", start, ("as_before",))
            _start(layers)
    except BaseException:
        release(surveyed)
        raise
    release(surveyed, [site.runs[0].owner for site, _ in layers])
    for site, layer in layers:
        _install(site, layer)
    if layers:
        model.resample = nn.LayerDict(_named(layers))
        model.resample.train() if model.training else model.resample.eval()
    return model


def _check_model(model):
    if not isinstance(model, nn.Layer):
        raise UsageError(f"Resampled: model must be a network, not {model!r}")
    if isinstance(model, (nn.Sequential, nn.LayerList, nn.LayerDict)):
        raise UsageError(
            "Resampled: model must be a class of its own, not a bare "
            f"{type(model).__name__}, which would run the new operators too"
        )
    if hasattr(model, "resample"):
        raise UsageError(
            "Resampled: the model is resampled already, or has an attribute "
            "'resample' of its own"
        )


def _build(name, surveyed, upsample, downsample, logits, guides):
    """List of (site, layer) for all sites that are not kept."""
    specs = {
        **_specs(name, "upsample", upsample, surveyed.sites, "up", "feature"),
        **_specs(name, "downsample", downsample, surveyed.sites, "down", "feature"),
    }
    logit_specs = _specs(name, "logits", logits, surveyed.sites, "up", "logits")
    specs.update({s: spec for s, spec in logit_specs.items() if spec not in _KEEP})
    guides = dict(guides or {})
    layers = []
    for site in surveyed.sites:
        spec = specs.get(site.name)
        if spec in _KEEP:
            continue
        _check_site(site, surveyed.sites, specs)
        try:
            if site.way == "up":
                layer = up_site(site, spec, surveyed, guides.pop(site.name, None))
            else:
                layer = down_site(site, spec)
        except UsageError as error:
            raise _at_site(site, spec, error) from None
        layers.append((site, layer))
    for site in guides:
        raise UsageError(f"Resampled: guides names {site!r}, where nothing is replaced")
    return layers


def _start(layers):
    for site, layer in layers:
        for operator in layer.operators:
            try:
                start_as_before(operator, site)
            except UsageError as error:
                if repr(site.name) in str(error):
                    raise
                raise UsageError(
                    f"Resampled: start: as_before at site {site.name!r}: {error}"
                ) from None


def _at_site(site, spec, error):
    """The refusal of an operator, with the site it is about."""
    if repr(site.name) in str(error):
        return error
    key = {"up": "upsample", "down": "downsample"}[site.way]
    key = "logits" if site.kind == "logits" else key
    name = spec["name"] if isinstance(spec, Mapping) else spec
    return UsageError(
        f"Resampled: site {site.name!r} ({site.in_channels} channels): {error}; the "
        f"site may have a spec of its own, as {key}: {{name: {name}, ..., "
        f"{site.name}: keep}}"
    )


def _specs(name, key, specs, sites, way, kind):
    """{site name: spec} of the sites of one way."""
    if specs in _KEEP:
        return {}
    sites = [site for site in sites if site.way == way]
    chosen = [site.name for site in sites if site.kind == kind]
    uneven = [site.name for site in sites if site.kind == "uneven"]
    mapped = isinstance(specs, Mapping) and "name" not in specs
    if not mapped and uneven:
        raise UsageError(
            f"Resampled: {uneven[0]!r} of {name} is {KINDS['uneven']}, so that one "
            f"spec cannot be meant for all sites; map the sites to specs in {key}"
        )
    if not mapped and not chosen:
        raise UsageError(_nothing(name, key, sites, way, kind))
    if not isinstance(specs, Mapping):
        return spec_of_each_site("Resampled", key, specs, chosen)
    everywhere = [site.name for site in sites]
    each = spec_of_each_site("Resampled", key, specs, everywhere, rest="keep")
    for pattern in specs:
        fits = [s for s in everywhere if fnmatchcase(s, pattern)]
        if fits and pattern not in fits and not set(fits) & set(chosen):
            raise UsageError(
                f"Resampled: {key} {pattern!r} fits no site of {name} of kind "
                f"{kind!r}, the only ones that patterns reach; name {fits[0]!r} in full"
            )
    return {s: spec for s, spec in each.items() if s in chosen or s in specs}


def _nothing(name, key, sites, way, kind):
    what = {"up": "upsampling", "down": "downsampling"}[way]
    if not sites:
        return f"Resampled: {name} has no {what} sites; remove {key}"
    of = "of class scores" if kind == "logits" else "of feature maps"
    listed = ", ".join(f"{site.name} ({site.kind})" for site in sites[:6])
    more = f" and {len(sites) - 6} more" if len(sites) > 6 else ""
    return (
        f"Resampled: {name} has no {what} {of}, so {key} would change nothing; name a "
        f"site in full to replace it: {listed}{more}"
    )


def _check_site(site, sites, specs):
    if site.kind == "uneven":
        raise UsageError(
            f"Resampled: site {site.name!r} cannot be replaced: it is {KINDS['uneven']}"
        )
    if site.runs[0].records_indices:
        kept = [
            other.name
            for other in sites
            if other.operation.lower().startswith("max_unpool")
            or other.operation == "MaxUnPool2D"
            if specs.get(other.name) in _KEEP
        ]
        if kept:
            raise UsageError(
                f"Resampled: the pooling {site.name!r} records indices that the "
                f"unpooling {kept[0]!r} needs; keep it, or replace the unpooling too"
            )


def _install(site, layer):
    run = site.runs[0]
    replaced = vars(run.owner).setdefault("_replaced", {})
    replaced[run.key] = layer
    if run.operation == "Conv2D":
        run.owner._stride = [1, 1]
    if run.operation == "Conv2DTranspose":
        for name in ("weight", "bias"):
            if run.owner._parameters.pop(name, None) is not None:
                setattr(run.owner, name, None)


def _named(layers):
    """{key: layer}; state dictionaries separate layers by dots, so names have none."""
    names = {}
    for site, layer in layers:
        key = site.name.replace(".", "_")
        while key in names:
            key += "_"
        names[key] = layer
    return names
