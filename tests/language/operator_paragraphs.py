"""Paragraphs of the operators' docstrings and notes, which a catalogue translates."""

from paddle_resample import resampler_class, resampler_names, resampler_options
from paddle_resample.docstring import read_docstring
from paddle_resample.notes import paragraphs
from paddle_resample.operator_facts import initialization

__all__ = ["operator_paragraphs"]


def operator_paragraphs():
    """Paragraph -> the operator that says it first, in the order of the pages."""
    said = {}
    for name in resampler_names():
        cls = resampler_class(name)
        documentation = read_docstring(cls)
        texts = [
            *paragraphs(cls.notes.formula),
            *(documentation.arguments[option] for option in resampler_options(cls)),
            *documentation.shape,
            *paragraphs(cls.notes.grid),
            *paragraphs(initialization(cls)),
            *paragraphs(cls.notes.cost),
            documentation.source,
        ]
        for text in texts:
            said.setdefault(text, name)
    return said
