"""Run a command line tool inside the test process."""

import runpy
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from checkout import ROOT, TINY


@pytest.fixture
def tool(monkeypatch, capfd):
    """tool(name, *arguments) -> (exit status, stdout, stderr)."""

    def leave(status):
        raise SystemExit(status)

    monkeypatch.setattr("paddle_resample.tool._leave", leave)

    def run(name, *arguments):
        path = str(ROOT / "tools" / f"{name}.py")
        monkeypatch.setattr(sys, "argv", [path, *map(str, arguments)])
        capfd.readouterr()
        status = 0
        try:
            runpy.run_path(path, run_name="__main__")
        except SystemExit as end:
            status = end.code or 0
        return (status, *capfd.readouterr())

    return run


@pytest.fixture
def refused(tool):
    """refused(name, *arguments) -> the sentence that answers a user's mistake."""

    def run(name, *arguments):
        status, _, stderr = tool(name, *arguments)
        lines = [line for line in stderr.splitlines() if line.startswith("error: ")]
        assert status == 2, stderr
        assert len(lines) == 1 and "Traceback" not in stderr, stderr
        return lines[0].removeprefix("error: ")

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Folder of a tiny finished run on the embedded data, and its options."""
    import paddle_resample.seg.training.trainer as training
    from paddle_resample.seg.config.components import Components
    from paddle_resample.seg.config.config import ResampleConfig

    folder = tmp_path_factory.mktemp("trained")
    path = str(ROOT / "configs" / "unet" / "unet_bilinear.yml")
    config = ResampleConfig(path, iters=4, batch_size=4, opts=TINY)
    own = folder / "tiny.yml"
    own.write_text(str(config), encoding="utf-8")
    config = ResampleConfig(str(own))
    settings = training.Settings(
        save_dir=str(folder / "run"), save_interval=2, log_iters=1, do_eval=True
    )
    training.Trainer(Components(config), settings).run()
    return own, folder / "run"


@pytest.fixture
def files(tmp_path, rng):
    """A data set of picture files with 3 classes and void 255, and its configuration.

    Returns (folder, configuration path); change the files to make them faulty.
    """
    lines = []
    for i in range(6):
        image = rng.integers(0, 256, size=(24, 30, 3), dtype=np.uint8)
        label = rng.integers(0, 3, size=(24, 30), dtype=np.uint8)
        label[:2] = 255
        cv2.imwrite(str(tmp_path / f"image{i}.png"), image)
        cv2.imwrite(str(tmp_path / f"image{i}.jpg"), image)
        Image.fromarray(label).save(tmp_path / f"label{i}.png")
        lines.append(f"image{i}.{'jpg' if i % 2 else 'png'} label{i}.png")
    (tmp_path / "list.txt").write_text("\n".join(lines) + "\n")
    config = tmp_path / "files.yml"
    config.write_text(
        f"""
batch_size: 2
iters: 3
train_dataset: &data
  type: Dataset
  dataset_root: {tmp_path}
  train_path: {tmp_path}/list.txt
  val_path: {tmp_path}/list.txt
  num_classes: 3
  mode: train
  transforms:
    - type: Normalize
val_dataset:
  type: Dataset
  dataset_root: {tmp_path}
  val_path: {tmp_path}/list.txt
  num_classes: 3
  mode: val
  transforms:
    - type: Normalize
optimizer: {{type: SGD, momentum: 0.9}}
lr_scheduler: {{type: PolynomialDecay, learning_rate: 0.01}}
loss:
  types: [{{type: CrossEntropyLoss}}]
  coef: [1]
model: {{type: ResampleUNet, num_classes: 3, width: 4, depth: 2}}
""",
        encoding="utf-8",
    )
    return tmp_path, config
