"""Mistakes of a configuration in words, each with its file and line or its option."""

from ..marked_yaml import options_in
from .schema import schema_faults

__all__ = ["fault_sentences"]


def fault_sentences(dic, path, marks, plain, complete=True):
    """Find every mistake that can be seen without building anything.

    Args:
        dic: the configuration as one mapping, bases merged, options in it.
        path: of its file.
        marks: where each key was written, see `marked_yaml.read_yaml`.
        plain: the configuration without options, whose mistakes are the file's own.
        complete: see `schema.schema_faults`.

    Returns:
        list of str, one sentence each.
    """
    faults = schema_faults(dic, complete)
    options = options_in(marks)
    own = schema_faults(plain, complete) if options and faults else faults
    result = []
    for fault in faults:
        keys, text = fault
        known = keys
        while known and known not in marks:
            known = known[:-1]
        where = str(marks[known]) if known else path
        if where not in options and fault not in own:
            where = " ".join(options_in(marks, keys[:1])) or " ".join(options)
        dotted = ".".join(map(str, keys))
        result.append(f"{where}: {dotted}: {text}" if keys else f"{where}: {text}")
    return result
