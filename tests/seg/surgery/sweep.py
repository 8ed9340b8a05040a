"""What surgery finds in every model of PaddleSeg, and whether it leaves them alone.

python -m tests.seg.surgery.sweep NAME ...    rows of the table in docs/surgery.md
"""

import sys
from collections import Counter

import numpy as np
import paddle
from paddle.nn import functional as F

from paddle_resample.seg.surgery.resampled import Resampled
from paddle_resample.seg.surgery.sites import release, survey
from tests.seg.surgery.models import NETS, build

# Models whose run needs something that is not there.
CANNOT_RUN = {"UPerNetViTAdapter": "the compiled operator ms_deform_attn is missing"}


def outputs(model, training, side, seed=5):
    """All results of a model, as arrays."""
    model.train() if training else model.eval()
    paddle.seed(seed)
    np.random.seed(seed)
    x = paddle.to_tensor(
        np.random.default_rng(seed)
        .normal(size=(1 + training, 3, side, side))
        .astype("float32")
    )
    with paddle.no_grad():
        return [t.numpy() for t in tensors(model(x))]


def tensors(value):
    if isinstance(value, paddle.Tensor):
        return [value]
    value = list(value.values()) if isinstance(value, dict) else value
    if isinstance(value, (list, tuple)):
        return [t for part in value for t in tensors(part)]
    return []


def weights(model):
    return {key: value.numpy() for key, value in model.state_dict().items()}


class Counted:
    """Counts calls of F.interpolate and F.upsample that change a map's size."""

    def __enter__(self):
        self.calls, self.own = Counter(), {}
        for name in ("interpolate", "upsample"):
            self.own[name] = getattr(F, name)
            setattr(F, name, self.counting(name))
        return self

    def counting(self, name):
        own = self.own[name]

        def call(*args, **kwargs):
            y = own(*args, **kwargs)
            x = args[0] if args else kwargs["x"]
            if x.ndim == 4 and list(x.shape) != list(y.shape):
                self.calls[tuple(x.shape), tuple(y.shape)] += 1
            return y

        return call

    def __exit__(self, *_):
        for name, function in self.own.items():
            setattr(F, name, function)


def examine(name):
    """Find the sites of a model and compare it with the stock one.

    Returns:
        dict: sites (list), rerouted, kept, bilinear: greatest differences, relative to
        the greatest output; missed: calls of F.interpolate that were not found.
    """
    side = 128 if NETS[name][2] > 72 else 64
    paddle.seed(1)
    model = build(name)
    before = weights(model)
    stock = {training: outputs(model, training, side) for training in (False, True)}
    model.set_state_dict(before)
    with Counted() as counted:
        outputs(model, False, 128)
    found = survey(model, (128, 128), 3)
    after = weights(model)
    untouched = all(np.array_equal(before[k], after[k]) for k in before)
    rerouted = difference(model, before, stock, side)
    release(found)
    seen = Counter(
        (tuple(run.came), tuple(run.left))
        for site in found.sites
        for run in site.runs
        if not run.training and run.image == (128, 128)
    )
    model.set_state_dict(before)
    kept = difference(Resampled(model), before, stock, side)
    same = {
        site.name: site.spec
        for site in found.sites
        if site.way == "up" and site.kind != "uneven" and site.spec
    }
    again = Resampled(model, upsample=same) if same else model
    return {
        "sites": found.sites,
        "untouched": untouched,
        "rerouted": rerouted,
        "kept": kept,
        "replaced": len(same),
        "bilinear": difference(again, before, stock, side),
        "missed": counted.calls - seen,
    }


def difference(model, before, stock, side):
    """Greatest difference of outputs in both modes, relative to the greatest."""
    worst = 0.0
    for training, expected in stock.items():
        model.set_state_dict(before)
        got = outputs(model, training, side)
        assert len(got) == len(expected)
        for a, b in zip(got, expected):
            assert a.shape == b.shape
            worst = max(worst, np.abs(a - b).max() / max(np.abs(b).max(), 1e-30))
    model.set_state_dict(before)
    return float(worst)


def row(name, facts):
    """A row of the table in docs/surgery.md; no model has an uneven site."""
    assert not any(site.kind == "uneven" for site in facts["sites"])
    kinds = Counter((s.way, s.kind) for s in facts["sites"])
    layers = sum(s.way == "up" and s.runs[0].layer is not None for s in facts["sites"])
    numbers = [
        kinds["up", "feature"],
        layers,
        kinds["up", "context"],
        kinds["up", "logits"],
        kinds["down", "feature"],
        sum(n for (way, kind), n in kinds.items() if way == "down")
        - kinds["down", "feature"],
    ]
    return f"| {name} | " + " | ".join(str(n or "") for n in numbers) + " |"


if __name__ == "__main__":
    for name in sys.argv[1:] or NETS:
        if name in CANNOT_RUN:
            print(
                f"| {name} | does not run: {CANNOT_RUN[name]} | | | | | |", flush=True
            )
            continue
        try:
            facts = examine(name)
        except Exception as error:
            print("FAIL", name, type(error).__name__, str(error)[:300], flush=True)
            continue
        print(row(name, facts), flush=True)
        shown = ("untouched", "rerouted", "kept", "replaced", "bilinear", "missed")
        print("   ", {key: facts[key] for key in shown}, file=sys.stderr, flush=True)
        del facts
