import numpy as np

from paddle_resample.metrics.thin import thin_counts
from paddle_resample.seg.embedded_data import FineShapes


def test_by_loops(rng):
    label, width = rng.integers(0, 3, (9, 9)), rng.integers(0, 6, (9, 9))
    prediction = np.where(rng.random((9, 9)) < 0.5, label, 0)
    expected = np.zeros((2, 4), int)
    for place in np.ndindex(9, 9):
        if 1 <= width[place] <= 4:
            expected[1, width[place] - 1] += 1
            expected[0, width[place] - 1] += prediction[place] == label[place]
    assert (thin_counts(prediction, label, width) == expected).all()


def test_void_is_not_counted():
    label, width = np.array([[1, 255, 1]]), np.array([[2, 2, 2]])
    counts = thin_counts(np.ones((1, 3), int), label, width)
    assert counts[:, 1].tolist() == [2, 2]


def test_a_scene_of_the_embedded_data():
    """A prediction that knows only large things finds nothing thin."""
    scene = FineShapes(transforms=[], mode="val", num_samples=3).scene(2)
    hits, pixels = thin_counts(scene.label, scene.label, scene.width)
    assert (hits == pixels).all() and pixels.sum() > 100
    blind = np.where(scene.width > 0, 255, scene.label)
    assert not thin_counts(blind, scene.label, scene.width)[0].any()
