"""The documentation pages of the registered resamplers, as Markdown."""

import inspect
import json
import re
from pathlib import Path

from .base import Upsampler
from .catalogue import COST_AT, FAMILIES, asks, cost_at, facts, family, partners
from .docstring import read_docstring
from .registry import resampler_class, resampler_names, resampler_options

__all__ = ["index_page", "operator_page", "write_pages"]

_PACKAGE = Path(__file__).parent
_AT = f"{COST_AT[0]}x{COST_AT[1][0]}x{COST_AT[1][1]}"

# Sections of a docstring and their headings, in the order of a page.
_HEADINGS = {
    "Call": "Call",
    "Returns": "Returns",
    "Grid": "Grid and borders",
    "Start": "How it starts",
}

_INDEX = f"""# Operators

One page for each registered operator, with its formula, options, border rule, start,
cost and a picture of what it does before any training. `python -m paddle_resample list`
and `show NAME` print the same. Costs are those of the defaults on a map of {_AT}: the
map that an upsampler enlarges, or that a downsampler shrinks.

How to read a picture: what was given and what was made of it; on the fine grid, what a
change of one pixel changes in an upsampler's result, or what one pixel of a
downsampler's result is made of (its own cell is framed, the mean over nine places of
the photograph is shown, and what a kernel predicted from the map gains by changing is
part of it); below, a row across an edge up to the right border, where the border rule
shows. Where the channels of the result are new mixtures, the first one is shown, its
contrast stretched. Learned operators have the weights of seed 0. The numbers stand
beside each picture as JSON.

This folder is made by `make docs` from the operators' own files.
"""


def write_pages(folder):
    """Write README.md and one page for each registered operator.

    Args:
        folder: Path to write into; pages of operators that are no more are removed.

    Returns:
        list of names that have a page.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{name}.md": operator_page(name) for name in resampler_names()}
    pages["README.md"] = index_page()
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return resampler_names()


def operator_page(name):
    """The page of an operator, from its declarations and its docstring.

    Args:
        name: registry name.

    Returns:
        str: Markdown; its picture is images/NAME.png beside it.

    Raises:
        UsageError: unknown name.
    """
    cls = resampler_class(name)
    said = read_docstring(cls)
    kind = "upsampler" if issubclass(cls, Upsampler) else "downsampler"
    parts = [
        f"# {name}",
        f"*{kind}, {family(cls)}; {cls.source}*",
        *_texts([said.summary, *said.formula], name),
        f"![What {name} does before any training](images/{name}.png)",
        "*Left to right: what it got, what it made, the kernel of one pixel; below, an "
        f"edge. [How to read it](README.md), [numbers](images/{name}.json).*",
        "## In a configuration",
        _yaml(cls, kind),
        _option_table(cls, said, name),
        "## What it declares",
        _table(("", ""), [(key, _escape(v)) for key, v in facts(cls).items()]),
        *_sections(cls, said, name),
        "## Cost",
        _cost_text(name),
        *_texts(said.sections.get("Cost", []), name),
        "## Source, and how to cite",
        *_citation(cls, said, name),
        *_refusals(said, name),
        "## Example",
        f"```python\n{said.example}\n```" if said.example else "",
        f"Code: [{_code(cls)}](../../{_code(cls)})",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index_page():
    """The index of all pages: one table for each family.

    Returns:
        str: Markdown.
    """
    parts = [_INDEX.strip()]
    for key, title in FAMILIES.items():
        members = [
            name for name in resampler_names() if family(resampler_class(name)) == key
        ]
        if members:
            parts += [f"## {title}", _family_table(members)]
    return "\n\n".join(parts) + "\n"


def _family_table(members):
    rows = []
    up = issubclass(resampler_class(members[0]), Upsampler)
    asked = "needs" if up else "odd sizes, gives"
    for name in members:
        cls, found = resampler_class(name), cost_at(name)
        numbers = (f"{found.parameters:,}", f"{found.macs:,}")
        if isinstance(found, str):
            numbers = ("", "")
        what = _escape(read_docstring(cls).summary)
        link = f"[{name}]({name}.md)"
        scales = facts(cls)["scales"]
        rows.append((link, what, asks(cls), scales, *numbers, cls.source))
    columns = ("name", "what it does", asked, "scales", "parameters", "MACs", "source")
    return _table(columns, rows)


def _sections(cls, said, name):
    """Headings and paragraphs of how it is called, its grid and its start."""
    parts = []
    for titles, paragraphs in said.sections.items():
        known = [_HEADINGS[t] for t in titles.split(", ") if t in _HEADINGS]
        if known:
            heading = ", ".join([known[0], *(k.lower() for k in known[1:])])
            parts += [f"## {heading}", *_texts(paragraphs, name)]
    if not cls.learned:
        parts += [f"## {_HEADINGS['Start']}", "No weights: training changes nothing."]
    return parts


def _yaml(cls, kind):
    lines = ["model:", "  type: ResampleUNet"]
    if kind == "upsampler" and partners(cls):
        lines.append(f"  downsample: {partners(cls)[0]}")
    lines.append(f"  {kind.replace('sampler', 'sample')}: {cls.name}")
    given = [(k, v) for k, v in resampler_options(cls).items() if k != "scale"]
    if given:
        key, value = given[0]
        lines[-1] += f"    # or {{name: {cls.name}, {key}: {json.dumps(value)}}}"
    return "```yaml\n" + "\n".join(lines) + "\n```"


def _option_table(cls, said, name):
    rows = [
        (f"`{option}`", f"`{default!r}`", _text(said.arguments.get(option, ""), name))
        for option, default in resampler_options(cls).items()
    ]
    return _table(("option", "default", "meaning"), rows)


def _cost_text(name):
    found = cost_at(name)
    if isinstance(found, str):
        return f"With its defaults on a map of {_AT}: {_escape(found)}."
    row = (f"{found.parameters:,}", f"{found.macs:,}", f"{found.bytes:,}")
    where = f"With its defaults on a map of {_AT}, batch 1:"
    columns = ("parameters", "multiply-accumulates", "bytes moved at the least")
    return where + "\n\n" + _table(columns, [row])


def _citation(cls, said, name):
    full = _texts(said.sections.get("Source", []), name)
    if cls.year is None:
        return ["A textbook operator, which needs no citation.", *full]
    return [f"Cite **{cls.source}**. In full, and where this differs:", *full]


def _refusals(said, name):
    paragraphs = said.sections.get("Raises", [])
    return ["## What it refuses", *_texts(paragraphs, name)] if paragraphs else []


def _code(cls):
    path = Path(inspect.getsourcefile(cls)).relative_to(_PACKAGE.parent)
    return path.as_posix()


def _table(columns, rows):
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _texts(paragraphs, name):
    return [_text(_capital(paragraph), name) for paragraph in paragraphs]


def _text(paragraph, name):
    """Plain text as Markdown, names of other operators linked to their pages."""
    pages = {n: n for n in resampler_names()}
    pages.update(
        {resampler_class(n).__name__: n for n in resampler_names() if "_" in n}
    )
    # Names that are no common words: with an underscore or a capital.
    telling = "|".join(n for n in pages if "_" in n or n != n.lower())

    def link(match):
        page = pages[match[1]]
        return match[1] if page == name else f"[{match[1]}]({page}.md)"

    parts = []
    for part in re.split(r"(`[^`]+`)", paragraph):
        if not part.startswith("`"):
            linked = rf"(?<![\w.\"])({telling})(?![\w(\"])"
            part = re.sub(linked, link, _escape(part))
        elif part.strip("`") in pages and part.strip("`") != name:
            part = f"[{part}]({pages[part.strip('`')]}.md)"
        parts.append(part)
    return "".join(parts)


def _capital(text):
    """A capital at the beginning, unless that is a symbol or a name."""
    word = text.split(" ")[0]
    plain = len(word) > 1 and word.rstrip(",;").isalpha()
    return text[0].upper() + text[1:] if plain else text


def _escape(text):
    r"""Keep formulas from being read as Markdown.

    >>> print(_escape("k*k <q, k>"))
    k\*k \<q, k>
    """
    return re.sub(r"([*<|~]|\](?=\())", r"\\\1", text)
