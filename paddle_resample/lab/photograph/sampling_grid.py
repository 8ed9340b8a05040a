"""Upsampling by a sampling grid that is regular, or shaken."""

import paddle

from ...base import Upsampler
from ...errors import UsageError
from ...ops import grid_sample, regular_grid, scaled_size

__all__ = ["GridSample"]


class GridSample(Upsampler):
    """Sample x on the regular [-1, 1] grid, displaced by Gaussian noise.

    An experiment, not a registered upsampler: it shows that a regular grid is plain
    bilinear interpolation, and what an irregular one does to a picture.

    Args:
        in_channels: C.
        out_channels: C.
        scale: integer from 1.
        noise: standard deviation of the displacement, in units of the grid, where the
            picture is 2 wide; tutorials take 1/200. Drawn by Paddle's generator
            at each call.

    Call:
        x: float [N, C, H, W]. size: any (H', W'), default (H*scale, W*scale).

    Returns:
        [N, C, H', W'], dtype of x.

    Grid: corners aligned, as Paddle's grid_sample does by default; samples outside
    repeat the border, which it leaves black. Without noise it equals bilinear with
    aligned corners.

    Raises:
        UsageError: noise that is no number, or negative.

    Source: Jaderberg et al., "Spatial transformer networks", NeurIPS 2015, eq. 3.

    >>> GridSample(1)(paddle.to_tensor([[[[0.0, 3.0]]]]), size=(1, 4)).numpy().ravel()
    array([0., 1., 2., 3.], dtype=float32)
    """

    name = "grid_sample"
    source = "Jaderberg et al., NeurIPS 2015"
    year = 2015
    any_size = True

    def __init__(self, in_channels, out_channels=None, *, scale=2, noise=0.0):
        super().__init__(in_channels, out_channels, scale=scale)
        if isinstance(noise, bool) or not isinstance(noise, (int, float)) or noise < 0:
            raise UsageError(f"grid_sample: noise must be 0 or above, not {noise!r}")
        self.noise = noise

    def forward(self, x, guide=None, side=None, size=None):
        size = scaled_size(x, self.scale) if size is None else size
        grid = regular_grid(size, align_corners=True, dtype=x.dtype)
        if self.noise:
            grid = grid + paddle.randn(grid.shape, grid.dtype) * self.noise
        grid = grid.expand([x.shape[0], -1, -1, -1])
        return grid_sample(x, grid, padding="border", align_corners=True)
