import cv2
import paddle
import pytest

from paddle_resample.commands import doctor
from paddle_resample.requirements import INSTALL_PADDLESEG


@pytest.fixture
def well(monkeypatch):
    """A machine on which nothing is off."""
    monkeypatch.setattr(doctor, "status", lambda: "on (auto): x.so")
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    return monkeypatch


def test_what_is_installed(command, well):
    status, out, _ = command("doctor")
    assert status == 0 and out.endswith("Nothing is off.\n")
    for words in (
        f"Paddle       {paddle.__version__}, built for",
        "PaddleSeg    2.",
        f"OpenCV       {cv2.__version__} (opencv",
        "numpy        ",
        "kernels      on (auto)",
    ):
        assert words in out


@pytest.mark.parametrize(
    "name, change, sentence, mended",
    [
        ("status", lambda: "not there (auto): x", "kernels are not there", "g++"),
        (
            "_version",
            lambda name: "1",
            "both paddlepaddle and paddlepaddle-gpu",
            "unin",
        ),
        (
            "status",
            lambda: "not there (auto): x; set PADDLE_RESAMPLE_CACHE to a folder",
            "kernels are not there (auto): x\n",
            "-> export PADDLE_RESAMPLE_CACHE=/a/folder",
        ),
        ("NEWEST_TESTED", (2, 0), "is not tested", "paddlepaddle=="),
    ],
)
def test_what_is_off(command, well, name, change, sentence, mended):
    well.setattr(doctor, name, change)
    well.setattr(doctor.build, "compiler", lambda: None)
    status, out, stderr = command("doctor")
    assert status == 1 and "is off; see above" in stderr
    assert sentence in out and mended in out


def test_a_gpu_that_paddle_cannot_use(well):
    if paddle.is_compiled_with_cuda():
        pytest.skip("this Paddle is built for GPUs")
    well.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    ((sentence, command),) = doctor.findings()
    assert sentence == "there is a GPU, and Paddle is built for CPUs"
    assert command.startswith("pip install paddlepaddle-gpu==")


def test_kernels_that_will_be_built_are_not_off(command, well):
    well.setattr(doctor, "status", lambda: "not there (auto): built on first need")
    status, out, _ = command("doctor")
    assert status == 0 and "kernels      not there (auto): built on first need" in out


def test_without_paddleseg(command, well):
    well.setattr(
        "paddle_resample.requirements.importlib.util.find_spec", lambda name: None
    )
    status, out, _ = command("doctor")
    assert status == 1
    assert "PaddleSeg    not installed\n" in out and "OpenCV       not installed" in out
    assert f"-> {INSTALL_PADDLESEG}" in out
