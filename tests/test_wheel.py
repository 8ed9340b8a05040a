"""The wheel, built and installed into an empty environment, serves an empty folder."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


def run(*words, **options):
    done = subprocess.run(
        [*map(str, words)], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """(sources, wheel, sdist): what git has, and what is built from it."""
    folder = tmp_path_factory.mktemp("built")
    sources = folder / "sources"
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in run(*words, cwd=ROOT).split("\0"):
        if name and (ROOT / name).is_file():
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            (sources / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "setup.py", "-q", "sdist", "-d", folder, cwd=sources)
    (sdist,) = folder.glob("*.tar.gz")
    return sources, _wheel(sources, folder / "wheel"), sdist


def _wheel(sources, folder):
    words = ["wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    run(sys.executable, "-m", "pip", *words, "-w", folder, sources)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """command(*words) -> stdout of the installed command, in an empty folder."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", built[1])
    # Everything but this package comes from the environment of the tests.
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"])
    (folder / "empty").mkdir()
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}

    def command(*words):
        script = folder / "venv" / "bin" / "paddle-resample"
        return run(script, *words, cwd=folder / "empty", env=environment)

    command.folder = folder / "empty"
    return command


def test_it_is_the_wheel_that_runs(installed):
    assert installed("--version") == "paddle_resample 0.2.0\n"
    out = installed("completion", "bash")
    assert "complete -o bashdefault" in out
    site = installed.folder.parent / "venv" / "lib"
    probe = installed.folder / "probe.py"
    probe.write_text("import paddle_resample; print(paddle_resample.__file__)")
    assert str(site) in installed(probe).splitlines()[-1]
    probe.unlink()


def test_a_configuration_is_copied_checked_and_trained(installed):
    assert "configs/unet/unet_bilinear.yml" in installed("configs").split()
    config = "configs/unet/unet_bilinear.yml"
    installed("configs", config)
    tiny = ["--opts", "model.width=4", "model.depth=2", "train_dataset.size=32"]
    tiny += ["train_dataset.num_samples=8", "val_dataset.size=32"]
    tiny += ["val_dataset.num_samples=2", "batch_size=4"]
    words = ["--config", config, "--device", "cpu", "--iters", "2", "--do_eval"]
    installed("train", *words, "--save_dir", "run", *tiny)
    weights = ["--config", config, "--model_path", "run/best_model"]
    assert "mIoU" in installed("val", *weights, "--device", "cpu", *tiny)
    assert "exported" in installed("export", *weights, "--save_dir", "out", *tiny)
    vary = ["--vary", "model.upsample=bilinear,nearest", "--iters", "1"]
    vary += ["--device", "cpu", "--report", "--jobs", "1", "--no-repeat"]
    out = installed("study", "--config", config, *vary, *tiny)
    assert "report: " in out
    assert (installed.folder / "output/study/report.html").is_file()


def test_the_demo(installed):
    out = installed("demo", "--iters", "2", "--device", "cpu")
    pictures = installed.folder / "output" / "demo" / "pictures"
    assert out.endswith(f"The pictures are in {pictures}; begin with comparison.png.\n")
    assert (pictures / "comparison.png").is_file()
    scores = installed.folder / "output" / "demo" / "bilinear_scores" / "scores.json"
    assert 0 <= json.loads(scores.read_text())["miou"] <= 1


def test_what_needs_no_training(installed):
    assert "dysample" in installed("list")
    assert "DySample" in installed("show", "dysample")
    assert "重组的 k，奇数。" in installed("show", "carafe", "--lang", "zh")
    assert "numpy" in installed("doctor")
    assert "upsample.level_0" in installed("sites", "configs/unet/unet_bilinear.yml")


def test_the_sdist_builds_the_same_wheel_without_the_repository(built, tmp_path):
    committed, wheel, sdist = built
    with tarfile.open(sdist) as file:
        names = file.getnames()
        file.extractall(tmp_path)
    assert not [name for name in names if "/tests" in name]
    (sources,) = tmp_path.glob("paddle_resample-*")
    again = _wheel(sources, tmp_path / "wheel")
    contents = [sorted(zipfile.ZipFile(path).namelist()) for path in (wheel, again)]
    assert contents[0] == contents[1]
    configs = [p.relative_to(committed) for p in committed.glob("configs/**/*.yml")]
    names = {f"paddle_resample/{path.as_posix()}" for path in configs}
    assert len(names) > 50 and names <= set(contents[0])
