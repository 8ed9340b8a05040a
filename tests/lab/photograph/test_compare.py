import numpy as np
import pytest

from paddle_resample.errors import UsageError
from paddle_resample.lab.photograph import compare
from paddle_resample.lab.photograph.compare import compare_operators
from paddle_resample.lab.photograph.restore import Settings

FEW = Settings(steps=3)


def specs(*names):
    return [{"name": name} for name in names]


@pytest.fixture
def picture(rng):
    return rng.integers(0, 256, (50, 43, 3), dtype=np.uint8)


def test_fair_rows_first_then_best_first(picture):
    chosen = specs("flow", "bilinear", "max_unpool", "bicubic")
    chosen += [{"name": "grid_sample", "noise": 1.0}]  # worse than flow
    result = compare_operators(picture, chosen, FEW)
    fair = [row for row in result.rows if not row.reasons]
    assert result.rows[:3] == fair
    assert {row.name for row in fair} == {"bilinear", "bicubic", "grid_sample"}
    assert fair[2].psnr < result.rows[3].psnr
    for rows in (fair, result.rows[3:]):
        assert [row.psnr for row in rows] == sorted(
            (r.psnr for r in rows), reverse=True
        )


def test_one_more_operator_changes_no_row(picture):
    alone = compare_operators(picture, specs("pixel_shuffle"), FEW)
    chosen = [*specs("grid_sample", "pixel_shuffle", "final_patch_expand")]
    among = compare_operators(picture, chosen, FEW)
    np.testing.assert_array_equal(alone.photo, among.photo)
    again = next(row for row in among.rows if row.name == "pixel_shuffle")
    np.testing.assert_array_equal(alone.rows[0].restored, again.restored)


def test_equal_pictures_are_remarked(picture):
    result = compare_operators(picture, specs("area", "nearest", "bilinear"), FEW)
    remarks = {row.name: row.remarks for row in result.rows}
    assert remarks == {
        "area": [],
        "nearest": ["same picture as area"],
        "bilinear": [],
    }


def test_repeated_operator_runs_once(picture):
    result = compare_operators(picture, specs("nearest", "nearest"), FEW)
    assert len(result.rows) == 1


def test_progress_counts_to_the_end(picture):
    seen = []
    compare_operators(
        picture, specs("nearest", "flow"), FEW, progress=lambda *a: seen.append(a)
    )
    assert [done for _, done, _ in seen] == [1, 2, 3, 4, 5]
    assert {total for *_, total in seen} == {5}
    assert [label for label, *_ in seen] == ["nearest"] + ["flow"] * 4


def test_interrupt_keeps_finished_rows(picture):
    def interrupt(label, done, total):
        if label == "flow" and done == 4:
            raise KeyboardInterrupt

    chosen = specs("nearest", "bilinear", "flow", "bicubic")
    result = compare_operators(picture, chosen, FEW, progress=interrupt)
    assert result.stopped
    assert {row.name for row in result.rows} == {"nearest", "bilinear"}


def test_wrong_operator_stops_before_anything_runs(picture):
    def never(*_):
        pytest.fail("an operator ran")

    with pytest.raises(UsageError, match="did you mean 'nearest'"):
        compare_operators(picture, specs("bilinear", "neerest"), FEW, progress=never)


def test_unsuited_operators_of_the_default_list_are_left_out(picture, monkeypatch):
    unsuited = {"name": "conv_transpose", "groups": 2}
    monkeypatch.setattr(
        compare, "default_specs", lambda: [unsuited, {"name": "nearest"}]
    )
    result = compare_operators(picture, settings=FEW)
    assert [row.name for row in result.rows] == ["nearest"]
    assert "groups=2 must divide" in result.left_out["conv_transpose"]


def test_failed_fit_leaves_the_others(picture):
    settings = Settings(steps=3, learning_rate=1e38)
    result = compare_operators(picture, specs("pixel_shuffle", "nearest"), settings)
    assert [row.name for row in result.rows] == ["nearest"]
    assert "lower it" in result.left_out["pixel_shuffle"]
    with pytest.raises(UsageError, match="no operator could run: pixel_shuffle"):
        compare_operators(picture, specs("pixel_shuffle"), settings)


def test_crop_is_checked_against_what_is_worked_on(picture):
    result = compare_operators(picture, specs("nearest"), FEW, crop=[20, 28, 20])
    assert result.window == (20, 28, 20)
    with pytest.raises(UsageError, match="picture of 40x48 pixels"):
        compare_operators(picture, specs("nearest"), FEW, crop=[21, 28, 20])


def test_heavy_operators_run_only_when_named():
    chosen, left_out = compare._choose(None, Settings())
    ran = {spec["name"] for spec, _ in chosen}
    assert {"bilinear", "pixel_shuffle", "max_unpool", "flow"} <= ran
    assert "jafar" not in ran and left_out["jafar"].endswith("million a pass)")
    named, _ = compare._choose([{"name": "carafe"}], Settings())
    assert [spec["name"] for spec, _ in named] == ["carafe"]
