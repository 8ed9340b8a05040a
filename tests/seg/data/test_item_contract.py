"""Nothing that a data set does hangs: it is named, with and without workers."""

import os
import sys
import time

import numpy as np
import paddle
import pytest
from PIL import Image

from checkout import ROOT
from paddle_resample.errors import RunFailed, UsageError
from paddle_resample.seg.data.loading import evaluation_loader, training_loader
from paddle_resample.seg.data.samples import Samples

IMAGE = np.zeros((3, 8, 9), "float32")
LABEL = np.zeros((8, 9), "uint8")
SECONDS = 30


class Own(paddle.io.Dataset):
    """A data set of the user's own, whose items are what a function returns."""

    num_classes = 3
    ignore_index = 255
    img_channels = 3

    def __init__(self, item):
        self.item = item

    def __len__(self):
        return 6

    def __getitem__(self, index):
        return self.item(index)


def load(item, kind, workers):
    data = Own(item)
    if kind == "training":
        return list(training_loader(data, 2, 0, 0, 2, workers))
    return list(evaluation_loader(data, 2, workers))


REFUSED = {
    "tuple": (lambda i: (IMAGE, LABEL), "must be a dict with img and label, not a tup"),
    "nothing": (lambda i: None, "must be a dict with img and label, not a NoneType"),
    "no image": (lambda i: {"label": LABEL}, "needs the key img; its keys are label"),
    "no label": (lambda i: {"img": IMAGE}, r"sample \d has no label"),
    "PIL image": (
        lambda i: {"img": Image.new("RGB", (9, 8)), "label": LABEL},
        "img of Own is a PIL picture; give np.asarray of it",
    ),
    "channels last": (
        lambda i: {"img": IMAGE.transpose(1, 2, 0), "label": LABEL},
        r"\[8, 9, 3\]; its channels are last, so transpose it by \(2, 0, 1\)",
    ),
    "gray": (lambda i: {"img": LABEL, "label": LABEL}, "must be .channels, height, wi"),
    "text": (lambda i: {"img": "a.png", "label": LABEL}, "must hold numbers, not str"),
    "negative label": (
        lambda i: {"img": IMAGE, "label": LABEL.astype("int32") - 1},
        "72 label pixels have the value -1 after the transforms, but num_classes=3",
    ),
    "fractions": (
        lambda i: {"img": IMAGE, "label": LABEL + 0.5},
        "must hold class numbers, and has fractions",
    ),
    "one-hot label": (
        lambda i: {"img": IMAGE, "label": np.zeros((3, 8, 9))},
        r"one class number a pixel, not \[3, 8, 9\]",
    ),
    "other size": (
        lambda i: {"img": IMAGE, "label": LABEL[:4]},
        "the label is 4x9 and the image 8x9 after the transforms",
    ),
    "error": (lambda i: 1 // 0, r"sample \d: ZeroDivisionError: integer division"),
    "exit": (lambda i: sys.exit(3), r"sample \d: SystemExit: 3"),
}


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("kind", ["training", "evaluation"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_breaks_the_contract_is_named_in_seconds(name, kind, workers):
    item, message = REFUSED[name]
    began = time.monotonic()
    with pytest.raises(UsageError, match=message):
        load(item, kind, workers)
    assert time.monotonic() - began < SECONDS


ACCEPTED = {
    "as it should be": lambda i: {"img": IMAGE, "label": LABEL, "trans_info": []},
    "without trans_info": lambda i: {"img": IMAGE, "label": LABEL},
    "tensors": lambda i: {
        "img": paddle.to_tensor(IMAGE),
        "label": paddle.to_tensor(LABEL),
    },
    "H x W x 1": lambda i: {"img": IMAGE, "label": LABEL[..., None]},
    "1 x H x W": lambda i: {"img": IMAGE, "label": LABEL[None]},
    "16 bits": lambda i: {"img": IMAGE, "label": LABEL.astype("uint16")},
    "truth values": lambda i: {"img": IMAGE, "label": LABEL > 0},
    "whole floats": lambda i: {"img": IMAGE, "label": LABEL.astype("float32")},
    "bytes": lambda i: {"img": IMAGE.astype("uint8"), "label": LABEL},
    "a name": lambda i: {"img": IMAGE, "label": LABEL, "name": f"sample {i}"},
    "an object": lambda i: {"img": IMAGE, "label": LABEL, "made by": object()},
}


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("name", ACCEPTED)
def test_what_keeps_the_contract_is_loaded(name, workers):
    batches = load(ACCEPTED[name], "training", workers)
    assert len(batches) == 2
    for batch in batches:
        assert (
            batch["img"].shape == [2, 3, 8, 9] and batch["img"].dtype == paddle.float32
        )
        assert batch["label"].shape == [2, 8, 9]
        assert (batch["label"].astype("int64") == 0).all()
    groups = [g for batch in load(ACCEPTED[name], "evaluation", workers) for g in batch]
    assert sum(len(group["label"]) for group in groups) == 6


@pytest.mark.parametrize("workers", [0, 2])
def test_items_that_do_not_stack(workers):
    def item(i):
        return {"img": IMAGE, "label": LABEL, "boxes": np.zeros(i + 1)}

    with pytest.raises(
        UsageError, match="items of data set Own cannot be put together"
    ):
        load(item, "training", workers)


@pytest.mark.parametrize("kind", ["training", "evaluation"])
def test_a_worker_that_dies(kind):
    began = time.monotonic()
    with pytest.raises(RunFailed, match="the processes that read samples have ended"):
        load(lambda i: os._exit(7), kind, 2)
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("attribute", ["num_classes", "ignore_index"])
def test_a_data_set_without_its_numbers(monkeypatch, attribute):
    monkeypatch.delattr(Own, attribute)
    with pytest.raises(UsageError, match=f"Own needs the attribute {attribute}, an in"):
        Samples(Own(None))


def test_what_is_no_data_set():
    with pytest.raises(UsageError, match="data set object has no len"):
        Samples(object())


def test_the_page_s_data_set_keeps_the_contract():
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    names = {}
    exec(compile(code, "docs/data.md", "exec"), names)
    batches = list(training_loader(names["Stripes"](), 4, 0, 0, 2))
    assert [batch["img"].shape for batch in batches] == [[4, 1, 32, 32]] * 2
    assert batches[0]["label"].shape == [4, 32, 32]
