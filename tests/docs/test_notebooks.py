"""The notebooks run, and what they show is what they put out."""

import copy
import re

import pytest

import run_notebooks
from run_notebooks import NOTEBOOKS, code_cells, execute, names, read, tidy

LARGEST = 400_000  # bytes of a file
# Too long for the fast tests; trained scores differ by the number of threads.
LONG = {"which_upsampler"}
SAME_NUMBERS = set(names()) - LONG
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def test_there_are_notebooks():
    assert names() == ["articles_redone", "which_upsampler"]


@pytest.mark.parametrize(
    "path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda p: p.name
)
def test_a_notebook_was_run_in_order_and_is_small(path):
    notebook = read(path)
    cells = code_cells(notebook)
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    assert path.stat().st_size < LARGEST
    assert any("image/png" in o.get("data", {}) for c in cells for o in c.outputs)
    untidy = copy.deepcopy(notebook)
    tidy(untidy)
    assert [c.outputs for c in code_cells(untidy)] == [c.outputs for c in cells]
    for text in texts(notebook):
        assert not re.search(r"(^|\s)/\w", text), "a path of a machine"


@pytest.mark.parametrize("name", names())
def test_the_chinese_notebook_is_the_same_but_for_its_prose(name):
    english, chinese = (
        read(NOTEBOOKS / f"{name}.ipynb"),
        read(NOTEBOOKS / f"{name}.zh.ipynb"),
    )
    assert len(english.cells) == len(chinese.cells)
    for cell, other in zip(english.cells, chinese.cells):
        assert (cell.cell_type, cell.id) == (other.cell_type, other.id)
        if cell.cell_type == "code":
            assert cell == other
        else:
            assert headings(cell) == headings(other)
            assert re.search(r"[\u4e00-\u9fff]", other.source), other.source


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow) if n in LONG else n for n in names()],
)
def test_a_notebook_puts_out_what_it_shows(name, tmp_path):
    kept = read(NOTEBOOKS / f"{name}.ipynb")
    notebook = copy.deepcopy(kept)
    execute(notebook, tmp_path)
    tidy(notebook)
    for cell, old in zip(code_cells(notebook), code_cells(kept)):
        assert kinds(cell) == kinds(old), cell.source
    if name in SAME_NUMBERS:
        for new, old in zip(texts(notebook), texts(kept)):
            assert _NUMBER.sub("#", new) == _NUMBER.sub("#", old)
            assert numbers(new) == pytest.approx(numbers(old), rel=0.02, abs=1e-3)


def test_a_failing_cell_is_named(tmp_path):
    notebook = run_notebooks.nbformat.v4.new_notebook()
    notebook.cells = [run_notebooks.nbformat.v4.new_code_cell("1 / 0")]
    with pytest.raises(run_notebooks.RunFailed, match="ZeroDivisionError"):
        execute(notebook, tmp_path)


def test_a_translation_with_other_code_is_refused():
    make = run_notebooks.nbformat.v4
    one, other = (
        make.new_notebook(cells=[make.new_code_cell(text)])
        for text in ("a = 1", "a = 2")
    )
    with pytest.raises(run_notebooks.UsageError, match="must have the code cells"):
        run_notebooks.take_outputs(one, other)


def texts(notebook):
    """Everything that was put out as text."""
    found = []
    for cell in code_cells(notebook):
        for output in cell.outputs:
            text = output.get("text") or output.get("data", {}).get("text/plain")
            # As Paddle 3.3 prints a shape.
            found += [re.sub(r"paddle\.Size\((\[.*?\])\)", r"\1", text)] if text else []
    return found


def kinds(cell):
    return [(o.output_type, sorted(o.get("data", {}))) for o in cell.outputs]


def numbers(text):
    return [float(found.replace(",", "")) for found in _NUMBER.findall(text)]


def headings(cell):
    return [line.split(" ")[0] for line in re.findall(r"^#+ .*", cell.source, re.M)]
