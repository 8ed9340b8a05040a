"""What makes a study's scores mean less than they seem to: said beside the verdict."""

import numpy as np

from .curve import last_rise, read_curve
from .verdict import signed
from .words import WORDS

__all__ = ["cautions"]


def cautions(scores, folders, class_names, margin):
    """Find what a reader must be warned of.

    Args:
        scores: method -> seed -> ImageScores.
        folders: method -> list of Path, of its finished cells.
        class_names: list of str.
        margin: points of mIoU.

    Returns:
        list of dicts "kind" ("unfinished" or "never predicted"), "methods" (for the
        first a dict, method -> points), "classes" (of the second, names) and
        "sentence" (language -> text).
    """
    return [*_unfinished(folders, margin), *_never_predicted(scores, class_names)]


def _unfinished(folders, margin):
    rising = {}
    for name, own in folders.items():
        rises = [last_rise(read_curve(folder)[0]) for folder in own]
        rises = [rise for rise in rises if rise is not None]
        if rises and 100 * np.mean(rises) > margin:
            rising[name] = round(100 * float(np.mean(rises)), 2)
    if not rising:
        return []
    which = [f"{name} {signed(rise, 1)}" for name, rise in rising.items()]
    sentence = {
        language: say["unfinished"].format(
            margin=margin, which=say["between"].join(which)
        )
        for language, say in _say().items()
    }
    return [{"kind": "unfinished", "methods": rising, "sentence": sentence}]


def _never_predicted(scores, class_names):
    """A caution for every set of methods that passes over the same classes."""
    missed = {}
    scored = [name for name, own in scores.items() if own]
    for name in scored:
        region = sum(
            np.asarray(run.counts["region"]).sum(0) for run in scores[name].values()
        )
        _, labelled, predicted = region
        for number in np.flatnonzero((labelled > 0) & (predicted == 0)):
            missed.setdefault(int(number), []).append(name)
        count = int((labelled > 0).sum())
    together = {}
    for number, methods in sorted(missed.items()):
        together.setdefault(tuple(methods), []).append(class_names[number])
    return [
        {
            "kind": "never predicted",
            "methods": list(methods),
            "classes": classes,
            "sentence": {
                language: say[
                    "never_every" if len(methods) == len(scored) else "never"
                ].format(
                    who=say["between"].join(methods),
                    classes=say["between"].join(classes),
                    count=count,
                )
                for language, say in _say().items()
            },
        }
        for methods, classes in together.items()
    ]


def _say():
    return {language: words["caution"] for language, words in WORDS.items()}
