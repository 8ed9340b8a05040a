"""Reassembly and similarity, natively; see ops.reassemble."""

from .call import call

__all__ = ["reassemble", "reassemble_down", "similarity"]

_BORDERS = {"zero": 0, "replicate": 1, "renormalise": 2}


def reassemble(x, kernels, kernel_size, scale, groups, dilation, border, softmax):
    """See ops.reassemble; shapes are those it has checked."""
    how = [kernel_size, scale, 1, groups, dilation, _BORDERS[border]]
    return call("reassemble", x, kernels, how, softmax, *_wanted(x, kernels))


def reassemble_down(x, kernels, kernel_size, scale, groups, border, softmax):
    """See ops.reassemble_down; shapes are those it has checked."""
    how = [kernel_size, 1, scale, groups, 1, _BORDERS[border]]
    return call("reassemble", x, kernels, how, softmax, *_wanted(x, kernels))


def similarity(query, key, kernel_size, scale, border):
    """See ops.similarity; query [N, D, H*scale, W*scale], key [N, D, H, W]."""
    border = "replicate" if border == "replicate" else "zero"
    how = [kernel_size, scale, 1, 1, 1, _BORDERS[border]]
    return call("similarity", query, key, how, *_wanted(query, key))


def _wanted(*tensors):
    return [not x.stop_gradient for x in tensors]
