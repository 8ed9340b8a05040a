"""Pure functions, one numerics per file; Paddle's operators define the answer."""

from .interpolate import interpolate
from .patch import expand_cells, merge_cells
from .pool import PoolIndices, max_pool, max_unpool
from .shuffle import pixel_shuffle, pixel_unshuffle
from .size import fit, pad_to_multiple, scaled_size, spatial_size
from .warp import affine_grid, flow_warp, grid_sample, offset_warp, regular_grid

__all__ = [
    "PoolIndices",
    "affine_grid",
    "expand_cells",
    "fit",
    "flow_warp",
    "grid_sample",
    "interpolate",
    "max_pool",
    "max_unpool",
    "merge_cells",
    "offset_warp",
    "pad_to_multiple",
    "pixel_shuffle",
    "pixel_unshuffle",
    "regular_grid",
    "scaled_size",
    "spatial_size",
]
