"""Print what is installed, what is off, and the command that mends it.

    %(prog)s

Ends with status 1 where something is off.
"""

import importlib
import importlib.util
import platform
import shutil
import sys
from importlib import metadata

import paddle

from ..cpu import tune_cpu
from ..errors import RunFailed
from ..kernels import build, status
from ..kernels.in_use import layers_in_use
from ..language import padded, translated
from ..requirements import (
    INSTALL_GPU,
    INSTALL_PADDLE,
    INSTALL_PADDLESEG,
    MissingPackage,
    as_numbers,
    require_paddleseg,
)
from ..version import __version__

__all__ = ["add_arguments", "findings", "run"]

NEWEST_TESTED = (3, 3)
_OPENCV = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
_LIBRARIES = ("numpy", "pandas", "protobuf", "setuptools", "scikit-image", "matplotlib")
_PADDLES = ("paddlepaddle", "paddlepaddle-gpu")


def add_arguments(parser):
    pass


def run(args):
    try:
        require_paddleseg()
        trouble = None
    except MissingPackage as error:
        trouble = str(error)
    for name, text in _facts(trouble):
        print(padded(translated(name), 13) + translated(text))
    found = findings(trouble)
    print()
    if not found:
        print(translated("Nothing is off."))
        return
    for what, command in found:
        print(translated(f"off: {what}"))
        print(f"  -> {command}")
    raise RunFailed(f"{len(found)} of what this package uses is off; see above")


def _facts(trouble):
    """(name, what is known of it) of everything that the package stands on."""
    yield "package", f"paddle_resample {__version__}, {_package()}"
    yield "Python", f"{platform.python_version()}, {sys.executable}"
    yield "system", platform.platform()
    cuda = paddle.version.cuda() if paddle.is_compiled_with_cuda() else None
    built = f"built for CUDA {cuda}" if cuda else "built for CPUs"
    yield "Paddle", f"{paddle.__version__}, {built}, {_folder(paddle)}"
    yield "GPUs", str(paddle.device.cuda.device_count() if cuda else 0)
    if not _is_installed("paddleseg"):
        yield "PaddleSeg", "not installed"
    elif trouble:
        yield "PaddleSeg", trouble.rpartition(": ")[0]
    else:
        import paddleseg

        version = getattr(paddleseg, "__version__", "without a version")
        yield "PaddleSeg", f"{version}, {_folder(paddleseg)}"
    yield "OpenCV", _opencv()
    for name in _LIBRARIES:
        yield name, _version(name) or "not installed"
    yield "compiler", build.compiler() or "none"
    yield "kernels", status()
    for line in layers_in_use():
        yield "layers", line
    for setting in tune_cpu():
        yield "CPU", str(setting)


def findings(trouble=None) -> list:
    """What is off, and what mends it.

    Args:
        trouble: what `require_paddleseg` says, or None where PaddleSeg serves.

    Returns:
        list of (sentence, command).
    """
    found = []
    version = as_numbers(paddle.__version__)
    if version[:2] > NEWEST_TESTED:
        found.append((f"Paddle {paddle.__version__} is not tested", INSTALL_PADDLE))
    if all(_version(name) for name in _PADDLES):
        sentence = "both paddlepaddle and paddlepaddle-gpu are installed, in one folder"
        found.append((sentence, "pip uninstall -y " + " ".join(_PADDLES)))
    elif shutil.which("nvidia-smi") and not paddle.is_compiled_with_cuda():
        found.append(("there is a GPU, and Paddle is built for CPUs", INSTALL_GPU))
    if trouble:
        sentence, _, command = trouble.rpartition(": ")
        if not _is_installed("paddleseg"):
            sentence = (
                "PaddleSeg is not installed, so there are layers alone: no networks, "
                "training or studies (its own clone serves too)"
            )
            command = INSTALL_PADDLESEG
        found.append((sentence, command))
    several = [name for name in _OPENCV if _version(name)]
    if len(several) > 1:
        sentence = f"{' and '.join(several)} are installed, in one folder"
        command = f"pip uninstall -y {' '.join(several)} && pip install {several[0]}"
        found.append((sentence, command))
    try:
        importlib.import_module("paddle.utils.cpp_extension")
    except ImportError as error:
        sentence = f"Paddle cannot load kernels with this setuptools ({error})"
        found.append((sentence, 'pip install "setuptools<81"'))
    kernels = status()
    if kernels.startswith("not there") and not kernels.endswith(build.LATER):
        sentence = f"native kernels are {kernels}"
        sentence, _, command = sentence.partition("; set PADDLE_RESAMPLE_CACHE")
        if command:
            found.append((sentence, "export PADDLE_RESAMPLE_CACHE=/a/folder/of/yours"))
        elif build.compiler() is None:
            found.append((sentence, "apt-get install g++ (or conda install gxx)"))
        else:
            found.append((sentence, "python -m paddle_resample.kernels build"))
    return found


def _is_installed(module):
    return importlib.util.find_spec(module) is not None


def _opencv():
    if not _is_installed("cv2"):
        return "not installed"
    try:
        import cv2
    except Exception as error:
        return f"cannot be imported: {type(error).__name__}: {error}"
    packages = [name for name in _OPENCV if _version(name)]
    return f"{cv2.__version__} ({', '.join(packages) or 'of no package'})"


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _folder(module):
    return module.__file__.rpartition("/")[0]


def _package():
    return __file__.rpartition("/commands/")[0]
