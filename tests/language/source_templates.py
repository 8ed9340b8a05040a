"""The sentences of the source, as templates with named holes.

An f-string is a template: what it puts in is a hole, named after the expression, with
"!r" where it is a quoted value. A choice between words ("s" if n > 1 else "") makes a
template for every choice. Run as a program, this file prints what the catalogue lacks.
"""

import ast
import itertools
import re
from pathlib import Path

__all__ = ["PACKAGE", "command_texts", "required_templates", "shape", "templates"]

PACKAGE = Path(__file__).parents[2] / "paddle_resample"

# What is called with words that somebody reads, however few they are.
SPOKEN = {
    "BuildError",
    "KeyboardInterrupt",
    "MissingPackage",
    "RunDisplay",
    "RunFailed",
    "SchemaFault",
    "Table",
    "UsageError",
    "add_column",
    "add_task",
    "line",
    "report",
    "say",
    "translated",
}
# Words of these have a language of their own, or are no sentences of a command.
_OTHER = (
    "ceiling/words.py",
    "language/",
    "seg/prediction/side_by_side.py",
    "seg/repairs/",
    "study/report/",
    "study/words/",
)
_OWN_CALLS = {"Notes", "warn", "filterwarnings", "Repair", "compile"}
# Two words in a row, or a word beside a hole (#).
_SENTENCE = re.compile(r"\b[a-z]+ [a-z]+|(^| )[a-z]{2,}[:;,]? #|#[^ ]* [a-z]{2,}\b")
# Commands, citations, and what others say.
_NO_SENTENCE = re.compile(
    r"(pip|python -m|apt-get) |.*(et al\.| and ).* (19|20)\d\d$|.* px$|"
    r"class \{class_name\}|def |<|(lower left|upper right)$|"
    r"When training, |There are some unused|\[|"
    r"(error|has failed).*(message|lr_scheduler)|(no space|disk quota|out of memory|"
    r"cannot allocate|input/output|cannot create|cpu part|model name)"
)
_QUALIFIERS = {
    "str",
    "list",
    "tuple",
    "sorted",
    "map",
    "join",
    "repr",
    "dict",
    "_short",
}


def templates():
    """Every text of the package that may be said.

    Returns:
        dict: template -> path of the first file it is in, from the package's parent.
    """
    return _collect(lambda text, spoken: re.search("[A-Za-z]{2}", text) is not None)


def required_templates():
    """Those of `templates` that are sentences: spoken, or three words in a row."""
    return _collect(_is_said)


def shape(template):
    """A template without the names of its holes, by which sentences are found: a
    variable may be renamed.

    >>> shape("{path!r} has {count} lines")
    '{!r} has {} lines'
    """
    return re.sub(r"\{\w+(!r)?\}", r"{\1}", template)


def _is_said(text, spoken):
    words = re.sub(r"\{.*?\}", "#", text)
    if _NO_SENTENCE.match(text) or text.endswith("\n"):
        return False
    if spoken:
        return re.search("[A-Za-z]{2}", words) is not None
    letters = sum(character.isalpha() for character in words)
    return letters > 2 and _SENTENCE.search(words) is not None


def command_texts():
    """Descriptions and helps of all commands, as argparse has them."""
    from paddle_resample.commands import COMMANDS, command_parser
    from paddle_resample.language.help_texts import help_texts

    found = {}
    for name in COMMANDS:
        _, parser = command_parser(name, f"paddle-resample {name}")
        for text in help_texts(parser):
            text = text.replace("{", "{{").replace("}", "}}")
            found.setdefault(text, f"paddle_resample/commands/{name}.py")
    return found


def _collect(wanted):
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith(_OTHER):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node, spoken in _texts(tree, False):
            for parts in _alternatives(node):
                text = _template(parts)
                if wanted(text, spoken):
                    found.setdefault(text, f"paddle_resample/{name}")
    return found


def _texts(node, spoken):
    """Outermost string expressions, and whether they are arguments of a call that
    speaks; without docstrings."""
    if _is_text(node):
        yield node, spoken
        for part in ast.walk(node):  # what a hole puts in may be words too
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value, False)
        return
    if isinstance(node, ast.Call):
        called = _called(node)
        if called in _OWN_CALLS or called.endswith("_parser"):
            return
        says = called in SPOKEN
        for child in ast.iter_child_nodes(node):
            keyword = isinstance(child, ast.keyword)
            if keyword and child.arg == "help":
                continue
            yield from _texts(child, says and (not keyword or child.arg == "title"))
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        holds = isinstance(child, (ast.keyword, ast.IfExp, ast.BoolOp))
        yield from _texts(child, spoken and holds)


def _is_text(node):
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (
            _is_text(node.left) or _is_text(node.right)
        )
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) and _is_text(node.orelse)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _called(call):
    return getattr(call.func, "id", None) or getattr(call.func, "attr", "")


def _alternatives(node):
    """Every text of an expression, each a tuple of str and of (name of a hole,)."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [_formatted(node.value)]
    if isinstance(node, ast.JoinedStr):
        return _product([_alternatives(part) for part in node.values])
    if isinstance(node, ast.FormattedValue):
        if node.conversion == -1 and node.format_spec is None and _words(node.value):
            return _alternatives(node.value)
        quoted = "!r" if node.conversion == ord("r") else ""
        return [((hole_name(node.value) + quoted,),)]
    if isinstance(node, ast.IfExp):
        return _alternatives(node.body) + _alternatives(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _product([_alternatives(node.left), _alternatives(node.right)])
    return [((hole_name(node),),)]


def _formatted(text):
    """A text for str.format, with holes that have no name."""
    parts = []
    for number, part in enumerate(re.split(r"\{(!r)?\}", text)):
        parts.append((f"value{part or ''}",) if number % 2 else part)
    return tuple(parts)


def _words(node):
    """Whether a choice in an f-string is one between words."""
    return isinstance(node, ast.IfExp) and _is_text(node)


def _product(parts):
    return [sum(choice, ()) for choice in itertools.product(*parts)]


def hole_name(node):
    """A name for what an expression puts in."""
    if isinstance(node, ast.Name):
        return node.id.strip("_").lower()
    if isinstance(node, ast.Attribute):
        return node.attr.strip("_").lower()
    if isinstance(node, ast.Call):
        called = _called(node)
        if called in _QUALIFIERS and node.args:
            return hole_name(node.args[-1])
        if called == "len":
            return f"{hole_name(node.args[0])}_count"
        return called.strip("_").lower()
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return hole_name(node.generators[0].iter)
    if isinstance(node, ast.Subscript):
        key = node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return key.value.strip("_").lower() if key.value.isidentifier() else "value"
        return hole_name(node.value)
    if isinstance(node, ast.BinOp):
        sides = (node.left, node.right)
        return next((n for n in map(hole_name, sides) if n != "value"), "value")
    if isinstance(node, ast.UnaryOp):
        return hole_name(node.operand)
    if isinstance(node, ast.IfExp):
        return hole_name(node.body)
    if isinstance(node, ast.BoolOp):
        return hole_name(node.values[0])
    return "value"


def _template(parts):
    text, used = "", {}
    for part in parts:
        if isinstance(part, str):
            text += part.replace("{", "{{").replace("}", "}}")
            continue
        name, quoted = re.fullmatch(r"(.*?)(!r)?", part[0]).groups()
        used[name] = used.get(name, 0) + 1
        number = str(used[name]) if used[name] > 1 else ""
        text += "{" + name + number + (quoted or "") + "}"
    return text
