"""Disks that take no more: one sentence, and what was there stays whole."""

import errno
import os
import subprocess

import pytest

from checkout import CONFIGS, TINY
from paddle_resample import UsageError
from paddle_resample.errors import RunFailed
from paddle_resample.seg.checkpoints.checkpoint import find_checkpoint
from paddle_resample.seg.checkpoints.weights import read_state
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.training.interruptions import disk_failures
from paddle_resample.seg.training.trainer import Settings, Trainer

resource = pytest.importorskip("resource")


def trainer(folder, **settings):
    path = str(CONFIGS / "unet" / "unet_bilinear.yml")
    config = ResampleConfig(path, iters=8, batch_size=4, opts=TINY)
    settings = {"save_interval": 1, "keep_checkpoint_max": 0, **settings}
    return Trainer(Components(config), Settings(save_dir=str(folder), **settings))


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 400 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True)
    except OSError as error:
        pytest.skip(f"no mount here: {error}")
    if done.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def whole(folder):
    newest = find_checkpoint(folder)
    for checkpoint in folder.glob("iter_*"):
        for name in ("model.pdparams", "model.pdopt"):
            assert read_state(checkpoint / name)
    assert newest.name == f"iter_{len(list(folder.glob('iter_*')))}"
    assert not [n for n in os.listdir(folder) if n.startswith(".")]
    return int(newest.name[5:])


def test_full_disk(small_disk):
    run = small_disk / "run"
    with pytest.raises(RunFailed) as error:
        trainer(run).run()
    text = str(error.value)
    assert f"save_dir '{run}' cannot be written (No space left on device" in text
    assert "--resume_model auto" in text and "\n" not in text
    done = whole(run)
    assert done > 1
    # With room again it goes on from there.
    remount = ["mount", "-o", "remount,size=100m", str(small_disk)]
    subprocess.run(remount, check=True)
    again = trainer(run, resume_model="auto", save_interval=8)
    again.run()
    assert find_checkpoint(run).name == "iter_8"


def test_read_only_disk(small_disk):
    run = small_disk / "run"
    run.mkdir()
    (run / "mine").write_text("x")
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True)
    with pytest.raises(UsageError, match=r"cannot be written: Read-only file system"):
        trainer(run)
    assert os.listdir(run) == ["mine"]


def test_file_size_limit(tmp_path):
    """Needs no root: files above 20 KB are refused by the system from iter_3 on."""
    run = trainer(tmp_path)
    original = run._save
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def save():
        if run.progress["iteration"] == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        original()

    run._save = save
    try:
        with pytest.raises(RunFailed, match=r"cannot be written \(File too large"):
            run.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert whole(tmp_path) == 2


def test_other_errors_are_not_the_disk():
    with pytest.raises(FileNotFoundError), disk_failures("run"):
        open("/no/such/file")
    with pytest.raises(RunFailed, match="/a/b"), disk_failures("run"):
        raise OSError(errno.EROFS, "Read-only file system", "/a/b")
