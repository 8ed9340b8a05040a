"""The package is imported before pytest imports a file of it for its doctests: pytest
would otherwise run an operator's file a second time, which registers it twice."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import paddle_resample

assert paddle_resample
