"""What a run keeps of its scores, from one evaluation to the next."""

import json
from types import SimpleNamespace

import numpy as np
import paddle
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.seg.progress import Curve, RunDisplay
from paddle_resample.seg.training import validation
from paddle_resample.seg.training.validation import (
    enter_scores,
    refuse_to_go_on,
    score_models,
    stops_early,
)


def found(miou):
    return {"miou": miou, "accuracy": 0.5, "mdice": 0.25, "kappa": 0.125, "more": 7}


@pytest.fixture
def run(tmp_path, capsys):
    """Enter scores of models whose weight is the iteration; what was shown of it."""
    progress = {"iteration": 0, "best": None, "ema_best": None}
    curve, display = Curve(tmp_path / "curve.jsonl"), RunDisplay("run", 9)

    def enter(iteration, class_names=None, **mious):
        progress["iteration"] = iteration
        models = {key: paddle.nn.Linear(1, 1) for key in mious}
        for model in models.values():
            model.weight.set_value(paddle.full([1, 1], float(iteration)))
        enter_scores(
            {key: found(miou) for key, miou in mious.items()},
            models,
            class_names,
            progress=progress,
            save_dir=tmp_path,
            display=display,
            curve=curve,
        )
        return capsys.readouterr().out.splitlines()

    yield SimpleNamespace(enter=enter, progress=progress, folder=tmp_path)
    curve.close()


def weight(folder, name):
    return paddle.load(str(folder / name))["weight"].item()


def test_each_model_has_its_own_best(run):
    run.enter(2, last=0.5, ema_last=0.25)
    lines = run.enter(4, last=0.25, ema_last=0.75)
    assert lines == [
        "iteration 4: mIoU 0.2500  accuracy 0.5000  (best 0.5000 at 2)",
        "iteration 4: EMA mIoU 0.7500  accuracy 0.5000  (best 0.7500 at 4)",
    ]
    assert weight(run.folder / "best_model", "model.pdparams") == 2
    assert weight(run.folder / "ema_best_model", "ema_model.pdparams") == 4
    brief = {"accuracy": 0.5, "mdice": 0.25, "kappa": 0.125}
    assert run.progress["best"] == {"iteration": 2, "miou": 0.5, **brief}
    assert run.progress["ema_best"] == {"iteration": 4, "miou": 0.75, **brief}


def test_scores_and_curve_are_written(run):
    run.enter(3, ["sky", "sea"], last=0.5)
    written = json.loads((run.folder / "scores.json").read_text())
    assert written == run.progress["scores"]
    assert written["last"] == found(0.5) and written["ema_best"] is None
    assert written["iteration"] == 3 and written["class_names"] == ["sky", "sea"]
    line = json.loads((run.folder / "curve.jsonl").read_text())
    assert line == {
        "iteration": 3, "evaluated": "last", "miou": 0.5, "accuracy": 0.5,
        "mdice": 0.25, "kappa": 0.125,
    }  # fmt: skip


def test_nothing_labelled_is_never_the_best(run):
    assert run.enter(1, last=float("nan")) == ["iteration 1: nothing was labelled"]
    assert run.progress["best"] is None and not (run.folder / "best_model").exists()
    run.enter(2, last=0.0)
    run.enter(3, last=float("nan"))
    assert run.progress["best"]["iteration"] == 2


def test_the_first_of_equals_stays_the_best(run):
    run.enter(1, last=0.5)
    run.enter(2, last=0.5)
    assert weight(run.folder / "best_model", "model.pdparams") == 1


@pytest.mark.parametrize("own, batch", [(3, 3), (None, 8)])
def test_every_model_is_evaluated_as_the_run_is_set(monkeypatch, own, batch):
    seen = []

    def evaluate(model, dataset, **options):
        seen.append(options)
        return found(float(np.mean(dataset)) * model)

    monkeypatch.setattr(validation, "evaluate", evaluate)
    settings = SimpleNamespace(
        eval_batch_size=own, num_workers=2, precision="fp16", amp_level="O1"
    )
    config = SimpleNamespace(batch_size=8, test_config={"is_slide": True})
    display = RunDisplay("run", 1, quiet=True)
    models = {"last": 1, "ema_last": 2}
    scores = score_models(models, [0.25, 0.5], settings, config, display)
    assert {key: s["miou"] for key, s in scores.items()} == {
        "last": 0.375, "ema_last": 0.75,
    }  # fmt: skip
    expected = {
        "batch_size": batch, "num_workers": 2, "precision": "fp16", "amp_level": "O1",
        "test_config": {"is_slide": True},
    }  # fmt: skip
    assert seen == [expected] * 2


def test_patience_counts_evaluations_since_the_last_gain(run):
    run.enter(1, last=0.5, ema_last=0.1)
    run.enter(2, last=0.4, ema_last=0.2)  # the averaged model still gains
    assert run.progress["stale"] == 0 and stops_early(run.progress, 1) is None
    run.enter(3, last=0.5, ema_last=0.2)
    assert stops_early(run.progress, 2) is None
    run.enter(4, last=0.3, ema_last=0.1)
    assert stops_early(run.progress, None) is None
    assert stops_early(run.progress, 2) == (
        "stopped early at iteration 4: 2 evaluations have not improved the best mIoU "
        "0.5000 of iteration 1 (--patience 2)"
    )
    with pytest.raises(UsageError, match="raise --patience or leave it out"):
        refuse_to_go_on(run.progress, 2, "run/iter_4")
    refuse_to_go_on(run.progress, 3, "run/iter_4")


def test_other_processes_know_the_best_and_write_nothing(tmp_path):
    progress = {"iteration": 2, "best": None, "ema_best": None}
    enter_scores(
        {"last": found(0.5)}, {"last": None}, None,
        progress=progress, save_dir=tmp_path, display=None, curve=None,
    )  # fmt: skip
    assert progress["best"]["miou"] == 0.5 and not list(tmp_path.iterdir())
