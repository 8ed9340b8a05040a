"""Pure functions, one numerics per file; Paddle's operators define the answer.

Every function checks its arguments, then calls the private one of its name in the same
file, which checks nothing but what nobody before it can know. Layers call the private
one: their constructor and their call have checked. A native kernel checks nothing.
"""

from .ada_pool import ada_pool
from .blur_pool import blur_pool, strided_filter
from .deform_conv import deform_conv
from .dynamic_conv import dynamic_conv
from .fractional_max_pool import fractional_max_pool
from .guide import fit_guide
from .haar import HaarBands, haar, haar_inverse
from .interpolate import interpolate
from .joint_bilateral import joint_bilateral
from .low_pass import low_pass
from .nearest_warp import nearest_grid, nearest_warp
from .offset_warp import offset_warp
from .onnx_forms import in_onnx_forms, onnx_forms
from .patch import expand_cells, merge_cells
from .pointwise_conv import pointwise_conv
from .pool import PoolIndices, max_pool, max_unpool
from .reassemble import reassemble, reassemble_down
from .resize_right import resize_right
from .sampling_grid import affine_grid, regular_grid
from .shuffle import pixel_shuffle, pixel_unshuffle
from .similarity import similarity
from .size import fit, pad_to_multiple, scaled_size, spatial_size
from .soft_pool import importance_pool, soft_pool
from .warp import flow_warp, grid_sample
from .window import check_border

__all__ = [
    "HaarBands",
    "PoolIndices",
    "ada_pool",
    "affine_grid",
    "blur_pool",
    "check_border",
    "deform_conv",
    "dynamic_conv",
    "expand_cells",
    "fit",
    "fit_guide",
    "flow_warp",
    "fractional_max_pool",
    "grid_sample",
    "haar",
    "haar_inverse",
    "importance_pool",
    "in_onnx_forms",
    "interpolate",
    "joint_bilateral",
    "low_pass",
    "max_pool",
    "max_unpool",
    "merge_cells",
    "nearest_grid",
    "nearest_warp",
    "offset_warp",
    "onnx_forms",
    "pad_to_multiple",
    "pixel_shuffle",
    "pixel_unshuffle",
    "pointwise_conv",
    "reassemble",
    "reassemble_down",
    "regular_grid",
    "resize_right",
    "scaled_size",
    "similarity",
    "soft_pool",
    "spatial_size",
    "strided_filter",
]
