import json

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.ceiling import ceiling_sentences, measure_ceiling
from paddle_resample.ceiling.words import class_losses, row_of
from paddle_resample.metrics import ImageScores
from paddle_resample.metrics.structure_width import structure_width, width_counts
from tests.ceiling.made_up_labels import MadeUp, blobs


@pytest.fixture
def labels(rng):
    return MadeUp([blobs(rng, size) for size in ((46, 58), (46, 58), (70, 40))], 5)


def there_and_back(label, stride, way):
    """By Paddle's own functions, one class after the other."""
    counted = label != 255
    height, width = label.shape
    pad = (0, -width % stride, 0, -height % stride)

    def pooled(mask):
        x = paddle.to_tensor(mask.astype("float64")[None, None])
        x = paddle.nn.functional.pad(x, pad)
        return paddle.nn.functional.avg_pool2d(x, stride)

    total = pooled(counted)
    maps = []
    for c in range(5):
        share = pooled((label == c) & counted) / total.clip(1e-9)
        y = paddle.nn.functional.interpolate(share, scale_factor=stride, mode=way)
        maps.append(y.numpy()[0, 0, :height, :width])
    return np.argmax(np.round(maps, 9), axis=0)


@pytest.mark.parametrize("way", ["nearest", "bilinear"])
def test_scores_are_those_of_image_scores(labels, way):
    """Scored again by the class that scores trained networks."""
    result = measure_ceiling(labels, [2, 8], fitted_images=0)
    for stride in (2, 8):
        scores = ImageScores(5, skeletons=False)
        width = np.zeros((2, 4))
        for label in labels.labels:
            prediction = there_and_back(label, stride, way)
            scores.add("", prediction, label, np.ones(label.shape))
            width += width_counts(prediction, label, structure_width(label))
        expected = scores.summary()
        row = row_of(result, stride, way)
        assert row["miou"] == pytest.approx(expected["miou"], abs=0.004)
        np.testing.assert_allclose(row["iou"], expected["iou"], atol=0.01)
        assert row["boundary_miou"] == pytest.approx(
            expected["boundary_miou"], abs=0.01
        )
        seen = width[1] > 0
        np.testing.assert_allclose(
            np.array(row["width_recall"])[seen], (width[0] / width[1])[seen], atol=0.02
        )
    assert result["width_pixels"] == width[1].tolist()


def test_more_is_lost_at_larger_strides(labels):
    result = measure_ceiling(labels, [2, 4, 16], fitted_images=2)
    for way in result["ways"]:
        miou = [row_of(result, s, way)["miou"] for s in (2, 4, 16)]
        assert miou == sorted(miou, reverse=True)
    assert result["same"] == {"area": "nearest"}
    for row in result["fitted"]["rows"]:
        assert row["logits"]["accuracy"] > row["shares"]["accuracy"]


def test_cells_that_hold_one_class_lose_nothing():
    label = np.arange(6).reshape(2, 3).repeat(8, 0).repeat(8, 1)
    result = measure_ceiling(MadeUp([label], 6), [2, 4, 8], fitted_images=0)
    for stride in (2, 4, 8):
        assert row_of(result, stride, "area")["miou"] == 1


def test_void_is_not_scored(rng):
    label = blobs(rng, void=False)
    whole = measure_ceiling(MadeUp([label], 4), [4], fitted_images=0)
    label = label.copy()
    label[24:] = 255
    half = measure_ceiling(MadeUp([label], 4), [4], fitted_images=0)
    only = measure_ceiling(MadeUp([label[:24]], 4), [4], fitted_images=0)
    assert half["void_share"] == pytest.approx(22 / 46)
    nearest = [row_of(r, 4, "nearest")["iou"] for r in (whole, half, only)]
    assert nearest[1] == nearest[2] != nearest[0]


def test_number_of_threads_changes_nothing(labels):
    one, two = (measure_ceiling(labels, [4], jobs=jobs) for jobs in (1, 2))
    assert json.dumps(one) == json.dumps(two)


def test_images_are_spread_over_the_set(rng):
    asked = []

    class Noting(MadeUp):
        def __getitem__(self, index):
            asked.append(index)
            return super().__getitem__(index)

    noting = Noting([blobs(rng, (12, 12))] * 20, 4)
    result = measure_ceiling(noting, [4], images=5, fitted_images=0)
    assert result["images"] == 5 and result["images_in_set"] == 20
    assert set(asked) == {2, 6, 10, 14, 18}


def test_progress_reaches_its_end(labels):
    steps = []
    measure_ceiling(labels, [4, 8], on_step=lambda *step: steps.append(step))
    assert steps[-1][0] == steps[-1][1] == len(steps) == 3 + 3 + 3 * 2


def test_the_window_that_loses_most():
    label = np.zeros((200, 200), int)
    label[130:150:2, 100:130] = 1  # stripes that stride 4 cannot hold
    crop = measure_ceiling(MadeUp([label], 2), [4], fitted_images=0)["crop"]
    assert crop["y"] <= 130 and crop["y"] + 64 >= 149
    assert crop["x"] <= 100 and crop["x"] + 64 >= 130
    box = label[crop["y"] : crop["y"] + 64, crop["x"] : crop["x"] + 64]
    assert [row.split() for row in crop["label"]] == box.astype(str).tolist()
    predicted = there_and_back(label, 4, "bilinear")
    predicted = predicted[crop["y"] : crop["y"] + 64, crop["x"] : crop["x"] + 64]
    found = [row.split() for row in crop["predicted"]["4"]]
    assert (np.array(found, int) == predicted).mean() > 0.99


def test_sentences():
    label = np.zeros((96, 96), int)
    label[:, 50:] = 1
    label[40, 10:40] = 2
    labels = MadeUp([label], 4)
    labels.class_names = ["road", "wall", "wire", "boat"]
    result = measure_ceiling(labels, [4, 8], fitted_images=1)
    loss = 100 * (1 - row_of(result, 4, "bilinear")["miou"])
    first, second, third = ceiling_sentences(result)
    assert f"at most {loss:.1f} points of mIoU on these labels (wire 100.0)" in first
    assert "At stride 4" in first and "on 1 images" in second
    assert "more than half of wire is lost" in third
    chinese = ceiling_sentences(result, "zh")
    assert len(chinese) == 3 and f"{loss:.1f} 个百分点" in chinese[0]
    assert class_losses(result, 4, "bilinear")[0][0] == "wire"
    assert len(class_losses(result, 4, "bilinear")) == 3  # there is no boat


def test_little_to_gain_is_said():
    label = np.zeros((96, 96), int)
    label[:, 48:] = 1
    result = measure_ceiling(MadeUp([label], 2), [4], fitted_images=0)
    assert "less than seeds alone usually differ by" in ceiling_sentences(result)[1]


@pytest.mark.parametrize("options, words", [
    ({"strides": [4, 1]}, "stride 1: whole numbers from 2"),
    ({"strides": [2.5]}, "stride 2.5"),
    ({"strides": []}, "no strides"),
    ({"images": 0}, "images=0: at least 1"),
])  # fmt: skip
def test_refused(labels, options, words):
    with pytest.raises(UsageError, match=words):
        measure_ceiling(labels, **options)


def test_an_empty_set_is_refused():
    with pytest.raises(UsageError, match="no labels"):
        measure_ceiling(MadeUp([], 2))
