"""What the package stands on: whether Paddle and PaddleSeg are there, and new enough.

Nothing is imported at the top: this runs before Paddle, and without it.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
import tempfile
from importlib import metadata

from .errors import UsageError
from .language import translated

__all__ = [
    "INSTALL_GPU",
    "INSTALL_PADDLE",
    "INSTALL_PADDLESEG",
    "MissingPackage",
    "as_numbers",
    "can_be_made",
    "require_paddle",
    "require_paddleseg",
]

# 3.2.2 is the newest release whose CPU inference engine runs interpolation as it is.
INSTALL_PADDLE = "pip install paddlepaddle==3.2.2"
# PyPI stops at 2.6.2 for GPUs.
INSTALL_GPU = (
    "pip install paddlepaddle-gpu==3.2.2 "
    "-i https://www.paddlepaddle.org.cn/packages/stable/cu126/"
)
# imagecodecs is here for pip to choose one that goes with this NumPy.
INSTALL_PADDLESEG = (
    'pip install paddleseg==2.8.0 "numpy<2" "pandas<3" "setuptools<81" imagecodecs'
    if sys.version_info < (3, 13)
    # NumPy 1 has no wheel there, so PaddleSeg's own requirements cannot be met.
    else "pip install --no-deps paddleseg==2.8.0 && "
    "pip install opencv-python pandas visualdl tqdm filelock prettytable"
)
# What PaddleSeg imports, for whoever has it without what it asks for.
PADDLESEG_NEEDS = ("pandas", "visualdl", "tqdm", "filelock", "prettytable")
OLDEST_PADDLE = "2.6.2"
OLDEST_PADDLESEG = "2.8.0"


class MissingPackage(UsageError, ModuleNotFoundError):
    """A package that is missing, too old or broken; its text says the command."""

    def __init__(self, text, name=None):
        super().__init__(text)
        self.name = name


def require_paddle() -> None:
    """Import Paddle, or say in one sentence why that does not work.

    Raises:
        MissingPackage: Paddle is not installed, too old, or cannot be imported.
    """
    if importlib.util.find_spec("paddle") is None:
        raise MissingPackage(
            "paddle_resample needs PaddlePaddle, which is not installed in "
            f"{sys.prefix}: {INSTALL_PADDLE} (for a GPU: {INSTALL_GPU})",
            name="paddle",
        )
    try:
        import paddle
    except Exception as error:
        raise MissingPackage(
            f"Paddle cannot be imported ({_first_line(error)}); mend that, or install "
            f"it anew: {INSTALL_PADDLE}",
            name="paddle",
        ) from error
    # A build of Paddle's own develop branch says 0.0.0.
    if (0, 0, 1) <= as_numbers(paddle.__version__) < as_numbers(OLDEST_PADDLE):
        raise MissingPackage(
            f"paddle_resample needs Paddle {OLDEST_PADDLE} or newer, and "
            f"{paddle.__version__} is installed: {INSTALL_PADDLE}",
            name="paddle",
        )


def require_paddleseg() -> None:
    """Import PaddleSeg, or say in one sentence why that does not work.

    Any PaddleSeg from 2.8.0 serves: a release, a clone, a checkout that is on the path.

    Raises:
        MissingPackage: PaddleSeg or OpenCV is missing, too old or cannot be imported.
    """
    if importlib.util.find_spec("paddleseg") is None:
        raise MissingPackage(
            "this needs PaddleSeg, which is not installed in "
            f"{sys.prefix}: {INSTALL_PADDLESEG}, or PaddleSeg's own clone",
            name="paddleseg",
        )
    _import("cv2", "OpenCV", _opencv_command)
    _home_for_paddleseg()
    paddleseg = _import("paddleseg", "PaddleSeg", _package_command)
    version = str(getattr(paddleseg, "__version__", ""))
    # The develop branch says "develop" or 0.0.0.dev0.
    if (0, 0, 1) <= as_numbers(version) < as_numbers(OLDEST_PADDLESEG):
        raise MissingPackage(
            f"paddle_resample needs PaddleSeg {OLDEST_PADDLESEG} or newer, and "
            f"{os.path.dirname(paddleseg.__file__)} is {version}: {INSTALL_PADDLESEG}",
            name="paddleseg",
        )


def can_be_made(folder: str) -> bool:
    """Whether this user may write into a folder, or make it.

    >>> can_be_made(tempfile.gettempdir()), can_be_made("~")  # a home nobody knows
    (True, False)
    """
    while os.path.isabs(folder) and not os.path.exists(folder):
        folder = os.path.dirname(folder)
    return os.path.isabs(folder) and os.access(folder, os.W_OK | os.X_OK)


def as_numbers(version: str) -> tuple[int, ...]:
    """The numbers a version begins with, (0,) where it begins with none.

    >>> as_numbers("3.3.1"), as_numbers("0.0.0.dev0"), as_numbers("develop")
    ((3, 3, 1), (0, 0, 0), (0,))
    """
    numbers = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(n) for n in numbers.group().split(".")) if numbers else (0,)


def _import(module, name, command):
    try:
        return importlib.import_module(module)
    except MissingPackage:
        raise
    except Exception as error:
        raise MissingPackage(
            f"{name} cannot be imported ({_first_line(error)}): {command(error)}",
            name=module,
        ) from error


def _opencv_command(error):
    if getattr(error, "name", None) == "cv2":
        # The newest that was built against NumPy 1 is the one that PaddleSeg asks for.
        old = as_numbers(metadata.version("numpy")) < (2,)
        return f"pip install {'opencv-python==4.5.5.64' if old else 'opencv-python'}"
    if "numpy" in str(error):  # built against NumPy 1 and run with 2, or the other way
        return 'pip install --upgrade opencv-python, or pip install "numpy<2"'
    return "pip install --force-reinstall opencv-python-headless"


def _package_command(error):
    missing = getattr(error, "name", None)
    names = {"skimage": "scikit-image", "yaml": "pyyaml", "sklearn": "scikit-learn"}
    if isinstance(error, ModuleNotFoundError) and missing:
        package = missing.split(".")[0]
        if package == "pkg_resources":
            return 'pip install "setuptools<81"'
        missing = [names.get(package, package)]
        missing += [n for n in PADDLESEG_NEEDS if not _is_installed(n)]
        return "pip install " + " ".join(dict.fromkeys(missing))
    if isinstance(error, OSError) and error.filename:
        return "export SEG_HOME=/a/folder/of/yours"
    return INSTALL_PADDLESEG


def _is_installed(package):
    try:
        return bool(metadata.version(package))
    except metadata.PackageNotFoundError:
        return False


def _first_line(error):
    lines = [line for line in str(error).splitlines() if line.strip()]
    text = lines[0].strip().rstrip(".") if lines else "without a reason"
    return f"{type(error).__name__}: {text}"


def _home_for_paddleseg():
    """PaddleSeg makes folders at home when it is imported; find it another one."""
    if "SEG_HOME" in os.environ:
        return
    home = os.path.expanduser("~")
    if can_be_made(os.path.join(home, ".paddleseg")):
        return
    folder = os.environ["SEG_HOME"] = _temporary_home()
    line = (
        f"paddle_resample: the home folder {home!r} cannot be written, so PaddleSeg "
        f"keeps its files in {folder} (SEG_HOME)"
    )
    if not os.path.isabs(home):  # of a user whom the system does not know
        line = (
            "paddle_resample: this user has no home folder, so PaddleSeg keeps its "
            f"files in {folder} (SEG_HOME)"
        )
    print(translated(line), file=sys.stderr)


def _temporary_home():
    """A folder of this user alone, the same one every time unless another has it."""
    folder = os.path.join(tempfile.gettempdir(), f"paddleseg-{os.getuid()}")
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        if os.path.islink(folder) or os.stat(folder).st_uid != os.getuid():
            return tempfile.mkdtemp(prefix="paddleseg-")
    return folder
