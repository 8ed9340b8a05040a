"""A table in Markdown, for all generated pages."""

__all__ = ["markdown_table"]


def markdown_table(head, rows):
    """Lines of a table: its headings, and a row of cells each.

    >>> print(markdown_table(["a", "b"], [[1, "x"]]))
    | a | b |
    |---|---|
    | 1 | x |
    """
    lines = [_line(head), "|---" * len(head) + "|", *map(_line, rows)]
    return "\n".join(lines)


def _line(cells):
    return f"| {' | '.join(map(str, cells))} |"
