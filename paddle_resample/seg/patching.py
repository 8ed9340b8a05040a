"""How code that is not ours is changed: the one place, and its two methods.

PaddleSeg's functions are repaired for the whole process, and references to them are
everywhere (a registry, `from x import y`, a subclass). So the function object stays and
its code object is exchanged: `exchange`.

A layer whose resampling is replaced stands beside others of its class that are not. So
its rewritten methods go into a subclass of which this one object becomes an instance
(`surgery.rewrite`); the class itself stays.

Both compile rewritten source here, so that Paddle's tracing, `inspect.getsource` and
stack traces read the new text. Exports give Paddle's resizing other forms for the time
of one trace by `unittest.mock.patch` (`export.traced_forms`): those forms call the
functions that they stand for.
"""

import linecache
import re
import textwrap
import types
from collections.abc import Sequence
from contextlib import contextmanager

__all__ = ["compile_code", "exchange", "exchanged"]


def exchange(function: types.FunctionType, code: types.CodeType) -> None:
    """Give a function other code; the function object and its defaults stay.

    Args:
        function: a function of another package.
        code: takes the same arguments.

    Raises:
        TypeError: the arguments differ, so that the kept defaults would not fit.
    """
    before, after = _arguments(function.__code__), _arguments(code)
    if before != after:
        raise TypeError(
            f"{function.__qualname__} takes ({', '.join(before)}), its replacement "
            f"({', '.join(after)})"
        )
    function.__code__ = code


@contextmanager
def exchanged(codes: dict):
    """Exchange the code of functions for the time of a with block.

    Args:
        codes: function -> code.
    """
    before = {function: function.__code__ for function in codes}
    for function, code in codes.items():
        function.__code__ = code
    try:
        yield
    finally:
        for function, code in before.items():
            function.__code__ = code


def compile_code(
    text: str, filename: str, around: Sequence[str] = (), line: int = 0
) -> types.CodeType:
    """Compile the text of one function.

    Args:
        text: of the function, at any indentation.
        filename: what stack traces and `inspect.getsource` call its file.
        around: headers of the blocks that it stands in, outermost first, such as
            "class Name": private names and zero-argument super() need their class.
        line: of its first line in that file; 0 for a file of its own.

    Returns:
        types.CodeType: of the function.
    """
    text = textwrap.dedent(text)
    names = [*(re.split(r"\W+", header)[1] for header in around), _name(text)]
    for header in reversed(around):
        text = f"{header}:\n{textwrap.indent(text, '    ')}"
    text = "\n" * (line - 1 - len(around)) + text
    # A time stamp of None keeps linecache from dropping the entry.
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    code = compile(text, filename, "exec", dont_inherit=True)
    for name in names:
        code = next(
            constant
            for constant in code.co_consts
            if isinstance(constant, types.CodeType) and constant.co_name == name
        )
    return code


def _name(text):
    return re.search(r"^def (\w+)", text, re.MULTILINE).group(1)


def _arguments(code):
    count = code.co_argcount + code.co_kwonlyargcount
    variadic = bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)
    return code.co_varnames[: count + variadic]
