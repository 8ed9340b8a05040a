"""Every way to weights leads through the reader that runs nothing."""

import inspect
import os
import pickle
import re
from pathlib import Path

import numpy as np
import paddle
import paddleseg
import pytest
from paddleseg.cvlibs import manager
from paddleseg.utils import load_entire_model, load_pretrained_model
from paddleseg.utils import utils as paddleseg_utils

import paddle_resample
from paddle_resample import UsageError
from paddle_resample.seg import repairs
from paddle_resample.seg.checkpoints.weights import load_weights
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig


class Calls:
    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], self.call[1:]


@pytest.fixture
def evil(tmp_path):
    """(path of a checkpoint, path of a file that it makes when it is run)."""
    path, proof = tmp_path / "model.pdparams", tmp_path / "proof"
    path.write_bytes(pickle.dumps({"a": Calls(os.system, f"touch {proof}")}, 4))
    return path, proof


def vision_transformer(path):
    model = manager.BACKBONES["VisionTransformer"]
    model(
        img_size=16, patch_size=16, embed_dim=8, depth=1, num_heads=1, pretrained=path
    )


def cae(path):
    model = manager.BACKBONES["CAE"]
    model(
        img_size=16, patch_size=16, embed_dim=8, depth=1, num_heads=1, pretrained=path
    )


def resume(path):
    net = paddle.nn.Linear(2, 2)
    sgd = paddle.optimizer.SGD(0.1, net.parameters())
    folder = Path(path).with_name("iter_3")
    folder.mkdir()
    os.rename(path, folder / "model.pdparams")
    paddleseg_utils.resume(net, sgd, str(folder))


WAYS = {
    "load_weights": lambda path: load_weights(paddle.nn.Linear(2, 2), path),
    "load_entire_model": lambda path: load_entire_model(paddle.nn.Linear(2, 2), path),
    "load_pretrained_model": lambda path: load_pretrained_model(
        paddle.nn.Linear(2, 2), path
    ),
    "resume": resume,
    "unet": lambda path: manager.MODELS["ResampleUNet"](2, width=4, pretrained=path),
    "backbone": lambda path: manager.BACKBONES["ResNet18_vd"](pretrained=path),
    "vision_transformer": vision_transformer,
    "cae": cae,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_strangers_checkpoint_is_refused(way, evil):
    path, proof = evil
    with pytest.raises(UsageError, match=r"asks for (posix|nt).system"):
        WAYS[way](str(path))
    assert not proof.exists()


@pytest.mark.parametrize("way", ["load_pretrained_model", "resume"])
def test_without_the_repair_it_runs(way, evil):
    path, proof = evil
    with repairs.without(*repairs.reading.READING):
        try:
            WAYS[way](str(path))
        except Exception as error:
            assert not isinstance(error, UsageError)
    assert proof.exists()


def test_pretrained_of_a_configuration(evil, tmp_path):
    path, proof = evil
    config = tmp_path / "own.yml"
    base = Path(__file__).parents[3] / "configs" / "unet" / "unet_bilinear.yml"
    config.write_text(
        f"_base_: {os.path.relpath(base, tmp_path)}\nmodel:\n  pretrained: {path}\n"
    )
    with pytest.raises(UsageError, match=r"model.pdparams' is refused"):
        Components(ResampleConfig(str(config))).need("model")
    assert not proof.exists()


def test_good_weights_still_arrive(tmp_path):
    paddle.seed(1)
    source, target, other = (paddle.nn.Linear(3, 2) for _ in range(3))
    paddle.save(source.state_dict(), str(tmp_path / "w.pdparams"))
    load_pretrained_model(target, str(tmp_path / "w.pdparams"))
    load_entire_model(other, str(tmp_path / "w.pdparams"))
    for net in (target, other):
        np.testing.assert_array_equal(net.weight.numpy(), source.weight.numpy())


def test_nobody_calls_an_unsafe_reader():
    """In our package, and in what is installed of PaddleSeg after the repairs."""
    unsafe = re.compile(r"(?<!\")\bpaddle\.load\(|\bpickle\.loads?\(|allow_pickle=True")
    for file in Path(paddle_resample.__file__).parent.rglob("*.py"):
        assert not unsafe.search(file.read_text(encoding="utf-8")), file
    found = {
        file.relative_to(Path(paddleseg.__file__).parent).as_posix()
        for file in Path(paddleseg.__file__).parent.rglob("*.py")
        if unsafe.search(file.read_text(encoding="utf-8"))
    }
    assert found == {
        "models/backbones/cae.py",
        "models/backbones/vision_transformer.py",
        "utils/utils.py",
    }
    for function in (
        load_pretrained_model,
        paddleseg_utils.resume,
        manager.BACKBONES["VisionTransformer"].init_weight,
        manager.BACKBONES["CAE"].init_weight,
    ):
        assert not unsafe.search(inspect.getsource(function)), function


class Part(paddle.nn.Layer):
    def __init__(self):
        super().__init__()
        self.conv, self.bn = paddle.nn.Conv2D(1, 2, 1), paddle.nn.BatchNorm2D(2)


class Whole(paddle.nn.Layer):
    def __init__(self):
        super().__init__()
        self.backbone, self.head = Part(), paddle.nn.Conv2D(2, 2, 1)


def test_pretrained_of_which_nothing_fits_is_refused(tmp_path):
    path = str(tmp_path / "w.pdparams")
    paddle.save(Whole().state_dict(), path)
    with pytest.raises(UsageError) as error:
        load_pretrained_model(Part(), path)
    assert f"pretrained '{path}': none of the 6 variables of Part" in str(error.value)
    assert "6 would fit under the prefix 'backbone.'" in str(error.value)
    paddle.save(Part().state_dict(), path)
    with pytest.raises(UsageError, match=r"6 of its own would fit .* 'backbone\.'"):
        load_pretrained_model(Whole(), path)
    paddle.save({"a.weight": paddle.ones([2])}, path)
    with pytest.raises(UsageError, match=r"has 'conv\.weight' and so on, the file 'a"):
        load_pretrained_model(Part(), path)
    some = {**Part().state_dict(), "conv.bias": paddle.ones([7])}
    paddle.save(some, path)
    load_pretrained_model(Part(), path)  # in part, as PaddleSeg takes it


def test_weights_that_a_checkpoint_replaces_need_not_be_there(tmp_path):
    base = Path(__file__).parents[3] / "configs" / "unet" / "unet_bilinear.yml"
    config = tmp_path / "own.yml"
    config.write_text(
        f"_base_: {os.path.relpath(base, tmp_path)}\n"
        "model:\n  pretrained: gone.pdparams\n"
    )
    config = ResampleConfig(str(config))
    with pytest.raises(UsageError, match=r"own\.yml, line 2: model: .*gone\.pdparams"):
        Components(config).need("model")
    Components(config, pretrained=False).need("model")


def test_a_folder_of_checkpoints_names_them(tmp_path):
    layer = paddle.nn.Linear(2, 2)
    for name in ("iter_5", "best_model"):
        (tmp_path / name).mkdir()
        paddle.save(layer.state_dict(), str(tmp_path / name / "model.pdparams"))
    os.utime(tmp_path / "iter_5/model.pdparams", (0, 0))
    both = rf"say which of {tmp_path}/best_model, {tmp_path}/iter_5$"
    with pytest.raises(UsageError, match=both):
        load_weights(layer, tmp_path)
    load_weights(layer, tmp_path / "iter_5")
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match=r"none/model\.pdparams' does not exist"):
        load_weights(layer, tmp_path / "none")
