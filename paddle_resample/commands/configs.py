"""List the configurations that come with the package, or copy some of them.

    %(prog)s
    %(prog)s configs/unet/unet_bilinear.yml
    %(prog)s --all --to my_project

A copy lies under --to as it is listed, with every file that it builds on. A file of
yours that differs is never replaced.
"""

import os
import re
import shutil
from pathlib import Path

import yaml

from ..errors import UsageError, nearest
from ..files import usable_folder
from ..language import translated

__all__ = ["add_arguments", "names_of_all", "root", "run"]


def add_arguments(parser):
    text = "to copy, as they are listed; default: list them"
    parser.add_argument("names", nargs="*", metavar="NAME", help=text)
    parser.add_argument("--all", action="store_true", help="copy all of them")
    parser.add_argument("--to", default=".", help="folder to copy to")


def run(args):
    every = names_of_all()
    if not args.names and not args.all:
        print(*every, sep="\n")
        return
    chosen = every if args.all else [_known(name, every) for name in args.names]
    for name in _with_what_they_build_on(chosen):
        _copy(root() / name, Path(args.to) / name)


def root() -> Path:
    """The folder that holds the folder configs: the package, or its checkout."""
    package = Path(__file__).parents[1]
    return package if (package / "configs").is_dir() else package.parent


def names_of_all() -> list:
    """The configurations as paths from `root`; those that only others build on are
    left out."""
    names = sorted(
        path.relative_to(root()).as_posix()
        for path in (root() / "configs").rglob("*.yml")
        if path.parent.name != "_base_"
    )
    if not names:
        raise UsageError(
            f"{root()} holds no configurations: the package was installed without them"
        )
    return names


def _known(name, every):
    """The path of a configuration: with or without its suffix and its first folders."""
    text = os.path.normpath(name.replace("\\", "/"))
    text = re.sub(r"\.ya?ml$", "", text.removeprefix("configs/")) + ".yml"
    if (root() / "configs" / text).is_file():
        return f"configs/{text}"
    matches = [known for known in every if known.endswith(f"/{text}")]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UsageError(
            f"{len(matches)} configurations are called {name!r}: say which of "
            f"{', '.join(matches)}"
        )
    inside = [known for known in every if known.startswith(f"configs/{text[:-4]}/")]
    if inside:
        raise UsageError(f"{name!r} is a folder: say which of {', '.join(inside)}")
    raise UsageError(
        f"no configuration is called {name!r} (without a name all are listed)"
        f"{nearest(f'configs/{text}', every)}"
    )


def _with_what_they_build_on(names):
    names_and_bases, left = {}, list(names)
    while left:
        name = os.path.normpath(left.pop(0))
        if name in names_and_bases:
            continue
        names_and_bases[name] = True
        content = yaml.safe_load((root() / name).read_text(encoding="utf-8")) or {}
        bases = content.get("_base_", [])
        for base in [bases] if isinstance(bases, str) else bases:
            left.append(os.path.join(os.path.dirname(name), base))
        if isinstance(content.get("config"), str):  # a study's
            left.append(content["config"])
    return list(names_and_bases)


def _copy(source, target):
    if target.exists():
        if target.read_bytes() == source.read_bytes():
            print(translated(f"{target} is there already"))
            return
        raise UsageError(
            f"{target} is there and differs: move it, or choose another folder by --to"
        )
    usable_folder(target.parent, "--to")
    shutil.copyfile(source, target)
    print(target)
