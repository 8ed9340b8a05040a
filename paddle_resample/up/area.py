"""Area upsampling: every output pixel is the mean of the input it covers."""

from ..registry import register
from .nearest import Nearest

__all__ = ["Area"]


@register("area")
class Area(Nearest):
    """Average the input under each output pixel; no weights.

    Args:
        in_channels: C.
        out_channels: C.
        scale: integer from 1.
        data_format: "NCHW" or "NHWC".

    Call:
        x: float [N, C, H, W]. size: any (H', W'), default (H*scale, W*scale).

    Returns:
        [N, C, H', W'], dtype of x.

    Grid: output i covers the input pixels from floor(i * H / H') to
    ceil((i + 1) * H / H'); for integer scales this equals nearest, for other sizes
    pixels at the seams mix.

    Source: textbook (adaptive average pooling). Cost: one read and one write.

    >>> import paddle
    >>> x = paddle.to_tensor([[[[3.0, 5.0]]]])
    >>> Area(1)(x, size=(1, 3)).numpy().ravel().tolist()
    [3.0, 4.0, 5.0]
    """

    source = "textbook"
    # Volumes cannot be exported: a traced adaptive_avg_pool3d wants numbers as size.
    data_formats = ("NCHW", "NHWC")
    mode = "area"
