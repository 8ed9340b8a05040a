"""Published results, as the page of findings asks for them: studies and ceilings."""

import json
import re
from pathlib import Path

import numpy as np
import yaml
from scipy.stats import kendalltau

from paddle_resample.study.curve import last_rise, read_curve
from paddle_resample.study.plan import Study
from paddle_resample.study.results import read_results
from paddle_resample.study.study_file import read_study_file
from paddle_resample.study.verdict import answer, signed

HERE = Path(__file__).parent
WORDS = yaml.safe_load((HERE / "findings_words.yml").read_text(encoding="utf-8"))
# Scores of SegNet's Table 1 in the comment of a configuration: mIoU and BF.
_PUBLISHED = re.compile(
    r"(?P<published_miou>[\d.]+) / (?P<published_bf>[\d.]+) \(natural\)"
)


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
    def other_pairs(self):
        """Sentences about differences shown between two methods beside the baseline."""
        say = WORDS[self.language]["pair"]
        for pair in self.summary["pairs"]:
            shown = pair["p_corrected"] < self.summary["alpha"]
            if shown and self.plan.baseline not in pair["methods"]:
                names = pair["methods"]
                low, high = names if pair["difference"] < 0 else reversed(names)
                points = f"{100 * abs(pair['difference']):.1f}"
                yield say.format(
                    high=high, low=low, points=points, p=f"{pair['p_corrected']:.3f}"
                )

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
        methods = self.summary["methods"].items()
        return self._in_words(n for n, m in methods if m["verdict"] in verdicts)

    @property
    def behind(self):
        """Names of the undecided methods whose own interval lies below 0, in words; ""
        where there are none."""
        methods = self.summary["methods"].items()
        names = [
            n
            for n, m in methods
            if m["verdict"] == "undecided" and m["measures"]["miou"]["interval"][1] < 0
        ]
        return self._in_words(names) if names else ""

    @property
    def noisiest(self):
        """Name of the method whose differences vary most over the seeds, and the mIoU
        of its worst and its best run, in percent, as texts."""
        methods = self.summary["methods"]
        others = [name for name in methods if name != self.plan.baseline]

        def varied(name):
            return methods[name]["measures"]["miou"]["seed_deviation"]

        name = max(others, key=varied)
        runs = methods[name]["measures"]["miou"]["per_seed"]
        return name, f"{100 * min(runs):.1f}", f"{100 * max(runs):.1f}"

    def _in_words(self, names):
        names = [f"`{name}`" for name in names]
        words = WORDS[self.language]
        if not names:
            return words["none"]
        *others, last = names
        others = [words["comma"].join(others)] if others else []
        return words["and"].join([*others, last])

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
            folders = [HERE / "examples" / self.name / r["folder"] for r in own]
            curves = [last_rise(read_curve(folder)[0]) for folder in folders]
            rises.append(100 * float(np.mean(curves)))
        return f"{max(rises):.1f}"

    def _published(self, method):
        """mIoU and BF of a configuration of SegNet's Table 1, in percent, as texts."""
        cell = next(c for c in self.plan.cells if c.method == method)
        if "config" not in cell.values:
            return {}
        text = (HERE.parent / cell.values["config"]).read_text(encoding="utf-8")
        return _PUBLISHED.search(text).groupdict()

    def agreement(self, measure):
        """Kendall's tau of our means and the published scores; 1 is the same order.

        Args:
            measure: "miou" or "bf".
        """
        methods = self.summary["methods"]
        ours = [m["measures"][measure]["mean"] for m in methods.values()]
        key = f"published_{measure}"
        theirs = [float(self._published(name)[key]) for name in methods]
        return f"{kendalltau(ours, theirs).statistic:.2f}"

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
                "bf": self.mean(name, "bf"),
                **{key: _ratio(cost.get(key), base.get(key)) for key in base},
                **self._published(name),
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


def _json(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
