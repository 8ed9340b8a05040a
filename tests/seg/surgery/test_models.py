"""PaddleSeg's own models under surgery."""

import json
from pathlib import Path

import numpy as np
import paddle
import pytest
import yaml
from paddleseg.cvlibs import manager

from paddle_resample import UsageError
from paddle_resample.seg import Resampled
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.training.trainer import Settings, Trainer
from tests.seg.surgery import sweep, toys
from tests.seg.surgery.models import NETS, build

# Model -> its upsampling sites in features.
CHEAP = {
    "BiSeNetV2": 2,
    "DeepLabV3P": 1,
    "PPLiteSeg": 2,
    "SFNet": 4,
    "SegFormer": 3,
    "UNet": 4,
}
# Models that upsample class scores or pooled context only.
NO_FEATURES = """ANN BiseNetV1 CCNet DANet DMNet DNLNet DeepLabV3 EMANet ENCNet FastFCN
    GCNet GINet GloRe ISANet LinearSegmenter MaskSegmenter PSPNet""".split()
NO_FEATURES += ["SETR naive"]
DOCS = (Path(__file__).parents[3] / "docs" / "surgery.md").read_text().splitlines()


def outputs(net, x):
    with paddle.no_grad():
        return [t.numpy() for t in sweep.tensors(net(x))]


@pytest.mark.parametrize("name", CHEAP)
def test_stock_kept_and_rewritten(rng, name):
    """`keep` is bit-equal, and what the model had is the same by our operators."""
    paddle.seed(1)
    net = build(name)
    net.eval()
    x = toys.image(rng, 32, 64, 1)
    expected = outputs(net, x)
    kept = Resampled(net, image_size=32)
    for a, b in zip(outputs(kept, x), expected):
        np.testing.assert_array_equal(a, b)
    grid = name == "SFNet"  # aligned corners in its top-down path
    Resampled(net, {"name": "bilinear", "align_corners": grid}, image_size=32)
    assert len(net.resample) == CHEAP[name]
    for a, b in zip(outputs(net, x), expected):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-5 * np.abs(b).max())


def test_every_model_has_a_row():
    built = {kind for kind, _, _ in NETS.values()}
    paddleseg = {
        name
        for name, model in manager.MODELS.components_dict.items()
        if model.__module__.startswith("paddleseg.")
    }
    assert paddleseg == built and len(built) == 61
    table = {line.split("|")[1].strip() for line in DOCS if line.startswith("| ")}
    assert set(NETS) <= table


@pytest.mark.slow
@pytest.mark.parametrize("name", NETS)
def test_sweep(name):
    """The stock model, rerouted and kept, is bit-equal; no call is overlooked; what
    bilinear and nearest sites had is the same by our operators."""
    if name in sweep.CANNOT_RUN:
        with pytest.raises(UsageError, match=r"cannot run .*ms_deform_attn"):
            Resampled(build(name))
        pytest.skip(sweep.CANNOT_RUN[name])
    facts = sweep.examine(name)
    assert sweep.row(name, facts) in DOCS
    assert facts["untouched"] and not facts["missed"]
    assert facts["rerouted"] == 0 and facts["kept"] == 0
    assert facts["bilinear"] < 1e-4
    up = [s for s in facts["sites"] if s.way == "up" and s.kind == "feature"]
    assert bool(up) != (name in NO_FEATURES), [s.name for s in up]
    if not up:
        with pytest.raises(UsageError, match="no upsampling of feature maps"):
            Resampled(build(name), upsample="dysample")


LEARN = {"OCRNet", "SegNeXt", "UPerNet", *CHEAP} - {"UNet"}


@pytest.mark.slow
@pytest.mark.parametrize("up", ["dysample", "carafe", "fade"])
@pytest.mark.parametrize("name", sorted(LEARN))
def test_learns(rng, name, up):
    """The loss falls, and every new parameter has a gradient."""
    paddle.seed(3)
    net = Resampled(build(name), upsample=up)
    net.train()
    x = toys.image(rng, 64, 64)
    label = paddle.to_tensor(rng.integers(0, 5, (2, 8, 8)).repeat(8, 1).repeat(8, 2))
    optimizer = paddle.optimizer.Adam(1e-3, parameters=net.parameters())
    losses = []
    for step in range(5):
        paddle.seed(9)  # the same dropout
        loss = sum(paddle.nn.functional.cross_entropy(y, label, axis=1) for y in net(x))
        losses.append(loss.item())
        loss.backward()
        if step == 0:
            for key, p in net.resample.named_parameters():
                assert p.grad is not None, key
        if step == 1:  # some operators start with a zero that stops a gradient
            for key, p in net.resample.named_parameters():
                assert p.grad.abs().sum().item() > 0, key
        optimizer.step()
        optimizer.clear_grad()
    assert losses[-1] < losses[0], losses


# From a configuration


def configuration(path, **model):
    data = {"type": "FineShapes", "size": 64, "num_samples": 4}
    normalize = {"transforms": [{"type": "Normalize"}]}
    inner = {
        "type": "PPLiteSeg",
        "num_classes": 12,
        "backbone": {"type": "STDC1"},
        "cm_out_ch": 32,
        "arm_out_chs": [16, 24, 32],
        "seg_head_inter_chs": [16, 16, 16],
    }
    path.write_text(
        yaml.safe_dump(
            {
                "batch_size": 2,
                "iters": 2,
                "train_dataset": {**data, "mode": "train", **normalize},
                "val_dataset": {**data, "mode": "val", **normalize},
                "optimizer": {"type": "SGD", "momentum": 0.9},
                "lr_scheduler": {"type": "PolynomialDecay", "learning_rate": 0.001},
                "loss": {
                    "types": [{"type": "CrossEntropyLoss", "ignore_index": 255}],
                    "coef": [1, 1, 1],
                },
                "model": {"type": "Resampled", "model": inner, **model},
            }
        )
    )
    return str(path)


def test_builds_from_yaml(tmp_path):
    path = configuration(tmp_path / "c.yml", upsample={"name": "dysample", "groups": 8})
    net = Components(ResampleConfig(path)).need("model")
    assert [site[0].up.groups for site in net.resample.values()] == [8, 8]
    with pytest.raises(UsageError, match="did you mean 'dysample'"):
        path = configuration(tmp_path / "d.yml", upsample="dysampel")
        Components(ResampleConfig(path)).need("model")


@pytest.mark.slow
def test_trains_evaluates_and_resumes(tmp_path):
    path = configuration(tmp_path / "c.yml", upsample="fade", downsample="blur_pool")
    common = {"save_interval": 1, "log_iters": 1, "do_eval": True, "use_ema": True}

    def run(folder, **settings):
        trainer = Trainer(
            Components(ResampleConfig(path)),
            Settings(save_dir=str(folder), **common, **settings),
        )
        trainer.run()
        return trainer

    whole = run(tmp_path / "whole")
    scores = json.loads((tmp_path / "whole" / "scores.json").read_text())
    assert np.sum(scores["last"]["confusion"]) == 4 * 64 * 64
    resumed = run(tmp_path / "resumed", resume_model=str(tmp_path / "whole" / "iter_1"))
    pairs = zip(whole.model.state_dict().items(), resumed.model.state_dict().items())
    for (key, a), (_, b) in pairs:
        np.testing.assert_array_equal(a.numpy(), b.numpy(), err_msg=key)
    assert any(key.startswith("resample.") for key in whole.model.state_dict())
