"""The arguments that a component really takes.

Most of PaddleSeg's backbones are functions with **kwargs, which name none of what they
hand on; the calls in their source do.
"""

import ast
import functools
import inspect
import re
import textwrap
from typing import NamedTuple

__all__ = ["Arguments", "arguments_of", "documented_types"]

REQUIRED = inspect.Parameter.empty
_FEW = 6  # calls followed from one function to the next


class Arguments(NamedTuple):
    """What a component takes.

    Attributes:
        known: dict, name -> default, or REQUIRED.
        open: whether other names are taken too and where they end is not known.
    """

    known: dict
    open: bool


@functools.cache
def arguments_of(component):
    """Find the arguments of a class or function.

    Args:
        component: as registered with PaddleSeg's managers.

    Returns:
        Arguments. What **kwargs takes is followed into the calls that it is handed on
        to; what such a call sets itself cannot be given.

    >>> from paddleseg.models.backbones import ResNet50_vd
    >>> "layers" in arguments_of(ResNet50_vd).known
    False
    >>> arguments_of(ResNet50_vd).known["output_stride"]
    8
    """
    return _arguments(component, _FEW)


_ARGUMENT = re.compile(r"^\s*`?(\w+)`?\s*\(([^)]*)\)\s*[:：]", re.MULTILINE)


@functools.cache
def documented_types(component):
    """The types of a component's arguments as its documentation writes them.

    Args:
        component: see `arguments_of`.

    Returns:
        dict, name -> str such as "int|list, optional".

    >>> from paddleseg.models import SegFormer
    >>> documented_types(SegFormer)["embedding_dim"]
    'int'
    """
    texts = [component.__doc__]
    if inspect.isclass(component):
        texts.append(component.__init__.__doc__)
    return {k: v for text in texts for k, v in _ARGUMENT.findall(text or "")}


def _arguments(component, depth):
    try:
        parameters = inspect.signature(component).parameters.values()
    except (TypeError, ValueError):
        return Arguments({}, True)
    known, rest = {}, None
    for p in parameters:
        if p.kind is p.VAR_KEYWORD:
            rest = p.name
        elif p.kind is not p.VAR_POSITIONAL:
            known[p.name] = p.default
    if rest is None:
        return Arguments(known, False)
    if depth == 0:
        return Arguments(known, True)
    handed_on, unknown = _handed_on(component, rest, depth)
    return Arguments({**handed_on, **known}, unknown)


def _handed_on(component, rest, depth):
    """(names that **rest can hold, whether there may be others)."""
    function, owner = component, None
    if inspect.isclass(component):
        function = component.__init__
        owner = _defining(component)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, TypeError, SyntaxError):
        return {}, True
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and any(
            k.arg is None and isinstance(k.value, ast.Name) and k.value.id == rest
            for k in node.keywords
        )
    ]
    used = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == rest]
    known, unknown = {}, len(used) > len(calls)
    for call in calls:
        target = _target(call.func, function, component, owner)
        if target is None:
            return known, True
        inner = _arguments(target, depth - 1)
        taken = {k.arg for k in call.keywords}
        names = [name for name in inner.known if name not in taken][len(call.args) :]
        known.update({name: inner.known[name] for name in names})
        unknown = unknown or inner.open
    return known, unknown


def _defining(cls):
    return next((c for c in cls.__mro__ if "__init__" in vars(c)), cls)


def _target(called, function, component, owner):
    """The object that an expression in a function's source calls, or None."""
    if isinstance(called, ast.Name):
        value = inspect.unwrap(function).__globals__.get(called.id)
        return value if callable(value) else None
    is_super = (
        isinstance(called, ast.Attribute)
        and called.attr == "__init__"
        and isinstance(called.value, ast.Call)
        and isinstance(called.value.func, ast.Name)
        and called.value.func.id == "super"
    )
    if is_super and owner is not None:
        order = component.__mro__
        for base in order[order.index(owner) + 1 :]:
            if "__init__" in vars(base):
                return base if base.__module__.split(".")[0] != "paddle" else None
    return None
