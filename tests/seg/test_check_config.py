import sys
from pathlib import Path

import numpy as np
import paddle
import pytest
import yaml
from PIL import Image

from paddle_resample import commands
from paddle_resample.commands import main
from paddle_resample.errors import UsageError
from paddle_resample.network_cost import count_macs
from paddle_resample.seg.check_config import (
    check_config,
    dry_run,
    print_check,
)
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.sites import network_sites
from tests.seg.picture_files import SIDE, write_set

FOLDER = Path(__file__).parents[2] / "configs"
UNET = str(FOLDER / "unet" / "unet_pixel_shuffle.yml")
TINY = ["model.width=4", "model.depth=2", "batch_size=4"]
TINY += ["train_dataset.size=32", "train_dataset.num_samples=10"]
TINY += ["val_dataset.size=32", "val_dataset.num_samples=2"]


@pytest.fixture
def run(monkeypatch, capsys):
    """run(*words) -> what the command prints."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["paddle_resample", *map(str, words)])
        # A refusal would end the process, and the tests with it.
        monkeypatch.setattr(commands, "run_tool", lambda function, _: function())
        main(program="paddle_resample")
        return capsys.readouterr().out

    return call


def test_facts_of_a_real_batch():
    facts = dry_run(UNET, TINY, device="cpu")
    model = Components(ResampleConfig(UNET, opts=TINY)).need("model")
    assert facts["parameters"] == sum(p.size for p in model.parameters()) - sum(
        p.size for p in model.parameters() if p.stop_gradient
    )
    assert facts["size"] == [32, 32]
    assert facts["macs"] == count_macs(model, (32, 32))
    assert (facts["samples"], facts["val_samples"]) == (10, 2)
    assert facts["batches_per_epoch"] == 2 and facts["epochs"] == 200
    assert facts["learning_rate"] == pytest.approx(1e-5)
    assert [(s.name, s.resamplers[0].name) for s in facts["sites"]] == [
        ("downsample.level_1", "max_pool"),
        ("downsample.level_2", "max_pool"),
        ("upsample.level_1", "pixel_shuffle"),
        ("upsample.level_0", "pixel_shuffle"),
    ]
    each = facts["step_seconds"] + facts["data_seconds"]
    assert facts["seconds"] == pytest.approx(400 * each)
    assert facts["megabytes"] > 50 and facts["val_seconds"] > 0
    assert len(facts["losses"]) == 1 and 1 < facts["losses"][0] < 10


def test_the_first_batch_is_the_one_of_the_training():
    """The loss of the first iteration is the one that tools/train.py would show."""
    from paddle_resample.seg.data.loading import training_loader
    from paddle_resample.seg.training.step import Step

    losses = dry_run(UNET, TINY, device="cpu")["losses"]
    components = Components(ResampleConfig(UNET, opts=TINY))
    paddle.seed(0)
    model = components.need("model")
    step = Step(model, components.need("loss"), components.need("optimizer"))
    batch = next(training_loader(components.need("train_dataset"), 4, 0, 0, 1))
    model.train()
    assert step(batch) == pytest.approx(losses, rel=1e-5)


def test_what_is_printed(run):
    shown = run("check", UNET, "--device", "cpu", "--opts", *TINY)
    for text in (
        "ResampleUNet: 0.01 M parameters",
        "multiply-accumulates an image of 32x32",
        "10 training samples, 2 batches of 4 an epoch; 2 for evaluation",
        "400 iterations = 200.0 epochs, the first at learning rate 1.00e-05",
        "s an iteration",
        "MB at most",
        "pixel_shuffle  16 -> 8",
        "unet_pixel_shuffle.yml can be trained (check-data reads every image",
    ):
        assert text in shown, shown


def test_sites_of_a_resampled_model_bear_the_names_of_its_configuration(run):
    """One row a site, also where an x2-only operator stands three times in a row."""
    path = str(FOLDER / "surgery" / "segformer_fade.yml")
    tiny = ["model.model.embedding_dim=8", *[o for o in TINY if "model" not in o]]
    facts = dry_run(path, tiny, device="cpu")
    assert [(s.name, s.resamplers[0].name, s.scale) for s in facts["sites"]] == [
        ("interpolate_1", "fade", 8),
        ("interpolate_2", "fade", 4),
        ("interpolate_3", "fade", 2),
    ]
    model = Components(ResampleConfig(path, opts=tiny)).need("model")
    added = sum(p.size for p in model.resample.parameters())
    assert sum(s.parameters for s in facts["sites"]) == added > 0
    shown = run("check", path, "--device", "cpu", "--opts", *tiny)
    assert "interpolate_1  fade      8 -> 8    8 in 3 steps" in shown, shown


def test_a_site_in_a_part_of_the_model():
    path = str(FOLDER / "surgery" / "bisenetv2_per_site.yml")
    model = Components(ResampleConfig(path)).need("model")
    sites = {s.name: s for s in network_sites(model)}
    assert set(sites) == {"sb.stem.right", "bga.interpolate_2"}
    assert sites["sb.stem.right"].resamplers[0].name == "blur_pool"
    assert sites["sb.stem.right"].parameters == 0
    assert sites["bga.interpolate_2"].scale == 4


def test_without_data_noise_of_the_same_size_is_used(run):
    path = FOLDER / "camvid" / "unet_bilinear_240x180.yml"
    small = ["model.width=4", "model.depth=2", "batch_size=2"]
    shown = run("check", path, "--no_data", "--device", "cpu", "--opts", *small)
    assert "image of 180x240" in shown and "not read; noise in batches of 2" in shown
    with pytest.raises(UsageError, match="dataset_root"):
        print_check(str(path), small, "cpu")


def test_all_mistakes_are_printed(tmp_path, capsys):
    path = tmp_path / "c.yml"
    path.write_text(f"_base_: {UNET}\nitrs: 3\nmodel: {{widht: 3}}")
    with pytest.raises(UsageError, match="has 2 mistakes, listed above"):
        check_config(path)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "widht" in lines[0] and "line 2: itrs: " in lines[1]


def test_one_mistake_is_the_sentence(tmp_path):
    with pytest.raises(UsageError, match="has no key 'itrs'; did you mean 'iters'"):
        print_check(UNET, ["itrs=3"])


def test_a_base_and_a_study_are_told_apart(run):
    shown = run("check", FOLDER / "_base_" / "segnet_paper_480x360.yml")
    assert "a base for others, so nothing is built" in shown
    with pytest.raises(UsageError, match="this is a study, not a configuration"):
        run("check", FOLDER / "studies" / "unet_fine_shapes.yml")


def test_a_set_smaller_than_a_batch():
    with pytest.raises(UsageError, match="do not fill one batch of 11"):
        dry_run(UNET, [*TINY, "batch_size=11"], device="cpu")


def test_a_result_without_a_loss_is_found():
    with pytest.raises(UsageError, match=r"logits|coef"):
        dry_run(UNET, [*TINY, "loss.coef=[1, 1]"], device="cpu")


def test_the_evaluation_is_tried_too(tmp_path, rng):
    path = write_set(tmp_path, rng)
    assert dry_run(str(path), device="cpu")["val_samples"] == 2
    (tmp_path / "val0_label.png").write_bytes(b"")
    with pytest.raises(UsageError, match=r"val0_label\.png is empty"):
        dry_run(str(path), device="cpu")


def test_check_data_from_the_command_line(run, tmp_path, rng):
    path = write_set(tmp_path, rng)
    assert "all files of 4 train and 2 val samples" in run("check-data", path)
    (tmp_path / "train0.png").unlink()
    with pytest.raises(UsageError, match="the data has 1 fault, listed above"):
        run("check-data", path)


def test_a_stock_model_of_paddleseg(tmp_path):
    path = tmp_path / "stock.yml"
    content = {"_base_": UNET, "model": {"_inherited_": False, "type": "FastSCNN"}}
    content["model"].update(num_classes=12, enable_auxiliary_loss=False)
    path.write_text(yaml.safe_dump(content))
    facts = dry_run(str(path), [o for o in TINY if "model" not in o], device="cpu")
    assert facts["sites"] == [] and facts["model"] == "FastSCNN"


def test_labels_that_hold_one_class_are_refused(tmp_path, rng):
    path = write_set(tmp_path, rng)
    for label in tmp_path.glob("train?_label.png"):
        Image.fromarray(np.full(SIDE, 255, "uint8")).save(label)
    with pytest.raises(UsageError, match=r"but 255 \(255 is ignore_index\)"):
        dry_run(str(path), device="cpu")


def test_a_network_that_refuses_the_images_is_located(tmp_path):
    path = tmp_path / "deep.yml"
    path.write_text(f"_base_: {UNET}\nmodel:\n  depth: 7\n")
    options = [o for o in TINY if "depth" not in o]
    with pytest.raises(UsageError) as error:
        dry_run(str(path), options, device="cpu")
    where = f"--opts model.width=4 or {path}, line 2: model: ResampleUNet: "
    assert str(error.value).startswith(where)
    assert "images of at least 128x128 pixels, not 32x32" in str(error.value)


def test_the_sites_of_our_own_networks_are_their_operators(run):
    printed = run("sites", UNET)
    assert "upsample" in printed and "pixel_shuffle" in printed
    assert "upsamples no feature maps" not in printed


@pytest.mark.parametrize("name", ["list", "show", "sites", "check", "check-data"])
def test_every_command_explains_itself(run, name, capsys):
    with pytest.raises(SystemExit) as end:
        run(name, "--help")
    printed = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0 and f"paddle_resample {name} " in printed
    assert "See docs/" in printed
    assert printed.count("default") >= {"check": 3, "check-data": 1}.get(name, 0)
