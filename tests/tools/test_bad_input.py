"""Every mistake is answered with one sentence and exit status 2."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from checkout import CONFIGS, ROOT

UNET = CONFIGS / "unet" / "unet_bilinear.yml"


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["train", "val", "export"])
def test_missing_configuration(refused, tmp_path, name):
    weights = ["--model_path", "x"] if name == "val" else []
    sentence = refused(name, "--config", tmp_path / "no.yml", *weights)
    assert "no.yml' cannot be read: No such file" in sentence


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: [1", "is not YAML"),
        ("just words", "must hold keys and values, not 'just words'"),
        ("", "must hold keys and values, not None"),
        ("iters: 3", "No batch_size specified"),
        ("_base_: gone.yml", "cannot be read: No such file"),
    ],
)
def test_not_a_configuration(refused, tmp_path, text, fault):
    config = write(tmp_path / "c.yml", text)
    assert fault in refused("train", "--config", config, "--save_dir", tmp_path)


def test_wrong_suffix(refused, tmp_path):
    config = write(tmp_path / "c.txt", "iters: 3")
    assert "must end in .yml or .yaml" in refused("train", "--config", config)


@pytest.mark.parametrize(
    ("option", "fault"),
    [
        ("model.upsample=biliner", "unknown upsampler 'biliner'; did you mean 'bilin"),
        ("model.upsample={'name':'flow','kernel':3}", "unknown option 'kernel'; did"),
        ("model.upsample={'type':'flow'}", "unknown type 'flow'"),
        ("model.upsample=max_pool", "'max_pool' is a downsampler and the site needs"),
        ("model.type=ResampleUnet", "unknown type 'ResampleUnet'; did you mean 'Res"),
        ("model.widht=3", "unexpected keyword argument 'widht'; did you mean 'width'"),
        ("model.width=none", "width must be an integer, not 'none'"),
        ("optimizr.type=SGD", "the configuration has no 'optimizr.type'"),
        ("iters", "--opts takes key=value, not 'iters'"),
        ("lr_scheduler.type=PolyDecay", "unknown type 'PolyDecay'"),
        ("loss.coef=[1,2]", "length of logits_list|length of coef|types and coef"),
    ],
)
def test_wrong_value(refused, tmp_path, option, fault):
    sentence = refused(
        "train",
        *("--config", UNET, "--save_dir", tmp_path, "--iters", 1),
        *("--opts", "model.width=4", option),
    )
    assert any(part in sentence for part in fault.split("|")), sentence


def test_indices_at_a_site_without(refused, tmp_path):
    sentence = refused(
        "train",
        *("--config", UNET, "--save_dir", tmp_path),
        *("--opts", "model.upsample=max_unpool", "model.downsample=avg_pool"),
    )
    assert "--opts model.upsample=max_unpool" in sentence
    assert (
        "max_unpool: needs pool_indices recorded by its downsampler and this site has "
        "none; downsample with max_pool"
    ) in sentence


def test_evaluation_without_a_set(refused, files, tmp_path):
    _, config = files
    text = config.read_text()
    begin, end = text.index("val_dataset:"), text.index("optimizer:")
    write(config, text[:begin] + text[end:])
    sentence = refused("train", "--config", config, "--save_dir", tmp_path, "--do_eval")
    assert sentence.endswith(
        "val_dataset: No val_dataset specified in the configuration file."
    )


def spoil_missing(folder):
    (folder / "image1.jpg").unlink()
    return "image1.jpg does not exist"


def spoil_empty(folder):
    (folder / "image1.jpg").write_bytes(b"")
    return "image1.jpg is empty"


def spoil_truncated(folder):
    content = (folder / "image1.jpg").read_bytes()
    (folder / "image1.jpg").write_bytes(content[: len(content) // 2])
    return "image1.jpg cannot be read as a picture (image file is truncated"


def spoil_truncated_png(folder):
    content = (folder / "image0.png").read_bytes()
    (folder / "image0.png").write_bytes(content[: len(content) // 2])
    return "image0.png cannot be read as a picture ("


def spoil_text(folder):
    (folder / "image1.jpg").write_text("not a picture")
    return "image1.jpg cannot be read as a picture (cannot identify image file)"


def spoil_label(folder):
    (folder / "label2.png").write_bytes(b"")
    return "label2.png is empty"


def spoil_size(folder):
    Image.fromarray(np.zeros((20, 30), np.uint8)).save(folder / "label2.png")
    return "image2.png is 30x24 pixels but its label"


def spoil_value(folder):
    label = np.array(Image.open(folder / "label2.png"))
    label[5, 3:9] = 7
    Image.fromarray(label).save(folder / "label2.png")
    return "6 label pixels have the value 7 after the transforms, but num_classes=3"


SPOIL = [
    spoil_missing,
    spoil_empty,
    spoil_truncated,
    spoil_truncated_png,
    spoil_text,
    spoil_label,
    spoil_size,
    spoil_value,
]


@pytest.mark.parametrize("spoil", SPOIL, ids=lambda f: f.__name__)
def test_faulty_file_in_training(refused, files, tmp_path, spoil):
    folder, config = files
    fault = spoil(folder)
    sentence = refused("train", "--config", config, "--save_dir", tmp_path / "run")
    assert fault in sentence


@pytest.mark.parametrize("spoil", SPOIL, ids=lambda f: f.__name__)
def test_faulty_file_in_evaluation(tool, refused, files, tmp_path, spoil):
    folder, config = files
    run = tmp_path / "run"
    assert tool("train", "--config", config, "--save_dir", run)[0] == 0
    fault = spoil(folder)
    arguments = ["--config", config, "--model_path", run / "iter_3"]
    assert fault in refused("val", *arguments)


def test_faulty_file_does_not_hang_with_workers(files, tmp_path):
    folder, config = files
    fault = spoil_truncated(folder)
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "train.py", "--config", config]
        + ["--save_dir", tmp_path / "run", "--num_workers", "2", "--device", "cpu"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert fault in done.stderr and "Traceback" not in done.stderr


def test_faulty_picture_in_prediction(refused, trained, files):
    folder, _ = files
    fault = spoil_truncated(folder)
    config, run = trained
    sentence = refused(
        "predict",
        *("--config", config, "--model_path", run / "iter_4"),
        *("--image_path", folder / "image1.jpg", "--save_dir", folder / "out"),
    )
    assert fault in sentence


def test_nothing_to_predict(refused, trained, tmp_path):
    config, run = trained
    sentence = refused(
        "predict",
        *("--config", config, "--model_path", run / "iter_4"),
        *("--image_path", tmp_path / "gone.png", "--save_dir", tmp_path / "out"),
    )
    assert "gone.png' is no picture, no folder" in sentence


def test_checkpoint_of_another_model(refused, trained):
    _, run = trained
    sentence = refused("val", "--config", UNET, "--model_path", run / "iter_4")
    assert "belongs to another model than ResampleUNet" in sentence
    assert "encoder.0.0.weight [4, 3, 3, 3] instead of [16, 3, 3, 3]" in sentence
    assert "missing (encoder.2.0.weight" in sentence


def test_resume_of_another_model(refused, trained, tmp_path):
    _, run = trained
    sentence = refused(
        "train",
        *("--config", UNET, "--resume_model", run / "iter_4"),
        *("--save_dir", tmp_path),
    )
    assert "belongs to another model" in sentence


def test_resume_of_a_finished_run(refused, trained, tmp_path):
    config, run = trained
    sentence = refused(
        "train",
        *("--config", config, "--resume_model", run / "iter_4"),
        *("--save_dir", tmp_path),
    )
    assert "has already done 4 of 4 iterations; raise --iters" in sentence


def test_damaged_checkpoint(refused, trained, tmp_path):
    config, run = trained
    damaged = tmp_path / "iter_4"
    shutil.copytree(run / "iter_4", damaged)
    content = (damaged / "model.pdparams").read_bytes()
    (damaged / "model.pdparams").write_bytes(content[:100])
    sentence = refused("val", "--config", config, "--model_path", damaged)
    assert "model.pdparams' cannot be read; it is damaged" in sentence


def test_missing_checkpoint(refused, trained, tmp_path):
    config, _ = trained
    sentence = refused("val", "--config", config, "--model_path", tmp_path / "no.pd")
    assert "no.pd' does not exist" in sentence


def test_save_dir_that_is_a_file(refused, tmp_path):
    write(tmp_path / "taken", "x")
    for folder in (tmp_path / "taken", tmp_path / "taken" / "run"):
        sentence = refused("train", "--config", UNET, "--save_dir", folder)
        assert f"save_dir {str(folder)!r} cannot be written" in sentence
    assert (tmp_path / "taken").read_text() == "x"


def test_gpu_that_is_not_there(refused, tmp_path):
    import paddle

    if paddle.is_compiled_with_cuda() and paddle.device.cuda.device_count():
        pytest.skip("this machine has a GPU")
    sentence = refused(
        "train", "--config", UNET, "--device", "gpu", "--save_dir", tmp_path
    )
    assert sentence.startswith("--device gpu: ") and "--device cpu works" in sentence


def test_a_process_of_its_own_leaves_with_two(tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "train.py", "--config", tmp_path / "no.yml"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines() if "error" in line] == [
        f"error: configuration '{tmp_path / 'no.yml'}' cannot be read: "
        "No such file or directory"
    ]
