import paddle
import pytest
import yaml
from paddleseg.cvlibs import Config, manager

from paddle_resample.errors import UsageError
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.config.marked_yaml import merge

BASE = {
    "batch_size": 2,
    "iters": 5,
    "train_dataset": {"type": "FineShapes", "mode": "train", "transforms": []},
    "optimizer": {"type": "AdamW"},
    "lr_scheduler": {"type": "PolynomialDecay", "learning_rate": 0.1},
    "loss": {
        "types": [{"type": "CrossEntropyLoss", "ignore_index": 255}],
        "coef": [1],
    },
    "model": {
        "type": "ResampleUNet",
        "num_classes": 12,
        "width": 4,
        "depth": 2,
        "upsample": {"name": "conv_transpose", "kernel_size": 4},
    },
}


@pytest.fixture
def written(tmp_path):
    """written(child, base=BASE) -> path of a configuration with that _base_."""

    def write(child, base=BASE):
        (tmp_path / "base.yml").write_text(yaml.safe_dump(base))
        path = tmp_path / "child.yml"
        path.write_text(yaml.safe_dump({"_base_": "base.yml", **child}))
        return str(path)

    return write


def upsample(path, **changes):
    return ResampleConfig(path, **changes).dic["model"]["upsample"]


def test_a_cosine_ends_with_the_training_unless_told_otherwise(written):
    schedule = {"_inherited_": False, "type": "CosineAnnealingDecay"}
    schedule |= {"learning_rate": 0.1, "warmup_iters": 2, "warmup_start_lr": 0.0}
    path = written({"lr_scheduler": schedule})
    assert ResampleConfig(path).lr_scheduler_cfg["T_max"] == 3
    assert ResampleConfig(path, iters=9).lr_scheduler_cfg["T_max"] == 7
    assert "T_max" not in ResampleConfig(path).dic["lr_scheduler"]
    path = written({"lr_scheduler": {**schedule, "T_max": 4}})
    assert ResampleConfig(path).lr_scheduler_cfg["T_max"] == 4


def test_switching_the_operator_drops_its_options(written):
    path = written({"model": {"upsample": {"name": "pixel_shuffle"}}})
    assert upsample(path) == {"name": "pixel_shuffle"}
    layer = Components(ResampleConfig(path)).need("model").up[0]
    assert type(layer).__name__ == "PixelShuffle"


def test_same_operator_keeps_its_options(written):
    path = written({"model": {"upsample": {"name": "conv_transpose", "groups": 2}}})
    assert upsample(path) == {"name": "conv_transpose", "kernel_size": 4, "groups": 2}


def test_option_alone_goes_to_the_inherited_operator(written):
    path = written({"model": {"upsample": {"kernel_size": 2}}})
    assert upsample(path) == {"name": "conv_transpose", "kernel_size": 2}


def test_name_and_mapping_replace_each_other(written):
    assert upsample(written({"model": {"upsample": "bilinear"}})) == "bilinear"
    base = {**BASE, "model": {**BASE["model"], "upsample": "bilinear"}}
    path = written({"model": {"upsample": {"name": "nearest"}}}, base)
    assert upsample(path) == {"name": "nearest"}


def test_inherited_false_is_paddleseg_s(written):
    model = {"_inherited_": False, "type": "ResampleUNet", "num_classes": 12}
    config = ResampleConfig(written({"model": model}))
    assert config.dic["model"] == {"type": "ResampleUNet", "num_classes": 12}


def test_merge_leaves_its_arguments_alone():
    base, child = {"a": {"b": 1}}, {"a": {"c": 2}}
    assert merge(child, base) == {"a": {"b": 1, "c": 2}}
    assert base == {"a": {"b": 1}} and child == {"a": {"c": 2}}


@pytest.mark.parametrize(
    ("opts", "expected"),
    [
        (["model.upsample=bilinear"], "bilinear"),
        (["model.upsample.name=nearest"], {"name": "nearest"}),
        (
            ["model.upsample.name=pixel_shuffle", "model.upsample.kernel_size=1"],
            {"name": "pixel_shuffle", "kernel_size": 1},
        ),
        (
            ["model.upsample.kernel_size=2"],
            {"name": "conv_transpose", "kernel_size": 2},
        ),
        (
            ["model.upsample=bilinear", "model.upsample.align_corners=True"],
            {"name": "bilinear", "align_corners": True},
        ),
    ],
    ids=str,
)
def test_opts(written, opts, expected):
    assert upsample(written({}), opts=opts) == expected


def test_flags_replace_values(written):
    config = ResampleConfig(written({}), learning_rate=0.5, batch_size=7, iters=9)
    assert (config.batch_size, config.iters) == (7, 9)
    assert config.lr_scheduler_cfg["learning_rate"] == 0.5


def test_own_base_is_refused(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("_base_: a.yml")
    with pytest.raises(UsageError, match="is its own _base_"):
        ResampleConfig(str(path))


def test_refusal_of_a_component_survives_paddleseg(written):
    path = written({"model": {"width": 0}})
    with pytest.raises(UsageError, match="width must be a positive integer, not 0"):
        Components(ResampleConfig(path)).need("model")


def test_missing_data_is_named(written):
    dataset = {
        "_inherited_": False,
        "type": "Dataset",
        "mode": "train",
        "dataset_root": "/no/such/place",
        "train_path": "/no/such/place/list.txt",
        "num_classes": 12,
        "transforms": [],
    }
    path = written({"train_dataset": dataset})
    with pytest.raises(UsageError, match=r"Dataset: .*/no/such/place"):
        Components(ResampleConfig(path)).need("train_dataset")


class ConfigOfDevelop(Config):
    """PaddleSeg's develop branch hands one keyword more to both of its own methods."""

    def __init__(self, path, to_static_training=None, **others):
        self.dic = self._parse_from_yaml(path, None)
        self.dic = self.update_config_dict(
            self.dic, to_static_training=to_static_training, **others
        )


@pytest.mark.parametrize("given, wanted", [(None, False), (True, True)])
def test_the_loader_of_the_develop_branch(written, monkeypatch, given, wanted):
    def start(self, path, **others):
        ConfigOfDevelop.__init__(self, path, to_static_training=given, **others)

    monkeypatch.setattr(Config, "__init__", start)
    config = ResampleConfig(written({}), batch_size=3)
    assert config.to_static_training is wanted
    assert config.batch_size == 3


def test_keys_that_only_name_a_value_for_aliases(written, tmp_path):
    """As PaddleSeg's configurations of PIDNet begin."""
    path = written({})
    text = """
_base_: base.yml
mean: &mean [0.4, 0.5, 0.6]
void: &void 255
loss:
  types: [{type: CrossEntropyLoss, ignore_index: *void}]
train_dataset:
  transforms: [{type: Normalize, mean: *mean, std: *mean}]
"""
    with open(path, "w") as file:
        file.write(text)
    config = ResampleConfig(path)
    assert "mean" not in config.dic and "void" not in config.dic
    (normalize,) = config.dic["train_dataset"]["transforms"]
    assert normalize["mean"] == normalize["std"] == [0.4, 0.5, 0.6]


@pytest.mark.parametrize("line", ["bach_size: &size 4", "bach_size: 255"])
def test_a_key_without_an_alias_is_still_a_mistake(written, line):
    path = written({})
    with open(path, "a") as file:
        file.write(line + "\n")
    with pytest.raises(UsageError, match="no key 'bach_size'; did you mean 'batch_siz"):
        ResampleConfig(path)


def test_lr_multi_is_taken_and_said_to_do_nothing(written, capfd):
    """PaddleSeg's own configurations write it for lr_mult."""
    groups = [{"name": "up", "lr_multi": 10.0}]
    path = written({"optimizer": {"type": "AdamW", "custom_cfg": groups}})
    ResampleConfig(path)
    note = capfd.readouterr().err
    assert "child.yml, line " in note and "lr_multi has no effect" in note


def test_pretrained_may_be_null(written):
    """SeaFormer's pretrained has no default."""

    def needs_weights(pretrained, num_classes, in_channels=3):
        return paddle.nn.Conv2D(in_channels, num_classes, 1)

    manager.MODELS._components_dict["NeedsWeights"] = needs_weights
    try:
        model = {"_inherited_": False, "type": "NeedsWeights", "num_classes": 12}
        config = ResampleConfig(written({"model": {**model, "pretrained": None}}))
        assert Components(config).need("model").weight.shape == [12, 3, 1, 1]
        with pytest.raises(UsageError, match="NeedsWeights needs the key 'pretrained'"):
            ResampleConfig(written({"model": model}))
    finally:
        del manager.MODELS._components_dict["NeedsWeights"]


def test_synchronized_normalization_is_refused_on_a_cpu(written):
    """PaddleSeg's PIDNet holds SyncBatchNorm whatever the device."""

    def synced(num_classes, in_channels=3):
        layers = [paddle.nn.Conv2D(in_channels, num_classes, 1)]
        return paddle.nn.Sequential(*layers, paddle.nn.SyncBatchNorm(num_classes))

    manager.MODELS._components_dict["Synced"] = synced
    try:
        model = {"_inherited_": False, "type": "Synced", "num_classes": 12}
        config = ResampleConfig(written({"model": model}))
        paddle.set_device("cpu")
        with pytest.raises(UsageError, match=r"SyncBatchNorm .1 and 0 more.*use a GPU"):
            Components(config).need("model")
    finally:
        del manager.MODELS._components_dict["Synced"]
