"""What the numbers say, in words: one place for both languages."""

__all__ = ["detectable_sentence", "judge", "sentence", "signed"]

_PARTS = {
    "en": {
        "baseline": "{baseline} is the baseline: mIoU {mean:.2f} %{deviation}, "
        "{seeds}.",
        "no result": "{method} has no finished run on a seed of {baseline}.",
        "better": "{method} is better than {baseline} by {gap:.2f} points of mIoU "
        "({interval}; {p}; {seeds}, {images} images).{within}",
        "worse": "{method} is worse than {baseline} by {gap:.2f} points of mIoU "
        "({interval}; {p}; {seeds}, {images} images).{within}",
        "equal": "{method} and {baseline} are equal within ±{margin:g} points of mIoU: "
        "{difference} ({simultaneous}; {seeds}, {images} images).",
        "undecided": "Undecided between {method} and {baseline}: {difference} points "
        "of mIoU ({interval}; {p}; {seeds}, {images} images).",
        "one seed": "With one seed nothing is shown: {method} scored {difference} "
        "points of mIoU against {baseline} ({interval}, over {images} images only; the "
        "noise of training is not in it).",
        "interval": "95 % interval {low} to {high}",
        "simultaneous": "simultaneous 95 % interval {low} to {high}",
        "p": "corrected p = {p:.3f}",
        "within": " The difference is smaller than {margin:g} points, though.",
        "seeds": "{count} seeds",
        "seed": "1 seed",
        "deviation": " (standard deviation over seeds {deviation:.2f})",
        "detectable": "This study could have shown differences of {points} points of "
        "mIoU or more (with a probability of 80 %; {seeds}, {comparisons}, noise "
        "pooled over the methods).",
        "comparison": "1 comparison",
        "comparisons": "corrected for {count} comparisons",
    },
    "zh": {
        "baseline": "{baseline} 为基线：mIoU {mean:.2f} %{deviation}，{seeds}。",
        "no result": "{method} 没有与 {baseline} 相同随机种子的完成结果。",
        "better": "{method} 优于 {baseline}，mIoU 高 {gap:.2f} 个百分点"
        "（{interval}；{p}；{seeds}，{images} 张图像）。{within}",
        "worse": "{method} 劣于 {baseline}，mIoU 低 {gap:.2f} 个百分点"
        "（{interval}；{p}；{seeds}，{images} 张图像）。{within}",
        "equal": "{method} 与 {baseline} 在 ±{margin:g} 个百分点内相等：mIoU 相差 "
        "{difference}（{simultaneous}；{seeds}，{images} 张图像）。",
        "undecided": "{method} 与 {baseline} 尚无定论：mIoU 相差 {difference} 个百分点"
        "（{interval}；{p}；{seeds}，{images} 张图像）。",
        "one seed": "只有一个随机种子，不能下结论：{method} 相对 {baseline} 的 "
        "mIoU 为 {difference} 个百分点（{interval}，仅对 {images} 张图像；"
        "不含训练噪声）。",
        "interval": "95 % 置信区间 {low} 至 {high}",
        "simultaneous": "95 % 同时置信区间 {low} 至 {high}",
        "p": "校正后 p = {p:.3f}",
        "within": "但差异小于 {margin:g} 个百分点。",
        "seeds": "{count} 个随机种子",
        "seed": "1 个随机种子",
        "deviation": "（种子间标准差 {deviation:.2f}）",
        "detectable": "本研究能够显示的 mIoU 差异至少为 {points} 个百分点（概率 80 %；"
        "{seeds}，{comparisons}，噪声取各方法的合并值）。",
        "comparison": "1 项比较",
        "comparisons": "对 {count} 项比较作校正",
    },
}


def judge(found, seeds, margin, alpha):
    """The verdict on one comparison.

    Args:
        found: dict, the primary measure of the method: "difference", "p_corrected"
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
    if found["p_corrected"] < alpha:
        return "better" if found["difference"] > 0 else "worse"
    return "equal" if _within(found, margin) else "undecided"


def sentence(language, verdict, method, baseline, entry, found, images, margin):
    """What a comparison says, in words.

    Args:
        language: "en" or "zh".
        verdict: as `statistics.summarise` names it.
        method, baseline: names.
        entry, found: the method's part of the summary, and its primary measure.
        images: number of images.
        margin: in points.

    Returns:
        str.
    """
    say = _PARTS[language]
    if verdict == "no result" or not found:
        return say["no result"].format(method=method, baseline=baseline)
    count = len(entry["seeds"] if verdict == "baseline" else entry["paired_seeds"])
    facts = {
        "method": method,
        "baseline": baseline,
        "images": images,
        "margin": margin,
        "mean": 100 * found["mean"],
        "seeds": _seeds(say, count),
        "deviation": "",
        "within": "",
    }
    if found["deviation"] is not None:
        facts["deviation"] = say["deviation"].format(deviation=100 * found["deviation"])
    if verdict != "baseline":
        facts["difference"] = signed(100 * found["difference"])
        facts["gap"] = abs(100 * found["difference"])
        facts["interval"] = _interval(say["interval"], found["interval"])
    if verdict not in ("baseline", "one seed"):
        facts["p"] = say["p"].format(p=found["p_corrected"])
        simultaneous = found["interval_simultaneous"]
        facts["simultaneous"] = _interval(say["simultaneous"], simultaneous)
        if _within(found, margin / 100):
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
    say = _PARTS[language]
    several = "comparisons" if comparisons > 1 else "comparison"
    return say["detectable"].format(
        points=f"{points:.1f}",
        seeds=_seeds(say, seeds),
        comparisons=say[several].format(count=comparisons),
    )


def signed(value, digits=2):
    """A number with its sign, as print has it.

    >>> signed(-0.256)
    '−0.26'
    """
    return f"{value:+.{digits}f}".replace("-", "−")


def _within(found, margin):
    low, high = found["interval_simultaneous"]
    return -margin < low and high < margin


def _interval(text, interval):
    low, high = (signed(100 * value) for value in interval)
    return text.format(low=low, high=high)


def _seeds(say, count):
    return say["seeds"].format(count=count) if count > 1 else say["seed"]
