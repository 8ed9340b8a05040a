"""What the numbers say, in words."""

from .words import WORDS

__all__ = ["answer", "detectable_sentence", "judge", "sentence", "signed"]


def judge(measure, seeds, margin, alpha):
    """The verdict on one comparison.

    Args:
        measure: dict, the primary measure of the method: "difference", "p_corrected"
            and "interval_simultaneous".
        seeds: number of paired seeds.
        margin: a difference below it does not matter; in the unit of the measure.
        alpha: level of p_corrected.

    Returns:
        str: "one seed"; "better" or "worse" where the corrected p-value is below
        alpha; else "equal" where the simultaneous interval lies within the margin;
        else "undecided".
    """
    if seeds == 1:
        return "one seed"
    if measure["p_corrected"] < alpha:
        return "better" if measure["difference"] > 0 else "worse"
    return "equal" if _within(measure, margin) else "undecided"


def sentence(language, verdict, method, baseline, entry, measure, images, margin):
    """What a comparison says, in words.

    Args:
        language: "en" or "zh".
        verdict: as `statistics.summarise` names it.
        method, baseline: names.
        entry, measure: the method's part of the summary, and its primary measure.
        images: number of images.
        margin: in points.

    Returns:
        str.
    """
    say = WORDS[language]["verdict"]
    if verdict == "no result" or not measure:
        return say["no result"].format(method=method, baseline=baseline)
    count = len(entry["seeds"] if verdict == "baseline" else entry["paired_seeds"])
    facts = {
        "method": method,
        "baseline": baseline,
        "images": images,
        "margin": margin,
        "mean": 100 * measure["mean"],
        "seeds": _seeds(say, count),
        "deviation": "",
        "within": "",
    }
    if measure["deviation"] is not None:
        facts["deviation"] = say["deviation"].format(
            deviation=100 * measure["deviation"]
        )
    if verdict != "baseline":
        facts["difference"] = signed(100 * measure["difference"])
        facts["gap"] = abs(100 * measure["difference"])
        facts["interval"] = _interval(say["interval"], measure["interval"])
    if verdict not in ("baseline", "one seed"):
        p = measure["p_corrected"]
        facts["p"] = say["p"].format(p="< 0.001" if p < 0.001 else f"= {p:.3f}")
        simultaneous = measure["interval_simultaneous"]
        facts["simultaneous"] = _interval(say["simultaneous"], simultaneous)
        if _within(measure, margin / 100):
            facts["within"] = say["within"].format(margin=margin)
    return say[verdict].format(**facts)


def detectable_sentence(language, points, seeds, comparisons):
    """What the study could have shown, in words.

    Args:
        language: "en" or "zh".
        points: of `power.detectable`, in points.
        seeds, comparisons: numbers.

    Returns:
        str.
    """
    say = WORDS[language]["verdict"]
    several = "comparisons" if comparisons > 1 else "comparison"
    return say["detectable"].format(
        points=f"{points:.1f}",
        seeds=_seeds(say, seeds),
        comparisons=say[several].format(count=comparisons),
    )


def answer(summary, language):
    """What a study says: a sentence a method, the best mean first, what the study could
    have shown, and what the same run twice differs by.

    Args:
        summary: of `statistics.summarise`.
        language: "en" or "zh".

    Returns:
        list of str.
    """

    def mean(entry):
        return entry["measures"].get(summary["primary"], {}).get("mean", -1.0)

    entries = sorted(summary["methods"].values(), key=mean, reverse=True)
    said = [entry["sentence"][language] for entry in entries]
    if summary["detectable"]:
        said.append(summary["detectable"]["sentence"][language])
    if summary["repeat"]:
        points = abs(100 * summary["repeat"]["difference"])
        text = WORDS[language]["verdict"]["repeat"]
        said.append(text.format(method=summary["repeat"]["method"], points=points))
    return said


def signed(value, digits=2):
    """A number with its sign, as print has it.

    >>> signed(-0.256)
    '−0.26'
    """
    return f"{value:+.{digits}f}".replace("-", "−")


def _within(measure, margin):
    low, high = measure["interval_simultaneous"]
    return -margin < low and high < margin


def _interval(text, interval):
    low, high = (signed(100 * value) for value in interval)
    return text.format(low=low, high=high)


def _seeds(say, count):
    return say["seeds"].format(count=count) if count > 1 else say["seed"]
