"""Importing large packages in less time.

Paddle and PaddleSeg import packages that few programs ever use: setuptools to build
extensions, clients for downloads, scikit-learn for one score, SciPy for two losses and
one transform. Together they take longer than all else at every start of a tool.
"""

import contextlib
import gc
import importlib
import sys
import types
from importlib.machinery import PathFinder

__all__ = ["importing", "late_imports"]


class _Late(types.ModuleType):
    """Stands for a module until something of it is asked for."""

    def __init__(self, name, functions_alone):
        super().__init__(name)
        self._functions_alone = functions_alone

    def __getattr__(self, name):
        if name == "__path__" and not self._functions_alone:
            return _folders(self.__name__)  # for who imports a module inside it
        if name.startswith("__"):  # what importing itself looks at
            raise AttributeError(name)
        if self._functions_alone and sys.modules.get(self.__name__) is self:
            return _late_function(self.__name__, name)
        return getattr(importlib.import_module(self.__name__), name)


def _folders(name):
    parent = sys.modules.get(name.rpartition(".")[0])
    spec = PathFinder.find_spec(name, parent and parent.__path__)
    if spec is None or spec.submodule_search_locations is None:
        raise AttributeError("__path__")
    return spec.submodule_search_locations


def _late_function(module, name):
    def function(*arguments, **named):
        return getattr(importlib.import_module(module), name)(*arguments, **named)

    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    return function


@contextlib.contextmanager
def late_imports(modules, functions=()):
    """What is imported inside a with block gets these modules, or functions, later.

    Afterwards to import them is what it was.

    Args:
        modules: names of those that are imported as a whole.
        functions: names of those whose functions are imported by name, and nothing
            else.
    """
    late = {n: _Late(n, n in functions) for n in (*modules, *functions)}
    late = {n: module for n, module in late.items() if n not in sys.modules}
    for name, module in late.items():
        parent, _, last = name.rpartition(".")
        if parent in late:
            setattr(late[parent], last, module)
    sys.modules.update(late)
    try:
        yield
    finally:
        for name, module in late.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


@contextlib.contextmanager
def importing():
    """Inside a with block the objects of a large package are made, which stay.

    Python looks for garbage among them again and again, for a fifth of the time of the
    import. It is told that they are old, so that it looks later and rarely.
    """
    if not gc.isenabled() or gc.get_freeze_count():  # the user's own rule
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()  # into the oldest generation
        gc.enable()
