"""What a study shows: every method against the baseline, with error bars and in words.

The verdict is careful. A method is called better or worse only if the p-value of its
interval over seeds and images, corrected for the number of methods (Holm), is below
0.05; it is called equal only if its simultaneous interval lies within a margin that
was stated before. With one seed nothing is said: the noise of training is unknown.
"""

import numpy as np

from ..errors import UsageError
from ..files import write_json
from ..metrics import ImageScores
from .bootstrap import Draws, groups_of
from .cautions import cautions
from .interval import holm
from .measures import MEASURES, class_parts
from .paired import Runs, compare
from .plan import Study
from .power import ALPHA, POWER, detectable, pooled_noise
from .ranking import all_pairs, chances, rank_ranges
from .results import read_results
from .verdict import detectable_sentence, judge, sentence

__all__ = ["PRIMARY", "compare_methods", "summarise"]

PRIMARY = "miou"
_LANGUAGES = ("en", "zh")


def summarise(folder):
    """Compare the finished cells of a study, and write summary.json.

    Args:
        folder: of the study.

    Returns:
        dict: as `compare_methods`, and "failed" (names of cells), "cautions" (see
        `cautions.cautions`) and "repeat" (None, or what two runs with one seed differ
        by: "method", "seed" and "difference").
    """
    study = Study.load(folder)
    results = read_results(folder)
    scores = {name: {} for name in study.methods}
    folders = {name: [] for name in study.methods}
    failed, names = [], []
    for cell in study.cells:
        result = results.get(cell.name, {})
        if result.get("status") == "done":
            own = study.folder / result["folder"]
            scores[cell.method][cell.seed] = ImageScores.load(own / "images.npz")
            folders[cell.method].append(own)
            names = result.get("class_names") or names
        else:
            failed.append(cell.name)
    summary = compare_methods(scores, study.baseline, study.equal_within, study.group)
    summary["failed"] = failed
    summary["cautions"] = cautions(scores, folders, names, study.equal_within)
    summary["repeat"] = _repeat(study, results)
    write_json(study.folder / "summary.json", summary)
    return summary


def _repeat(study, results):
    """What the same cell run twice differs by."""
    again = study.repeated
    if again is None or results.get(again.name, {}).get("status") != "done":
        return None
    first = next(
        (
            result
            for result in results.values()
            if (result["method"], result["seed"]) == (again.method, again.seed)
            and result["cell"] != again.name
            and result["status"] == "done"
        ),
        None,
    )
    if first is None:
        return None
    difference = results[again.name]["last"]["miou"] - first["last"]["miou"]
    return {"method": again.method, "seed": again.seed, "difference": difference}


def compare_methods(scores, baseline, equal_within=1.0, group=None, measures=None):
    """Compare methods with a baseline, and with each other.

    Args:
        scores: method -> seed -> ImageScores; a method without a result has {}.
        baseline: one of the methods.
        equal_within: margin of the verdict "equal", in points of mIoU.
        group: pattern of image names, see `bootstrap.groups_of`.
        measures: keys of MEASURES; None takes all that the scores have.

    Returns:
        dict: "baseline", "primary", "images" (their number), "groups" (of images, or
        None), "alpha", "equal_within" (points), "comparisons" (number of methods that
        are corrected for), "detectable" (None, or a dict "points", "power", "seeds",
        "noise" and "sentence"), "pairs" (see `ranking.all_pairs`) and "methods": name
        -> "seeds", "paired_seeds", "verdict" ("baseline", "no result", or of
        `verdict.judge`), "sentence" (language -> text), "ranks" (best and worst by the
        pairs that differ), "best" (probability, see `ranking.chances`) and "measures":
        key of MEASURES -> "mean", "deviation", "per_seed" and, but for the baseline,
        the attributes of `paired.Comparison` and "win_rate". The primary measure has
        also "class_shares" (a value a class, which add up to the difference),
        "p_corrected" (Holm, over the methods) and "interval_simultaneous"; the measures
        beside it are descriptive.

    Raises:
        UsageError: two runs were scored on different images, or a wrong group.
    """
    names = _names(scores)
    draws = Draws(groups_of(names, group)) if names else None
    rows = {
        key: _rows(measure, scores)
        for key, measure in MEASURES.items()
        if measures is None or key in measures
    }
    rows = {key: table for key, table in rows.items() if table}
    runs = {key: _runs(MEASURES[key], rows[key], draws) for key in rows}
    comparisons, methods = {}, {}
    for name, own in scores.items():
        methods[name] = {
            "seeds": sorted(own),
            "paired_seeds": sorted(set(own) & set(scores[baseline])),
            "measures": {
                key: _mean(runs[key][name].scores) for key in (rows if own else ())
            },
        }
    for key in rows:
        others = [name for name, own in scores.items() if own and name != baseline]
        pairs = [(runs[key][name], runs[key][baseline]) for name in others]
        for name, compared in zip(others, compare(pairs, draws.number)):
            if compared is None:
                continue
            measure = methods[name]["measures"][key]
            measure.update(compared._asdict())
            del measure["seeds"], measure["errors"]
            measure["win_rate"] = _win_rate(
                MEASURES[key], rows[key][name], rows[key][baseline], compared.seeds
            )
            if key != PRIMARY:
                continue
            measure["class_shares"] = _class_shares(
                rows[key][name], rows[key][baseline], compared.seeds
            )
            if len(compared.seeds) > 1:
                comparisons[name] = compared
    _correct(methods, comparisons, draws)
    pairs = _rank(methods, runs.get(PRIMARY, {}), draws)
    for name, entry in methods.items():
        _judge(name, baseline, entry, len(names), equal_within)
    return {
        "baseline": baseline,
        "primary": PRIMARY,
        "images": len(names),
        "groups": draws.number if draws and group else None,
        "alpha": ALPHA,
        "equal_within": equal_within,
        "comparisons": len(comparisons),
        "detectable": _detectable(comparisons, draws),
        "pairs": pairs,
        "methods": methods,
    }


def _names(scores):
    """Names of the images, which all runs share."""
    names = None
    for method, own in scores.items():
        for seed, run in own.items():
            names = run.names if names is None else names
            if run.names != names:
                raise UsageError(
                    f"{method}, seed {seed}, was scored on other images than the rest "
                    "of the study; remove its cell's folder and run it again"
                )
    return names or []


def _rows(measure, scores):
    """method -> seed -> rows; empty where a run lacks them."""
    try:
        return {
            name: {seed: measure.rows(own[seed]) for seed in sorted(own)}
            for name, own in scores.items()
        }
    except KeyError:
        return {}


def _runs(measure, rows, draws):
    """method -> paired.Runs."""
    runs = {}
    for name, own in rows.items():
        stack = np.stack(list(own.values())) if own else np.zeros((0, 0, 0))
        scores = measure.score(stack.sum(1)) if own else np.zeros(0)
        resampled = draws.scores(stack, measure.score) if own else np.zeros((0, 0))
        runs[name] = Runs(list(own), scores, resampled)
    return runs


def _mean(scores):
    return {
        "mean": float(np.mean(scores)),
        "deviation": float(np.std(scores, ddof=1)) if len(scores) > 1 else None,
        "per_seed": scores.tolist(),
    }


def _win_rate(measure, mine, theirs, seeds):
    """Share of images on which the method scores better; a tie is half."""
    with np.errstate(invalid="ignore", divide="ignore"):
        one, other = (
            measure.score(np.concatenate([rows[s] for s in seeds]))
            for rows in (mine, theirs)
        )
    gain = (one - other).reshape(len(seeds), -1).mean(0)
    gain = measure.better * gain[~np.isnan(gain)]
    if not gain.size:
        return None
    return float(np.mean(gain > 0) + np.mean(gain == 0) / 2)


def _class_shares(mine, theirs, seeds):
    """What every class adds to the difference in mIoU."""
    parts = [
        class_parts(mine[s].sum(0)[None]) - class_parts(theirs[s].sum(0)[None])
        for s in seeds
    ]
    return np.mean(parts, axis=0)[0].tolist()


def _correct(methods, comparisons, draws):
    """Holm's p-values, and intervals that hold for all methods at once."""
    corrected = holm([comparison.p_interval for comparison in comparisons.values()])
    for (name, comparison), p in zip(comparisons.items(), corrected):
        entry = methods[name]["measures"][PRIMARY]
        entry["p_corrected"] = p
        interval = comparison.errors.interval(
            comparison.difference, 1 - ALPHA / len(comparisons)
        )
        entry["interval_simultaneous"] = interval


def _rank(methods, runs, draws):
    """Ranks and chances into `methods`; returns the pairs."""
    runs = {name: own for name, own in runs.items() if own.seeds}
    pairs = all_pairs(runs, draws.number) if runs else []
    ranges = rank_ranges(list(runs), pairs, ALPHA)
    best = chances(runs, np.random.default_rng(1)) if runs else {}
    for name, entry in methods.items():
        entry["ranks"] = ranges.get(name)
        entry["best"] = best.get(name)
    return pairs


def _judge(name, baseline, entry, images, margin):
    primary = entry["measures"].get(PRIMARY, {})
    if name == baseline:
        verdict = "baseline"
    elif "difference" not in primary:
        verdict = "no result"
    else:
        verdict = judge(primary, len(entry["paired_seeds"]), margin / 100, ALPHA)
    entry["verdict"] = verdict
    entry["sentence"] = {
        language: sentence(
            language, verdict, name, baseline, entry, primary, images, margin
        )
        for language in _LANGUAGES
    }


def _detectable(comparisons, draws):
    noise = pooled_noise(list(comparisons.values()), draws.number if draws else 0)
    if noise is None:
        return None
    # Methods may lack a seed; the study is as able as its weakest comparison.
    seeds = min(len(comparison.seeds) for comparison in comparisons.values())
    points = 100 * detectable(noise, seeds, len(comparisons))
    return {
        "points": points,
        "power": POWER,
        "seeds": seeds,
        "noise": noise._asdict(),
        "sentence": {
            language: detectable_sentence(language, points, seeds, len(comparisons))
            for language in _LANGUAGES
        },
    }
