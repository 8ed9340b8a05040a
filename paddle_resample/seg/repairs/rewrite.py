"""What a repair of PaddleSeg is: small replacements in one function's source.

Everything else in the process, Paddle above all, stays as it is.
"""

import ast
import dis
import functools
import importlib
import inspect
import linecache
import re
import textwrap
import types
from dataclasses import dataclass
from typing import Callable

from ..patching import compile_code, exchange, exchanged

__all__ = ["Edit", "Repair", "Replacement", "without"]

# Target and text of every change in force, in their order -> the function and the code
# that it had before.
_changed = {}


@dataclass(frozen=True)
class Edit:
    """Snippets of one PaddleSeg function and what stands there instead.

    Args:
        target: "package.module:Class.method" or "package.module:function".
        swaps: {old: new}. An old snippet is found whatever its line breaks and spaces,
            at every place; unless all of them are found, the defect is not there (any
            more) and nothing is changed.
        names: {name: module}, modules that the new text uses under a name which the
            PaddleSeg module does not know.
    """

    target: str
    swaps: dict
    names: dict = None

    @property
    def key(self):
        """What tells this change from others, of the same function too."""
        return (self.target, *self.swaps)

    def apply(self):
        """Apply once; say whether the function was changed."""
        function = _find(self.target)
        if function is None or self.key in _changed:
            return False
        text, line = _source(function)
        for old, new in self.swaps.items():
            text, count = _pattern(old).subn(lambda _, new=new: new, text)
            if not count:
                return False
        for name, module in (self.names or {}).items():
            function.__globals__.setdefault(name, importlib.import_module(module))
        return _change(self.key, function, _compile(self.target, text, line))


@dataclass(frozen=True)
class Replacement:
    """A PaddleSeg function written anew.

    Args:
        target: as for Edit.
        sign: snippet by which the defective version is known.
        function: ours, with the same arguments. It runs among the names of
            PaddleSeg's module, so it uses only its arguments and `paddle`.
    """

    target: str
    sign: str
    function: Callable

    @property
    def key(self):
        """What tells this change from others."""
        return (self.target, self.sign)

    def apply(self):
        """Apply once; say whether the function was replaced."""
        function = _find(self.target)
        if function is None or self.key in _changed:
            return False
        if not _pattern(self.sign).search(_source(function)[0]):
            return False
        # PaddleSeg's function keeps its defaults, which ours would run with.
        if _parameters(function) != _parameters(self.function):
            return False
        return _change(self.key, function, self.function.__code__)


def _always():
    return True


@dataclass(frozen=True)
class Repair:
    """One defect of PaddleSeg and the changes that mend it.

    Args:
        name: short identifier.
        defect: one sentence: what goes wrong.
        versions: PaddleSeg and Paddle versions that show it.
        changes: tuple of Edit and Replacement.
        needed: function saying whether this Paddle shows the defect; asked once.
    """

    name: str
    defect: str
    versions: str
    changes: tuple
    needed: Callable = _always

    def apply(self):
        """Apply what is needed; say whether anything was changed."""
        return self.needed() and any([change.apply() for change in self.changes])


def without(*repairs):
    """Give PaddleSeg's own code back for the time of a with block.

    Args:
        repairs: Repair objects to suspend; those never applied do not matter.
    """
    suspended = {change.key for repair in repairs for change in repair.changes}
    codes = {}
    for key, (function, before) in _changed.items():
        if key in suspended:  # of two changes of a function the first one counts
            codes.setdefault(function, before)
    return exchanged(codes)


def _find(target):
    """The function a target names, or None where this PaddleSeg has no such thing."""
    module, path = target.split(":")
    try:
        owner = importlib.import_module(module)
        function = functools.reduce(getattr, path.split("."), owner)
    except (ImportError, AttributeError):
        return None
    # An inherited method carries its base's name: it is not ours to change here.
    own = inspect.isfunction(function) and function.__qualname__ == path
    return function if own else None


def _source(function):
    """Text of a function without its decorators, and its line in the file."""
    code = inspect.unwrap(function).__code__
    lines = linecache.getlines(code.co_filename)
    rest = range(code.co_firstlineno - 1, len(lines))
    first = next((i for i in rest if lines[i].lstrip().startswith("def ")), None)
    if first is None:
        return "", 0
    end = _last_line(code)
    while end < len(lines) and not _ends(lines[end], lines[first]):
        end += 1
    text = "".join(lines[first:end])
    try:
        ast.parse(textwrap.dedent(text))
    except SyntaxError:  # a line inside brackets or a string stands further left
        lines, _ = inspect.getsourcelines(function)
        text = "".join(lines[first - code.co_firstlineno + 1 :])
    return text, first + 1


def _last_line(code):
    """The last line of a function on which something begins, from 1.

    `inspect` finds the end by reading words, which takes ten times as long.
    """
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    own = [line for _, line in dis.findlinestarts(code) if line]
    return max([code.co_firstlineno, *own, *map(_last_line, inner)])


def _ends(line, definition):
    """Whether a line is no more of the function that a definition begins."""
    text = line.lstrip()
    indentation = len(definition) - len(definition.lstrip())
    return bool(text) and text[0] != "#" and len(line) - len(text) <= indentation


def _pattern(snippet):
    """Expression that finds a snippet whatever the white space between its tokens."""
    tokens = re.findall(r"\w+|[^\w\s]", snippet)
    start = r"(?<!\w)" if tokens[0][0].isidentifier() else ""
    end = r"(?!\w)" if tokens[-1][-1].isidentifier() else ""
    return re.compile(start + r"\s*".join(map(re.escape, tokens)) + end)


def _compile(target, text, line):
    """Code object of a rewritten function; its lines count as in PaddleSeg's file."""
    module, path = target.split(":")
    *owner, _ = path.split(".")
    filename = f"<{module.replace('.', '/')}.py, {path} repaired by paddle_resample>"
    return compile_code(text, filename, [f"class {name}" for name in owner[-1:]], line)


def _parameters(function):
    """Name, kind and default of every argument."""
    parameters = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in parameters]


def _change(key, function, code):
    """Change a function; a PaddleSeg whose function takes other arguments is left."""
    before = function.__code__
    try:
        exchange(function, code)
    except TypeError:
        return False
    _changed[key] = function, before
    return True
