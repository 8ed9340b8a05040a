import json
import os
import subprocess
import sys

import cv2
import numpy as np
import paddle
import pytest
import yaml
from PIL import Image

from checkout import CONFIGS, ROOT
from paddle_resample.metrics import ImageScores
from paddle_resample.seg.checkpoints.weights import load_weights
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig


def model_of(config, weights):
    model = Components(ResampleConfig(str(config))).need("model")
    load_weights(model, weights)
    model.eval()
    return model


def test_val_gives_the_scores_of_training(tool, trained, tmp_path):
    config, run = trained
    status, out, stderr = tool(
        "val",
        *("--config", config, "--model_path", run / "iter_4"),
        *("--save_dir", tmp_path, "--batch_size", 2),
    )
    assert status == 0, stderr
    trained_scores = json.loads((run / "scores.json").read_text())["last"]
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["confusion"] == trained_scores["confusion"]
    assert f"mIoU {scores['miou']:.4f}" in out
    assert scores["class_names"][0] in out


def test_classes_are_called_as_the_configuration_says(tool, trained, tmp_path):
    _, run = trained
    config = tmp_path / "named.yml"
    names = [f"kind {i}" for i in range(12)]
    text = (run / "config.yml").read_text()
    config.write_text(f"{text}\nclass_names: {json.dumps(names)}\n")
    given = ["--config", config, "--save_dir", tmp_path / "val"]
    status, out, stderr = tool("val", *given, "--model_path", run / "iter_4")
    assert status == 0 and "kind 3" in out, stderr
    scores = json.loads((tmp_path / "val" / "scores.json").read_text())
    assert scores["class_names"] == names
    given = ["--config", config, "--save_dir", tmp_path / "run", "--do_eval"]
    status, _, stderr = tool("train", *given, "--iters", 1)
    assert status == 0, stderr
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert scores["class_names"] == names
    given += ["--opts", "class_names=[a, b]"]
    status, _, stderr = tool("train", *given, "--iters", 1)
    assert status == 2 and "class_names must be a list of 12 names" in stderr


def test_val_in_detail(tool, trained, tmp_path):
    config, run = trained
    given = ["--config", config, "--model_path", run / "iter_4", "--detail"]
    status, out, stderr = tool("val", *given, "--save_dir", tmp_path)
    assert status == 0, stderr
    scores = json.loads((tmp_path / "scores.json").read_text())
    kept = ImageScores.load(tmp_path / "images.npz").summary()
    assert kept["miou"] == pytest.approx(scores["miou"])
    assert scores["detail"]["massc"] == kept["massc"] and 0 < kept["massc"] <= 1
    assert f"mASSC {kept['massc']:.4f}" in out
    assert f"clDice {kept['mean_cldice']:.4f}" in out
    assert f"displaced {kept['error_shares'][2]:.4f}" in out


def test_predict_writes_what_the_model_says(tool, trained, tmp_path, rng):
    config, run = trained
    photo = rng.integers(0, 256, size=(37, 50, 3), dtype=np.uint8)
    (tmp_path / "in" / "deep").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "in" / "deep" / "photo.png"), photo)
    status, _, stderr = tool(
        "predict",
        *("--config", config, "--model_path", run / "best_model"),
        *("--image_path", tmp_path / "in", "--save_dir", tmp_path / "out"),
    )
    assert status == 0, stderr
    mask = np.array(Image.open(tmp_path / "out/pseudo_color_prediction/deep/photo.png"))
    x = photo[:, :, ::-1].transpose(2, 0, 1)[None].astype("float32") / 255
    x = (x - 0.5) / 0.5
    expected = model_of(config, run / "best_model")(paddle.to_tensor(x))[0]
    np.testing.assert_array_equal(mask, expected.argmax(axis=1).numpy()[0])
    added = cv2.imread(str(tmp_path / "out/added_prediction/deep/photo.jpg"))
    assert added.shape == photo.shape


def test_compare_draws_all_models_and_their_differences(tool, trained, tmp_path):
    config, run = trained
    status, out, stderr = tool(
        "predict",
        *("--compare", f"{config}:{run / 'iter_2'}", f"{config}:{run / 'iter_4'}"),
        *("--num_images", 3, "--save_dir", tmp_path),
    )
    assert status == 0, stderr
    assert (tmp_path / "comparison.png").stat().st_size > 20_000
    for name in ("tiny_1", "tiny_2"):
        folder = tmp_path / name / "pseudo_color_prediction"
        assert len(list(folder.iterdir())) == 3
    assert str(tmp_path / "comparison.png") in out


@pytest.mark.parametrize("arguments", [[], ["--config", "c.yml"], ["--compare", "a"]])
def test_predict_needs_whole_models(refused, tmp_path, arguments):
    sentence = refused("predict", *arguments, "--save_dir", tmp_path)
    assert "--compare" in sentence


@pytest.mark.parametrize("output", ["argmax", "softmax", "none"])
def test_export_answers_as_the_model_at_any_size(tool, trained, tmp_path, output):
    config, run = trained
    status, _, stderr = tool(
        "export",
        *("--config", config, "--model_path", run / "best_model"),
        *("--save_dir", tmp_path / "program", "--output_op", output, "--no_check"),
    )
    assert status == 0, stderr
    deploy = yaml.safe_load((tmp_path / "program" / "deploy.yaml").read_text())
    assert (tmp_path / "program" / deploy["Deploy"]["model"]).is_file()
    program = paddle.jit.load(str(tmp_path / "program" / "model"))
    model = model_of(config, run / "best_model")
    for height, width in ((32, 32), (45, 67)):
        x = paddle.randn([1, 3, height, width])
        got = program(x)
        got = (got[0] if isinstance(got, (list, tuple)) else got).numpy()
        logits = model(x)[0]
        if output == "argmax":
            assert (got.squeeze() == logits.argmax(axis=1).numpy()[0]).mean() > 0.999
        else:
            if output == "softmax":
                logits = paddle.nn.functional.softmax(logits, axis=1)
            np.testing.assert_allclose(got, logits.numpy(), atol=1e-5)


def test_exported_program_is_run_beside_the_model(tool, trained, tmp_path):
    config, run = trained
    arguments = ["--config", config, "--model_path", run / "best_model"]
    status, stdout, _ = tool("export", *arguments, "--save_dir", tmp_path / "program")
    assert status == 0
    assert "Paddle Inference equals the model at 160x128, 64x96, 97x131" in stdout


def test_export_refuses_a_shape_that_is_none(refused, trained, tmp_path):
    config, _ = trained
    sentence = refused(
        "export",
        *("--config", config, "--save_dir", tmp_path / "p", "--input_shape", 3, 32),
    )
    assert "--input_shape takes N C H W" in sentence


def test_python_m_runs_a_script_with_everything_registered(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from paddleseg.cvlibs import manager\n"
        "print('ResampleUNet' in manager.MODELS.components_dict, sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "paddle_resample", script, "--flag", "x"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert "True ['--flag', 'x']" in done.stdout


def test_python_m_names_a_missing_script(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "paddle_resample", tmp_path / "no.py"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 2 and "no.py' does not exist" in done.stderr


@pytest.mark.slow
def test_two_processes_train_together(tmp_path):
    config = CONFIGS / "unet" / "unet_pixel_shuffle.yml"
    done = subprocess.run(
        [sys.executable, "-m", "paddle.distributed.launch", "--nproc_per_node", "2"]
        + ["--log_dir", tmp_path / "log", ROOT / "tools" / "train.py"]
        + ["--config", config, "--iters", "4", "--save_interval", "2", "--do_eval"]
        + ["--device", "cpu", "--save_dir", tmp_path / "run", "--opts"]
        + ["model.width=4", "model.depth=2", "train_dataset.size=32", "batch_size=4"]
        + ["val_dataset.size=32", "val_dataset.num_samples=9"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert scores["last"]["images"] == 9
    assert np.sum(scores["last"]["confusion"]) == 9 * 32 * 32
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["processes"] == 2


def test_export_leaves_the_other_files_of_its_folder(tool, refused, trained, tmp_path):
    config, run = trained
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "model.onnx").write_text("of an earlier export")
    arguments = ["--config", config, "--model_path", run / "best_model", "--no_check"]
    assert tool("export", *arguments, "--save_dir", folder)[0] == 0
    names = {path.name for path in folder.iterdir()}
    assert names >= {"notes.txt", "deploy.yaml", "model.pdiparams"}
    assert "model.onnx" not in names and not any(n.startswith(".") for n in names)
    sentence = refused(
        "export", *arguments, "--save_dir", folder, "--input_shape", 1, 4, -1, -1
    )
    assert "has 4 channels, but the images of the configuration have 3" in sentence


def test_val_scores_the_pretrained_weights_of_the_configuration(
    tool, refused, trained, tmp_path
):
    config, run = trained
    given = ["--config", config, "--save_dir", tmp_path]
    assert "names no pretrained weights" in refused("val", *given)
    weights = run / "iter_4" / "model.pdparams"
    status, _, stderr = tool("val", *given, "--opts", f"model.pretrained={weights}")
    assert status == 0, stderr
    trained_scores = json.loads((run / "scores.json").read_text())["last"]
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["confusion"] == trained_scores["confusion"]


def test_val_leaves_the_scores_of_training_alone(refused, trained):
    config, run = trained
    before = (run / "scores.json").read_bytes()
    arguments = ["--config", config, "--model_path", run / "best_model"]
    sentence = refused("val", *arguments, "--save_dir", run)
    assert "is the folder of a training run" in sentence
    assert (run / "scores.json").read_bytes() == before


@pytest.mark.parametrize("where", ["flag", "configuration"])
def test_val_gives_the_area_under_the_roc_curve(tool, trained, tmp_path, where):
    config, run = trained
    arguments = ["--config", config, "--model_path", run / "best_model"]
    more = ["--opts", "test_config={'auc_roc': True}"]
    more = ["--auc_roc"] if where == "flag" else more
    _, out, _ = tool("val", *arguments, "--save_dir", tmp_path, *more)
    scores = json.loads((tmp_path / "scores.json").read_text())
    known = [area for area in scores["class_auc_roc"] if area is not None]
    assert scores["auc_roc"] == pytest.approx(np.mean(known))
    assert 0 < scores["auc_roc"] < 1 and f"AUC {scores['auc_roc']:.4f}" in out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--batch_size", 0], "batch_size must be 1 or more, not 0"),
        (["--num_workers", -1], "num_workers must be 0 or more, not -1"),
    ],
)
def test_val_refuses_counts_that_are_none(refused, trained, arguments, fault):
    config, run = trained
    usual = ["--config", config, "--model_path", run / "best_model"]
    assert fault in refused("val", *usual, *arguments)
