"""An operator outside the package, from the configuration to a cell and an export."""

import hashlib
import os
import subprocess
import sys

import pytest

from checkout import CONFIGS, ROOT, TINY
from paddle_resample import UsageError
from paddle_resample.registry import resampler_class
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig, config_faults
from paddle_resample.seg.config.imports import loaded_imports
from paddle_resample.study.plan import Study

UNET = CONFIGS / "unet" / "unet_bilinear.yml"
OPERATOR = '''
import paddle_resample
from paddle_resample.ops import interpolate

@paddle_resample.register("{name}")
class Mine(paddle_resample.Upsampler):
    """Nearest neighbours, halved."""

    source = "none"

    def forward(self, x, guide=None, side=None, size=None):
        scale = self.scale if size is None else None
        return interpolate(x, size, scale, mode="nearest") / 2
'''


NETWORK = """
import paddle.nn as nn
from paddleseg.cvlibs import manager

@manager.MODELS.add_component
class {name}(nn.Layer):
    def __init__(self, num_classes, in_channels=3, upsample="bilinear", mode="max"):
        super().__init__()
"""


def operator(name):
    return OPERATOR.format(name=name)


def config_with(folder, imports, upsample="bilinear"):
    path = folder / "own.yml"
    text = f"_base_: {UNET}\nimports: {imports}\nmodel:\n  upsample: {upsample}\n"
    path.write_text(text)
    return path


def test_a_file_beside_the_configuration(tmp_path):
    (tmp_path / "beside_it.py").write_text(operator("beside_it"))
    path = config_with(tmp_path, "[beside_it.py]", "beside_it")
    config = ResampleConfig(str(path), opts=TINY)
    assert Components(config).need("model").up[0].upsample.name == "beside_it"
    ResampleConfig(str(path))  # once more: it is not registered twice
    digest = hashlib.sha256((tmp_path / "beside_it.py").read_bytes()).hexdigest()
    assert loaded_imports()["beside_it.py"] == digest


def faults_of_network(folder, name, upsample):
    (folder / f"{name}.py").write_text(NETWORK.format(name=name))
    path = folder / "own_network.yml"
    path.write_text(
        f"_base_: {UNET}\nimports: [{name}.py]\nmodel:\n  _inherited_: False\n"
        f"  type: {name}\n  num_classes: 12\n  mode: sum\n  upsample: {upsample}\n"
    )
    return config_faults(str(path))


@pytest.mark.parametrize("upsample", [
    "{name: dysample, groups: 8}", "[carafe, keep]", "{name: carafe, last: dysample}",
    "a_word_of_its_own",
])  # fmt: skip
def test_a_network_of_ones_own_takes_specs(tmp_path, upsample):
    assert faults_of_network(tmp_path, f"Own{len(upsample)}", upsample) == []


def test_its_specs_are_checked(tmp_path):
    (fault,) = faults_of_network(tmp_path, "Checked", "{name: dysample, grups: 8}")
    assert "grups" in fault and "groups" in fault


def test_a_base_brings_its_file_along(tmp_path):
    (tmp_path / "of_base.py").write_text(operator("of_base"))
    base = config_with(tmp_path, "[of_base.py]")
    child = tmp_path / "deeper" / "child.yml"
    child.parent.mkdir()
    child.write_text(f"_base_: ../{base.name}\nmodel:\n  upsample: of_base\n")
    ResampleConfig(str(child))
    assert resampler_class("of_base").name == "of_base"


def test_a_module_of_the_path(tmp_path, monkeypatch):
    (tmp_path / "their_package").mkdir()
    (tmp_path / "their_package" / "__init__.py").write_text("")
    (tmp_path / "their_package" / "theirs.py").write_text(operator("theirs"))
    monkeypatch.syspath_prepend(str(tmp_path))
    path = config_with(tmp_path, "[their_package.theirs]", "theirs")
    assert config_faults(str(path)) == []


@pytest.mark.parametrize("imports, text", [
    ("mine.py", "imports must be a list of modules or of files .* not 'mine.py'"),
    ("[gone.py]", r"own.yml, line 2: imports: there is no file 'gone.py' in '"),
    ("[gone.away]", "imports: there is no module 'gone.away'; install it"),
    ("[needy.py]", "imports: 'needy.py' fails: ModuleNotFoundError: No module named"),
    ("[broken.py]", "imports: 'broken.py' fails: ZeroDivisionError: division by zero"),
], ids=str)  # fmt: skip
def test_one_sentence(tmp_path, imports, text):
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "needy.py").write_text("import no_such_module_at_all\n")
    with pytest.raises(UsageError, match=text) as caught:
        ResampleConfig(str(config_with(tmp_path, imports)))
    assert "\n" not in str(caught.value)


def test_another_file_is_another_study(tmp_path):
    (tmp_path / "edited.py").write_text(operator("edited"))
    path = config_with(tmp_path, "[edited.py]")
    (tmp_path / "study").mkdir()
    options = {"base": str(path), "vary": {"model.upsample": ["bilinear", "edited"]}}
    Study(folder=tmp_path / "study", **options).save()
    with open(tmp_path / "edited.py", "a") as file:
        file.write("# another word\n")
    with pytest.raises(UsageError, match=r"another study: edited\.py was"):
        Study(folder=tmp_path / "study", **options).save()


@pytest.mark.slow
def test_a_study_and_an_export_have_it(tmp_path):
    (tmp_path / "mine.py").write_text(operator("mine"))
    path = config_with(tmp_path, "[mine.py]", "mine")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    common = ["--config", str(path), "--opts", *TINY, "batch_size=2"]
    study = ["--vary", "model.upsample=mine,bilinear", "--iters", "2"]
    study += ["--save_dir", str(tmp_path / "study"), "--device", "cpu"]
    for tool, words in (
        ("study.py", [*study, "--num_workers", "1"]),
        ("export.py", ["--save_dir", str(tmp_path / "exported")]),
    ):
        command = [sys.executable, f"tools/{tool}", *words, *common]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "2 cells failed" not in done.stdout
    lines = (tmp_path / "study" / "results.jsonl").read_text().splitlines()
    assert len(lines) == 2 and all('"status": "done"' in line for line in lines)
    assert all('"mine.py": "' in line for line in lines)
