"""Everything of PaddleSeg: networks, surgery, data sets, training and repairs.

Importing it registers our components with PaddleSeg's managers and repairs what
today's Paddle broke in PaddleSeg. A script of your own needs one line:

    import paddle_resample.seg
"""

from . import import_paddleseg  # noqa: F401  isort: skip  (first)
from . import embedded_data, nets
from .repairs import repair_paddleseg
from .surgery import Resampled

__all__ = ["Resampled", "embedded_data", "nets", "register"]


def register() -> None:
    """Register our networks and data sets with PaddleSeg, and repair PaddleSeg.

    Importing `paddle_resample.seg` has done so already; calling it again changes
    nothing, and says in a script what the import is for.

    >>> from paddle_resample import seg
    >>> seg.register()
    """
    repair_paddleseg()


register()
