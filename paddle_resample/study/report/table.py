"""The tables of the report: what stands in a cell, and what it is sorted by."""

from statistics import fmean
from typing import NamedTuple, Optional

from ..verdict import signed
from .series import other_measures

__all__ = [
    "Cell",
    "columns",
    "measure_table",
    "pair_table",
    "ranked_table",
    "run_table",
]

_COLUMNS = (
    "rank",
    "method",
    "miou",
    "difference",
    "simultaneous",
    "p",
    "verdict",
    "chance",
    "parameters",
    "macs",
    "latency_ms",
    "step_ms",
    "peak_memory_mb",
)
_SIGNS = {"better": "▲ ", "worse": "▼ ", "equal": "= "}


class Cell(NamedTuple):
    """Attributes: text, shown; value, sorted by (a number or text, None last);
    detail, shown when pointed at."""

    text: str
    value: object = None
    detail: str = ""


def ranked_table(content, words):
    """The methods, best first.

    Args:
        content: content.Content.
        words: the words of a language.

    Returns:
        list of (method, verdict, dict of Cell by COLUMNS).
    """
    rows = []
    for rank, name in enumerate(content.methods, 1):
        entry = content.summary["methods"][name]
        verdict = entry["verdict"]
        cells = {
            "rank": Cell(_range(entry["ranks"]), rank),
            "chance": Cell(_chance(entry["best"]), entry["best"]),
            "method": Cell(name, name),
            "verdict": Cell(
                _SIGNS.get(verdict, "") + words[f"verdict_{verdict}"], verdict
            ),
            **_scores(content, name),
            **_costs(content.results.get(name, [])),
        }
        empty = Cell("–")
        rows.append((name, verdict, {key: cells.get(key, empty) for key in _COLUMNS}))
    return rows


def columns(rows):
    """Keys of the columns that say something of their own.

    Args:
        rows: of `ranked_table`.

    Returns:
        list of str, without columns that are empty, and without the simultaneous
        intervals of a single comparison, which are its plain ones.
    """

    def texts(key):
        return [cells[key].text for _, _, cells in rows]

    kept = [key for key in _COLUMNS if set(texts(key)) != {"–"}]
    plain = [text.partition("[")[2] for text in texts("difference")]
    wide = [text.partition("[")[2] for text in texts("simultaneous")]
    return [key for key in kept if key != "simultaneous" or plain != wide]


def pair_table(content, words):
    """Every two methods, the surest difference first.

    Returns:
        list of (the better one's name, the other's, list of Cell: difference,
        interval, corrected p-value, verdict).
    """
    rows = []
    alpha = content.summary["alpha"]
    for pair in sorted(content.summary["pairs"], key=lambda pair: pair["p_interval"]):
        low, high = pair["interval"]
        names, sign = pair["methods"], 1
        if pair["difference"] < 0:
            names, sign, low, high = names[::-1], -1, -high, -low
        p = pair["p_corrected"]
        differs = p < alpha
        verdict = words["pair_differs" if differs else "verdict_undecided"]
        cells = [
            Cell(signed(100 * sign * pair["difference"]), sign * pair["difference"]),
            Cell(f"[{signed(100 * low)}, {signed(100 * high)}]", low),
            Cell(_p(p), p),
            Cell(verdict, int(not differs)),
        ]
        rows.append((*names, cells))
    return rows


def measure_table(content, words):
    """The measures beside mIoU.

    Returns:
        (headings, rows): a row is (method, list of Cell); behind the mean of a text,
        after a space, the difference to the baseline.
    """
    keys = other_measures(content)
    rows = []
    for name in content.scored:
        cells = []
        for key in keys:
            score = content.measure(name, key)
            text = f"{100 * score['mean']:.2f}" if score else "–"
            if "difference" in score:
                text += f" {signed(100 * score['difference'])}"
            cells.append(Cell(text, score.get("mean"), _interval_of(score)))
        rows.append((name, cells))
    return [words[f"measure_{key}"] for key in keys], rows


def run_table(content):
    """Every finished cell: list of (method, seed, list of Cell)."""
    rows = []
    for name in content.scored:
        for result in content.results[name]:
            last, best = result["last"], result["best"]
            scores = [last["miou"], last["boundary_miou"], last["bf"], best["miou"]]
            cells = [Cell(_percent(score), score) for score in scores]
            cells.append(Cell(_time(result["seconds"]), result["seconds"]))
            rows.append((name, result["seed"], cells))
    return rows


def _scores(content, name):
    score = content.measure(name)
    if not score:
        return {}
    text = _percent(score["mean"])
    if score["deviation"] is not None:
        text += f" ± {_percent(score['deviation'])}"
    seeds = ", ".join(_percent(own) for own in score["per_seed"])
    cells = {"miou": Cell(text, score["mean"], seeds)}
    if "difference" in score:
        difference = 100 * score["difference"]
        shown = f"{signed(difference)} {_interval_of(score)}"
        cells["difference"] = Cell(shown, difference)
    if "p_corrected" in score:
        p = score["p_corrected"]
        cells["p"] = Cell(_p(p), p)
        text = _interval_of(score, "interval_simultaneous")
        cells["simultaneous"] = Cell(text, score["interval_simultaneous"][0])
    return cells


def _costs(results):
    cells = {}
    if not results:
        return cells
    cost = results[0]["cost"]
    for key, show in (("parameters", _count), ("macs", _count)):
        if cost.get(key) is not None:
            cells[key] = Cell(show(cost[key]), cost[key], f"{cost[key]:,}")
    for key in ("latency_ms", "step_ms"):
        if cost.get(key) is not None:
            low, high = cost[key.replace("_ms", "_spread_ms")]
            spread = f"{_short(low)} – {_short(high)} ms"
            cells[key] = Cell(f"{_short(cost[key])} ms", cost[key], spread)
    memory = _mean(r["cost"].get("peak_memory_mb") for r in results)
    if memory is not None:
        cells["peak_memory_mb"] = Cell(f"{memory:.0f} MB", memory)
    return cells


def _mean(values) -> Optional[float]:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _interval_of(score, key="interval"):
    if key not in score:
        return ""
    low, high = (100 * value for value in score[key])
    return f"[{signed(low)}, {signed(high)}]"


def _p(value):
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _range(ranks):
    """The ranks that a method may have.

    >>> _range([1, 3]), _range([2, 2]), _range(None)
    ('1–3', '2', '–')
    """
    if ranks is None:
        return "–"
    low, high = ranks
    return str(low) if low == high else f"{low}–{high}"


def _chance(value):
    if value is None:
        return "–"
    return (
        "< 1 %"
        if value < 0.01
        else "> 99 %"
        if value > 0.99
        else f"{100 * value:.0f} %"
    )


def _percent(share):
    return "–" if share is None else f"{100 * share:.2f}"


def _short(value):
    """Three digits that count.

    >>> _short(1234.5), _short(12.345), _short(2.0), _short(0.123456)
    ('1234', '12.3', '2.00', '0.123')
    """
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}"


def _count(value):
    """A large number with its unit.

    >>> _count(1_942_000), _count(350), _count(48_170_000_000)
    ('1.94 M', '350', '48.2 G')
    """
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{_short(value / size)} {unit}"
    return str(value)


def _time(seconds):
    """Seconds in the unit that suits them.

    >>> _time(61.2), _time(7.25), _time(9000)
    ('1.02 min', '7.25 s', '2.50 h')
    """
    if seconds is None:
        return "–"
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{_short(seconds / size)} {unit}"
    return f"{_short(seconds)} s"
