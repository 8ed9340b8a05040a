import pytest

from paddle_resample.errors import UsageError
from paddle_resample.seg.data.order import Order


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
