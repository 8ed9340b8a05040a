"""What a checkpoint brings back, and which one is taken."""

import json
import os
import shutil

import numpy as np
import paddle
import pytest

from checkout import CONFIGS, TINY
from paddle_resample import UsageError
from paddle_resample.seg.checkpoints.checkpoint import (
    find_checkpoint,
    load_checkpoint,
    remove_old,
    save_checkpoint,
)
from paddle_resample.seg.checkpoints.weights import read_state
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.training.trainer import Settings, Trainer

CONFIG = """
_base_: {base}
iters: 6
batch_size: 4
"""
ADAMW = """
optimizer: {_inherited_: False, type: AdamW}
lr_scheduler:
  _inherited_: False
  type: CosineAnnealingDecay
  learning_rate: 0.01
  T_max: 6
"""


def run(folder, more="", workers=0, resume=None, seed=5, save_interval=3):
    """Train with EMA, augmentation and evaluation; what the run knows at its end."""
    folder.mkdir()
    path = folder / "own.yml"
    base = os.path.relpath(CONFIGS / "unet" / "unet_pixel_shuffle.yml", folder)
    path.write_text(CONFIG.format(base=base) + more)
    trainer = Trainer(
        Components(ResampleConfig(str(path), opts=TINY)),
        Settings(
            save_dir=str(folder),
            save_interval=save_interval,
            seed=seed,
            num_workers=workers,
            resume_model=resume and str(resume),
            use_ema=True,
            do_eval=True,
        ),
    )
    trainer.run()
    return trainer.progress


def same_file(a, b):
    a, b = read_state(a, as_numpy=True), read_state(b, as_numpy=True)
    same_content(a, b)
    return a


def same_content(a, b):
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            same_content(a[key], b[key])
    else:
        np.testing.assert_array_equal(a, b)


def by_parameter(folder):
    """Optimizer state under the model's names: Paddle's count on in a process."""
    names = json.loads((folder / "progress.json").read_text())["parameter_names"]
    state = read_state(folder / "model.pdopt", as_numpy=True)
    result = {}
    for key, value in state.items():
        stem = max(
            (n for n in names.values() if key.startswith(n)), key=len, default=""
        )
        owner = next((k for k, n in names.items() if n == stem), "")
        result[owner + key[len(stem) :]] = value
    return result


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("more", ["", ADAMW], ids=["sgd", "adamw"])
def test_resumed_is_uninterrupted_in_all_its_state(tmp_path, workers, more):
    whole = run(tmp_path / "whole", more, workers)
    start = tmp_path / "whole" / "iter_3"
    resumed = run(tmp_path / "resumed", more, workers, resume=start)
    a, b = (tmp_path / name / "iter_6" for name in ("whole", "resumed"))
    weights = same_file(a / "model.pdparams", b / "model.pdparams")
    averaged = same_file(a / "ema_model.pdparams", b / "ema_model.pdparams")
    assert not np.array_equal(weights["head.weight"], averaged["head.weight"])
    state = by_parameter(a)
    same_content(state, by_parameter(b))
    assert state["LR_Scheduler"]["last_epoch"] == 6
    assert any(np.any(v) for k, v in state.items() if "head.weight_" in k)
    for key in ("best", "ema_best"):
        assert whole[key] == resumed[key] and whole[key]["miou"] > 0
    for key in ("last", "ema_last"):
        assert whole["scores"][key]["confusion"] == resumed["scores"][key]["confusion"]


def test_the_best_score_is_remembered(tmp_path):
    """A resumed run does not take a worse model for the best."""
    run(tmp_path / "a")
    start = tmp_path / "a" / "iter_3"
    progress = json.loads((start / "progress.json").read_text())
    progress["best"] = {**progress["best"], "miou": 0.99, "iteration": 2}
    (start / "progress.json").write_text(json.dumps(progress))
    resumed = run(tmp_path / "b", resume=start)
    assert resumed["best"]["miou"] == 0.99 and resumed["best"]["iteration"] == 2
    assert not (tmp_path / "b" / "best_model").exists()
    assert (tmp_path / "b" / "ema_best_model").exists() == (
        resumed["ema_best"]["iteration"] == 6
    )


def test_same_seed_twice_is_equal_in_all_its_state(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        run(tmp_path / name, seed=seed, save_interval=6)
    a, b, c = (tmp_path / name / "iter_6" for name in "abc")
    same_file(a / "model.pdparams", b / "model.pdparams")
    same_file(a / "ema_model.pdparams", b / "ema_model.pdparams")
    same_content(by_parameter(a), by_parameter(b))
    with pytest.raises(AssertionError):
        same_file(a / "model.pdparams", c / "model.pdparams")


def state(value=0.0):
    net = paddle.nn.Linear(2, 2)
    net.weight.set_value(paddle.full([2, 2], float(value)))
    return net, paddle.optimizer.Adam(0.1, parameters=net.parameters())


@pytest.fixture
def saved(tmp_path):
    for n in (2, 9, 10):
        save_checkpoint(tmp_path / f"iter_{n}", *state(n), {"iteration": n})
    return tmp_path


def test_the_newest_is_taken(saved):
    (saved / "iter_11.not_finite.json").write_text("{}")
    assert find_checkpoint(saved).name == "iter_10"
    assert find_checkpoint(saved / "gone") is None


@pytest.mark.parametrize("name", ["model.pdparams", "model.pdopt", "progress.json"])
@pytest.mark.parametrize("damage", ["cut", "gone", "one bit", "empty"])
def test_a_damaged_one_is_never_taken(saved, name, damage, capsys):
    path = saved / "iter_10" / name
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "one bit":
        middle = 10 if name == "progress.json" else len(content) // 2
        flipped = content[middle] ^ 128
        path.write_bytes(content[:middle] + bytes([flipped]) + content[middle + 1 :])
    if (name, damage) == ("progress.json", "gone"):
        # Then it is as PaddleSeg writes one, and whole.
        assert find_checkpoint(saved).name == "iter_10"
        return
    assert find_checkpoint(saved).name == "iter_9"
    assert "iter_10 is passed over: " in capsys.readouterr().out
    with pytest.raises(UsageError, match=r"iter_10.* is damaged"):
        load_checkpoint(saved / "iter_10", *state())


def test_checkpoints_of_paddleseg_are_read_before_they_are_taken(saved, capsys):
    for folder in saved.iterdir():
        (folder / "progress.json").unlink()
    net, adam = state()
    assert load_checkpoint(find_checkpoint(saved), net, adam) == {"iteration": 10}
    assert (net.weight.numpy() == 10).all()
    content = (saved / "iter_10" / "model.pdopt").read_bytes()
    (saved / "iter_10" / "model.pdopt").write_bytes(content[:-9])
    assert find_checkpoint(saved).name == "iter_9"
    (saved / "iter_9" / "model.pdparams").unlink()
    assert find_checkpoint(saved).name == "iter_2"
    shutil.rmtree(saved / "iter_2")
    assert find_checkpoint(saved) is None


def test_the_oldest_go(saved):
    remove_old(saved, 0)
    assert len(list(saved.iterdir())) == 3
    remove_old(saved, 2)
    assert {path.name for path in saved.iterdir()} == {"iter_9", "iter_10"}


def rates(folder, **keys):
    """Learning rates of iterations 1 to 6: three of a training to 3, resumed to 6."""
    path = str(CONFIGS / "unet" / "unet_pixel_shuffle.yml")
    done = []
    for iters, resume in ((3, None), (6, "auto")):
        own = {k: iters if v == "iters" else v for k, v in keys.items()}
        opts = [*TINY, "batch_size=4", f"lr_scheduler={own}"]
        config = ResampleConfig(path, iters=iters, opts=opts)
        settings = Settings(save_dir=str(folder), log_iters=1, resume_model=resume)
        Trainer(Components(config), settings).run()
    lines = (folder / "curve.jsonl").read_text().splitlines()
    done = [json.loads(line)["learning_rate"] for line in lines]
    assert len(done) == 6
    return done


def test_a_resumed_rate_is_that_of_the_present_schedule(tmp_path):
    """Trained on with more iterations, which the schedules follow."""
    cosine = rates(
        tmp_path / "c", type="CosineAnnealingDecay", learning_rate=0.1, T_max="iters"
    )
    power = rates(
        tmp_path / "p",
        **{"type": "PolynomialDecay", "learning_rate": 0.1, "end_lr": 0.01, "power": 1},
        **{"warmup_iters": 2, "warmup_start_lr": 0.05},
    )
    for i in range(3, 6):
        assert cosine[i] == pytest.approx(0.05 * (1 + np.cos(np.pi * i / 6)))
        assert power[i] == pytest.approx(0.1 - 0.09 * (i - 2) / 4)
    assert cosine[2] == pytest.approx(0.05 * (1 + np.cos(np.pi * 2 / 3)))


def test_another_optimizer_is_refused(saved):
    net, _ = state()
    momentum = paddle.optimizer.Momentum(0.1, parameters=net.parameters())
    with pytest.raises(UsageError) as error:
        load_checkpoint(saved / "iter_10", net, momentum)
    assert "its optimizer state of Adam is not that of Momentum" in str(error.value)
    assert f"model.pretrained: {saved / 'iter_10' / 'model.pdparams'}" in (
        str(error.value)
    )


def test_another_optimizer_is_known_by_its_state(tmp_path):
    net, adam = state()
    net(paddle.ones([1, 2])).sum().backward()
    adam.step()
    save_checkpoint(tmp_path / "iter_1", net, adam, {"iteration": 1})
    (tmp_path / "iter_1" / "progress.json").unlink()  # as PaddleSeg saves it
    momentum = paddle.optimizer.Momentum(0.1, parameters=net.parameters())
    with pytest.raises(UsageError, match=r"state \(moment1\) is not that of Momentum"):
        load_checkpoint(tmp_path / "iter_1", net, momentum)


def test_what_reduce_on_plateau_has_learnt_is_kept(tmp_path):
    def plateau(**keys):
        schedule = paddle.optimizer.lr.ReduceOnPlateau(0.1, patience=0, **keys)
        net = paddle.nn.Linear(2, 2)
        return net, paddle.optimizer.SGD(schedule, parameters=net.parameters())

    net, sgd = plateau(factor=0.5)
    for loss in (1.0, 2.0, 3.0):
        sgd._learning_rate.step(loss)
    rate = sgd.get_lr()
    assert rate == pytest.approx(0.025)
    save_checkpoint(tmp_path / "iter_3", net, sgd, {"iteration": 3})
    net, sgd = plateau(factor=0.5)
    load_checkpoint(tmp_path / "iter_3", net, sgd)
    assert sgd.get_lr() == rate
    net, _ = plateau()
    sgd = paddle.optimizer.SGD(0.1, parameters=net.parameters())
    save_checkpoint(tmp_path / "iter_4", net, sgd, {"iteration": 4})
    with pytest.raises(UsageError, match="was not trained with ReduceOnPlateau"):
        load_checkpoint(tmp_path / "iter_4", *plateau())
