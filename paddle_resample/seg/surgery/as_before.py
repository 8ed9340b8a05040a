"""Operators at the sites of a trained model, started as what stood there."""

import paddle.nn.functional as F

from ...base import Downsampler
from ...errors import UsageError
from ...projected import ProjectedDownsampler, ProjectedUpsampler
from ...start import start_as
from .operations import read_call

__all__ = ["start_as_before"]


def start_as_before(operator, site):
    """Set the weights of an operator so that it computes what the model had.

    Args:
        operator: resampler with weights, one of `UpSite.operators` or
            `DownSite.operators`.
        site: FoundSite.

    Returns:
        `start.Start`.

    Raises:
        UsageError: the operator has no weights, cannot compute that to 5 %, or what
            the model had is of no kind that is read here.
    """
    if isinstance(operator, (ProjectedDownsampler, ProjectedUpsampler)):
        raise UsageError(
            f"the site changes its {site.in_channels} channels to {site.out_channels}, "
            "which a new 1x1 convolution would do here; keep it, or take "
            "conv_transpose of the same kernel"
        )
    way = _reference_down if isinstance(operator, Downsampler) else _reference_up
    reference = way(site, operator)
    if reference is None:
        raise UsageError(
            f"Resampled: start: as_before does not read the {site.operation} of site "
            f"{site.name!r}; keep it, or leave start out"
        )
    if _same_convolution(operator, site):
        return _copied(operator, site.runs[0].layer, reference)
    return start_as(operator, reference)


def _reference_up(site, operator):
    run = site.runs[0]
    if run.operation == "Conv2DTranspose":
        return _transposed(run.layer)
    if site.spec is None:
        return None
    if site.spec["name"] == "nearest":
        return "nearest"
    return "bilinear_aligned" if site.spec["align_corners"] else "bilinear"


def _reference_down(site, operator):
    run = site.runs[0]
    if run.operation == "Conv2D":
        return None if isinstance(run.layer._padding, str) else "first"
    if run.layer is None:
        return None
    arguments = read_call(run.layer, (None,), {}).arguments
    kernel, stride, padding = (
        arguments[key] for key in ("kernel_size", "stride", "padding")
    )
    pool = F.avg_pool2d if run.operation == "AvgPool2D" else F.max_pool2d
    return lambda x: pool(x, kernel, stride, padding)


def _transposed(layer):
    def reference(x):
        return F.conv2d_transpose(
            x,
            layer.weight,
            layer.bias,
            stride=layer._stride,
            padding=layer._padding,
            output_padding=layer.output_padding,
            dilation=layer._dilation,
            groups=layer._groups,
        )

    return reference


def _same_convolution(operator, site):
    """Whether a transposed convolution replaces one with equal arguments."""
    old, new = site.runs[0].layer, getattr(operator, "conv", None)
    if site.operation != "Conv2DTranspose" or not hasattr(new, "output_padding"):
        return False
    arguments = ("_stride", "_dilation", "_groups", "_padding", "output_padding")
    return new.weight.shape == old.weight.shape and all(
        _numbers(getattr(new, name)) == _numbers(getattr(old, name))
        for name in arguments
    )


def _numbers(value):
    numbers = list(value) if isinstance(value, (list, tuple)) else [value] * 2
    return numbers * 2 if len(numbers) == 1 else numbers


def _copied(operator, layer, reference):
    operator.conv.weight.set_value(layer.weight)
    if operator.conv.bias is not None:
        bias = 0.0 * operator.conv.bias if layer.bias is None else layer.bias
        operator.conv.bias.set_value(bias)
    return start_as(operator, reference, steps=0)
