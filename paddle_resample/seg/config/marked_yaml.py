"""YAML and its bases read safely, with the file and line that each key came from, or
the option."""

import os
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple, Optional

import yaml

from ...errors import UsageError

__all__ = [
    "Mark",
    "check_file",
    "merge",
    "options_in",
    "parse_flow",
    "read_with_bases",
    "read_yaml",
]

# More than any configuration holds; a few lines of aliases may stand for billions.
_MOST_VALUES = 20_000


class Mark(NamedTuple):
    """Where a key was written; `line` counts from 1, None for a command line."""

    file: str
    line: Optional[int] = None

    def __str__(self):
        return self.file if self.line is None else f"{self.file}, line {self.line}"


def read_yaml(path, sections=None):
    """Read one YAML file as plain data; tags that would make objects are refused.

    Args:
        path: of a file that exists.
        sections: the keys that the file may hold. Another one that only names a value
            for aliases, as `mean: &mean [0.5]`, is left out.

    Returns:
        (content, marks): what the file holds, and a dict of each key's path in it, a
        tuple of keys and list indices such as ("model", "width"), to its Mark.

    Raises:
        UsageError: no YAML, a key written twice with two values, aliases without end.
    """
    try:
        with open(path, encoding="utf-8") as file:
            loader = yaml.SafeLoader(file)
            try:
                node = loader.get_single_node()
                marks = {}
                if node is not None:
                    _walk(loader, node, path, (), marks, ())
                    if sections and isinstance(node, yaml.MappingNode):
                        node.value = _without_definitions(node, sections)
                content = None if node is None else loader.construct_document(node)
            finally:
                loader.dispose()
    except UsageError:
        raise
    except RecursionError:
        text = "it is nested too deeply"
        raise UsageError(f"configuration {path!r} is not YAML: {text}") from None
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: bytes that are no text, dates and numbers that are none.
        text = " ".join(str(error).split())
        raise UsageError(f"configuration {path!r} is not YAML: {text}") from None
    return content, marks


def read_with_bases(path, sections, opened=()):
    """Read a YAML file and what its `_base_` names, the nearest file last.

    Args:
        path: of the file.
        sections: see `read_yaml`.
        opened: paths of the files that lead to this one.

    Returns:
        (content, marks): see `read_yaml`.

    Raises:
        UsageError: as read_yaml, a file that is missing, or its own base.
    """
    if path in opened:
        raise UsageError(f"configuration {path!r} is its own _base_")
    check_file(path, opened[-1] if opened else None)
    content, marks = read_yaml(path, (*sections, "_base_", "_inherited_"))
    if not isinstance(content, dict):
        raise UsageError(
            f"configuration {path!r} must hold keys and values, not {content!r}"
        )
    bases = content.pop("_base_", [])
    bases = [bases] if isinstance(bases, str) else bases
    if not isinstance(bases, list) or not all(isinstance(b, str) for b in bases):
        raise UsageError(
            f"{marks[('_base_',)]}: _base_ must be a path or a list of them, not "
            f"{bases!r}"
        )
    for base in bases:
        base_path = os.path.join(os.path.dirname(path), base)
        inherited, base_marks = read_with_bases(base_path, sections, (*opened, path))
        content = merge(content, inherited)
        marks = {**base_marks, **marks}
    return content, {k: mark for k, mark in marks.items() if _has(content, k)}


def merge(child, base):
    """Lay a child's mapping over its base's.

    Args:
        child, base: dict, as YAML holds them.

    Returns:
        dict: base with the child's values; mappings merge key by key, except where
        the child says `_inherited_: False` or its `name` differs from the base's.

    >>> merge({"upsample": {"name": "flow"}}, {"upsample": {"name": "a", "b": 1}})
    {'upsample': {'name': 'flow'}}
    """
    child = dict(child)
    if not child.pop("_inherited_", True):
        return child
    result = dict(base)
    for key, value in child.items():
        old = result.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            if "name" in value and value["name"] != old.get("name"):
                old = {}
            value = merge(value, old)
        result[key] = value
    return result


def check_file(path, base_of=None):
    """Refuse what is no readable .yml file; `base_of` is the file that names it."""
    if not path.endswith((".yml", ".yaml")):
        raise UsageError(f"configuration {path!r} must end in .yml or .yaml")
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        of = f" (the _base_ of {base_of!r})" if base_of else ""
        raise UsageError(
            f"configuration {path!r}{of} cannot be read: {error.strerror}"
        ) from None


def parse_flow(text):
    """Read one value in flow style, such as {name: dysample, groups: 8}.

    Args:
        text: YAML.

    Returns:
        plain data.

    Raises:
        UsageError: no YAML.
    """
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        text = " ".join(str(getattr(error, "problem", error)).split())
        raise UsageError(f"the value is not YAML: {text}") from None


def options_in(marks, keys=()):
    """Options of the command line that set a value, or something in it.

    Args:
        marks: see `read_yaml`.
        keys: that lead to the value; () stands for the whole configuration.

    Returns:
        list of str, as "--opts model.width=8".
    """
    options = [
        str(mark)
        for path, mark in marks.items()
        if mark.line is None and path[: len(keys)] == keys
    ]
    return list(dict.fromkeys(options))


def _without_definitions(node, sections):
    """The pairs of a mapping without those that are there for aliases alone."""
    times = Counter(_nodes(node))
    return [
        (key, value)
        for key, value in node.value
        if key.value in sections or times[id(value)] == 1
    ]


def _nodes(node):
    """Every node below one, as often as it is referred to; aliases are ends."""
    seen, left = set(), [node]
    while left:
        node = left.pop()
        yield id(node)
        if id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        for item in node.value:
            left.extend(item if isinstance(item, tuple) else [item])


def _has(content, keys):
    for key in keys:
        if isinstance(content, Mapping):
            if key not in content:
                return False
        elif not isinstance(content, list) or not isinstance(key, int):
            return False
        elif key >= len(content):
            return False
        content = content[key]
    return True


def _walk(loader, node, path, keys, marks, within):
    if id(node) in within:
        raise UsageError(f"configuration {path!r}: an alias refers to what it is in")
    if len(marks) > _MOST_VALUES:
        raise UsageError(
            f"configuration {path!r} holds more than {_MOST_VALUES} values"
        )
    within = (*within, id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            marks[(*keys, index)] = Mark(path, item.start_mark.line + 1)
            _walk(loader, item, path, (*keys, index), marks, within)
    elif isinstance(node, yaml.MappingNode):
        _check_keys(node, path)
        for _, value in node.value:
            if id(value) in within:
                raise UsageError(
                    f"configuration {path!r}: an alias refers to what it is in"
                )
        loader.flatten_mapping(node)  # what `<<` brings in
        if len(node.value) > _MOST_VALUES:
            raise UsageError(
                f"configuration {path!r} holds more than {_MOST_VALUES} values"
            )
        for key, value in node.value:
            path_below = (*keys, loader.construct_object(key, deep=True))
            marks[path_below] = Mark(path, key.start_mark.line + 1)
            _walk(loader, value, path, path_below, marks, within)


def _check_keys(node, path):
    lines = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise UsageError(f"{path}, line {line}: a key must be text")
        if key.tag.endswith(":merge"):
            continue
        first, there = lines.setdefault(key.value, (line, value))
        if not _same(there, value, set()):
            raise UsageError(
                f"configuration {path!r}: the key {key.value!r} is written twice, in "
                f"lines {first} and {line}"
            )


def _same(one, other, seen):
    """Whether two nodes hold the same; pairs in `seen` are compared already."""
    if one is other or (id(one), id(other)) in seen:
        return True
    seen.add((id(one), id(other)))
    if one.tag != other.tag or len(one.value) != len(other.value):
        return False
    if isinstance(one, yaml.ScalarNode):
        return one.value == other.value
    pairs = zip(one.value, other.value)
    if isinstance(one, yaml.MappingNode):
        pairs = [pair for a, b in pairs for pair in zip(a, b)]
    return all(_same(a, b, seen) for a, b in pairs)
