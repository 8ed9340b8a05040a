import numpy as np
import pytest

from paddle_resample import UsageError
from paddle_resample.metrics import confusion_matrix, region_scores
from paddle_resample.metrics.boundary_f1 import boundary_f1
from paddle_resample.metrics.cldice import cldice, cldice_counts
from paddle_resample.metrics.edge_errors import edge_error_counts, edge_errors
from paddle_resample.metrics.image_scores import ImageScores
from paddle_resample.metrics.structure_width import structure_width, width_counts

CLASSES = 5  # of which the last never comes


def images(rng, count=4, size=(20, 24)):
    for i in range(count):
        label = rng.integers(0, 4, (size[0] // 4, size[1] // 4))
        label = label.repeat(4, 0).repeat(4, 1)
        prediction = np.where(rng.random(size) < 0.3, rng.integers(0, 4, size), label)
        label = np.where(rng.random(size) < 0.05, 255, label)
        yield f"image {i}", prediction, label, rng.random(size), label % 3


def collected(rng, **options):
    scores = ImageScores(CLASSES)
    kept = list(images(rng, **options))
    for name, prediction, label, confidence, width in kept:
        scores.add(name, prediction, label, confidence, width)
    return scores, kept


def test_region_scores_are_those_of_the_confusion_matrix(rng):
    scores, kept = collected(rng)
    matrix = sum(confusion_matrix(p, g, CLASSES) for _, p, g, _, _ in kept)
    expected = region_scores(matrix)
    got = scores.summary()
    for key in ("miou", "accuracy", "mdice"):
        assert got[key] == pytest.approx(expected[key], abs=1e-12)
    np.testing.assert_allclose(got["iou"], expected["iou"])
    assert np.isnan(got["iou"][4]) and np.isnan(got["boundary_iou"][4])


def test_weights_choose_images(rng):
    """Weights (2, 0, 1, 0) score as the images 0, 0 and 2 do."""
    scores, kept = collected(rng)
    sample = ImageScores(CLASSES)
    for i in (0, 0, 2):
        sample.add(*kept[i])
    expected, got = sample.summary(), scores.summary([2, 0, 1, 0])
    assert expected.keys() == got.keys()
    for key in expected:
        np.testing.assert_allclose(got[key], expected[key], rtol=1e-12)


def test_bf_is_the_mean_of_images_of_means_of_classes(rng):
    scores, kept = collected(rng)
    each = [np.nanmean(boundary_f1(p, g, CLASSES)) for _, p, g, _, _ in kept]
    assert scores.summary()["bf"] == pytest.approx(np.mean(each))


def test_widest_band_has_the_miou_of_the_whole(rng):
    """In these images no pixel is 20 from a boundary."""
    scores, _ = collected(rng)
    got = scores.summary()
    assert got["trimap_widths"][-1] == 20
    assert got["trimap_miou"][-1] == pytest.approx(got["miou"])


def test_thin_recall(rng):
    scores, kept = collected(rng)
    hit = sum(((w == 2) & (p == g)).sum() for _, p, g, _, w in kept)
    pixels = sum((w == 2).sum() for _, _, _, _, w in kept)
    assert scores.summary()["thin_recall"][1] == pytest.approx(hit / pixels)


def test_new_measures_are_those_of_their_files(rng):
    scores, kept = collected(rng)
    got = scores.summary()
    total = sum(cldice_counts(p, g, CLASSES) for _, p, g, _, _ in kept)
    np.testing.assert_allclose(got["cldice"], cldice(total))
    assert got["mean_cldice"] == pytest.approx(np.nanmean(got["cldice"]))
    total = sum(edge_error_counts(p, g, CLASSES) for _, p, g, _, _ in kept)
    assert got["merged_error"] == edge_errors(total)["merged"]
    assert sum(got["error_shares"]) == pytest.approx(1)
    total = sum(width_counts(p, g, structure_width(g)) for _, p, g, _, _ in kept)
    seen = total[1] > 0
    np.testing.assert_allclose(
        np.array(got["width_recall"])[seen], total[0][seen] / total[1][seen]
    )


def test_shift_consistency_is_weighted(rng):
    scores, _ = collected(rng)
    assert "massc" not in scores.summary()
    scores.add_shift_consistency([1.0, 0.5, 0.8, 0.9])
    assert scores.summary()["massc"] == pytest.approx(0.8)
    assert scores.summary([2, 0, 1, 0])["massc"] == pytest.approx(2.8 / 3)
    with pytest.raises(ValueError, match="3 values for 4 images"):
        scores.add_shift_consistency([1, 1, 1])


def test_files_of_older_versions_are_read(rng, tmp_path):
    scores, _ = collected(rng)
    whole = scores.summary()
    for key in ("width", "edges", "cldice"):
        del scores.counts[key]
    scores.save(tmp_path / "images.npz")
    old = ImageScores.load(tmp_path / "images.npz").summary()
    assert not {"width_recall", "cldice", "false_error"} & old.keys()
    assert old["miou"] == whole["miou"]


def test_skeletons_can_be_left_out(rng):
    scores = ImageScores(CLASSES, skeletons=False)
    scores.add(*next(images(rng)))
    assert "cldice" not in scores.summary()


def test_saved_and_loaded(rng, tmp_path):
    scores, _ = collected(rng)
    scores.save(tmp_path / "images.npz")
    again = ImageScores.load(tmp_path / "images.npz")
    assert again.names == scores.names
    np.testing.assert_equal(again.summary(), scores.summary())


def test_a_wrong_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="holds no image scores"):
        ImageScores.load(tmp_path / "missing.npz")
    (tmp_path / "text.npz").write_text("text")
    with pytest.raises(UsageError, match="holds no image scores"):
        ImageScores.load(tmp_path / "text.npz")
