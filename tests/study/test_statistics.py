import json

import numpy as np
import pytest

from paddle_resample import UsageError
from paddle_resample.metrics import ImageScores
from paddle_resample.study.interval import holm
from paddle_resample.study.measures import MEASURES
from paddle_resample.study.results import add_result, failure
from paddle_resample.study.statistics import compare_methods, summarise
from tests.study.tiny import tiny_study

SIZE = (24, 32)


def scores_of(skill, seed, images=12):
    """ImageScores of a made-up network that is right with probability `skill`."""
    rng = np.random.default_rng(99)  # the same images for all
    noise = np.random.default_rng([seed, int(1000 * skill)])
    scores = ImageScores(4)
    for i in range(images):
        label = rng.integers(0, 4, (SIZE[0] // 4, SIZE[1] // 4)).repeat(4, 0)
        label = label.repeat(4, 1)
        hard = rng.uniform(-0.1, 0.1)
        wrong = noise.random(SIZE) > skill + hard + 0.01 * noise.normal()
        prediction = np.where(wrong, (label + 1) % 4, label)
        scores.add(f"image {i}", prediction, label, noise.random(SIZE), label % 3)
    scores.add_shift_consistency(noise.uniform(0.7, 1, images))
    return scores


def made_up(folder, skills, seeds, fail=()):
    study = tiny_study(folder, tuple(skills), seeds)
    study.save()
    for cell in study.cells:
        if cell.name in fail:
            add_result(folder, failure(cell, "out of luck"))
            continue
        target = folder / "cells" / cell.name
        target.mkdir(parents=True)
        scores = scores_of(skills[cell.method], cell.seed)
        scores.save(target / "images.npz")
        result = {"cell": cell.name, "folder": f"cells/{cell.name}", "status": "done"}
        add_result(folder, {**result, "method": cell.method, "seed": cell.seed})
    return study


@pytest.mark.parametrize("key", list(MEASURES))
def test_a_measure_is_the_score_of_the_summary(key):
    scores = scores_of(0.7, 0)
    got = MEASURES[key].score(MEASURES[key].rows(scores).sum(0)[None])[0]
    expected = np.nanmean(scores.summary()[key])
    assert got == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("key", list(MEASURES))
def test_a_measure_of_weighted_images(key):
    scores = scores_of(0.7, 0)
    weights = np.random.default_rng(1).multinomial(12, np.full(12, 1 / 12))
    got = MEASURES[key].score((weights @ MEASURES[key].rows(scores))[None])[0]
    assert got == pytest.approx(np.nanmean(scores.summary(weights)[key]), abs=1e-12)


def test_what_a_study_shows(tmp_path):
    skills = {"bilinear": 0.7, "carafe": 0.78, "nearest": 0.6, "area": 0.7001}
    made_up(tmp_path, skills, (0, 1, 2))
    summary = summarise(tmp_path)
    verdicts = {name: m["verdict"] for name, m in summary["methods"].items()}
    assert verdicts == {
        "bilinear": "baseline",
        "carafe": "better",
        "nearest": "worse",
        "area": "equal",
    }
    carafe = summary["methods"]["carafe"]
    found = carafe["measures"]["miou"]
    each = [np.nanmean(scores_of(0.78, s).summary()["iou"]) for s in (0, 1, 2)]
    np.testing.assert_allclose(found["per_seed"], each)
    assert found["deviation"] == pytest.approx(np.std(each, ddof=1))
    assert found["p_interval"] <= found["p_corrected"] < 0.05
    assert found["win_rate"] > 0.9
    assert "carafe is better than bilinear by" in carafe["sentence"]["en"]
    assert "3 seeds, 12 images" in carafe["sentence"]["en"]
    assert "优于" in carafe["sentence"]["zh"]
    area = summary["methods"]["area"]
    assert area["sentence"]["en"].startswith(
        "area and bilinear are equal within ±1 points of mIoU: "
    )
    low, high = area["measures"]["miou"]["interval_simultaneous"]
    plain = area["measures"]["miou"]["interval"]
    assert -0.01 < low < plain[0] < plain[1] < high < 0.01
    assert "could have shown differences of" in summary["detectable"]["sentence"]["en"]
    assert "能够显示" in summary["detectable"]["sentence"]["zh"]
    assert area["ranks"] == [2, 3] and carafe["ranks"][0] == 1 and carafe["best"] > 0.9
    written = json.loads((tmp_path / "summary.json").read_text())
    assert written["methods"]["carafe"]["verdict"] == "better"
    assert summarise(tmp_path) == summary  # the same random numbers again


def test_the_margin_decides_what_is_equal(tmp_path):
    study = made_up(tmp_path, {"bilinear": 0.7, "carafe": 0.78, "area": 0.7001}, (0, 1))
    study.equal_within = 0.01
    study.save()
    area = summarise(tmp_path)["methods"]["area"]
    assert area["verdict"] == "undecided"
    assert area["sentence"]["en"].startswith("Undecided between area and bilinear: ")
    study.equal_within = 90.0
    study.save()
    carafe = summarise(tmp_path)["methods"]["carafe"]
    assert carafe["verdict"] == "better"
    assert "smaller than 90 points, though" in carafe["sentence"]["en"]


def test_groups_of_images_are_drawn_whole(tmp_path):
    study = made_up(tmp_path, {"bilinear": 0.7, "carafe": 0.72}, (0, 1))
    alone = summarise(tmp_path)
    study.group = r"image \d"  # images 1, 10 and 11 together
    study.save()
    summary = summarise(tmp_path)
    assert (alone["groups"], summary["groups"], summary["images"]) == (None, 10, 12)
    means = [s["methods"]["carafe"]["measures"]["miou"] for s in (alone, summary)]
    assert means[0]["mean"] == means[1]["mean"]
    assert means[0]["interval"] != means[1]["interval"]


def test_a_measure_that_one_run_lacks_is_left_out(tmp_path):
    """A study of an older version that goes on, or a network of one image size."""
    study = made_up(tmp_path, {"bilinear": 0.7, "carafe": 0.72}, (0, 1))
    assert "massc" in summarise(tmp_path)["methods"]["carafe"]["measures"]
    path = tmp_path / "cells" / study.cells[0].name / "images.npz"
    old = ImageScores.load(path)
    del old.counts["shift"]
    old.save(path)
    methods = summarise(tmp_path)["methods"].values()
    kept = set(MEASURES) - {"massc"}
    assert [set(method["measures"]) for method in methods] == [kept, kept]


def test_runs_on_other_images_are_refused():
    scores = {"a": {0: scores_of(0.7, 0)}, "b": {0: scores_of(0.7, 0, images=5)}}
    with pytest.raises(UsageError, match="b, seed 0, was scored on other images"):
        compare_methods(scores, "a")


def test_holm_corrects_the_p_value_of_the_interval(tmp_path):
    skills = {"bilinear": 0.7, "carafe": 0.75, "nearest": 0.68, "area": 0.7001}
    made_up(tmp_path, skills, (0, 1, 2))
    methods = summarise(tmp_path)["methods"]
    found = [methods[name]["measures"]["miou"] for name in list(skills)[1:]]
    expected = holm([entry["p_interval"] for entry in found])
    assert [entry["p_corrected"] for entry in found] == expected


def test_one_seed_shows_nothing(tmp_path):
    made_up(tmp_path, {"bilinear": 0.6, "carafe": 0.9}, (0,))
    carafe = summarise(tmp_path)["methods"]["carafe"]
    assert carafe["verdict"] == "one seed"
    assert "the noise of training is not in it" in carafe["sentence"]["en"]
    assert carafe["measures"]["miou"]["effect_size"] is None


def test_methods_are_paired_on_the_seeds_that_both_have(tmp_path):
    skills = {"bilinear": 0.6, "carafe": 0.9, "area": 0.6}
    fail = {
        "upsample=bilinear,seed=0",
        "upsample=carafe,seed=2",
        "upsample=area,seed=1",
    }
    fail |= {f"upsample=area,seed={seed}" for seed in (2, 3)}
    made_up(tmp_path, skills, (0, 1, 2, 3), fail)
    summary = summarise(tmp_path)
    assert set(summary["failed"]) == fail
    carafe, area = summary["methods"]["carafe"], summary["methods"]["area"]
    assert carafe["seeds"] == [0, 1, 3] and carafe["paired_seeds"] == [1, 3]
    assert len(carafe["measures"]["miou"]["differences"]) == 2
    assert area["verdict"] == "no result" and "differen" not in str(area["measures"])
    assert area["sentence"]["en"] == "area has no finished run on a seed of bilinear."


def test_a_real_study(finished):
    study, results = finished
    summary = summarise(study.folder)
    method = summary["methods"]["dysample"]
    assert method["verdict"] in ("better", "worse", "equal", "undecided")
    own = [r["last"]["miou"] for r in results.values() if r["method"] == "dysample"]
    np.testing.assert_allclose(
        sorted(method["measures"]["miou"]["per_seed"]), sorted(own)
    )
    assert summary["images"] == 5
