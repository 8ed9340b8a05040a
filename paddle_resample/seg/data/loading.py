"""Batches: how samples are read and put together."""

import json
import time

import cv2
import numpy as np
import paddle
from paddle.io import DataLoader
from paddle.io.dataloader.collate import default_collate_fn

from ...errors import RunFailed, UsageError
from .loader_workers import EndWithParent, each_batch
from .order import Order
from .samples import Fault, Samples, check_evaluation

__all__ = ["evaluation_loader", "training_loader"]

# The workers that read samples are forks of this process. Had OpenCV's own threads run
# here before, a worker that calls it could wait for ever for threads, or for a lock of
# theirs, that were not forked with it.
cv2.setNumThreads(0)

_NOT_STACKED = ("trans_info", "gt_fields", "skipped")


class _Repeated(Samples):
    """Every sample `repeats` times in an epoch, each time augmented on its own."""

    def __init__(self, dataset, seed, repeats, skip_damaged=False):
        super().__init__(dataset, seed, skip_damaged)
        self.repeats = repeats

    def __len__(self):
        return len(self.dataset) * self.repeats

    def __getitem__(self, key):
        epoch, index = key
        turn, index = divmod(index, len(self.dataset))
        return super().__getitem__((epoch * self.repeats + turn, index))


def training_loader(
    dataset,
    batch_size,
    seed,
    start,
    stop,
    num_workers=0,
    repeats=1,
    rank=0,
    ranks=1,
    skip_damaged=False,
):
    """Iterate over the batches of training.

    Args:
        dataset: a PaddleSeg data set in mode train.
        batch_size, seed, start, stop, rank, ranks: see Order.
        num_workers: processes that read samples; 0 reads in a thread of this one.
        repeats: times each sample comes in an epoch.
        skip_damaged: see Samples.

    Yields:
        dict of Tensors: "img" [N, C, H, W], "label" [N, H, W], and what else the
        transforms add; "waited", seconds spent waiting for the data; and, where
        samples were skipped, "skipped", list of str, why.

    Raises:
        UsageError: a sample cannot be used, with its file names.
    """
    _check_counts(batch_size=batch_size, num_workers=num_workers, repeats=repeats)
    samples = _Repeated(dataset, seed, repeats, skip_damaged)
    order = Order(len(samples), batch_size, seed, start, stop, rank, ranks)
    loader = DataLoader(
        samples,
        batch_sampler=order,
        num_workers=num_workers,
        collate_fn=_Guarded(_stack, samples),
        worker_init_fn=EndWithParent(),
        return_list=True,
    )
    yield from _sound(loader)


def evaluation_loader(dataset, batch_size, num_workers=0, rank=0, ranks=1):
    """Iterate once over this process's share of an evaluation set.

    Args:
        dataset: a PaddleSeg data set in mode val or test.
        batch_size: samples read together; those of one size are predicted together.
        num_workers, rank, ranks: as in training_loader.

    Yields:
        list of dict: "img" Tensor [n, C, H, W], "label" int array [n, H', W'],
        "trans_info", what PaddleSeg's transforms did to the size, and "index", list of
        the samples' numbers in the data set.

    Raises:
        UsageError: a sample cannot be used, with its file names; a transform is
            random.
    """
    _check_counts(batch_size=batch_size, num_workers=num_workers)
    samples = Samples(dataset)
    check_evaluation(dataset)
    indices = list(range(rank, len(samples), ranks))
    batches = [indices[i : i + batch_size] for i in range(0, len(indices), batch_size)]
    loader = DataLoader(
        samples,
        batch_sampler=_Batches(batches),
        num_workers=num_workers,
        collate_fn=_Guarded(_group_by_size, samples),
        worker_init_fn=EndWithParent(),
        return_list=True,
    )
    for batch, numbers in zip(_sound(loader), batches):
        yield [
            {
                "img": group["img"],
                "label": group["label"].numpy(),
                "trans_info": _decode(group["trans_info"]),
                "index": [numbers[i] for i in group["position"].numpy()],
            }
            for group in batch["groups"]
        ]


def _check_counts(**counts):
    for name, count in counts.items():
        least = 0 if name == "num_workers" else 1
        if count < least:
            raise UsageError(f"{name} must be {least} or more, not {count}")


class _Batches(paddle.io.BatchSampler):
    def __init__(self, batches):
        self.batches = batches
        self.batch_size = 1

    def __iter__(self):
        return iter(self.batches)

    def __len__(self):
        return len(self.batches)


class _Guarded:
    """Put a batch together, or say why it cannot be: nothing is raised in a loader."""

    def __init__(self, collate, samples):
        self.collate, self.samples = collate, samples

    def __call__(self, batch):
        fault = next((s.text for s in batch if isinstance(s, Fault)), None)
        if fault is None:
            try:
                return self.collate(batch)
            except UsageError as error:
                fault = str(error)
            except Exception as error:
                # The items' extra keys may hold anything.
                fault = (
                    f"the items of data set {type(self.samples.dataset).__name__} "
                    f"cannot be put together: {type(error).__name__}: {error}"
                )
        return {"fault": _encode(fault)}


def _stack(batch):
    """Stack the samples of a training batch."""
    sizes = {s["img"].shape[1:]: s for s in batch}
    if len(sizes) > 1:
        listed = " and ".join(f"{h}x{w}" for h, w in list(sizes)[:3])
        raise UsageError(
            f"the training images of one batch have different sizes ({listed}); "
            "add a Resize or RandomPaddingCrop to the training transforms"
        )
    skipped = [s["skipped"] for s in batch if "skipped" in s]
    keys = [
        key
        for key, value in batch[0].items()
        if key not in _NOT_STACKED and _is_numeric(value)
    ]
    for key in keys:
        if not all(key in s for s in batch):
            raise UsageError(f"some items have the key {key!r} and others do not")
    result = default_collate_fn([{k: s[k] for k in keys} for s in batch])
    return {**result, "skipped": _encode(skipped)} if skipped else result


def _group_by_size(batch):
    groups = {}
    for position, sample in enumerate(batch):
        trans_info = _encode(sample["trans_info"])
        label = np.asarray(sample["label"])
        label = label.reshape(label.shape[-2:])
        key = (sample["img"].shape, label.shape, trans_info.tobytes())
        group = groups.setdefault(key, {"img": [], "label": [], "position": []})
        group["img"].append(sample["img"])
        group["label"].append(label)
        group["position"].append(position)
        group["trans_info"] = trans_info
    for group in groups.values():
        group["img"] = np.stack(group["img"])
        group["label"] = np.stack(group["label"]).astype("int32")
        group["position"] = np.array(group["position"])
    return {"groups": list(groups.values())}


def _is_numeric(value):
    """Whether a value can become a Tensor, or a dict or list of them."""
    if isinstance(value, dict):
        return all(map(_is_numeric, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_numeric, value))
    if isinstance(value, (bool, int, float, np.number, paddle.Tensor)):
        return True
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


def _encode(content):
    """Text as an array: Paddle's loader carries arrays only."""
    return np.frombuffer(json.dumps(content).encode(), dtype=np.uint8).copy()


def _decode(tensor):
    return json.loads(np.asarray(tensor.numpy(), dtype=np.uint8).tobytes().decode())


def _sound(loader):
    began = time.perf_counter()
    batches = each_batch(loader)
    while True:
        try:
            batch = next(batches, None)
        except (RuntimeError, SystemError) as error:
            # Paddle's words for a worker that was killed: out of memory, most often.
            raise RunFailed(
                f"the processes that read samples have ended ({_first_line(error)}); "
                "lower --num_workers or the batch size"
            ) from None
        if batch is None:
            return
        if "fault" in batch:
            batches.close()
            raise UsageError(_decode(batch["fault"]))
        if "skipped" in batch:
            batch["skipped"] = _decode(batch["skipped"])
        batch["waited"] = time.perf_counter() - began
        yield batch
        began = time.perf_counter()


def _first_line(error):
    return next((line for line in str(error).splitlines() if line.strip()), "")
