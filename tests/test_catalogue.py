import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from paddle_resample import UsageError, cost, find, names, options
from paddle_resample.catalogue import catalogue, describe


def shown(content):
    console = Console(width=200)
    with console.capture() as capture:
        console.print(content, highlight=False)
    return capture.get()


def test_lists_every_operator():
    text = shown(catalogue())
    for name in names():
        assert f" {name} " in text


def test_shows_documentation_options_and_cost():
    text = shown(describe("pixel_shuffle"))
    assert find("pixel_shuffle").__doc__.splitlines()[0] in text
    for option in options(find("pixel_shuffle")):
        assert option in text
    found = cost("pixel_shuffle", 256, (64, 64))
    assert f"{found.parameters:,} parameters" in text
    assert f"{found.macs:,} multiply-accumulates" in text


@pytest.mark.parametrize("name", names())
def test_every_operator_can_be_shown(name):
    assert "parameters" in shown(describe(name))


def test_unknown_name():
    with pytest.raises(UsageError, match="did you mean 'pixel_shuffle'"):
        describe("pixel_shufle")


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["show", "bilinear"], 0, "Linear interpolation of the 2x2 nearest pixels"),
        (["show", "bilinaer"], 2, "did you mean 'bilinear'"),
        (["lst"], 2, "give list, show NAME or the path of a .py script"),
    ],
    ids=str,
)
def test_command_line(words, status, text):
    done = subprocess.run(
        [sys.executable, "-m", "paddle_resample", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.returncode == status and text in done.stdout + done.stderr
