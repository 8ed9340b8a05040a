"""Install the package into one virtual environment for each combination of versions,
run a core subset of the tests in each, and write the table docs/environments.md.

    make environments
    python tests/environments.py --only py3.13-paddle3.3.1

A combination whose Python is not on this machine, or whose packages do not install, is
a row that says so. Results are kept beside the environments, so that a row can be made
again alone.
"""

import argparse
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
PAGE = ROOT / "docs" / "environments.md"
TESTS = (
    "tests/test_requirements.py",
    "tests/test_registry.py",
    "tests/commands/test_commands.py",
    "tests/commands/test_doctor.py",
    "tests/contract/test_values.py",
    "tests/up/test_bilinear.py",
    "tests/up/test_carafe.py",
    "tests/down/test_max_pool.py",
    "tests/down/test_blur_pool.py",
    "tests/seg/repairs/test_repairs_losses.py",
    "tests/seg/nets/test_unet.py",
    "tests/tools/test_train.py",
    "tests/metrics/test_region.py",
)
TOOLS = ("pytest", "pytest-timeout", "hypothesis")
# PaddleSeg 2.8.0 without the versions that it asks for.
UNPINNED = ("opencv-python", "pandas", "visualdl", "tqdm", "filelock", "prettytable")
SHOWN = ("numpy", "opencv-python", "pandas", "protobuf", "setuptools")


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
    parser.add_argument("--folder", default="output/environments", type=Path)
    parser.add_argument("--prefix", default="", help="command to run the tests under")
    parser.add_argument("--keep", action="store_true", help="do not remove them after")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for combination in COMBINATIONS:
        if args.only and combination.name not in args.only:
            continue
        row = try_combination(combination, args)
        (args.folder / f"{combination.name}.json").write_text(json.dumps(row))
        print(combination.name, row["result"], flush=True)
    PAGE.write_text(page(args.folder), encoding="utf-8")
    print(PAGE)


def try_combination(combination, args):
    """The row of one combination: versions and what came out."""
    python = find_python(combination.python)
    if python is None:
        return {"result": "not tried: this Python is not on the machine"}
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
            [*pip, "install", "-q", *step], capture_output=True, text=True
        )
        if done.returncode:
            errors = [s for s in done.stderr.splitlines() if s.startswith("ERROR")]
            return {"result": f"does not install: {(errors or ['?'])[0]}"}
    listed = subprocess.run(
        [*pip, "list", "--format=json"], capture_output=True, text=True, check=True
    )
    versions = {p["name"].lower(): p["version"] for p in json.loads(listed.stdout)}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    words = [*shlex.split(args.prefix), python, "-m", "pytest", "-q", "--tb=short"]
    done = subprocess.run(
        [*words, "-m", "not slow", "-p", "no:cacheprovider", *TESTS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    (args.folder / f"{combination.name}.log").write_text(done.stdout + done.stderr)
    counts = re.findall(r"\d+ (?:passed|failed|skipped|errors?)", done.stdout)
    version = subprocess.run([python, "-V"], capture_output=True, text=True).stdout
    return {
        "python": version.split()[1],
        "versions": {name: versions.get(name, "-") for name in SHOWN},
        "result": ", ".join(counts) or f"status {done.returncode}, see its log",
        "failed": sorted(set(re.findall(r"^FAILED (\S+)", done.stdout, re.MULTILINE))),
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


def page(folder):
    """The table as Markdown, of every combination that was ever tried."""
    lines = [
        "# Environments",
        "",
        f"`make environments` wrote this table, on {platform.system()} "
        f"{platform.machine()}: a core subset of the tests ({len(TESTS)} files) in a "
        "fresh virtual environment for each row, with PaddleSeg 2.8.0. *Pinned* rows "
        "are `pip install .[seg]`; the others take the newest NumPy, OpenCV and pandas "
        "and PaddleSeg without its pins, as [paddle_versions.md](paddle_versions.md) "
        "says.",
        "",
        "| Python | Paddle | pins | NumPy | OpenCV | pandas | protobuf | setuptools "
        "| tests |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    failed = []
    for combination in COMBINATIONS:
        file = folder / f"{combination.name}.json"
        row = json.loads(file.read_text()) if file.exists() else {}
        versions = [row.get("versions", {}).get(name, "") for name in SHOWN]
        cells = [row.get("python", combination.python), combination.paddle]
        cells += ["pinned" if combination.pinned else "newest", *versions]
        lines.append(f"| {' | '.join([*cells, row.get('result', 'not tried')])} |")
        failed += [f"- {combination.name}: `{name}`" for name in row.get("failed", [])]
    if failed:
        lines += ["", "Failed:", "", *failed]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
