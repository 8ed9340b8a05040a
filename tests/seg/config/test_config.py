import pytest
import yaml

from paddle_resample.errors import UsageError
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig, merge

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
