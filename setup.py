"""Packaging of paddle_resample; the build system and the tools' settings are in
pyproject.toml."""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

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

# What PaddleSeg 2.8.0 needs; whoever has a clone of PaddleSeg does without it.
SEG = [
    "paddleseg>=2.8.0",
    # 2.8.0 asks for opencv-python <= 4.6, whose newest wheel was built against NumPy 1,
    # and that NumPy in turn needs pandas < 3.
    "opencv-python",
    "numpy<2",
    "pandas<3",
    # paddle.utils.cpp_extension and visualdl import what 81 removed.
    "setuptools<81",
]

# The documentation as a site, in two languages.
DOCS = [
    "mkdocs<2",
    "mkdocs-material",
    "mkdocs-static-i18n",
    "mkdocs-jupyter",
    "jieba",  # words of Chinese, for the search
]


class BuildWithConfigurations(build_py):
    """Put the folder configs into the package, where the installed commands find it."""

    def run(self):
        super().run()
        if not getattr(self, "editable_mode", False):
            target = Path(self.build_lib) / "paddle_resample" / "configs"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(HERE / "configs", target)


setup(
    name="paddle_resample",
    version=VERSION,
    description="Up- and downsampling operators for PaddleSeg, and their comparison",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.9",
    cmdclass={"build_py": BuildWithConfigurations},
    packages=find_packages(include=["paddle_resample", "paddle_resample.*"]),
    package_data={
        "paddle_resample": ["py.typed"],
        "paddle_resample.language": ["*.po"],
        "paddle_resample.kernels": ["source/*.cc", "source/*/*.h"],
        "paddle_resample.study.report": [
            "template.html",
            "page.css",
            "page.js",
            "assets/*",
        ],
    },
    entry_points={"console_scripts": ["paddle-resample=paddle_resample.commands:main"]},
    # Nothing here has an upper limit, and neither Paddle nor PaddleSeg nor OpenCV is
    # here: installing this package replaces nothing that is installed. A plain
    # dependency would put the CPU build over an installed paddlepaddle-gpu.
    install_requires=[
        "numpy",
        "setuptools",  # Paddle imports it to load kernels
        "matplotlib",
        "rich",
        "shtab",  # completion
        "docstring_parser",  # the operators' pages, from their docstrings
        "polib",  # the Chinese messages
        "imagecodecs",  # compressed TIFF, through tifffile
        "pillow",
        "pyyaml",
        "scikit-image",
        "scikit-learn",  # two photographs
        "scipy",
        "tifffile",
        "jinja2",  # the page of a study's report
    ],
    extras_require={
        "seg": SEG,
        # Below 3.3, whose CPU inference engine crashes on interpolation.
        "cpu": ["paddlepaddle>=2.6.2,<3.3"],
        # PyPI ends at 2.6.2: the README names Paddle's own index, which has these.
        "gpu": ["paddlepaddle-gpu>=3.0,<3.4"],
        "cluster": ["ray"],
        "onnx": ONNX,
        "docs": DOCS,
        "dev": [
            *SEG,
            *ONNX,
            *DOCS,
            "protobuf<7",  # Paddle 2.6's distributed strategy does not print with 7
            "pytest",
            "pytest-xdist",
            "pytest-timeout",
            "ruff",
            "mypy",
            "jedi",  # completion, tested
            "hypothesis",
            "ray",
            "wheel",  # built in a test
            # The notebooks, run anew.
            "ipykernel",
            "nbclient>=0.10",  # joins what one cell prints
            "nbformat",
            # A study's report in a real browser (with Debian's chromium and
            # chromium-driver), and its figures against plotly's schema.
            "selenium",
            "plotly",
        ],
    },
)
