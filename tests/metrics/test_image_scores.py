import numpy as np
import pytest

from paddle_resample import UsageError
from paddle_resample.metrics import confusion_matrix, region_scores
from paddle_resample.metrics.boundary import boundary_f1
from paddle_resample.metrics.image_scores import ImageScores

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
