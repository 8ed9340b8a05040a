"""What a run leaves behind whose numbers are not finite any more."""

import json
import math
import os

import numpy as np
import pytest

from checkout import CONFIGS, TINY
from paddle_resample import UsageError
from paddle_resample.errors import RunFailed
from paddle_resample.seg.checkpoints.weights import read_state
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.training.step import Step
from paddle_resample.seg.training.trainer import Settings, Trainer

UNET = CONFIGS / "unet" / "unet_bilinear.yml"


def trainer(folder, **settings):
    config = ResampleConfig(str(UNET), iters=4, batch_size=4, opts=TINY)
    settings = Settings(save_dir=str(folder), log_iters=1, save_interval=1, **settings)
    return Trainer(Components(config), settings)


def break_at(trainer, monkeypatch, iteration, change):
    """Have `change` applied before the forward pass of an iteration."""
    original = Step.__call__
    count = []

    def call(self, batch):
        count.append(1)
        if len(count) == iteration:
            change(batch)
        return original(self, batch)

    monkeypatch.setattr(Step, "__call__", call)


def report(folder, iteration):
    return json.loads((folder / f"iter_{iteration}.not_finite.json").read_text())


def test_report_names_images_that_are_not_finite(tmp_path, monkeypatch):
    run = trainer(tmp_path, detect_anomaly=True)

    def poison(batch):
        batch["img"][1, 0, 3, 3] = math.nan

    break_at(run, monkeypatch, 3, poison)
    with pytest.raises(RunFailed) as error:
        run.run()
    text = str(error.value)
    assert "the loss of iteration 3 is " in text and " at learning rate " in text
    assert "first not finite is the images of the batch" in text
    assert str(tmp_path / "iter_3.not_finite.json") in text and "\n" not in text
    told = report(tmp_path, 3)
    assert told["iteration"] == 3 and len(told["losses"]) == 1
    assert told["first_not_finite"] == "the images of the batch"
    assert told["learning_rate"] == pytest.approx(run.optimizer.get_lr())
    assert len(told["files"]) == 4 and len(set(told["files"])) == 4
    names = {path.name for path in tmp_path.glob("iter_*")}
    assert names == {"iter_1", "iter_2", "iter_3.not_finite.json"}


def test_report_names_the_layer_of_the_first_output(tmp_path, monkeypatch):
    run = trainer(tmp_path)
    hook = run.model.head.register_forward_post_hook(lambda layer, x, y: y + math.nan)
    with pytest.raises(RunFailed, match="the loss of iteration 1 is nan at learning"):
        run.run()
    hook.remove()
    told = report(tmp_path, 1)
    assert told["first_not_finite"] == "the output of the layer head (Conv2D)"
    assert told["losses"] == ["nan"]
    assert not (tmp_path / "iter_1").exists()


def test_weights_broken_by_the_update_are_never_saved(tmp_path, monkeypatch):
    run = trainer(tmp_path, do_eval=True, use_ema=True)
    original = Step.__call__

    def call(self, batch):
        losses = original(self, batch)
        if self.learning_rate and len(list(tmp_path.glob("iter_*"))) == 2:
            head = run.model.head.weight
            head.set_value(head * math.nan)
        return losses

    monkeypatch.setattr(Step, "__call__", call)
    with pytest.raises(RunFailed, match=r"first not finite is the weight head\.weight"):
        run.run()
    assert report(tmp_path, 3)["first_not_finite"] == "the weight head.weight"
    assert {p.name for p in tmp_path.glob("iter_?")} == {"iter_1", "iter_2"}
    for path in tmp_path.rglob("*.pdparams"):
        assert all(np.isfinite(v).all() for v in read_state(path, True).values()), path


def test_files_are_those_that_were_read(files, monkeypatch):
    """Against the paths that the data set really opened for the batch."""
    folder, path = files
    config = ResampleConfig(str(path))
    run = Trainer(Components(config), Settings(save_dir=str(folder / "run"), repeats=2))
    opened = []
    original = type(run.train_dataset).__getitem__

    def get(self, index):
        opened.append(os.path.basename(self.file_list[index][0]))
        return original(self, index)

    monkeypatch.setattr(type(run.train_dataset), "__getitem__", get)
    break_at(run, monkeypatch, 3, lambda batch: batch["img"].fill_(math.inf))
    with pytest.raises(RunFailed):
        run.run()
    told = report(folder / "run", 3)["files"]
    assert [os.path.basename(name.split(" with label ")[0]) for name in told] == (
        opened[5:7]  # one was looked at before the training for its classes
    )
    assert all(" with label " in name for name in told)


def test_detect_anomaly_flag(tool, tmp_path):
    """It names the layer, and a sound run is the same with it, bit for bit."""
    tail = ["--opts", *TINY, "batch_size=4"]
    for name, flag in (("with", ["--detect_anomaly"]), ("without", [])):
        words = ["--config", UNET, "--iters", 2, "--save_dir", tmp_path / name, *flag]
        status, _, stderr = tool("train", *words, *tail)
        assert status == 0, stderr
    a, b = (
        read_state(tmp_path / name / "iter_2" / "model.pdparams", as_numpy=True)
        for name in ("with", "without")
    )
    assert all(np.array_equal(a[key], b[key]) for key in a)
    words = ["--config", UNET, "--iters", 30, "--save_dir", tmp_path / "broken"]
    words += ["--learning_rate", "1e30", "--detect_anomaly"]
    status, _, stderr = tool("train", *words, *tail, "lr_scheduler.warmup_iters=1")
    assert status == 1
    assert "first not finite is the " in stderr and " of the layer " in stderr
    assert "--detect_anomaly finds" not in stderr


def test_compiled_models_cannot_be_looked_into(tmp_path):
    path = tmp_path / "own.yml"
    path.write_text(f"_base_: {UNET}\nto_static_training: True\n")
    config = ResampleConfig(str(path), opts=TINY)
    settings = Settings(save_dir=str(tmp_path / "run"), detect_anomaly=True)
    with pytest.raises(UsageError, match="set to_static_training to False"):
        Trainer(Components(config), settings)
