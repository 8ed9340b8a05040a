"""The ceiling of a study's labels: kept in its folder, and never in the way."""

import json

from paddle_resample.ceiling.words import row_of
from paddle_resample.seg.embedded_data import FineShapes
from paddle_resample.study.ceiling import CEILING, study_ceiling, write_ceiling
from tests.study.tiny import tiny_study


def test_a_study_that_ran_has_it(finished):
    study, _ = finished
    found = json.loads((study.folder / CEILING).read_text())
    assert (found["split"], found["images"], found["size"]) == ("val", 5, [32, 32])
    assert found["class_names"] == list(FineShapes.CLASS_NAMES)
    assert 0.3 < row_of(found, 4, "bilinear")["miou"] < 1
    assert found["fitted"]["images"] == 5 and found["sentences"]


def test_what_is_kept_is_read_without_the_data(tmp_path):
    study = tiny_study(tmp_path)
    (tmp_path / CEILING).write_text('{"images": 3}')
    assert study_ceiling(study) == ({"images": 3}, None)  # the study was never saved


def test_where_it_cannot_be_made_it_says_why(tmp_path):
    assert study_ceiling(tiny_study(tmp_path)) == (
        None,
        f"{str(tmp_path)!r} holds no study (study.json)",
    )


def test_large_labels_are_read_in_part(tmp_path, monkeypatch):
    tiny_study(tmp_path).save()
    monkeypatch.setattr("paddle_resample.study.ceiling._PIXELS", 2 * 32 * 32)
    monkeypatch.setattr("paddle_resample.study.ceiling._LEAST", 1)
    write_ceiling(tmp_path)
    found = json.loads((tmp_path / CEILING).read_text())
    assert (found["images"], found["images_in_set"]) == (2, 5)
