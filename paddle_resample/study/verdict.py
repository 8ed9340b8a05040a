"""What the numbers say, in words: one place for both languages."""

__all__ = ["sentence"]

_PARTS = {
    "en": {
        "baseline": "{baseline} is the baseline: mIoU {mean:.2f} %{deviation}, "
        "{seeds}.",
        "no result": "{method} has no finished run on a seed of {baseline}.",
        "better": "{method} is better than {baseline} by {gap:.2f} points of mIoU "
        "({interval}; {p}; {seeds}, {images} images).",
        "worse": "{method} is worse than {baseline} by {gap:.2f} points of mIoU "
        "({interval}; {p}; {seeds}, {images} images).",
        "none": "No difference shown between {method} and {baseline}: "
        "{difference:+.2f} points of mIoU ({interval}; {p}; {seeds}, {images} "
        "images). {need}",
        "one seed": "With one seed nothing is shown: {method} scored {difference:+.2f} "
        "points of mIoU against {baseline} ({interval}, over {images} images only; the "
        "noise of training is not in it).",
        "interval": "95 % interval {low:+.2f} to {high:+.2f}",
        "p": "corrected p = {p:.3f}",
        "seeds": "{count} seeds",
        "seed": "1 seed",
        "deviation": " (standard deviation over seeds {deviation:.2f})",
        "need": "About {need} seeds would show a difference of this size with 80 % "
        "power.",
        "more": "With this few images no number of seeds would show a difference of "
        "this size.",
    },
    "zh": {
        "baseline": "{baseline} 为基线：mIoU {mean:.2f} %{deviation}，{seeds}。",
        "no result": "{method} 没有与 {baseline} 相同随机种子的完成结果。",
        "better": "{method} 优于 {baseline}，mIoU 高 {gap:.2f} 个百分点"
        "（{interval}；{p}；{seeds}，{images} 张图像）。",
        "worse": "{method} 劣于 {baseline}，mIoU 低 {gap:.2f} 个百分点"
        "（{interval}；{p}；{seeds}，{images} 张图像）。",
        "none": "未显示 {method} 与 {baseline} 有差异：mIoU {difference:+.2f} 个百分点"
        "（{interval}；{p}；{seeds}，{images} 张图像）。{need}",
        "one seed": "只有一个随机种子，不能下结论：{method} 相对 {baseline} 的 "
        "mIoU 为 {difference:+.2f} 个百分点（{interval}，仅对 {images} 张图像；"
        "不含训练噪声）。",
        "interval": "95 % 置信区间 {low:+.2f} 至 {high:+.2f}",
        "p": "校正后 p = {p:.3f}",
        "seeds": "{count} 个随机种子",
        "seed": "1 个随机种子",
        "deviation": "（种子间标准差 {deviation:.2f}）",
        "need": "要以 80 % 的功效显示这样大小的差异，约需 {need} 个随机种子。",
        "more": "图像太少，增加随机种子也无法显示这样大小的差异。",
    },
}


def sentence(language, verdict, method, baseline, entry, found, images):
    """Say a verdict.

    Args:
        language: "en" or "zh".
        verdict: as `statistics.summarise` names it.
        method, baseline: names.
        entry, found: the method's part of the summary, and its primary measure.
        images: number of images.

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
        "mean": 100 * found["mean"],
        "seeds": say["seeds"].format(count=count) if count > 1 else say["seed"],
        "deviation": "",
        "need": "",
    }
    if found["deviation"] is not None:
        facts["deviation"] = say["deviation"].format(deviation=100 * found["deviation"])
    if verdict != "baseline":
        low, high = (100 * value for value in found["interval"])
        facts["difference"] = 100 * found["difference"]
        facts["gap"] = abs(facts["difference"])
        facts["interval"] = say["interval"].format(low=low, high=high)
        facts["p"] = say["p"].format(p=found["p_corrected"])
    if verdict == "none":
        need = entry.get("seeds_needed")
        facts["need"] = say["need"].format(need=need) if need else say["more"]
    return say[verdict].format(**facts)
