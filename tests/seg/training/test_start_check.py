"""Trainings that would learn nothing are found before their first update."""

import json
import re
import shutil

import numpy as np
import paddle
import pytest
import yaml
from paddle import nn
from PIL import Image

from checkout import CONFIGS, TINY
from paddle_resample import UsageError
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.training.start_check import check_labels, check_schedule
from paddle_resample.seg.training.step import Step, compiled
from paddle_resample.seg.training.trainer import Settings, Trainer

UNET = CONFIGS / "unet" / "unet_bilinear.yml"
SCL = {"type": "SemanticConnectivityLoss"}
CE = {"type": "CrossEntropyLoss"}
DECAY = {"type": "PolynomialDecay", "learning_rate": 0.01}


@pytest.fixture
def masks(tmp_path):
    """masks(values, n, **keys): a configuration of n pictures with these labels."""

    def make(values, n=4, **keys):
        lines = []
        for i in range(n):
            image = np.full((16, 16, 3), 10 * i, "uint8")
            label = np.full((16, 16), values[0], "uint8")
            if i == n - 1:  # the last one alone holds the others
                label[: len(values), 0] = values
            Image.fromarray(image).save(tmp_path / f"i{i}.png")
            Image.fromarray(label).save(tmp_path / f"l{i}.png")
            lines.append(f"i{i}.png l{i}.png")
        (tmp_path / "list.txt").write_text("\n".join(lines))
        data = {
            "type": "Dataset",
            "dataset_root": str(tmp_path),
            "train_path": str(tmp_path / "list.txt"),
            "num_classes": 3,
            "mode": "train",
            "transforms": [{"type": "Normalize"}],
        }
        dic = {
            "batch_size": 2,
            "iters": 2,
            "train_dataset": data,
            "optimizer": {"type": "SGD"},
            "lr_scheduler": DECAY,
            "loss": {"types": [CE], "coef": [1]},
            "model": {"type": "ResampleUNet", "width": 4, "depth": 2},
            **keys,
        }
        path = tmp_path / "own.yml"
        path.write_text(yaml.safe_dump(dic, sort_keys=False))
        return ResampleConfig(str(path))

    return make


def labels_of(config):
    return check_labels(config, Components(config).need("train_dataset"))


def test_labels_of_one_class_and_void_are_refused(masks):
    with pytest.raises(UsageError) as error:
        labels_of(masks([0, 255]))
    text = str(error.value)
    assert "own.yml, line 3: train_dataset: the labels hold nothing but 0 and 255" in (
        text
    )
    assert "(255 is ignore_index)" in text and "classes 1 and 2 have no pixel" in text


def test_an_absent_class_is_noted(masks):
    note = labels_of(masks([0, 2]))
    assert note == (
        "class 1 has no pixel in the 4 of 4 samples of train_dataset looked at"
    )
    assert labels_of(masks([0, 1, 2])) is None


def test_a_rare_class_is_looked_for_in_all_files(masks):
    """300 samples, of which one that the spread look passes over holds class 1."""
    config = masks([0, 1, 2], 300)
    folder = config.dic["train_dataset"]["dataset_root"]
    for name in ("i298.png", "l298.png"):  # exchange: the last one is always seen
        other = f"{folder}/{name.replace('298', '299')}"
        shutil.copy(f"{folder}/{name}", f"{folder}/swap.png")
        shutil.copy(other, f"{folder}/{name}")
        shutil.copy(f"{folder}/swap.png", other)
    assert "classes 1 and 2 have no pixel in the 100 of 300" in labels_of(config)


def test_training_refuses_and_leaves_an_earlier_run_alone(masks, tmp_path):
    run = tmp_path / "run"
    (run / "iter_9").mkdir(parents=True)
    with pytest.raises(UsageError, match="nothing to tell apart"):
        Trainer(Components(masks([0])), Settings(save_dir=str(run))).run()
    assert [path.name for path in run.iterdir()] == ["iter_9"]


def test_a_loss_without_gradient_is_refused(masks, tmp_path):
    config = masks([0, 1, 2], loss={"types": [SCL], "coef": [1]})
    with pytest.raises(UsageError) as error:
        Trainer(Components(config), Settings(save_dir=str(tmp_path / "run"))).run()
    assert "loss: SemanticConnectivityLoss gives the model no gradient, so no " in (
        str(error.value)
    )


def test_one_of_several_losses_without_gradient_is_noted(masks, tmp_path, capsys):
    mixed = {"type": "MixedLoss", "losses": [CE, SCL], "coef": [1, 1]}
    config = masks([0, 1, 2], loss={"types": [mixed], "coef": [1]})
    Trainer(Components(config), Settings(save_dir=str(tmp_path / "run"))).run()
    note = "SemanticConnectivityLoss gives the model no gradient and changes nothing"
    assert capsys.readouterr().out.count(f"note: {note}") == 1
    assert json.loads((tmp_path / "run" / "run.json").read_text())["notes"] == [note]


def test_a_model_whose_weights_the_loss_does_not_reach(masks):
    class Cut(nn.Layer):
        def __init__(self):
            super().__init__()
            self.conv, self.bias = nn.Conv2D(3, 2, 1), self.create_parameter([1])
            self.bias.stop_gradient = True

        def forward(self, x):
            logits = self.conv(x).detach()
            logits.stop_gradient = False
            return [logits]

    net = Cut()
    loss = {"types": [lambda logit, label: logit.mean()], "coef": [1]}
    sgd = paddle.optimizer.SGD(0.1, parameters=net.parameters())
    batch = {"img": paddle.ones([1, 3, 4, 4]), "label": paddle.zeros([1, 4, 4])}
    config = masks([0, 1])
    with pytest.raises(UsageError, match="trains nothing: Cut has no weight it reache"):
        Step(net, loss, sgd, config=config)(batch)


def schedule_of(start, iters, **keys):
    path = str(UNET)
    options = [f"lr_scheduler={ {'learning_rate': 0.1, **keys} }"]
    config = ResampleConfig(path, iters=iters, opts=[*TINY, *options])
    components = Components(config)
    components.need("model")
    optimizer = components.need("optimizer")
    while optimizer._learning_rate.last_epoch < start:
        optimizer._learning_rate.step()
    return check_schedule(config, optimizer, start)


def test_a_rate_that_stays_zero():
    short = {"type": "PolynomialDecay", "decay_steps": 4, "end_lr": 0}
    with pytest.raises(UsageError, match="rate is 0 from iteration 5 to the last, 9"):
        schedule_of(4, 9, **short)
    assert schedule_of(0, 9, **short) == (
        "the learning rate is 0 after iteration 4 of 9: the schedule ends before the "
        "training does"
    )
    assert schedule_of(0, 9, type="PolynomialDecay", end_lr=0) is None
    assert schedule_of(0, 4, type="CosineAnnealingDecay", T_max=4) is None


def test_a_loss_that_cannot_be_computed_is_named(masks, tmp_path):
    hard = {"type": "BootstrappedCrossEntropyLoss", "min_K": 256, "loss_th": 0.3}
    config = masks([0, 1, 2], loss={"types": [hard], "coef": [1]})
    with pytest.raises(UsageError) as error:
        Trainer(Components(config), Settings(save_dir=str(tmp_path / "run"))).run()
    text = str(error.value)
    assert "loss: BootstrappedCrossEntropyLoss cannot be computed for logits" in text
    assert "min_K=256 must be below the pixels of an image" in text
    assert "\n" not in text


def test_a_refused_first_batch_leaves_an_earlier_run_alone(masks, tmp_path):
    run = tmp_path / "run"
    (run / "iter_9").mkdir(parents=True)
    config = masks([0, 1, 2], loss={"types": [SCL], "coef": [1]})
    with pytest.raises(UsageError, match="gives the model no gradient"):
        Trainer(Components(config), Settings(save_dir=str(run))).run()
    assert [path.name for path in run.iterdir()] == ["iter_9"]


def test_compiled_training_takes_max_pool(masks, tmp_path):
    config = masks([0, 1, 2], to_static_training=True)
    assert config.dic["model"]["type"] == "ResampleUNet"  # which pools by max_pool
    Trainer(Components(config), Settings(save_dir=str(tmp_path / "run"))).run()
    assert (tmp_path / "run" / "iter_2").exists()


def test_a_compiled_loss_without_gradient_is_refused(masks, tmp_path):
    config = masks(
        [0, 1, 2], loss={"types": [SCL], "coef": [1]}, to_static_training=True
    )
    with pytest.raises(UsageError, match="has no weight it reaches"):
        Trainer(Components(config), Settings(save_dir=str(tmp_path / "run"))).run()


def test_a_model_that_cannot_be_compiled_is_named(masks):
    class Branch(nn.Layer):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2D(3, 2, 1)

        def forward(self, x):
            return [self.conv(x * float(np.asarray(x.mean()) > 0))]

    net = Branch()
    config = masks([0, 1], to_static_training=True)
    loss = {"types": [lambda logit, label: logit.mean()], "coef": [1]}
    sgd = paddle.optimizer.SGD(0.1, parameters=net.parameters())
    step = Step(net, loss, sgd, parallel=compiled(net, config), config=config)
    batch = {"img": paddle.ones([1, 3, 4, 4]), "label": paddle.zeros([1, 4, 4])}
    with pytest.raises(UsageError) as error:
        step(batch)
    text = str(error.value)
    assert "to_static_training: Branch cannot be compiled" in text and "\n" not in text
    assert text.endswith("set it to False")


def test_early_stopping_is_recorded(masks, tmp_path):
    config = masks([0, 1, 2], iters=40, lr_scheduler={**DECAY, "learning_rate": 1e-30})
    config.dic["val_dataset"] = {**config.dic["train_dataset"], "mode": "val"}
    config.dic["val_dataset"]["val_path"] = config.dic["train_dataset"]["train_path"]
    settings = {"save_dir": str(tmp_path / "run"), "save_interval": 1, "patience": 2}
    with pytest.raises(UsageError, match="--patience counts evaluations and so needs"):
        Trainer(Components(config), Settings(**settings))
    Trainer(Components(config), Settings(**settings, do_eval=True)).run()
    told = json.loads((tmp_path / "run" / "run.json").read_text())["stopped_early"]
    pattern = r"stopped early at iteration (\d+): 2 evaluations .* of iteration (\d+) "
    end, best = map(int, re.match(pattern, told).groups())
    assert end == best + 2 < 40
    assert max(int(p.name[5:]) for p in (tmp_path / "run").glob("iter_*")) == end
    with pytest.raises(UsageError, match=r"has stopped early at .*raise --patience"):
        more = Settings(**settings, do_eval=True, resume_model="auto")
        Trainer(Components(config), more).run()


def test_the_first_batch_may_be_void(masks, tmp_path):
    """Crops may hold no labelled pixel: that is no reason to refuse."""
    lovasz = {"types": [{"type": "LovaszSoftmaxLoss"}], "coef": [1]}
    config = masks([255, 0, 1, 2], loss=lovasz)
    Trainer(Components(config), Settings(save_dir=str(tmp_path / "run"))).run()
    assert (tmp_path / "run" / "iter_2").exists()
