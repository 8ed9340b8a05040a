"""What a study shows: every method against the baseline, with error bars and in words.

The verdict is careful. A method is called better (or worse) only if the p-value of its
interval over seeds and images, corrected for the number of methods (Holm), is below
0.05. With one seed nothing is called better: the noise of training is unknown.
"""

import numpy as np

from ..files import write_json
from ..metrics import ImageScores
from .measures import MEASURES
from .paired import compare, holm, seeds_needed
from .plan import Study
from .results import read_results
from .verdict import sentence

__all__ = ["PRIMARY", "summarise"]

PRIMARY = "miou"
ALPHA = 0.05


def summarise(folder):
    """Compare the finished cells of a study, and write summary.json.

    Args:
        folder: of the study.

    Returns:
        dict: "baseline", "primary", "images" (their number), "failed" (cells), and
        "methods": name -> "seeds", "verdict" ("baseline", "better", "worse", "none",
        "one seed" or "no result"), "sentence" (language -> text), "seeds_needed", and
        "measures": key of MEASURES -> "mean", "deviation", "per_seed" and, but for the
        baseline, "difference", "interval", "p_interval", "p_corrected", "p_images",
        "p_seeds", "effect_size", "win_rate". Of the primary measure, Holm's correction
        runs over the methods; measures beside it are descriptive.
    """
    study = Study.load(folder)
    results = read_results(folder)
    kept = {}
    failed = []
    for cell in study.cells:
        result = results.get(cell.name, {})
        if result.get("status") == "done":
            path = study.folder / result["folder"] / "images.npz"
            kept.setdefault(cell.method, {})[cell.seed] = ImageScores.load(path)
        else:
            failed.append(cell.name)
    base = kept.get(study.baseline, {})
    methods = {
        name: _one(name, kept.get(name, {}), base, name == study.baseline)
        for name in study.methods
    }
    _correct(methods)
    images = len(next(iter(base.values())).names) if base else 0
    for name, entry in methods.items():
        _judge(name, study.baseline, entry, images)
    summary = {
        "baseline": study.baseline,
        "primary": PRIMARY,
        "images": images,
        "alpha": ALPHA,
        "failed": failed,
        "methods": methods,
    }
    write_json(study.folder / "summary.json", summary)
    return summary


def _one(name, own, base, is_baseline):
    """Means of a method and its comparisons, on the seeds that both have."""
    entry = {"seeds": sorted(own), "measures": {}, "is_baseline": is_baseline}
    if not own:
        return entry
    common = sorted(set(own) & set(base))
    entry["paired_seeds"] = common
    # Comparisons differ in their random numbers by the method alone.
    seed = [ord(letter) for letter in name]
    for key, measure in MEASURES.items():
        if not all(_has(measure, scores) for scores in (*own.values(), *base.values())):
            continue
        rows = {s: measure.rows(own[s]) for s in sorted(own)}
        per_seed = [float(measure.score(r.sum(0)[None])[0]) for r in rows.values()]
        found = {
            "mean": float(np.mean(per_seed)),
            "deviation": float(np.std(per_seed, ddof=1)) if len(per_seed) > 1 else None,
            "per_seed": per_seed,
        }
        entry["measures"][key] = found
        if is_baseline or not common:
            continue
        mine = [rows[s] for s in common]
        theirs = [measure.rows(base[s]) for s in common]
        comparison = compare(mine, theirs, measure.score, np.random.default_rng(seed))
        found.update(comparison._asdict())
        found["win_rate"] = _win_rate(mine, theirs, measure)
        if key == PRIMARY and len(common) > 1:
            entry["seeds_needed"] = seeds_needed(comparison, len(mine[0]))
    return entry


def _has(measure, scores):
    try:
        measure.rows(scores)
    except KeyError:
        return False
    return True


def _win_rate(mine, theirs, measure):
    """Share of images on which the method scores better; a tie is half."""
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = np.mean(
            [measure.score(m) - measure.score(t) for m, t in zip(mine, theirs)], axis=0
        )
    gain = measure.better * gain[~np.isnan(gain)]
    if not gain.size:
        return None
    return float(np.mean(gain > 0) + np.mean(gain == 0) / 2)


def _correct(methods):
    compared = [
        m for m in methods.values() if "p_interval" in m["measures"].get(PRIMARY, {})
    ]
    values = [m["measures"][PRIMARY]["p_interval"] for m in compared]
    for entry, corrected in zip(compared, holm(values)):
        entry["measures"][PRIMARY]["p_corrected"] = corrected


def _judge(name, baseline, entry, images):
    found = entry["measures"].get(PRIMARY, {})
    if entry.pop("is_baseline"):
        verdict = "baseline"
    elif "difference" not in found:
        verdict = "no result"
    elif len(entry["paired_seeds"]) == 1:
        verdict = "one seed"
    else:
        shown = found["p_corrected"] < ALPHA
        verdict = (
            ("better" if found["difference"] > 0 else "worse") if shown else "none"
        )
    entry["verdict"] = verdict
    entry["sentence"] = {
        language: sentence(language, verdict, name, baseline, entry, found, images)
        for language in ("en", "zh")
    }
