"""Sampling of maps at given locations, natively; see ops.grid_sample."""

import paddle

from .call import call

__all__ = ["grid_sample"]

# Between two pixels Paddle 3 takes the even one, Paddle 2.6 the one away from zero.
_MODES = {"bilinear": 0, "nearest": 2 if paddle.__version__.startswith("2.") else 1}
_PADDINGS = {"zeros": 0, "border": 1, "reflection": 2}


def grid_sample(x, grid, mode, padding, align_corners):
    """See ops.grid_sample; x [N, C, H, W], modes "bilinear" and "nearest"."""
    needs_gradient = not x.stop_gradient, not grid.stop_gradient
    how = _MODES[mode], _PADDINGS[padding], bool(align_corners)
    return call("grid_sample", x, grid, *how, *needs_gradient)
