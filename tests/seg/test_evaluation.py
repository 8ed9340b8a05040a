import numpy as np
import paddle
import pytest
from paddleseg.transforms import Normalize, Resize

from paddle_resample.errors import UsageError
from paddle_resample.metrics import ImageScores, confusion_matrix
from paddle_resample.seg.embedded_data import FineShapes
from paddle_resample.seg.evaluation import evaluate


class Brightness(paddle.nn.Layer):
    """Classes by brightness: logits that a test can compute by hand."""

    def __init__(self, one_image=False):
        super().__init__()
        self.one_image = one_image
        self.batches = []

    def forward(self, x):
        self.batches.append(len(x))
        mean = x.mean(axis=1, keepdim=True)
        logits = paddle.concat([-((mean - c / 6 + 1) ** 2) for c in range(12)], axis=1)
        return [logits[-1:] if self.one_image else logits]


def dataset(*transforms, samples=5):
    transforms = [*transforms, Normalize()]
    return FineShapes(mode="val", transforms=transforms, num_samples=samples, size=32)


def by_hand(data):
    total = np.zeros((12, 12), int)
    for i in range(len(data)):
        sample = data[i]
        mean = sample["img"].mean(axis=0)
        distance = np.stack([(mean - c / 6 + 1) ** 2 for c in range(12)])
        total += confusion_matrix(distance.argmin(0), sample["label"][0], 12)
    return total


@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_equals_numpy_in_any_batching(batch_size):
    data = dataset()
    scores = evaluate(Brightness(), data, batch_size=batch_size)
    np.testing.assert_array_equal(scores["confusion"], by_hand(data))
    assert scores["images"] == 5


def test_images_are_predicted_together():
    model = Brightness()
    evaluate(model, dataset(), batch_size=4)
    assert model.batches == [4, 1]


def test_model_that_returns_one_image_of_a_batch():
    data = dataset()
    scores = evaluate(Brightness(one_image=True), data, batch_size=4)
    np.testing.assert_array_equal(scores["confusion"], by_hand(data))


def test_prediction_returns_to_the_size_of_the_label():
    scores = evaluate(Brightness(), dataset(Resize(target_size=(48, 20))), batch_size=3)
    assert np.sum(scores["confusion"]) == 5 * 32 * 32


def test_flipping_changes_nothing_for_a_pointwise_model():
    data = dataset()
    flipped = {"aug_eval": True, "scales": 1.0, "flip_horizontal": True}
    scores = evaluate(Brightness(), data, batch_size=2, test_config=flipped)
    np.testing.assert_array_equal(scores["confusion"], by_hand(data))


def test_sliding_window_changes_nothing_for_a_pointwise_model():
    data = dataset()
    window = {"is_slide": True, "crop_size": [16, 20], "stride": [10, 10]}
    scores = evaluate(Brightness(), data, batch_size=2, test_config=window)
    np.testing.assert_array_equal(scores["confusion"], by_hand(data))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"is_slide": True}, "is_slide needs crop_size and stride"),
        ({"flip": True}, "unknown key 'flip'; known keys: 'auc_roc', 'aug"),
    ],
)
def test_wrong_test_config(options, message):
    with pytest.raises(UsageError, match=message):
        evaluate(Brightness(), dataset(), test_config=options)


def test_size_that_is_not_recorded():
    data = dataset()
    data.transforms.transforms.append(lambda d: {**d, "img": d["img"][:20]})
    with pytest.raises(UsageError, match="label is 32x32 and the image 20x32 after"):
        evaluate(Brightness(), data)


# Image by image


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("one_image", [False, True], ids=str)
def test_every_image_is_counted_by_itself(batch_size, one_image):
    data = dataset()
    scores = ImageScores(12)
    model = Brightness(one_image)
    whole = evaluate(model, data, batch_size=batch_size, image_scores=scores)
    assert scores.names == [f"FineShapes/val/{i:06d}" for i in range(5)]
    assert scores.summary()["miou"] == pytest.approx(whole["miou"], abs=1e-12)
    for i, (hits, labelled, _) in enumerate(scores.counts["region"]):
        one = by_hand(paddle.io.Subset(data, [i]))
        assert hits.tolist() == np.diag(one).tolist()
        assert labelled.tolist() == one.sum(1).tolist()
    widths = np.stack([data.scene(i).width for i in range(5)])
    assert np.sum([c[1] for c in scores.counts["thin"]]) == (widths > 0).sum()


def test_confidence_is_the_probability_of_the_predicted_class():
    data = dataset(samples=2)
    scores = ImageScores(12)
    evaluate(Brightness(), data, image_scores=scores)
    expected = 0
    for i in range(2):
        mean = data[i]["img"].mean(axis=0)
        logits = -np.stack([(mean - c / 6 + 1) ** 2 for c in range(12)])
        share = np.exp(logits) / np.exp(logits).sum(0)
        expected += share.max(0).sum()
    found = np.sum([c[1] for c in scores.counts["calibration"]])
    assert found == pytest.approx(expected, rel=1e-5)
