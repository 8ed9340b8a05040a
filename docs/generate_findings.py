"""Write docs/findings.md and docs/findings_cn.md from what the studies measured.

    python docs/generate_findings.py

The texts are findings_notes.md and findings_notes_cn.md, Jinja templates; every number
in them is taken from docs/examples/*/summary.json and results.jsonl, from
lab_against_study.json beside them, and from docs/images/ceiling_*.json.
"""

import json
from pathlib import Path

import jinja2
import numpy as np
import yaml

from paddle_resample.study.curve import read_curve
from paddle_resample.study.plan import Study
from paddle_resample.study.results import read_results
from paddle_resample.study.study_file import read_study_file
from paddle_resample.study.verdict import answer, signed
from paddle_resample.tool import run_tool

HERE = Path(__file__).parent
PAGES = {"findings.md": ("findings_notes.md", "en")}
PAGES["findings_cn.md"] = ("findings_notes_cn.md", "zh")
WORDS = yaml.safe_load((HERE / "findings_words.yml").read_text(encoding="utf-8"))


class Findings:
    """A published study, as the page asks for it.

    Args:
        name: folder in docs/examples.
        language: "en" or "zh".
    """

    def __init__(self, name, language):
        self.name, self.language = name, language
        folder = HERE / "examples" / name
        self.plan = _plan_of(folder)
        self.summary = _json(folder / "summary.json")
        self.record = _json(folder / "study.json")
        found = read_results(folder)
        # Not the cell that repeats another one.
        results = [found[cell.name] for cell in self.plan.cells]
        self.results = {m: [] for m in self.plan.methods}
        for result in results:
            self.results[result["method"]].append(result)
        self.lab = {
            "miou": _json(folder / "lab_against_study.json"),
            "massc": _json(folder / "lab_against_study_massc.json"),
        }

    @property
    def seeds(self):
        return min(len(own) for own in self.results.values())

    @property
    def images(self):
        return self.summary["images"]

    @property
    def iterations(self):
        return self.results[self.plan.baseline][0]["iterations"]

    @property
    def detectable(self):
        """Points of mIoU that the study could have shown, as text."""
        return f"{self.summary['detectable']['points']:.1f}"

    @property
    def sentences(self):
        return answer(self.summary, self.language)

    @property
    def cautions(self):
        return [c["sentence"][self.language] for c in self.summary["cautions"]]

    @property
    def highest(self):
        """Name of the method with the highest mean mIoU, whatever the verdict."""
        methods = self.summary["methods"]
        return max(methods, key=lambda m: methods[m]["measures"]["miou"]["mean"])

    def of(self, *verdicts):
        """Names of the methods with these verdicts, in words."""
        methods = self.summary["methods"]
        names = [f"`{n}`" for n, m in methods.items() if m["verdict"] in verdicts]
        words = WORDS[self.language]
        if not names:
            return words["none"]
        *others, last = names
        return words["and"].join([", ".join(others), last]) if others else last

    def count(self, *verdicts):
        methods = self.summary["methods"].values()
        return sum(m["verdict"] in verdicts for m in methods)

    def mean(self, method, measure, factor=100, digits=1):
        value = self.summary["methods"][method]["measures"][measure]["mean"]
        return f"{factor * value:.{digits}f}"

    def spread(self, measure="miou", digits=1):
        """Highest minus lowest mean of the methods, in points."""
        methods = self.summary["methods"].values()
        means = [100 * m["measures"][measure]["mean"] for m in methods]
        return f"{max(means) - min(means):.{digits}f}"

    def deviation(self, digits=1):
        """Over the seeds of the baseline, in points."""
        own = self.summary["methods"][self.plan.baseline]["measures"]["miou"]
        return f"{100 * own['deviation']:.{digits}f}"

    def rising(self):
        """The largest rise of a method's mean mIoU over the last fifth, in points."""
        rises = []
        for own in self.results.values():
            curves = [self._last_rise(result) for result in own]
            rises.append(100 * float(np.mean(curves)))
        return f"{max(rises):.1f}"

    def _last_rise(self, result):
        miou, _ = read_curve(HERE / "examples" / self.name / result["folder"])
        steps = sorted(miou)
        values = [miou[i] for i in steps]
        return values[-1] - float(np.interp(0.8 * steps[-1], steps, values))

    def rows(self):
        """Of the table: a dict of texts a method, the best mean first."""
        methods = self.summary["methods"]
        base = self._cost(self.plan.baseline)

        def score(name):
            return methods[name]["measures"]["miou"]["mean"]

        for name in sorted(methods, key=score, reverse=True):
            cost = self._cost(name)
            found = methods[name]["measures"]["miou"]
            low, high = found.get("interval_simultaneous") or (0, 0)
            verdict = methods[name]["verdict"]
            baseline = verdict == "baseline"
            difference = f"{signed(100 * found.get('difference', 0))}"
            difference += f" [{signed(100 * low)}, {signed(100 * high)}]"
            narrow = [f"{100 * v:.1f}" for v in self._last(name, "width_recall")]
            yield {
                "method": f"`{name}`",
                "miou": f"{100 * found['mean']:.2f}",
                "difference": "" if baseline else difference,
                "verdict": WORDS[self.language][verdict],
                "class_iou": f"{100 * self._last(name, 'iou')[-1]:.1f}",
                "narrowest": narrow[0],
                "narrow": narrow[1],
                "cldice": f"{100 * self._last(name, 'cldice')[-1]:.1f}",
                "boundary": self.mean(name, "boundary_miou"),
                "massc": self.mean(name, "massc", digits=2),
                **{key: _ratio(cost.get(key), base.get(key)) for key in base},
            }

    def _last(self, method, key):
        values = [r["last"][key] for r in self.results[method] if r["last"].get(key)]
        return np.nanmean(np.array(values, float), axis=0)

    def _cost(self, method):
        return {
            key: value
            for key, value in self.results[method][0]["cost"].items()
            if isinstance(value, (int, float))
        }


def _plan_of(folder):
    """The study that a folder holds, or else the file that it was made from."""
    if (folder / "study.json").exists():
        return Study.load(folder)
    path = HERE.parent / "configs" / "studies" / f"{folder.name}.yml"
    return Study(folder=folder, **read_study_file(path))


def _ratio(value, base):
    """×1.25, of a cost over the baseline's."""
    return f"×{value / base:.2f}" if value and base else "–"


class Ceiling:
    """What `tools/ceiling.py` found on a set's labels."""

    def __init__(self, name):
        self.found = _json(HERE / "images" / f"ceiling_{name}.json")

    def loss(self, stride, way="bilinear"):
        """Points of mIoU that shares which are right everywhere lose."""
        return f"{100 * (1 - self._row(stride, way)['miou']):.1f}"

    def fitted_loss(self, stride):
        row = next(r for r in self.found["fitted"]["rows"] if r["stride"] == stride)
        return f"{100 * (1 - row['logits']['miou']):.1f}"

    def recall(self, stride, number=0, way="bilinear"):
        """Of the thinnest structures, in percent."""
        return f"{100 * self._row(stride, way)['width_recall'][number]:.0f}"

    @property
    def images(self):
        return self.found["images"]

    @property
    def size(self):
        height, width = self.found["size"]
        return f"{width}x{height}"

    def _row(self, stride, way):
        rows = self.found["rows"]
        return next(r for r in rows if r["stride"] == stride and r["way"] == way)


def table(study, thin_class=True):
    """A study's methods, the best mean first, as Markdown.

    Args:
        study: Findings.
        thin_class: whether the last class is the thin one, whose scores are shown.
    """
    words = WORDS[study.language]
    columns = list(words["table"]) if thin_class else words["short_table"]
    lines = [_line(words["table"][key] for key in columns), "|---" * len(columns) + "|"]
    lines += [_line(row.get(key, "–") for key in columns) for row in study.rows()]
    return "\n".join(lines)


def _line(cells):
    return f"| {' | '.join(cells)} |"


def correlations(studies, score, language):
    """Every laboratory number against a score of every study, as Markdown."""
    words = WORDS[language]
    head = [words["number"], *(words["studies"][s.name] for s in studies)]
    lines = [_line(head), "|---" * len(head) + "|"]
    rows = [{row["number"]: row for row in s.lab[score]["rows"]} for s in studies]
    for number in dict.fromkeys(key for own in rows for key in own):
        cells = [_correlation(own.get(number)) for own in rows]
        lines.append(_line([number, *cells]))
    return "\n".join(lines)


def _correlation(row):
    if row is None:
        return "–"
    text = signed(row["correlation"])
    if row["interval"]:  # a perfect correlation has none
        text += " [{}, {}]".format(*map(signed, row["interval"]))
    return f"{text}, p {row['p_corrected']:.2f}"


def lab_answer(studies, score, language):
    """The answer in a sentence, and how reliable the orders are that it is about."""
    words = WORDS[language]
    say, names = words["lab"], words["studies"]
    which = [
        f"{row['number']} ({names[study.name]})"
        for study in studies
        for row in study.lab[score]["rows"]
        if row["p_corrected"] < 0.05
    ]
    orders = words["and"].join(
        say["order"].format(
            name=names[study.name], value=study.lab[score]["reliability"]
        )
        for study in studies
        if study.lab[score]["reliability"] is not None
    )
    first = say["shown" if which else "not_shown"].format(which=", ".join(which))
    return f"{first} {say['reliability'].format(orders=orders)}"


def _json(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _published(name, language):
    """Findings, or None where the study is not published."""
    complete = (HERE / "examples" / name / "summary.json").exists()
    return Findings(name, language) if complete else None


def _plan(name):
    """What `tools/study.py --plan` printed before the study began."""
    return (HERE / "examples" / name / "plan.txt").read_text(encoding="utf-8").strip()


def _lab(studies, score):
    return [study for study in studies if study and study.lab[score]]


def page(template, language):
    """The text of a page.

    Args:
        template: name of the file of notes.
        language: "en" or "zh".
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(
        study=lambda name: _published(name, language),
        ceiling=Ceiling,
        table=table,
        plan=_plan,
        correlations=lambda score, *studies: correlations(
            _lab(studies, score), score, language
        ),
        lab_answer=lambda score, *studies: lab_answer(
            _lab(studies, score), score, language
        ),
    )


def main():
    for name, (template, language) in PAGES.items():
        (HERE / name).write_text(page(template, language), encoding="utf-8")
        print(f"written: docs/{name}")


if __name__ == "__main__":
    run_tool(main)
