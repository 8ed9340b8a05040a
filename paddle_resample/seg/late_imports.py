"""Packages of PaddleSeg that are imported when something of them is first used.

PaddleSeg imports scikit-learn for one score, the area under a curve, and SciPy's images
and optimization for two losses and one transform. With SciPy's statistics and pandas
that takes as long as Paddle itself, at every start of a tool.
"""

import contextlib
import importlib
import sys
import types

__all__ = ["late_imports"]

_NAMES = ("sklearn", "sklearn.metrics", "scipy.ndimage", "scipy.optimize")
# Of these, which hold functions alone that PaddleSeg imports by name.
_FUNCTIONS = ("scipy.ndimage", "scipy.optimize")


class _Late(types.ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name):
        if name.startswith("__"):  # what importing itself looks at
            raise AttributeError(name)
        if self.__name__ in _FUNCTIONS and sys.modules.get(self.__name__) is self:
            return _late_function(self.__name__, name)
        return getattr(importlib.import_module(self.__name__), name)


def _late_function(module, name):
    def function(*arguments, **named):
        return getattr(importlib.import_module(module), name)(*arguments, **named)

    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    return function


@contextlib.contextmanager
def late_imports():
    """What is imported inside a with block gets these modules, or functions, later.

    Afterwards to import them is what it was.
    """
    late = {name: _Late(name) for name in _NAMES if name not in sys.modules}
    if "sklearn" in late:
        late["sklearn"].__path__ = []
        late["sklearn"].metrics = late["sklearn.metrics"]
    sys.modules.update(late)
    try:
        yield
    finally:
        for name, module in late.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
