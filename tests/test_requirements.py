"""What is said where Paddle or PaddleSeg is missing, too old or broken."""

import os
import subprocess
import sys
from pathlib import Path

import paddle
import pytest

from paddle_resample import requirements
from paddle_resample.requirements import (
    MissingPackage,
    require_paddle,
    require_paddleseg,
)

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "words",
    [
        ["-m", "paddle_resample", "list"],
        ["-m", "paddle_resample", "doctor"],
        ["-m", "paddle_resample.kernels", "status"],
        [str(ROOT / "tools" / "train.py"), "--config", "x.yml"],
        ["-c", "import paddle_resample"],
    ],
    ids=" ".join,
)
def test_without_paddle_one_sentence(words, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # -S leaves out site-packages, and with them Paddle.
    done = subprocess.run(
        [sys.executable, "-S", *words],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: paddle_resample needs PaddlePaddle, which is not")
    assert "pip install paddlepaddle==" in line


def test_other_errors_keep_their_trace():
    text = (
        "try:\n    import paddle_resample\n"
        "except ImportError as error:\n    print(error.name)\n1 / 0\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", text], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "paddle\n")
    assert "Traceback" in done.stderr and "ZeroDivisionError" in done.stderr


def test_an_old_paddle(monkeypatch):
    monkeypatch.setattr(paddle, "__version__", "2.4.2")
    with pytest.raises(MissingPackage, match=r"2\.6\.2 or newer, and 2\.4\.2 is"):
        require_paddle()
    monkeypatch.setattr(paddle, "__version__", "0.0.0")  # its develop branch
    require_paddle()


def test_without_paddleseg(monkeypatch):
    monkeypatch.setitem(sys.modules, "paddleseg", None)
    with pytest.raises(MissingPackage, match=r"pip install .*paddleseg==2\.8\.0"):
        require_paddleseg()


@pytest.mark.parametrize("version", ["2.8.0", "2.9.1", "develop", "0.0.0.dev0", "2.10"])
def test_versions_that_serve(monkeypatch, version):
    import paddleseg

    monkeypatch.setattr(paddleseg, "__version__", version)
    require_paddleseg()


def test_an_old_paddleseg(monkeypatch):
    import paddleseg

    monkeypatch.setattr(paddleseg, "__version__", "2.7.0")
    with pytest.raises(
        MissingPackage, match=r"2\.8\.0 or newer, and .* is 2\.7\.0: pip"
    ):
        require_paddleseg()


@pytest.mark.parametrize(
    "fault, command",
    [
        ("import skimage_is_missing", "pip install skimage_is_missing"),
        ("raise ModuleNotFoundError(name='skimage')", "pip install scikit-image"),
        (
            "raise ModuleNotFoundError(name='pkg_resources')",
            'pip install "setuptools<81"',
        ),
        ("raise AttributeError('np.bool')", requirements.INSTALL_PADDLESEG),
        ("open('/no/folder', 'w')", "export SEG_HOME=/a/folder/of/yours"),
    ],
)
def test_a_paddleseg_that_does_not_import(monkeypatch, tmp_path, fault, command):
    (tmp_path / "paddleseg").mkdir()
    (tmp_path / "paddleseg" / "__init__.py").write_text(fault)
    for name in [n for n in sys.modules if n.split(".")[0] == "paddleseg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingPackage, match="PaddleSeg cannot be imported") as error:
        require_paddleseg()
    assert str(error.value).endswith(f": {command}")


def test_an_opencv_of_another_numpy(monkeypatch, tmp_path):
    (tmp_path / "cv2.py").write_text(
        "raise ImportError('numpy.core.multiarray failed to import')"
    )
    monkeypatch.delitem(sys.modules, "cv2")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingPackage, match=r'OpenCV cannot .* pip install "numpy<2"'):
        require_paddleseg()


def test_a_home_that_cannot_be_written(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.delenv("SEG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    requirements._home_for_paddleseg()
    assert os.environ["SEG_HOME"].startswith(requirements.tempfile.gettempdir())
    assert "file' cannot be written, so PaddleSeg" in capsys.readouterr().err
    monkeypatch.setenv("SEG_HOME", "/chosen")
    requirements._home_for_paddleseg()
    assert os.environ["SEG_HOME"] == "/chosen"


def test_a_user_whom_the_system_does_not_know(monkeypatch, capsys):
    monkeypatch.delenv("SEG_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    requirements._home_for_paddleseg()
    monkeypatch.delenv("SEG_HOME")
    assert "this user has no home folder, so PaddleSeg" in capsys.readouterr().err


def test_a_temporary_home_is_no_one_elses(monkeypatch, tmp_path):
    monkeypatch.setattr(requirements.tempfile, "tempdir", str(tmp_path))
    own = requirements._temporary_home()
    assert (
        own
        == requirements._temporary_home()
        == str(tmp_path / f"paddleseg-{os.getuid()}")
    )
    uid = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: uid + 1)
    os.mkdir(tmp_path / f"paddleseg-{uid + 1}")  # made by this user, not by that one
    other = requirements._temporary_home()
    assert os.path.isdir(other) and not other.endswith(f"-{uid + 1}")


def test_an_opencv_that_is_missing(monkeypatch):
    error = ModuleNotFoundError(name="cv2")
    for numpy, package in (
        ("1.26.4", "opencv-python==4.5.5.64"),
        ("2.4.6", "opencv-python"),
    ):
        monkeypatch.setattr(requirements.metadata, "version", lambda name, v=numpy: v)
        assert requirements._opencv_command(error) == f"pip install {package}"


def test_all_that_paddleseg_misses_is_named_at_once(monkeypatch):
    monkeypatch.setattr(requirements, "_is_installed", lambda name: name == "pandas")
    command = requirements._package_command(ModuleNotFoundError(name="six"))
    assert command == "pip install six visualdl tqdm filelock prettytable"


TRACED = """
import os, sys
import paddle_resample, paddle
from paddle.jit.dy2static.utils import get_temp_dir
layer = paddle.jit.to_static(paddle_resample.Bilinear(1), full_graph=True)
assert layer(paddle.ones([1, 1, 2, 2])).shape[2:] == [4, 4]
print(get_temp_dir() == get_temp_dir(), get_temp_dir())
"""


def test_tracing_needs_no_home(tmp_path):
    """Root may write anywhere, so the home is none that can be made."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": "~"}
    environment["TMPDIR"] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", TRACED],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    same, folder = done.stdout.split()
    assert same == "True" and folder.startswith(str(tmp_path / "to_static-"))
    assert not (tmp_path / "~" / ".cache" / "paddle" / "to_static_tmp").exists()
    assert not os.path.exists(folder)
