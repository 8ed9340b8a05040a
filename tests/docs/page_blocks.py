"""The code blocks of a page, and how each is run.

A comment line before a block says what is special about it: `<!-- not run: REASON -->`,
`<!-- slow -->` (it trains, or takes long), or `<!-- file: NAME -->` (the block is saved
under that name, as the page tells its reader to do).
"""

import os
import re
import shutil
import subprocess
import sys
import traceback
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import yaml
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
LANGUAGES = {"python", "bash", "yaml", "text", "console"}
MARK = re.compile(r"<!-- (not run|slow|file)(?:: (.+))? -->")
COMMAND = """#!{python}
import sys
from paddle_resample.commands import main
sys.exit(main())
"""


class Block(NamedTuple):
    """A block of a page: where, in which language, what, and its mark."""

    line: int
    language: str
    code: str
    mark: str = ""  # "not run", "slow", "file"
    value: str = ""  # the reason, or the file's name


def blocks_of(page):
    """Blocks of a page in order."""
    mark = ("", "")
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "html_block":
            found = MARK.fullmatch(token.content.strip())
            mark = (found[1], found[2] or "") if found else ("", "")
        elif token.type == "fence":
            yield Block(token.map[0] + 1, token.info.strip(), token.content, *mark)
            mark = ("", "")


def run_blocks(blocks, folder):
    """Run blocks in a folder, Python in one namespace of a process of its own.

    Returns what was printed; the last lines say what failed, if anything did.
    """
    output = folder.with_suffix(".txt")
    # A copy of this process has imported Paddle already, which takes seconds.
    process = get_context("fork").Process(target=_run, args=(blocks, folder, output))
    process.start()
    process.join()
    return process.exitcode, output.read_text(encoding="utf-8", errors="replace")


def _run(blocks, folder, output):
    with open(output, "wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    environment = _environment(folder.with_suffix(".bin"))
    names = {"__name__": "__page__"}
    for block in blocks:
        print(f"--- line {block.line}", flush=True)
        try:
            _run_one(block, names, environment)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        sys.stdout.flush()
    os._exit(0)


def _run_one(block, names, environment):
    if block.mark == "file":
        path = Path(block.value)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.code, encoding="utf-8")
    elif block.language == "python":
        exec(compile(block.code, f"<line {block.line}>", "exec"), names)
    elif block.language == "bash":
        command = ["bash", "-euo", "pipefail", "-c", block.code]
        subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL)
    elif block.language == "yaml":
        _check_yaml(yaml.safe_load(block.code))


def _check_yaml(content):
    """A model of its own fits into a configuration of ours."""
    if not isinstance(content, dict) or "type" not in content.get("model", {}):
        return
    from paddle_resample.seg.check_config import check_config

    base = str(ROOT / "configs/demo/unet_bilinear.yml")
    model = {"_inherited_": False, **content["model"]}
    Path("block.yml").write_text(yaml.safe_dump({"_base_": base, "model": model}))
    check_config("block.yml")


def _environment(bin_folder):
    """In which `python` is this one and `paddle-resample` the command of this copy."""
    bin_folder.mkdir()
    command = bin_folder / "paddle-resample"
    command.write_text(COMMAND.format(python=sys.executable))
    command.chmod(0o755)
    path = os.pathsep.join(
        [str(bin_folder), str(Path(sys.executable).parent), os.environ["PATH"]]
    )
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def lay_out(folder):
    """What a clone of the repository has and a page's commands name."""
    for name in ("configs", "tools", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "docs").symlink_to(ROOT / "docs")
