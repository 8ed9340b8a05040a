"""The ceiling in sentences."""

import math

from .measure import BASELINE, reference_stride

__all__ = ["ceiling_sentences", "class_losses", "row_of"]

_SMALL = 1.0  # points: seeds alone differ by about as much


_WORDS = {
    "en": {
        "at most": "At stride {stride} an upsampler can matter by at most {points} "
        "points of mIoU on these labels ({name} {worst}): so much do class shares that "
        "are right everywhere lose on the way up by {way}.",
        "small": "That is less than seeds alone usually differ by; what a study could "
        "show lies in boundaries and thin structures, or nowhere.",
        "fitted": "Coarse logits chosen for {way}, with the label known, lose {logits} "
        "points where shares lose {shares} (on {images} images): what lies between, a "
        "network that knows how boundaries run within a cell can have with {way} too.",
        "lost": "At stride {stride} more than half of {names} is lost, however good "
        "the coarse shares are.",
        "and": "{others} and {last}",
        "between": ", ",
    },
    "zh": {
        "at most": "步长为 {stride} 时，上采样在这些标签上至多影响 {points} 个百分点的 "
        "mIoU（{name} {worst}）：处处正确的类别占比经 {way} 上采样也会损失这么多。",
        "small": "这比随机种子之间通常的差别还小；"
        "研究若能显示什么，也只在边界与细结构上。",
        "fitted": "已知标签而为 {way} 选取的粗分辨率 logits 损失 {logits} 个百分点，"
        "类别占比则损失 {shares} 个百分点（{images} 张图像）：其间的部分，"
        "知道边界在格内如何走向的网络用 {way} 也能得到。",
        "lost": "步长为 {stride} 时，{names} 损失过半，无论粗分辨率的占比多好。",
        "and": "{others}和{last}",
        "between": "、",
    },
}


def ceiling_sentences(result, language="en"):
    """Say what a better way up could gain at most on these labels.

    Args:
        result: dict of `measure_ceiling`.
        language: "en" or "zh".

    Returns:
        list of str: the ceiling at the reference stride; how much of it fitted logits
        leave; and which classes are lost for the most part, at the first stride where
        one is.
    """
    words = _WORDS[language]
    stride = reference_stride(result["strides"])
    row = row_of(result, stride, BASELINE)
    name, worst = class_losses(result, stride, BASELINE)[0]
    sentences = [
        words["at most"].format(
            stride=stride,
            points=_points(1 - row["miou"]),
            name=name,
            worst=_points(worst),
            way=BASELINE,
        )
    ]
    if 100 * (1 - row["miou"]) < _SMALL:
        sentences.append(words["small"])
    fitted = result["fitted"]
    if fitted:
        pair = next(r for r in fitted["rows"] if r["stride"] == stride)
        sentences.append(
            words["fitted"].format(
                way=BASELINE,
                logits=_points(1 - pair["logits"]["miou"]),
                shares=_points(1 - pair["shares"]["miou"]),
                images=fitted["images"],
            )
        )
    lost = _first_lost(result, words)
    if lost:
        sentences.append(lost)
    return sentences


def class_losses(result, stride, way):
    """What every class loses, largest first.

    Args:
        result: dict of `measure_ceiling`.
        stride, way: of the row.

    Returns:
        list of (class name, 1 - IoU), without classes that the labels do not have.
    """
    each = row_of(result, stride, way)["iou"]
    losses = [
        (name, 1 - value)
        for name, value in zip(result["class_names"], each)
        if value is not None and not math.isnan(value)
    ]
    return sorted(losses, key=lambda pair: -pair[1])


def row_of(result, stride, way):
    """The row of a stride and way."""
    way = result["same"].get(way, way)
    rows = result["rows"]
    return next(r for r in rows if r["stride"] == stride and r["way"] == way)


def _first_lost(result, words):
    """The classes that are lost for the most part, from the reference stride on."""
    first = reference_stride(result["strides"])
    for stride in (s for s in result["strides"] if s >= first):
        lost = [n for n, loss in class_losses(result, stride, BASELINE) if loss > 0.5]
        if lost:
            *others, last = lost
            names = last
            if others:
                joined = words["between"].join(others)
                names = words["and"].format(others=joined, last=last)
            return words["lost"].format(stride=stride, names=names)
    return None


def _points(share):
    return f"{100 * share:.1f}"
