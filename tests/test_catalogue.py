import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from paddle_resample import (
    UsageError,
    cost,
    resampler_class,
    resampler_names,
    resampler_options,
)
from paddle_resample.catalogue import catalogue, describe
from paddle_resample.docstring import read_docstring
from paddle_resample.language import choose_language
from paddle_resample.language.operator_texts import operator_text
from paddle_resample.notes import paragraphs


def shown(content, width=200):
    console = Console(width=width)
    with console.capture() as capture:
        console.print(content, highlight=False)
    return capture.get()


@pytest.mark.parametrize("width", [80, 120])
def test_lists_every_operator(width):
    lines = shown(catalogue(), width).splitlines()
    assert max(len(line) for line in lines) <= width
    listed = [line.split()[0] for line in lines if line.strip()]
    for name in resampler_names():
        assert listed.count(name) == 1


def test_table_holds_the_declarations():
    lines = shown(catalogue(), 100).splitlines()
    words = {line.split()[0]: line.split() for line in lines if line.strip()}
    assert words["sapa_i"][1:] == "guide of C any yes 2022 Lu et al., NeurIPS".split()
    assert words["featup_jbu"][1:4] == ["guide", "2,4,8,16", "yes"]
    assert words["nearest"][1:] == ["any", "textbook"]
    assert words["max_unpool"][1:4] == ["pool_indices", "any", "2017"]


def test_shows_documentation_options_and_cost():
    text = shown(describe("pixel_shuffle"))
    said = read_docstring(resampler_class("pixel_shuffle"))
    lines = [line.strip() for line in text.splitlines()]
    assert said.summary in lines and said.example in "\n".join(lines)
    for option, default in resampler_options(resampler_class("pixel_shuffle")).items():
        line = next(li for li in text.splitlines() if li.startswith(f" {option} "))
        assert repr(default) in line and said.arguments[option][:40] in line
    found = cost("pixel_shuffle", 256, (64, 64))
    assert f"{found.parameters:,} parameters" in text
    assert f"{found.macs:,} multiply-accumulates" in text
    for row in ("needs", "scales", "grid, borders", "source", "cite"):
        assert f"\n{row} " in text


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", resampler_names())
def test_every_operator_can_be_shown(name, width):
    text = shown(describe(name), width)
    cls, said = resampler_class(name), read_docstring(resampler_class(name))
    assert "parameters" in text and cls.source.split()[0] in text
    # What is refilled loses no word and no line is torn.
    together = "".join(text.split())
    for paragraph in [said.summary, *paragraphs(cls.notes.formula)]:
        assert "".join(paragraph.split()) in together
    assert max(len(line) for line in text.splitlines()) <= width


@pytest.fixture
def chinese():
    choose_language("zh")
    yield
    choose_language("en")


@pytest.mark.parametrize("name", resampler_names())
def test_every_operator_can_be_shown_in_chinese(name, chinese):
    text = shown(describe(name), 80)
    together = "".join(text.split())
    documentation = read_docstring(resampler_class(name))
    for paragraph in [*documentation.shape, documentation.source]:
        assert "".join(operator_text(paragraph, "zh").split()) in together
    assert max(map(cell_len, text.splitlines())) <= 80


def test_docstring_is_read_by_sections():
    bilinear = read_docstring(resampler_class("bilinear"))
    assert bilinear.source == "textbook."
    assert bilinear.shape[0].startswith("x: [N, C, H, W]")
    shared = read_docstring(resampler_class("conv_blur_pool")).arguments
    assert shared["filter_size"] == shared["border"] == "of the filter, see blur_pool."
    long = read_docstring(resampler_class("bicubic")).arguments["align_corners"]
    assert long.startswith("the grid: False (default)") and long.endswith("each other.")


def test_arguments_of_the_base_class_are_inherited():
    area = read_docstring(resampler_class("area")).arguments
    assert area["scale"].startswith("integer ratio s between the fine")
    assert "name" not in area  # an attribute


def test_unknown_name():
    with pytest.raises(UsageError, match="did you mean 'pixel_shuffle'"):
        describe("pixel_shufle")


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["show", "bilinear"], 0, "Linear interpolation of the 2x2 nearest pixels"),
        (["show", "bilinaer"], 2, "did you mean 'bilinear'"),
        (["lst"], 2, "did you mean 'list'?; see --help"),
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
