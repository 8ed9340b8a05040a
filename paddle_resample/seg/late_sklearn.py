"""scikit-learn for PaddleSeg, imported when it is first used.

PaddleSeg imports scikit-learn for one score, the area under a curve. With SciPy's
statistics and pandas that takes as long as Paddle itself, at every start of a tool.
"""

import contextlib
import importlib
import sys
import types

__all__ = ["late_sklearn"]

_NAMES = ("sklearn", "sklearn.metrics")


class _Late(types.ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name):
        if name.startswith("__"):  # what importing itself looks at
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextlib.contextmanager
def late_sklearn():
    """What is imported inside a with block gets scikit-learn's metrics later.

    Afterwards `import sklearn` is what it was.
    """
    if "sklearn" in sys.modules:
        yield
        return
    late = {name: _Late(name) for name in _NAMES}
    late["sklearn"].__path__ = []
    late["sklearn"].metrics = late["sklearn.metrics"]
    sys.modules.update(late)
    try:
        yield
    finally:
        for name, module in late.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
