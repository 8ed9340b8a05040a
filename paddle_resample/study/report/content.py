"""What a report is about: the finished part of a study, its methods in their order."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError
from ..plan import Study
from ..results import read_results
from ..statistics import PRIMARY, summarise
from .method_style import method_styles

__all__ = ["Content", "read_content"]


@dataclass
class Content:
    """A study as its report sees it.

    Attributes:
        study: plan.Study.
        record: dict of study.json.
        summary: as `statistics.summarise`.
        results: method -> list of the results of its finished cells, by seed; methods
            without one are missing.
        failed: list of (cell name, reason or None where it never ended).
        methods: names, the best mean score first, those without a result last.
        styles: method -> method_style.MethodStyle.
        pictures: dict of pictures/pictures.json; without names where there is none.
    """

    study: Study
    record: dict
    summary: dict
    results: dict
    failed: list
    methods: list
    styles: dict
    pictures: dict

    @property
    def scored(self):
        """The methods that have a score, in their order."""
        return [name for name in self.methods if name in self.results]

    def measure(self, method, key=PRIMARY):
        """A method's part of the summary: dict, empty where it has none."""
        return self.summary["methods"][method]["measures"].get(key, {})

    @property
    def seed(self):
        """The seed whose pictures are shown: the first that most methods finished."""
        counts = Counter(r["seed"] for own in self.results.values() for r in own)
        return min(counts, key=lambda seed: (-counts[seed], seed))

    def shown(self, method):
        """The result whose pictures are shown: of `seed`, or else the first."""
        own = self.results[method]
        return next((r for r in own if r["seed"] == self.seed), own[0])

    def cell_folder(self, result):
        """Path of the files of a result's cell."""
        return self.study.folder / result["folder"]


def read_content(folder):
    """Read a study and compare its finished cells.

    Args:
        folder: of the study.

    Returns:
        Content.

    Raises:
        UsageError: no study, or no finished cell.
    """
    study = Study.load(folder)
    by_cell = read_results(folder)
    results, failed = {}, []
    for cell in study.cells:
        result = by_cell.get(cell.name, {})
        if result.get("status") == "done":
            results.setdefault(cell.method, []).append(result)
        else:
            failed.append((cell.name, result.get("error")))
    if not results:
        raise UsageError(f"study {str(folder)!r} has no finished cell to report")
    for own in results.values():
        own.sort(key=lambda result: result["seed"])
    summary = summarise(folder)
    return Content(
        study=study,
        record=_json(study.folder / "study.json"),
        summary=summary,
        results=results,
        failed=failed,
        methods=_ranked(study.methods, summary),
        styles=method_styles(study.methods, study.baseline),
        pictures=_json(study.folder / "pictures" / "pictures.json"),
    )


def _ranked(methods, summary):
    def score(name):
        measures = summary["methods"][name]["measures"]
        return measures[PRIMARY]["mean"] if measures else float("-inf")

    return sorted(methods, key=score, reverse=True)


def _json(path):
    return json.loads(Path(path).read_text("utf-8")) if Path(path).exists() else {}
