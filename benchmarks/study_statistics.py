"""Does the verdict of a study hold? Many made-up studies whose truth is known.

    python benchmarks/study_statistics.py

Every made-up study goes through `study.statistics.compare_methods`, which also writes
summary.json. The numbers are kept in docs/study_statistics.json, the table in
docs/study_statistics.md and study_statistics.zh.md. Half of the methods (all, if there
is one) truly differ from the baseline by a gap, the others are equal to it.
"""

import argparse
import itertools
import json
import time
from pathlib import Path

import numpy as np
from study_statistics_page import DOCS, write_pages

from paddle_resample.files import write_json
from paddle_resample.metrics import ImageScores
from paddle_resample.study.statistics import ALPHA, PRIMARY, compare_methods

BANK = Path(__file__).parent / "study_counts.npz"
SEEDS = (2, 3, 5, 10)
COMPARISONS = (1, 3, 7)
GAPS = (0.0, 0.5, 1.0, 2.0)
MARGIN = 1.0


class Normal:
    """Scores of images that are normal, in points.

    Args:
        run: standard deviation of a run.
        image: standard error of a method's score over the images.
        residual: likewise, of a run on the images.
        noisier: factor of the last method's `run`.
        images: their number.
    """

    def __init__(self, run=0.5, image=0.2, residual=0.15, noisier=1.0, images=50):
        self.run, self.image, self.residual = run, image, residual
        self.noisier, self.images = noisier, images

    def draw(self, gaps, seeds, rng):
        """method -> seed -> ImageScores; `gaps` in points, the baseline's first."""
        n, root = self.images, self.images**0.5
        difficulty = rng.normal(60, 10, n)
        scores = {}
        for number, gap in enumerate(gaps):
            last = number == len(gaps) - 1
            deviation = self.run * (self.noisier if last else 1.0)
            liking = rng.normal(gap, self.image * root, n)
            scores[f"method {number}"] = {
                seed: _as_scores(
                    difficulty
                    + liking
                    + rng.normal(0, deviation)
                    + rng.normal(0, self.residual * root, n)
                )
                for seed in range(seeds)
            }
        return scores


class Counts:
    """Confusion counts of networks that were really trained (a U-Net on CamVid).

    A run is a random mixture of the networks in the bank, its images are drawn from
    the bank's; so all methods are equal. A gap is made by mending, everywhere, a share
    of the pixels that are wrong.

    Args:
        images: number drawn for every study; they are the same for all methods.
    """

    def __init__(self, images=60):
        with np.load(BANK) as file:
            self.bank = file["region"].astype(np.float64)  # [runs, images, 3, classes]
        self.images = images
        self._mended = {}

    def draw(self, gaps, seeds, rng):
        """As `Normal.draw`."""
        chosen = rng.integers(0, self.bank.shape[1], self.images)
        scores = {}
        for number, gap in enumerate(gaps):
            share = self._share(gap)
            scores[f"method {number}"] = {
                seed: _region_scores(self._run(rng, share, chosen))
                for seed in range(seeds)
            }
        return scores

    def _run(self, rng, share, chosen=slice(None)):
        weights = rng.dirichlet(np.full(len(self.bank), 0.3))
        hits, labelled, predicted = np.moveaxis(
            np.tensordot(weights, self.bank[:, chosen], 1), 1, 0
        )
        missed = labelled - hits
        false = predicted - hits
        mended = share * missed
        # As many pixels leave the classes that they were wrongly given to.
        factor = 1 - mended.sum(1, keepdims=True) / np.maximum(
            false.sum(1, keepdims=True), 1
        )
        hits = hits + mended
        return np.stack([hits, labelled, hits + np.maximum(factor, 0) * false], axis=1)

    def _share(self, gap):
        """The share to mend, so that the expected score rises by the gap."""
        if not gap:
            return 0.0
        if gap not in self._mended:
            low, high = 0.0, 0.5
            base = self._expected(0.0)
            for _ in range(20):
                middle = (low + high) / 2
                enough = self._expected(middle) - base >= gap
                low, high = (low, middle) if enough else (middle, high)
            self._mended[gap] = high
        return self._mended[gap]

    def _expected(self, share):
        rng = np.random.default_rng(5)
        return np.mean([_miou(self._run(rng, share)) for _ in range(60)])


def _miou(region):
    hits, labelled, predicted = region.sum(0)
    union = labelled + predicted - hits
    return 100 * np.mean(hits[union > 0] / union[union > 0])


def _as_scores(points):
    """ImageScores whose mIoU is the mean of these points."""
    share = np.asarray(points)[:, None] / 100
    ones = np.ones_like(share)
    return _region_scores(np.stack([share, ones, share], axis=1))


def _region_scores(region):
    scores = ImageScores(region.shape[2])
    scores.names = [str(i) for i in range(len(region))]
    scores.counts["region"] = region
    return scores


SOURCES = {
    "normal": Normal,
    "normal, images vary more": lambda: Normal(run=0.2, image=0.5, residual=0.2),
    "normal, one method 3 times as noisy": lambda: Normal(noisier=3.0),
    "counts of trained networks": Counts,
}


def simulate(source, seeds, comparisons, gap, trials, seed=0):
    """Made-up studies of one kind.

    Args:
        source: Normal or Counts.
        seeds, comparisons: numbers.
        gap: points by which the first half of the methods is better.
        trials: number of studies.
        seed: of the random numbers.

    Returns:
        dict of shares: "coverage" (of all plain intervals), "simultaneous" (of the
        studies whose simultaneous intervals all hold the truth), "error" (of the
        studies that call an equal method better or worse; None without one), "shown"
        (of the methods with a gap, those called better), "equal" (of the methods whose
        gap is below the margin, those called equal), "false_equal" (of the studies that
        call a method equal whose gap is no smaller than the margin) and "able", the
        median of the points that the studies say they could have shown.
    """
    differing = -(-comparisons // 2) if gap else 0
    gaps = [0.0, *[gap] * differing, *[0.0] * (comparisons - differing)]
    truth = np.array(gaps[1:]) / 100
    rng = np.random.default_rng(
        [seed, seeds, comparisons, round(10 * gap), *map(ord, type(source).__name__)]
    )
    covered, together, verdicts, able = [], [], [], []
    for _ in range(trials):
        scores = source.draw(gaps, seeds, rng)
        summary = compare_methods(scores, "method 0", MARGIN, measures=(PRIMARY,))
        methods = list(summary["methods"].values())[1:]
        found = [entry["measures"][PRIMARY] for entry in methods]
        covered.append(_holds([f["interval"] for f in found], truth))
        together.append(
            _holds([f["interval_simultaneous"] for f in found], truth).all()
        )
        verdicts.append([entry["verdict"] for entry in methods])
        able.append(summary["detectable"]["points"])
    verdicts = np.array(verdicts)
    shown = np.isin(verdicts, ("better", "worse"))
    equal = verdicts == "equal"
    small = np.abs(truth) < MARGIN / 100 - 1e-12
    return {
        "coverage": float(np.mean(covered)),
        "simultaneous": float(np.mean(together)),
        "error": _mean(shown[:, truth == 0].any(1), (truth == 0).any()),
        "shown": _mean(verdicts[:, truth > 0] == "better", differing),
        "equal": _mean(equal[:, small], small.any()),
        "false_equal": _mean(equal[:, ~small].any(1), (~small).any()),
        "able": float(np.median(able)),
    }


def _holds(intervals, truth):
    low, high = np.array(intervals).T
    return (low <= truth) & (truth <= high)


def _mean(values, known):
    return float(np.mean(values)) if known else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trials", type=int, default=2000, help="of equal methods")
    parser.add_argument("--gap_trials", type=int, default=300, help="of a true gap")
    parser.add_argument("--source", choices=list(SOURCES), help="anew; others are kept")
    parser.add_argument("--table_only", action="store_true", help="of kept numbers")
    args = parser.parse_args()
    path = DOCS / "study_statistics.json"
    rows = json.loads(path.read_text("utf-8"))["rows"] if path.exists() else []
    if not args.table_only:
        for name in [args.source] if args.source else SOURCES:
            rows = [row for row in rows if row["source"] != name]
            for found in _simulate_all(name, args.trials, args.gap_trials):
                rows += found
                rows.sort(key=lambda row: list(SOURCES).index(row["source"]))
                write_json(path, {"alpha": ALPHA, "margin": MARGIN, "rows": rows})
    write_pages(rows)


def _simulate_all(name, trials, gap_trials):
    """Yield the rows of every number of comparisons and seeds."""
    began, source = time.perf_counter(), SOURCES[name]()
    for comparisons, seeds in itertools.product(COMPARISONS, SEEDS):
        rows = []
        for gap in GAPS:
            count = gap_trials if gap else trials
            found = simulate(source, seeds, comparisons, gap, count)
            kind = {"source": name, "comparisons": comparisons, "seeds": seeds}
            rows.append({**kind, "gap": gap, "trials": count, **found})
        spent = time.perf_counter() - began
        print(f"{name}, {comparisons}, {seeds} seeds: {spent:.0f} s", flush=True)
        yield rows


if __name__ == "__main__":
    main()
