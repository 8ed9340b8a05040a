"""The map whose size a resampling call asks for, read from the text of a function.

`F.interpolate(x, size=paddle.shape(low)[2:])` brings x to the size of `low`: where the
network itself says so, `low` is the natural guide.
"""

import ast

__all__ = ["measured_map"]


def measured_map(function, call):
    """Find the map that a call takes its size from.

    Args:
        function: ast.FunctionDef that holds the call.
        call: ast.Call of a resampling function.

    Returns:
        ast expression without calls, such as `low` or `features[i - 1]`; None if the
        size is not taken from one map.
    """
    size = next((k.value for k in call.keywords if k.arg == "size"), None)
    if size is None and len(call.args) > 1:
        size = call.args[1]
    source = None if size is None else _map_of(size, function, call.lineno, depth=4)
    if source is None or any(isinstance(n, ast.Call) for n in ast.walk(source)):
        return None
    return source


def _map_of(size, function, line, depth):
    """The map in expressions such as paddle.shape(map)[2:], [h, w], hw."""
    if isinstance(size, ast.Attribute) and size.attr == "shape":
        return size.value
    if isinstance(size, ast.Subscript):
        return _map_of(size.value, function, line, depth)
    if isinstance(size, (ast.List, ast.Tuple)) and size.elts:
        maps = [_map_of(n, function, line, depth) for n in size.elts]
        alike = None not in maps and len({ast.dump(m) for m in maps}) == 1
        return maps[0] if alike else None
    if isinstance(size, ast.Call) and len(size.args) == 1:
        name = size.func.attr if isinstance(size.func, ast.Attribute) else ""
        if name == "shape":
            return size.args[0]
    if isinstance(size, ast.Name) and depth:
        value = _last_value(size.id, function, line)
        return None if value is None else _map_of(value, function, line, depth - 1)
    return None


def _last_value(name, function, line):
    """What was assigned to a name last above a line, None if nothing readable."""
    value = None
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign) or node.lineno >= line:
            continue
        names = {n.id for t in node.targets for n in ast.walk(t) if _stores(n)}
        if name in names and (value is None or node.lineno > value.lineno):
            value = node
    return None if value is None else value.value


def _stores(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
