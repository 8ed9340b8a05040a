"""Install the package into one virtual environment for each combination of versions,
run a core subset of the tests in each, and write the table docs/environments.md.

    make environments
    python tests/environments.py --only py3.13-paddle3.3.1-newest
    python tests/environments.py --text          the pages only, of kept results

A combination whose Python is not on this machine, or whose packages do not install, is
a row that says so. Results are kept in docs/environments.json, so that a row can be
made again alone.
"""

import argparse
import datetime
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))

from environments_page import LIBRARIES, PAGES, page

RESULTS = ROOT / "docs" / "environments.json"
TESTS = (
    "paddle_resample",  # the examples of all docstrings
    "tests/test_requirements.py",
    "tests/test_registry.py",
    "tests/commands/test_commands.py",
    "tests/commands/test_doctor.py",
    "tests/contract/test_values.py",
    "tests/up/test_bilinear.py",
    "tests/up/test_carafe.py",
    "tests/down/test_max_pool.py",
    "tests/down/test_blur_pool.py",
    "tests/kernels/test_batch_norm.py",
    "tests/kernels/test_compute.py",
    "tests/kernels/test_layers.py",
    "tests/seg/repairs/test_repairs_losses.py",
    "tests/seg/nets/test_unet.py",
    "tests/tools/test_train.py",
    "tests/metrics/test_region.py",
)
# Every pair of a downsampler and an upsampler: 1687 tests, which say of a version what
# the contract's say of each operator.
LEFT_OUT = "test_every_legal_pair_trains_on_odd_sizes"
TOOLS = ("pytest", "pytest-timeout", "hypothesis")
# PaddleSeg 2.8.0 without the versions that it asks for.
UNPINNED = ("opencv-python", "pandas", "visualdl", "tqdm", "filelock", "prettytable")


class Combination(NamedTuple):
    """One environment: `pinned` takes PaddleSeg's own pins, else the newest of all."""

    python: str
    paddle: str
    pinned: bool

    @property
    def name(self):
        tail = "" if self.pinned else "-newest"
        return f"py{self.python}-paddle{self.paddle}{tail}"


COMBINATIONS = (
    Combination("3.9", "2.6.2", True),
    Combination("3.9", "3.2.2", True),
    Combination("3.10", "3.2.2", True),
    Combination("3.11", "3.2.2", True),
    Combination("3.11", "3.3.1", True),
    Combination("3.12", "2.6.2", True),
    Combination("3.12", "3.3.1", True),
    Combination("3.12", "3.2.2", False),
    Combination("3.13", "3.2.2", False),
    Combination("3.13", "3.3.1", False),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", help="names of combinations; default all")
    parser.add_argument("--text", action="store_true", help="write the pages only")
    parser.add_argument("--folder", default="output/environments", type=Path)
    parser.add_argument("--prefix", default="", help="command to run the tests under")
    parser.add_argument("--keep", action="store_true", help="do not remove them after")
    args = parser.parse_args()
    unknown = set(args.only or ()) - {c.name for c in COMBINATIONS}
    if unknown:
        known = ", ".join(c.name for c in COMBINATIONS)
        parser.error(f"--only {' '.join(sorted(unknown))} is none of {known}")
    args.folder.mkdir(parents=True, exist_ok=True)
    for combination in () if args.text else COMBINATIONS:
        if args.only and combination.name not in args.only:
            continue
        row = {**row_of(combination), **try_combination(combination, args)}
        print(combination.name, row["result"], flush=True)
        keep(combination.name, row)
        write_pages()
    write_pages()


def kept_rows():
    """What came out of every combination, by its name."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    return {c.name: kept.get(c.name, row_of(c)) for c in COMBINATIONS}


def row_of(combination):
    return {**combination._asdict(), "result": "not tried"}


def keep(name, row):
    rows = {**kept_rows(), name: row}
    RESULTS.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def write_pages():
    for language, name in PAGES.items():
        text = page(kept_rows(), language)
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")


def try_combination(combination, args):
    """The row of one combination: versions and what came out."""
    python = find_python(combination.python)
    if python is None:
        return {"result": "this Python is not on the machine"}
    folder = args.folder.resolve() / combination.name
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", folder], check=True)
    own = str(folder / "bin" / "python")
    try:
        return in_environment(own, combination, args)
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)


def in_environment(python, combination, args):
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    paddle = f"paddlepaddle=={combination.paddle}"
    if combination.pinned:
        steps = [[f"{ROOT}[seg]", paddle, *TOOLS]]
    else:
        steps = [[str(ROOT), paddle, *UNPINNED, *TOOLS]]
        steps += [["--no-deps", "paddleseg==2.8.0"]]
    for step in steps:
        done = subprocess.run(
            [*pip, "install", "-q", "--no-compile", *step],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            errors = [s for s in done.stderr.splitlines() if s.startswith("ERROR")]
            return {"result": f"does not install: {(errors or ['?'])[0]}"}
    listed = subprocess.run(
        [*pip, "list", "--format=json"], capture_output=True, text=True, check=True
    )
    versions = {p["name"].lower(): p["version"] for p in json.loads(listed.stdout)}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    # Rows of one Paddle share its kernels.
    environment["PADDLE_RESAMPLE_CACHE"] = str(args.folder.resolve() / "cache")
    words = [*shlex.split(args.prefix), python, "-m", "pytest", "-q", "-rfEs"]
    words += ["--tb=short", "-m", "not slow", "-k", f"not {LEFT_OUT}"]
    done = subprocess.run(
        [*words, "-p", "no:cacheprovider", *TESTS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    (args.folder / f"{combination.name}.log").write_text(done.stdout + done.stderr)
    last = done.stdout.rstrip().rpartition("\n")[2]
    counts = re.findall(r"\d+ (?:passed|failed|skipped|errors?)", last)
    version = subprocess.run([python, "-V"], capture_output=True, text=True).stdout
    return {
        "python": version.split()[1],
        "system": f"{platform.system()} {platform.machine()}",
        "date": datetime.date.today().isoformat(),
        "versions": {name: versions.get(name, "-") for name in LIBRARIES},
        "result": ", ".join(counts) or f"status {done.returncode}, see its log",
        "failed": sorted(
            set(re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.M))
        ),
    }


def find_python(version):
    """Path of a Python of this version, on the path, of pyenv or of uv; or None."""
    found = [shutil.which(f"python{version}")]
    found += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    if shutil.which("uv"):
        done = subprocess.run(
            ["uv", "python", "find", version], capture_output=True, text=True
        )
        found.append(done.stdout.strip())
    for path in filter(None, found):
        done = subprocess.run([path, "-V"], capture_output=True, text=True)
        if done.stdout.startswith(f"Python {version}."):
            return str(path)
    return None


if __name__ == "__main__":
    sys.exit(main())
