"""Packaging of paddle_resample; the build system and the tools' settings are in
pyproject.toml."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(
    r'^__version__ = "(.+)"',
    (HERE / "paddle_resample" / "version.py").read_text(encoding="utf-8"),
    re.MULTILINE,
).group(1)

ONNX = [
    "paddle2onnx==2.1.0",
    "onnx<=1.17",
    "onnxruntime",
    "onnx-graphsurgeon",  # paddle2onnx imports it
    "ml_dtypes<0.6",
]

setup(
    name="paddle_resample",
    version=VERSION,
    description="Up- and downsampling operators for PaddleSeg, and their comparison",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.9,<3.13",
    packages=find_packages(include=["paddle_resample", "paddle_resample.*"]),
    package_data={
        "paddle_resample": ["py.typed"],
        "paddle_resample.kernels": ["source/*.cc", "source/*/*.h"],
        "paddle_resample.study.report": [
            "template.html",
            "page.css",
            "page.js",
            "assets/*",
        ],
    },
    # PaddlePaddle itself is chosen by an extra: a plain dependency would put the
    # CPU build over an installed paddlepaddle-gpu.
    install_requires=[
        "paddleseg>=2.8.0",
        # paddleseg 2.8.0 asks for opencv-python <= 4.6, whose newest wheel was built
        # against NumPy 1, and that NumPy in turn needs pandas < 3.
        "opencv-python",
        "numpy<2",
        "pandas<3",
        "matplotlib",
        # paddle.utils.cpp_extension and visualdl still import setuptools at run time;
        # 81 removed pkg_resources.
        "setuptools<81",
        "protobuf<7",  # Paddle 2.6's distributed strategy does not print with 7
        "rich",
        "docstring_parser",  # the operators' pages, from their docstrings
        "imagecodecs",  # compressed TIFF, through tifffile
        "scikit-image",
        "scipy",
        "tifffile",
        "jinja2",  # the page of a study's report; PaddleSeg's VisualDL brings it too
    ],
    extras_require={
        "cpu": ["paddlepaddle>=2.6.2,<3.4"],
        "gpu": ["paddlepaddle-gpu>=2.6.2,<3.4"],
        "cluster": ["ray"],
        "onnx": ONNX,
        "dev": [
            *ONNX,
            "pytest",
            "pytest-xdist",
            "pytest-timeout",
            "ruff",
            "mypy",
            "jedi",  # completion, tested
            "hypothesis",
            "ray",
            # A study's report in a real browser (with Debian's chromium and
            # chromium-driver), and its figures against plotly's schema.
            "selenium",
            "plotly",
        ],
    },
)
