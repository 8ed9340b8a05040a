import json

import numpy as np
import pytest

from paddle_resample.metrics import ImageScores
from paddle_resample.study.cautions import cautions


def folder_with(path, curve):
    path.mkdir()
    lines = [
        json.dumps({"iteration": i, "evaluated": "last", "miou": miou})
        for i, miou in curve.items()
    ]
    lines.insert(0, json.dumps({"iteration": 1, "loss": 2.0}))
    (path / "curve.jsonl").write_text("\n".join(lines))
    return path


def scores_of(hits, labelled, predicted):
    scores = ImageScores(len(hits))
    scores.names = ["a"]
    scores.counts["region"] = [np.array([hits, labelled, predicted])]
    return scores


def test_training_that_still_rises(tmp_path):
    rising = [folder_with(tmp_path / "a", {50: 0.2, 100: 0.3})]
    flat = [folder_with(tmp_path / "b", {50: 0.3, 80: 0.45, 100: 0.455})]
    once = [folder_with(tmp_path / "c", {100: 0.4})]
    found = cautions({}, {"a": rising, "b": flat, "c": once}, [], 1.0)
    assert [entry["kind"] for entry in found] == ["unfinished"]
    # Two fifths of what it rose in the second half.
    assert found[0]["methods"] == {"a": pytest.approx(4.0)}
    assert "rose by more than 1 points (a +4.0)" in found[0]["sentence"]["en"]
    assert "a +4.0" in found[0]["sentence"]["zh"]
    assert cautions({}, {"a": rising}, [], 4.5) == []


def test_the_mean_over_seeds_counts(tmp_path):
    own = [
        folder_with(tmp_path / str(i), {80: 0.3, 100: 0.3 + r})
        for i, r in enumerate((0.03, -0.02))
    ]
    assert cautions({}, {"a": own}, [], 1.0) == []


def test_classes_that_are_never_predicted():
    names = ["sky", "road", "pole", "sign", "ghost"]
    one = scores_of([5, 3, 0, 0, 0], [6, 4, 2, 1, 0], [7, 6, 0, 0, 0])
    two = scores_of([5, 3, 1, 0, 0], [6, 4, 2, 1, 0], [7, 5, 1, 0, 0])
    found = cautions({"a": {0: one, 1: one}, "b": {0: one, 1: two}}, {}, names, 1.0)
    assert [(e["methods"], e["classes"]) for e in found] == [
        (["a"], ["pole"]),
        (["a", "b"], ["sign"]),
    ]
    texts = [entry["sentence"]["en"] for entry in found]
    assert texts[0].startswith("Classes never predicted by a: pole. Each counts as 0")
    assert texts[1].startswith("Classes that no method ever predicts: sign.")
    assert "4 labelled classes" in texts[0]


def test_nothing_to_say(tmp_path):
    whole = scores_of([5, 3], [6, 4], [7, 3])
    assert (
        cautions({"a": {0: whole}, "b": {}}, {"a": [tmp_path]}, ["x", "y"], 1.0) == []
    )
