"""Native CPU kernels of some functions in `ops`: faster, the same numbers.

Paddle's operators define the answers; these run where they can, see `native`.
`python -m paddle_resample.kernels build` compiles them ahead of the first need,
`python -m paddle_resample.kernels status` says what is in use and why.
"""

from .choice import native, status

__all__ = ["native", "status"]
