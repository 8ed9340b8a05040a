import numpy as np
import pytest
from scipy import ndimage
from skimage.draw import disk
from skimage.morphology import skeletonize

from paddle_resample.metrics.structure_width import (
    WIDTH_LIMITS,
    structure_width,
    width_counts,
)
from paddle_resample.seg.embedded_data import FineShapes

VOID = 255


def by_looking(label):
    """The definition: discs are tried at every pixel, skeletons are scikit-image's."""
    found = np.zeros(label.shape, int)
    for c in set(label.ravel()) - {VOID}:
        mask = label == c
        outside = np.argwhere(~mask)
        radius = np.zeros(label.shape)
        for p in np.argwhere(mask):
            radius[tuple(p)] = np.hypot(*(outside - p).T).min()
        narrow = {}
        for limit in WIDTH_LIMITS:
            centres = np.argwhere(radius > limit / 2)
            covered = np.zeros_like(mask)
            for p in np.argwhere(mask):
                if len(centres):
                    distance = np.hypot(*(centres - p).T).min()
                    covered[tuple(p)] = distance <= limit / 2
            narrow[limit] = mask & ~covered
        lines = skeletonize(narrow[16])
        for limit in (16, 8, 4, 2):
            rest = ndimage.binary_dilation(mask & ~narrow[limit], np.ones((3, 3)))
            parts, count = ndimage.label(narrow[limit], np.ones((3, 3)))
            for i in range(1, count + 1):
                part = parts == i
                length = (part & lines).sum()
                if length**2 >= 3 * part.sum() and (part & rest).sum() < length:
                    found[part] = limit
    return found


def test_equals_the_definition(rng):
    label = np.zeros((48, 56), int)
    label[5:8], label[:, 30:36], label[20:, 3:17], label[40, 18:28] = 1, 2, 3, 1
    label[rng.random(label.shape) < 0.01] = 2
    label[10:14, 40:50] = VOID
    expected = by_looking(label)
    assert set(np.unique(expected)) >= {0, 4, 8}
    assert (structure_width(label, VOID) == expected).all()


@pytest.mark.parametrize("width, limit", [
    (1, 2), (2, 2), (3, 4), (4, 4), (5, 8), (8, 8), (9, 16), (16, 16), (17, 0),
])  # fmt: skip
@pytest.mark.parametrize("turned", [False, True], ids=str)
def test_a_bar_has_its_width(width, limit, turned):
    label = np.zeros((200, 160), int)
    label[100 : 100 + width] = 1
    label = label.T if turned else label
    found = structure_width(label)
    assert (found[label == 1] == limit).all() and not found[label == 0].any()


def test_a_slanted_bar_has_its_width():
    y, x = np.mgrid[:150, :150]
    label = (np.abs(0.6 * x - 0.8 * y + 10) < 3).astype(int)  # 6 pixels across
    found = structure_width(label)[label == 1]
    assert np.mean(found == 8) > 0.98


def test_a_disc_is_not_thin_and_its_handle_is():
    label = np.zeros((80, 100), int)
    label[disk((40, 70), 20)] = 1
    label[39:42, 5:52] = 1
    found = structure_width(label)
    assert (found[39:42, 5:48] == 4).all()
    assert not found[disk((40, 70), 18)].any()


def test_void_has_no_width_and_ends_structures():
    label = np.zeros((40, 60), int)
    label[10:20] = VOID
    label[14:16] = 1
    found = structure_width(label)
    assert (found[14:16] == 2).all() and not found[label == VOID].any()


def test_what_the_image_cuts_is_wider_than_what_shows():
    label = np.zeros((60, 60), int)
    label[:, :3] = 1
    assert structure_width(label)[30, 0] == 8  # 3 pixels show, twice as wide at least


def test_knows_most_widths_of_the_embedded_data():
    """Where one structure stands alone; where several meet, the label shows another
    width than was drawn."""
    data = FineShapes(transforms=[], mode="val", num_samples=12)
    table = np.zeros((5, 5), int)
    for i in range(12):
        scene = data.scene(i)
        found = structure_width(scene.label)
        for j, limit in enumerate((0, *WIDTH_LIMITS)):
            table[:, j] += np.bincount(scene.width[found == limit], minlength=5)[:5]
    assert table[1, 1] > 0.6 * table[1].sum()
    assert table[2, 1:3].sum() > 0.8 * table[2].sum()
    assert table[3:, 2].sum() > 5 * table[3:, 1].sum()


def test_counts():
    label = np.array([[1, 1, 1, 0]])
    width = np.array([[2, 2, 16, 0]])
    counts = width_counts(np.array([[1, 0, 1, 0]]), label, width)
    assert counts.tolist() == [[1, 0, 0, 1], [2, 0, 0, 1]]
