"""Studies that really run, in processes, also when something goes wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import paddle
import pytest
from PIL import Image

from checkout import ROOT
from paddle_resample import UsageError
from paddle_resample.metrics import ImageScores, shift_consistency
from paddle_resample.seg.checkpoints.lock import sole_run
from paddle_resample.seg.checkpoints.weights import load_weights
from paddle_resample.seg.config.components import Components
from paddle_resample.study.cell import _add_shift_consistency
from paddle_resample.study.local import LocalRunner, last_line
from paddle_resample.study.prepare import prepare
from paddle_resample.study.results import add_result, read_results, read_timing
from paddle_resample.study.run import _runner, run_study
from paddle_resample.study.statistics import summarise
from tests.study.tiny import tiny_study


def weights(folder):
    state = paddle.load(str(folder / "model.pdparams"))
    return {key: value.numpy() for key, value in state.items()}


def test_every_cell_has_its_result(finished):
    study, results = finished
    assert list(results) and set(results) == {cell.name for cell in study.all_cells}
    for name, result in results.items():
        assert result["status"] == "done", result["error"]
        assert result["iterations"] == 4 and result["seconds"] > 0
        folder = study.folder / result["folder"]
        scores = ImageScores.load(folder / "images.npz").summary()
        assert result["last"]["miou"] == pytest.approx(scores["miou"])
        assert 0 < result["last"]["massc"] <= 1 and result["notes"] == []
        own = json.loads((folder / "scores.json").read_text())
        assert result["last"]["miou"] == pytest.approx(own["last"]["miou"])
        assert result["best"]["miou"] >= own["last"]["miou"]
        cost = result["cost"]
        assert cost["input_size"] == [32, 32] and cost["latency_ms"] > 0, name
        assert cost["step_ms"] > 0 and len(cost["step_spread_ms"]) == 2
        assert cost["peak_memory_mb"] > 50
    bilinear = results["upsample=bilinear,seed=0"]["cost"]
    dysample = results["upsample=dysample,seed=0"]["cost"]
    assert dysample["parameters"] > bilinear["parameters"]
    assert dysample["macs"] > bilinear["macs"]


def test_times_say_where_they_were_measured(finished):
    study, _ = finished
    where = read_timing(study.folder)["where"]
    assert where["processor"] and where["batch_size"] == 2
    threads = json.loads((study.folder / "threads.json").read_text())["threads"]
    assert where["threads"] == str(threads)
    for name in ("upsample=bilinear,seed=0", "upsample=dysample,seed=1"):
        run = json.loads((study.folder / "cells" / name / "run.json").read_text())
        assert run["threads"] == str(threads)


def test_the_same_cell_twice(finished):
    """On a CPU equal seeds give equal networks."""
    study, _ = finished
    assert study.repeated.name == "upsample=bilinear,seed=0,repeat"
    once, again = (
        weights(study.folder / "cells" / name / "iter_4")
        for name in ("upsample=bilinear,seed=0", study.repeated.name)
    )
    assert all((once[key] == again[key]).all() for key in once)
    found = summarise(study.folder)
    assert found["repeat"] == {"method": "bilinear", "seed": 0, "difference": 0.0}
    assert found["methods"]["bilinear"]["seeds"] == [0, 1]


def test_pictures_are_the_same_in_all_cells(finished):
    study, results = finished
    listed = json.loads((study.folder / "pictures" / "pictures.json").read_text())
    assert listed["names"] == ["000000", "000004"]
    for result in results.values():
        folder = study.folder / result["folder"] / "predictions"
        assert sorted(p.name for p in folder.iterdir()) == ["000.png", "001.png"]
        shown = np.array(Image.open(folder / "001.png"))
        images = ImageScores.load(study.folder / result["folder"] / "images.npz")
        predicted = images.counts["region"][4][2]
        assert np.bincount(shown.ravel(), minlength=12).tolist() == predicted.tolist()


def test_cells_of_a_seed_saw_the_same_data(finished):
    """Without learning the loss of the first batch differs by the operator alone; the
    learning rates and iterations agree exactly."""
    study, results = finished
    lines = {}
    for name, result in results.items():
        curve = study.folder / result["folder"] / "curve.jsonl"
        points = [json.loads(line) for line in curve.open()]
        lines[name] = [p["learning_rate"] for p in points if "loss" in p]
    assert len({tuple(rates) for rates in lines.values()}) == 1


def test_shift_consistency_is_that_of_the_checkpoint(finished):
    study, _ = finished
    cell = study.cells[1]
    components = Components(study.config(cell))
    model, dataset = components.need("model"), components.need("val_dataset")
    folder = study.folder / "cells" / cell.name
    load_weights(model, folder / "iter_4")
    kept = ImageScores.load(folder / "images.npz")
    images = [dataset[i]["img"] for i in range(len(dataset))]
    np.testing.assert_array_equal(
        kept.counts["shift"], shift_consistency(model, images)
    )


def test_a_cell_of_a_network_that_takes_one_size_only():
    """No two windows of its size can be cut from images of that size."""

    class OneSize(paddle.nn.Layer):
        def forward(self, x):
            raise ValueError(f"takes 32x32, not {x.shape[2]}x{x.shape[3]}")

    scores = ImageScores(2)
    label = np.zeros((32, 32), int)
    scores.add("0", label, label, np.ones((32, 32)))
    images = [{"img": np.zeros((3, 32, 32), "float32")}]
    study = SimpleNamespace(precision="fp32")
    notes = _add_shift_consistency(study, OneSize(), images, scores)
    assert notes == ["mASSC is not measured: takes 32x32, not 24x24"]
    assert "shift" not in scores.counts


def test_started_again_nothing_is_done_twice(finished, capsys):
    study, results = finished
    before = (study.folder / "results.jsonl").read_text()
    assert run_study(study) == results
    assert "5 cells, 5 of them done" in capsys.readouterr().out
    assert (study.folder / "results.jsonl").read_text() == before


def test_an_impossible_cell_stops_the_study_before_it_starts(tmp_path):
    study = tiny_study(tmp_path, ("bilinear", "max_unpool", "carfae"))
    with pytest.raises(UsageError, match=r"cell 'upsample=carfae.* unknown ups"):
        run_study(study)
    assert not (tmp_path / "cells").exists()


def test_two_studies_do_not_run_in_one_folder(tmp_path):
    study = tiny_study(tmp_path, ("bilinear", "nearest"))
    with sole_run(tmp_path), pytest.raises(UsageError, match="in use by another run"):
        run_study(study)
    assert not (tmp_path / "cells").exists() and not read_results(tmp_path)


def test_results_survive_a_line_cut_off(tmp_path):
    add_result(tmp_path, {"cell": "a", "status": "failed", "x": float("nan")})
    add_result(tmp_path, {"cell": "a", "status": "done", "x": 1})
    with open(tmp_path / "results.jsonl", "a") as file:
        file.write('{"cell": "b", "sta')
    add_result(tmp_path, {"cell": "b", "status": "done"})
    assert read_results(tmp_path) == {
        "a": {"cell": "a", "status": "done", "x": 1},
        "b": {"cell": "b", "status": "done"},
    }


def test_last_line(tmp_path):
    path = tmp_path / "log.txt"
    assert last_line(path) is None
    path.write_bytes(b"x\n" * 9000 + b"the end\n\n  \n")
    assert last_line(path) == "the end"


class Saboteur(LocalRunner):
    """Starts something else than the cell, where told so."""

    def __init__(self, study, scripts, **options):
        super().__init__(study, **options)
        self.scripts = scripts

    def _command(self, cell):
        script = self.scripts.get(cell.method)
        return [sys.executable, "-c", script] if script else super()._command(cell)


def test_failed_killed_and_hanging_cells_do_not_stop_the_others(tmp_path):
    study = tiny_study(tmp_path, ("bilinear", "nearest", "carafe", "area"), (0,))
    study.save()
    prepare(study, say=lambda line: None)
    scripts = {
        "bilinear": "import sys; sys.exit('error: out of luck')",
        "nearest": "import os; os.kill(os.getpid(), 9)",
        "carafe": "import time; time.sleep(100)",
        "area": "import pathlib",  # ends well, but leaves no result
    }
    ended = {}
    runner = Saboteur(study, scripts, jobs=2, stall_minutes=1 / 60)
    runner.run(study.cells, lambda result: ended.update({result["method"]: result}))
    assert {r["status"] for r in ended.values()} == {"failed"}
    assert ended["bilinear"]["error"] == "error: out of luck"
    assert ended["nearest"]["error"] == "killed by signal SIGKILL"
    assert ended["carafe"]["error"].startswith("no progress for")
    assert ended["area"]["error"] == "exit status 0"


@pytest.mark.slow
def test_a_killed_study_continues_to_the_same_weights(finished, tmp_path):
    """Killed in the middle of training, the cell goes on from its checkpoint."""
    whole, _ = finished
    study = tiny_study(tmp_path / "again", ("bilinear", "dysample"), (0,))
    words = [sys.executable, str(ROOT / "tools" / "study.py")]
    words += ["--config", study.base, "--save_dir", str(study.folder)]
    words += ["--vary", "model.upsample=bilinear,dysample", "--iters", "4"]
    words += ["--save_interval", "2", "--opts", *study.opts]
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    options = {"env": environment, "cwd": ROOT}
    process = subprocess.Popen(
        [*words, "--jobs", "2"], start_new_session=True, **options
    )
    newest = study.folder / "cells" / study.cells[0].name / "iter_2"
    until(newest.exists, process)
    os.kill(process.pid, signal.SIGKILL)  # its cells end with it
    process.wait()
    # Other jobs, yet as many threads: the last bit of a sum depends on them.
    assert subprocess.call([*words, "--jobs", "1"], **options) == 0
    results = read_results(study.folder)
    assert [r["status"] for r in results.values()] == ["done", "done"]
    for cell in study.cells:
        a = weights(whole.folder / "cells" / cell.name / "iter_4")
        b = weights(study.folder / "cells" / cell.name / "iter_4")
        assert a.keys() == b.keys()
        for key in a:
            np.testing.assert_array_equal(a[key], b[key], err_msg=key)


@pytest.mark.slow
def test_ctrl_c_leaves_what_is_done(tmp_path):
    words = [sys.executable, str(ROOT / "tools" / "study.py"), "--iters", "2000"]
    study = tiny_study(tmp_path)
    words += ["--config", study.base, "--save_dir", str(tmp_path), "--jobs", "2"]
    words += ["--vary", "model.upsample=bilinear,nearest", "--opts", *study.opts]
    process = subprocess.Popen(
        words, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    until(lambda: len(list(tmp_path.glob("cells/*/curve.jsonl"))) == 2, process)
    time.sleep(1)
    os.kill(process.pid, signal.SIGINT)
    stderr = process.communicate(timeout=120)[1]
    assert process.returncode == 130
    assert "the same command continues" in stderr and "Traceback" not in stderr
    assert len(list(tmp_path.glob("cells/*/iter_*/model.pdopt"))) == 2


@pytest.mark.slow
def test_two_processes_of_a_cell(tmp_path):
    study = tiny_study(tmp_path, ("bilinear", "nearest"), (0,))
    results = run_study(study, jobs=1, processes=2)
    assert [r["status"] for r in results.values()] == ["done", "done"], results
    run = tmp_path / "cells" / study.cells[0].name / "run.json"
    assert json.loads(run.read_text())["processes"] == 2


def until(ready, process, seconds=120):
    deadline = time.monotonic() + seconds
    while not ready():
        assert process.poll() is None, "ended too early"
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_ray_runs_a_cell_in_one_process(tmp_path):
    with pytest.raises(UsageError, match="--processes 2 would change nothing"):
        _runner(tiny_study(tmp_path), "ray", None, None, 2, 30)


def test_ray_under_a_path_with_spaces(tmp_path, monkeypatch):
    pytest.importorskip("ray", reason="Ray is not installed (extra 'cluster')")
    monkeypatch.setattr(sys, "executable", "/opt/my venv/bin/python")
    with pytest.raises(UsageError, match="this Python is '/opt/my venv/bin/python'"):
        _runner(tiny_study(tmp_path), "ray", None, None, 1, 30)
