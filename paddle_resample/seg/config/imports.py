"""Modules that a configuration brings with it: operators and networks of one's own.

    imports: [my_package.my_operator, my_upsampler.py]

A module is found as Python finds it, a file beside the configuration that names it.
Whatever reads the configuration has them: training, cells of a study, export.
"""

import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path

from ...errors import UsageError

__all__ = ["digests_of", "load_imports", "loaded_imports"]

_LOADED = {}  # what a configuration wrote -> Path of its file


def load_imports(dic, marks, path):
    """Import what a configuration's key `imports` names, once.

    Args:
        dic: the configuration, bases merged.
        marks: path of a key -> Mark, see `marked_yaml.read_yaml`.
        path: of the configuration.

    Raises:
        UsageError: no list of names, or one that is missing or fails.
    """
    items = dic.get("imports") or []
    mark = marks.get(("imports",))
    where = str(mark) if mark else path
    if not isinstance(items, list) or not all(isinstance(i, str) for i in items):
        raise UsageError(
            f"{where}: imports must be a list of modules or of files that end in .py, "
            f"not {items!r}"
        )
    folder = Path(getattr(mark, "file", path)).parent
    for item in items:
        try:
            _LOADED[item] = _load(item, folder)
        except UsageError as error:
            raise UsageError(f"{where}: imports: {error}") from None


def loaded_imports():
    """What was imported so far.

    Returns:
        dict: name as the configuration wrote it -> SHA-256 of its file.
    """
    return digests_of(_LOADED)


def digests_of(items):
    """SHA-256 of the files of imported modules.

    Args:
        items: names that `load_imports` has imported.

    Returns:
        dict: name -> hexadecimal digest; None for a module without a file.
    """
    return {item: _digest(_LOADED[item]) for item in items}


def _load(item, folder):
    """Import one; returns the Path of its file, or None."""
    if item.endswith(".py"):
        return _load_file(item, folder)
    try:
        module = importlib.import_module(item)
    except ModuleNotFoundError as error:
        if error.name and (item + ".").startswith(error.name + "."):
            raise UsageError(
                f"there is no module {item!r}; install it, set PYTHONPATH, or name a "
                "file that ends in .py"
            ) from None
        raise UsageError(f"{item!r} needs {error.name!r}, which is missing") from None
    except Exception as error:
        raise UsageError(f"{item!r} fails: {_text(error)}") from None
    file = getattr(module, "__file__", None)
    return Path(file) if file else None


def _load_file(item, folder):
    path = (folder / item).resolve()
    if not path.is_file():
        raise UsageError(f"there is no file {item!r} in {str(folder.resolve())!r}")
    same = [m for m in list(sys.modules.values()) if _file_of(m) == path]
    if same:
        return path
    name = path.stem
    if name in sys.modules:  # another module's name
        name = f"{name}_{_digest(path)[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise UsageError(f"{item!r} fails: {_text(error)}") from None
    return path


def _file_of(module):
    file = getattr(module, "__file__", None)
    return Path(file) if file else None


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path else None


def _text(error):
    return " ".join(f"{type(error).__name__}: {error}".split())
