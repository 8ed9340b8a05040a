"""Run the notebooks anew and keep what they put out small.

    python docs/run_notebooks.py                     # all of docs/notebooks
    python docs/run_notebooks.py articles_redone

Each runs from top to bottom in an empty folder. NAME.zh.ipynb has the code cells of
NAME.ipynb and receives what they put out. Pictures are stored with 256 colours.
"""

import argparse
import base64
import io
import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

from paddle_resample.errors import RunFailed, UsageError
from paddle_resample.tool import run_tool

NOTEBOOKS = Path(__file__).parent / "notebooks"
ROOT = Path(__file__).parents[1]


def names():
    """The notebooks, without ending: list of str."""
    each = sorted(NOTEBOOKS.glob("*.ipynb"))
    return [path.stem for path in each if "." not in path.stem]


def translations(name):
    """The paths of a notebook in other languages."""
    return sorted(NOTEBOOKS.glob(f"{name}.*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


def execute(notebook, folder):
    """Run a notebook in a folder, with the package of this checkout.

    Args:
        notebook: nbformat's; its outputs become those of this run.
        folder: Path.

    Raises:
        RunFailed: a cell failed.
    """
    known = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(ROOT), *([known] if known else [])])
    client = NotebookClient(
        notebook,
        timeout=900,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,
    )
    try:
        client.execute(env={**os.environ, "PYTHONPATH": path})
    except CellExecutionError as error:
        raise RunFailed(f"a cell failed: {error.ename}: {error.evalue}") from error


def tidy(notebook):
    """Leave out what changes from run to run or machine to machine, and make pictures
    small."""
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    for cell in code_cells(notebook):
        cell.metadata = {}
        # Warnings of the libraries name paths of the machine.
        cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data:
                output["data"] = {"image/png": _small(data["image/png"])}
                width = output.metadata.get("image/png", {}).get("width")
                output["metadata"] = {"image/png": {"width": width}} if width else {}


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def take_outputs(translation, notebook):
    """Give a translation the outputs of the notebook whose code it has.

    Raises:
        UsageError: it has other code cells.
    """
    own, others = code_cells(translation), code_cells(notebook)
    if [cell.source for cell in own] != [cell.source for cell in others]:
        raise UsageError("a translation must have the code cells of its notebook")
    for cell, other in zip(own, others):
        cell.outputs = other.outputs
        cell.execution_count = other.execution_count
        cell.metadata = other.metadata
    translation.metadata = notebook.metadata


def _small(png):
    image = Image.open(io.BytesIO(base64.b64decode(png)))
    if image.mode == "P":
        return png
    file = io.BytesIO()
    image = image.convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    chosen = parser.parse_args().names or names()
    for name in chosen:
        if name not in names():
            raise UsageError(f"no notebook is called {name!r}; there are {names()}")
    for name in chosen:
        notebook = read(NOTEBOOKS / f"{name}.ipynb")
        with tempfile.TemporaryDirectory() as folder:
            execute(notebook, folder)
        tidy(notebook)
        done = {NOTEBOOKS / f"{name}.ipynb": notebook}
        for path in translations(name):
            done[path] = read(path)
            take_outputs(done[path], notebook)
        for path, result in done.items():
            nbformat.write(result, path)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    run_tool(main)
