"""The package is imported before pytest imports a file of it for its doctests: pytest
would otherwise run an operator's file a second time, which registers it twice."""

import os

os.environ["LC_ALL"] = "C.UTF-8"  # commands speak the language of the locale
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("PADDLE_RESAMPLE_NATIVE", "off")

import paddle_resample.seg  # noqa: F401
