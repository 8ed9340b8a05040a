"""Which of our functions or layers a reference vector speaks of.

Every module here has a table ADAPTERS, (family of the file name, operator of its
meta) -> adapter; None for the operator stands for every one of the family. An adapter
takes a vector (`check.Vector`) and returns (outputs, leaves): our results by the
vector's keys ("out", "out:part"), and the tensors whose gradients the vector stores, by
name ("x", "p:conv.weight"). It builds from `vector.args`, which name the official
code's arguments, for any values of them.
"""

import importlib
import pkgutil

from adapters.weights import NotCovered

__all__ = ["ADAPTERS", "NotCovered"]

ADAPTERS = {}
for _module in pkgutil.iter_modules(__path__):
    ADAPTERS.update(importlib.import_module(f"{__name__}.{_module.name}").ADAPTERS)
