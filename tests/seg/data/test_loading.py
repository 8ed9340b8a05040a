import random

import cv2
import numpy as np
import pytest
from paddleseg.transforms import (
    Normalize,
    RandomDistort,
    RandomHorizontalFlip,
    Resize,
)

from paddle_resample.errors import UsageError
from paddle_resample.seg.data.loading import Order, evaluation_loader, training_loader
from paddle_resample.seg.embedded_data import FineShapes


def train_set(samples=10):
    transforms = [RandomHorizontalFlip(), RandomDistort(), Normalize()]
    return FineShapes(mode="train", transforms=transforms, num_samples=samples, size=32)


def drawn(*arguments, **options):
    return [
        (batch["img"].numpy(), batch["label"].numpy())
        for batch in training_loader(*arguments, **options)
    ]


def same(a, b):
    return len(a) == len(b) and all(
        np.array_equal(x, y) for m, n in zip(a, b) for x, y in zip(m, n)
    )


def test_every_epoch_takes_every_sample_once():
    order = list(Order(12, 4, seed=3, start=0, stop=6))
    for epoch in range(2):
        chosen = [i for batch in order[3 * epoch : 3 * epoch + 3] for _, i in batch]
        assert sorted(chosen) == list(range(12))
    first = [i for batch in order[:3] for _, i in batch]
    second = [i for batch in order[3:] for _, i in batch]
    assert first != second
    assert [e for batch in order for e, _ in batch] == [0] * 12 + [1] * 12


def test_order_follows_from_the_seed_and_starts_anywhere():
    whole = list(Order(13, 4, seed=3, start=0, stop=10))
    assert whole == list(Order(13, 4, seed=3, start=0, stop=10))
    assert whole[4:] == list(Order(13, 4, seed=3, start=4, stop=10))
    assert whole != list(Order(13, 4, seed=4, start=0, stop=10))


def test_processes_share_the_batch_of_one():
    alone = list(Order(16, 4, seed=1, start=0, stop=4))
    parts = [
        list(Order(16, 2, seed=1, start=0, stop=4, rank=rank, ranks=2))
        for rank in (0, 1)
    ]
    for batch, first, second in zip(alone, *parts):
        assert sorted(batch) == sorted(first + second)


def test_too_few_samples():
    with pytest.raises(UsageError, match="3 samples, which do not fill one batch of 4"):
        Order(3, 4)
    with pytest.raises(UsageError, match="of 4 on each of 2 processes"):
        Order(7, 4, ranks=2)


def test_augmentation_follows_from_the_seed():
    first = drawn(train_set(), 2, seed=1, start=0, stop=7)
    random.seed(99)
    np.random.seed(99)
    assert same(first, drawn(train_set(), 2, seed=1, start=0, stop=7))
    assert same(first[3:], drawn(train_set(), 2, seed=1, start=3, stop=7))
    assert same(first, drawn(train_set(), 2, seed=1, start=0, stop=7, num_workers=2))
    assert not same(first, drawn(train_set(), 2, seed=2, start=0, stop=7))


def test_repeated_samples_are_augmented_anew():
    images = [
        image
        for batch, _ in drawn(train_set(1), 1, seed=1, start=0, stop=6, repeats=6)
        for image in batch
    ]
    assert len({image.tobytes() for image in images}) == 6


def test_evaluation_sees_each_sample_once_in_any_batching():
    dataset = FineShapes(mode="val", transforms=[Normalize()], num_samples=5, size=32)
    for batch_size, ranks in ((1, 1), (2, 1), (8, 1), (2, 2)):
        seen = [
            label.tobytes()
            for rank in range(ranks)
            for groups in evaluation_loader(dataset, batch_size, 0, rank, ranks)
            for group in groups
            for label in group["label"]
        ]
        expected = [
            np.asarray(dataset[i]["label"]).astype("int32").tobytes() for i in range(5)
        ]
        assert sorted(seen) == sorted(expected)


def test_opencv_has_no_threads_that_a_forked_worker_would_wait_for():
    assert cv2.getNumThreads() == 1
    data = train_set()
    data.transforms.transforms.insert(0, Resize(target_size=(512, 512)))
    drawn(data, 2, seed=1, start=0, stop=2)
    assert len(drawn(data, 2, seed=1, start=0, stop=2, num_workers=2)) == 2
