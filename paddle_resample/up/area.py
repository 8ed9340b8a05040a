"""Area upsampling: every output pixel is the mean of the input it covers."""

from ..notes import Notes
from ..registry import register
from .nearest import Nearest

__all__ = ["Area"]


@register("area")
class Area(Nearest):
    """Average the input under each output pixel; no weights.

    Shape:
        x: [N, C, H, W].
        size: any (H', W'), default (H*scale, W*scale).
        y: [N, C, H', W'].

    Source:
        textbook (adaptive average pooling).

    Example:
        >>> import paddle, paddle_resample
        >>> x = paddle.to_tensor([[[[3.0, 5.0]]]])
        >>> paddle_resample.Area(1)(x, size=(1, 3)).numpy().ravel().tolist()
        [3.0, 4.0, 5.0]
    """

    source = "textbook"
    # Volumes cannot be exported: a traced adaptive_avg_pool3d wants numbers as size.
    data_formats = ("NCHW", "NHWC")
    mode = "area"
    notes = Notes(
        grid="""
        Output i covers the input pixels from floor(i * H / H') to ceil((i + 1) * H /
        H'); for integer scales this equals nearest, for other sizes pixels at the seams
        mix.
        """,
        cost="One read and one write.",
    )
