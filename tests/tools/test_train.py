import json

import numpy as np
import paddle
import pytest

from checkout import CONFIGS, TINY
from paddle_resample.seg.checkpoints.checkpoint import find_checkpoint

UNET = CONFIGS / "unet" / "unet_pixel_shuffle.yml"


def weights(folder):
    state = paddle.load(str(folder / "model.pdparams"))
    return {key: value.numpy() for key, value in state.items()}


def test_leaves_everything_that_explains_the_result(trained):
    _, run = trained
    names = {path.name for path in run.iterdir()}
    assert names == {
        "best_model",
        "config.yml",
        "curve.jsonl",
        "iter_2",
        "iter_4",
        "run.json",
        "scores.json",
    }
    record = json.loads((run / "run.json").read_text())
    assert record["seed"] == 0 and record["versions"]["paddleseg"]
    assert record["trainable_parameters"] == 7124
    curve = [json.loads(line) for line in (run / "curve.jsonl").open()]
    assert [c["iteration"] for c in curve if "loss" in c] == [1, 2, 3, 4]
    assert all(np.isfinite(c["loss"]) for c in curve if "loss" in c)
    scores = json.loads((run / "scores.json").read_text())
    assert scores["last"]["images"] == 5
    assert np.sum(scores["last"]["confusion"]) == 5 * 32 * 32
    assert scores["best"]["miou"] >= scores["last"]["miou"]


@pytest.mark.parametrize("workers", [0, 2])
def test_resumed_equals_uninterrupted(tool, tmp_path, workers):
    common = ["--config", UNET, "--iters", 6, "--save_interval", 3, "--seed", 5]
    common += ["--num_workers", workers, "--use_ema"]
    tail = ["--opts", *TINY, "batch_size=4"]
    assert tool("train", *common, "--save_dir", tmp_path / "whole", *tail)[0] == 0
    at = ["--save_dir", tmp_path / "resumed", "--resume_model"]
    status, _, stderr = tool(
        "train", *common, *at, tmp_path / "whole" / "iter_3", *tail
    )
    assert status == 0, stderr
    whole = weights(tmp_path / "whole" / "iter_6")
    resumed = weights(tmp_path / "resumed" / "iter_6")
    assert whole.keys() == resumed.keys()
    for key, value in whole.items():
        np.testing.assert_array_equal(value, resumed[key], err_msg=key)
    ema = paddle.load(str(tmp_path / "whole" / "iter_6" / "ema_model.pdparams"))
    again = paddle.load(str(tmp_path / "resumed" / "iter_6" / "ema_model.pdparams"))
    assert all(np.array_equal(ema[k].numpy(), again[k].numpy()) for k in ema)
    assert not np.array_equal(ema["head.weight"].numpy(), whole["head.weight"])


def test_resume_auto_takes_the_newest(tool, tmp_path):
    common = ["--config", UNET, "--save_dir", tmp_path / "run", "--save_interval", 2]
    tail = ["--opts", *TINY, "batch_size=4"]
    assert tool("train", *common, "--iters", 4, *tail)[0] == 0
    assert tool("train", *common, "--iters", 6, "--resume_model", "auto", *tail)[0] == 0
    assert find_checkpoint(tmp_path / "run").name == "iter_6"
    assert not (tmp_path / "run" / "earlier_1").exists()


def test_seed_decides(tool, tmp_path):
    tail = ["--opts", *TINY, "batch_size=4"]
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        status, _, stderr = tool(
            "train",
            *("--config", UNET, "--iters", 2, "--save_dir", tmp_path / name),
            *("--seed", seed),
            *tail,
        )
        assert status == 0, stderr
    a, b, c = (weights(tmp_path / name / "iter_2") for name in "abc")
    assert all(np.array_equal(a[key], b[key]) for key in a)
    assert not np.array_equal(a["head.weight"], c["head.weight"])


def test_second_run_keeps_the_first(tool, tmp_path):
    arguments = ["--config", UNET, "--iters", 1, "--save_dir", tmp_path / "run"]
    tail = ["--opts", *TINY, "batch_size=4"]
    assert tool("train", *arguments, *tail)[0] == 0
    first = weights(tmp_path / "run" / "iter_1")
    assert tool("train", *arguments, "--seed", 9, *tail)[0] == 0
    kept = weights(tmp_path / "run" / "earlier_1" / "iter_1")
    np.testing.assert_array_equal(first["head.weight"], kept["head.weight"])


def test_not_finite_loss_stops_before_the_update(tool, tmp_path):
    status, _, stderr = tool(
        "train",
        *("--config", UNET, "--iters", 30, "--save_interval", 1),
        *("--learning_rate", "1e18", "--save_dir", tmp_path, "--do_eval"),
        *("--opts", *TINY, "batch_size=4", "lr_scheduler.warmup_iters=1"),
    )
    assert status == 1 and "the loss of iteration" in stderr
    assert all(np.isfinite(v).all() for v in weights(tmp_path / "best_model").values())


def test_data_set_smaller_than_a_batch(refused, tmp_path):
    sentence = refused(
        "train",
        *("--config", UNET, "--iters", 2, "--save_dir", tmp_path),
        *("--opts", *TINY, "batch_size=25"),
    )
    assert "24 samples, which do not fill one batch of 25" in sentence


def test_repeats_fill_a_batch(tool, tmp_path):
    status, _, stderr = tool(
        "train",
        *("--config", UNET, "--iters", 1, "--save_dir", tmp_path, "--repeats", 2),
        *("--opts", *TINY, "batch_size=25"),
    )
    assert status == 0, stderr
