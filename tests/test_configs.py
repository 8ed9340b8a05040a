"""Every configuration of the repository is built and runs once, both ways."""

from pathlib import Path

import numpy as np
import paddle
import pytest
import yaml
from paddleseg.cvlibs import manager
from PIL import Image

from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.study.plan import Study
from paddle_resample.study.study_file import read_study_file

FOLDER = Path(__file__).parents[1] / "configs"
BASES = sorted(FOLDER.glob("_base_/*.yml"))
STUDIES = sorted(FOLDER.glob("studies/*.yml"))
OTHERS = {*BASES, *STUDIES}
CONFIGS = sorted(path for path in FOLDER.rglob("*.yml") if path not in OTHERS)
# Networks of a published size need more than a moment each.
LARGE = ("ade20k", "cityscapes", "segformer_b1", "480x360")
EMBEDDED = "FineShapes"
DOWNLOADED = sorted(FOLDER.glob("downloaded/*.yml"))
# What PaddleSeg's class for it expects in the folder that it has downloaded.
ROADS = "MiniDeepGlobeRoadExtraction"


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
    losses = config.dic["loss"]["types"]
    losses = [part["type"] for t in losses for part in t.get("losses", [t])]
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
    data = dic["train_dataset"]
    known = {"FineShapes": 12}
    classes = known.get(data["type"]) or data.get("num_classes")
    classes = classes or manager.DATASETS[data["type"]].NUM_CLASSES
    assert dic["model"]["num_classes"] == classes
    assert dic["val_dataset"]["type"] == data["type"]


@pytest.mark.parametrize("path", DOWNLOADED, ids=short)
def test_a_set_that_paddleseg_downloads_is_read(path, tmp_path):
    """In the layout of PaddleSeg's archives, as its classes read them."""
    kind = ResampleConfig(str(path)).dic["train_dataset"]["type"]
    roads = kind == ROADS
    Image.new("RGB", (300, 280)).save(tmp_path / "a.png")
    Image.new("L", (300, 280), 1).save(tmp_path / "b.png")
    for part in ("train", "val"):
        name = f"{part}.txt" if roads else f"{part}_list.txt"
        (tmp_path / name).write_text("a.png|b.png\n" if roads else "a.png b.png\n")
    opts = [f"{part}_dataset.dataset_root={tmp_path}" for part in ("train", "val")]
    components = Components(ResampleConfig(str(path), opts=opts))
    assert components.need("train_dataset")[0]["img"].shape == (3, 256, 256)
    sample = components.need("val_dataset")[0]
    assert sample["img"].shape == (3, 280, 300) and sample["label"].max() == 1


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
    assert len(study.cells) >= 4
    for cell in study.cells:
        if cell.seed == study.cells[0].seed:
            config = study.config(cell)
            config.dic["model"] = without_downloads(config.dic["model"])
            Components(config).need("model")
