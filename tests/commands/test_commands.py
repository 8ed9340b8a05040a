import logging
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from paddle_resample.commands import COMMANDS, command_parser

ROOT = Path(__file__).parents[2]
FILES = {path.stem for path in (ROOT / "paddle_resample" / "commands").glob("*.py")}


def test_a_file_for_each_command_and_no_other():
    assert {name.replace("-", "_") for name in COMMANDS} | {
        "__init__",
        "script",
    } == FILES


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_was_typed(name):
    _, parser = command_parser(name, f"paddle-resample {name}")
    text = parser.format_help()
    assert f"usage: paddle-resample {name}" in text
    assert "%(" not in text and "tools/" not in text


@pytest.mark.parametrize("path", sorted((ROOT / "tools").glob("*.py")), ids=str)
def test_a_tool_is_its_command(path, monkeypatch, capsys):
    if "commands" not in path.read_text():
        pytest.skip(f"{path.name} is a tool of the repository alone")
    monkeypatch.setattr(sys, "argv", [str(path), "--help"])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(path), run_name="__main__")
    assert not end.value.code
    shown = capsys.readouterr().out
    _, parser = command_parser(path.stem, f"python tools/{path.name}")
    assert shown == parser.format_help()


def test_help_lists_every_command(command):
    status, out, _ = command("--help")
    assert status == 0
    listed = re.findall(r"^  (\S+)  +\S", out, re.MULTILINE)
    assert listed == [*COMMANDS, "SCRIPT.py"]


def test_an_unknown_command_is_answered_with_the_nearest(command):
    status, _, stderr = command("trian")
    assert status == 2
    assert stderr.startswith("error: give a command (train, val, ")
    assert "did you mean 'train'?" in stderr
    assert command("nosuch")[2].count("check-data") == 1  # listed once, not twice


def test_version(command):
    assert command("--version")[:2] == (0, "paddle_resample 0.2.0\n")


def test_a_script_runs_with_our_networks_registered(command, tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "import sys\n"
        "from paddleseg.cvlibs import manager\n"
        "print(sys.argv[1:], 'ResampleUNet' in manager.MODELS.components_dict)\n"
    )
    status, out, stderr = command(script, "--flag")
    assert (status, out) == (0, "['--flag'] True\n"), stderr
    status, _, stderr = command(tmp_path / "none.py")
    assert status == 2 and "none.py' does not exist" in stderr


def test_a_script_in_a_checkout_uses_its_paddleseg(tmp_path):
    (tmp_path / "paddleseg").mkdir()
    (tmp_path / "paddleseg" / "__init__.py").write_text("__version__ = '2.5.0'")
    (tmp_path / "tools").mkdir()
    script = tmp_path / "tools" / "train.py"
    script.write_text("print('ran')")
    words = [sys.executable, "-m", "paddle_resample", str(script)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert f"and {tmp_path / 'paddleseg'} is 2.5.0: pip install" in done.stderr


def test_the_log_of_a_pdfs_fonts_is_quiet(command):
    """Paddle 3.3.1 shows the log of every library, hundreds of lines a figure."""
    fonts = logging.getLogger("fontTools.subset")
    logging.getLogger("fontTools").setLevel(logging.NOTSET)
    command("--version")
    assert not fonts.isEnabledFor(logging.INFO) and fonts.isEnabledFor(logging.WARNING)
