import random

import cv2
import numpy as np
from paddleseg.transforms import (
    Normalize,
    RandomDistort,
    RandomHorizontalFlip,
    Resize,
)

from paddle_resample.seg.data.loading import evaluation_loader, training_loader
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
