"""Downsamplers: every module of this folder is one, and is registered by being here."""

import importlib
import pkgutil

__all__ = []
for _module in pkgutil.iter_modules(__path__):
    _content = importlib.import_module(f"{__name__}.{_module.name}")
    for _name in _content.__all__:
        globals()[_name] = getattr(_content, _name)
        __all__.append(_name)
