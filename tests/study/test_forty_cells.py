"""A study of forty cells of which a third raise, are killed, or hang."""

import contextlib
import os
import statistics
import sys
import time

import pytest

from paddle_resample.metrics import ImageScores
from paddle_resample.study import run
from paddle_resample.study.local import LocalRunner
from paddle_resample.study.report import write_report
from paddle_resample.study.report.content import read_content
from paddle_resample.study.report.table import ranked_table, run_table
from paddle_resample.study.results import read_results
from paddle_resample.study.words import words_of
from tests.study.report.test_page import page_of
from tests.study.tiny import tiny_study

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

SEEDS = (0, 1, 2, 3)
LOST = "area"  # no cell of it comes to its end
METHODS = ("bilinear", "nearest", "bicubic", LOST, "pixel_shuffle", "conv_transpose")
METHODS += ("resize_conv", "carafe", "dysample", "sapa_b")
HARMS = {
    "raises": "raise ArithmeticError('out of luck')",
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "hangs": "time.sleep(10_000)",
}
ERRORS = {
    "raises": "ArithmeticError: out of luck",
    "is killed": "killed by signal SIGKILL",
    "hangs": "no progress for 0:01:00; ended",
}
# The cell as it is, which comes to harm in its second iteration, its workers at work.
PROGRAM = """
import os, signal, sys, time
from paddle_resample.study import cell
from paddle_resample.seg.training.trainer import Trainer

def train_on(trainer, step, batch, iteration, sound=Trainer._train_on):
    if iteration == 2:
        {harm}
    return sound(trainer, step, batch, iteration)

Trainer._train_on = train_on
cell.run_tool(cell.main)
"""


def harms_of(cells):
    """Cell name -> what happens to it, for all cells of LOST and one of every other."""
    chosen = [
        cell
        for cell in cells
        if cell.method == LOST or METHODS.index(cell.method) % len(SEEDS) == cell.seed
    ]
    kinds = [*HARMS] * len(chosen)
    return {cell.name: kind for cell, kind in zip(chosen, kinds)}


class Saboteur(LocalRunner):
    """Runs some cells with something in them that goes wrong."""

    def _command(self, cell):
        kind = harms_of(self.study.cells).get(cell.name)
        if kind is None:
            return super()._command(cell)
        program = PROGRAM.format(harm=HARMS[kind])
        return [sys.executable, "-c", program, str(self.study.folder), cell.name]


def nothing_runs_on(folder):
    """No process works on a study any more (Linux)."""
    end = time.monotonic() + 10
    while running := [words for words in command_lines() if str(folder) in words]:
        assert time.monotonic() < end, running
        time.sleep(0.2)


def command_lines():
    for process in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{process}/cmdline", encoding="utf-8") as file:
                yield file.read().split("\0")


def own_score(study, cell):
    path = study.folder / "cells" / cell.name / "images.npz"
    return ImageScores.load(path).summary()["miou"]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc")
def test_what_befalls_a_third_does_not_touch_the_others(tmp_path, monkeypatch, capsys):
    study = tiny_study(
        tmp_path, METHODS, SEEDS, iters=3, save_interval=1, num_workers=1
    )
    assert len(study.cells) == 40
    harmed = harms_of(study.cells)
    assert len(harmed) == 13 and {*harmed.values()} == {*HARMS}
    with monkeypatch.context() as patch:
        patch.setattr(run, "LocalRunner", Saboteur)
        results = run.run_study(study, jobs=2, stall_minutes=1)
    assert "13 cells failed; their logs are in" in capsys.readouterr().out
    nothing_runs_on(study.folder)
    assert set(results) == {cell.name for cell in study.cells}
    for cell in study.cells:
        result, kind = results[cell.name], harmed.get(cell.name)
        assert result["error"] == ERRORS.get(kind), cell.name
        assert result["status"] == ("failed" if kind else "done")
        if kind is None:
            assert result["iterations"] == 3
            assert result["last"]["miou"] == pytest.approx(own_score(study, cell))
    the_report_is_right(study, harmed)
    the_same_command_completes_it(study, harmed)


def the_report_is_right(study, harmed):
    write_report(study.folder)
    page, content = page_of(study), read_content(study.folder)
    said = page.said()
    assert "13 of 40 cells have no result" in said
    listed = {name: reason for name, reason in content.failed}
    assert listed == {name: ERRORS[kind] for name, kind in harmed.items()}
    shown = page.texts["li"]
    for name, reason in listed.items():
        assert name in page.texts["code"] and f": {reason}" in shown
    assert shown.count(f": {ERRORS['hangs']}") == [*harmed.values()].count("hangs")
    whole = {cell.name for cell in study.cells} - {*harmed}
    rows = run_table(content)
    assert {f"upsample={method},seed={seed}" for method, seed, _ in rows} == whole
    rows = {name: cells for name, _, cells in ranked_table(content, words_of("en"))}
    assert list(rows)[-1] == LOST and rows[LOST]["miou"].text == "–"
    for method in set(METHODS) - {LOST}:
        scores = [
            100 * own_score(study, cell)
            for cell in study.cells
            if cell.method == method and cell.name not in harmed
        ]
        assert len(scores) == 3
        spread = statistics.stdev(scores)
        mean, deviation = f"{statistics.mean(scores):.2f}", f"± {spread:.2f}"
        assert rows[method]["miou"].text == f"{mean} {deviation}"
        assert mean in said and deviation in said  # in two elements of the page
    assert f"{LOST} has no finished run on a seed of bilinear." in said


def the_same_command_completes_it(study, harmed):
    """Nothing is lost of what the harmed cells had done."""
    before = read_results(study.folder)
    results = run.run_study(study, jobs=2)
    assert {result["status"] for result in results.values()} == {"done"}
    for cell in study.cells:
        if cell.name not in harmed:
            same = set(before[cell.name]) - {"cost"}  # latency is measured anew
            assert all(results[cell.name][k] == before[cell.name][k] for k in same)
            continue
        log = (study.folder / "cells" / cell.name / "run.json").read_text()
        assert '"resumed_at": 1,' in log
    write_report(study.folder)
    assert "have no result" not in page_of(study).said()
