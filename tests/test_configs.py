"""Every configuration of the repository is built and runs once, both ways."""

from pathlib import Path

import numpy as np
import paddle
import pytest
import yaml

from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.study.plan import Study, read_study_file

FOLDER = Path(__file__).parents[1] / "configs"
BASES = sorted(FOLDER.glob("_base_/*.yml"))
STUDIES = sorted(FOLDER.glob("studies/*.yml"))
OTHERS = {*BASES, *STUDIES}
CONFIGS = sorted(path for path in FOLDER.rglob("*.yml") if path not in OTHERS)
# Networks of a published size need more than a moment each.
LARGE = ("ade20k", "cityscapes", "segformer_b1", "480x360")
EMBEDDED = "FineShapes"


def short(path):
    return str(path.relative_to(FOLDER))


def marked(paths):
    for path in paths:
        slow = any(word in short(path) for word in LARGE)
        yield pytest.param(path, id=short(path), marks=[pytest.mark.slow] * slow)


def without_downloads(value):
    """The same mapping with no address of pretrained weights."""
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if k != "pretrained"}
        return {k: without_downloads(v) for k, v in kept.items()}
    if isinstance(value, list):
        return [without_downloads(v) for v in value]
    return value


@pytest.mark.parametrize("path", marked(CONFIGS))
def test_it_builds_and_learns(path):
    config = ResampleConfig(str(path))
    config.dic["model"] = without_downloads(config.dic["model"])
    paddle.seed(0)
    net = Components(config).need("model")
    height, width = smallest(config)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, height, width)).astype("float32")
    classes = config.dic["model"]["num_classes"]
    y = rng.integers(0, classes, size=(2, height, width))
    losses = [t["type"] for t in config.dic["loss"]["types"]]
    assert set(losses) <= {"CrossEntropyLoss", "DiceLoss"}
    net.train()
    logits = net(paddle.to_tensor(x))
    weights = config.dic["loss"]["coef"]
    assert len(logits) == len(weights), "one weight of the loss for each result"
    loss = 0
    for z, weight in zip(logits, weights):
        assert list(z.shape) == [2, classes, height, width]
        loss = loss + weight * paddle.nn.functional.cross_entropy(
            z, paddle.to_tensor(y), axis=1
        )
    loss.backward()
    assert np.isfinite(float(loss))
    reached = [p for p in net.parameters() if p.grad is not None]
    assert reached and all(np.isfinite(p.grad.numpy()).all() for p in reached)


def smallest(config):
    """A small size that the network of a configuration takes."""
    fixed = config.dic["model"].get("backbone", {}).get("img_size")
    return (fixed, fixed) if isinstance(fixed, int) and fixed <= 256 else (64, 96)


@pytest.mark.parametrize("path", CONFIGS, ids=short)
def test_classes_agree(path):
    dic = ResampleConfig(str(path)).dic
    known = {"FineShapes": 12, "Cityscapes": 19, "ADE20K": 150}
    data = dic["train_dataset"]
    classes = known.get(data["type"]) or data["num_classes"]
    assert dic["model"]["num_classes"] == classes
    assert dic["val_dataset"]["type"] == data["type"]


@pytest.mark.parametrize("path", CONFIGS, ids=short)
def test_it_stands_on_a_base(path):
    """A network and what it changes of its data set; all else is inherited."""
    assert "_base_" in yaml.safe_load(path.read_text())


@pytest.mark.parametrize("path", BASES, ids=short)
def test_a_base_has_no_model(path):
    assert "model" not in yaml.safe_load(path.read_text())


def test_the_embedded_data_of_the_base_loads():
    config = ResampleConfig(str(FOLDER / "unet" / "unet_bilinear.yml"))
    assert config.dic["train_dataset"]["type"] == EMBEDDED
    sample = Components(config).need("train_dataset")[0]
    assert sample["img"].shape == (3, 128, 128)


@pytest.mark.parametrize("path", marked(STUDIES))
def test_the_cells_of_a_study_exist(path, tmp_path, monkeypatch):
    """Its keys and operators are known; that a cell trains is tested elsewhere."""
    monkeypatch.chdir(FOLDER.parent)
    study = Study(folder=tmp_path, **read_study_file(path))
    assert len(study.cells) >= 8
    for cell in study.cells:
        if cell.seed == study.cells[0].seed:
            config = study.config(cell)
            config.dic["model"] = without_downloads(config.dic["model"])
            Components(config).need("model")
