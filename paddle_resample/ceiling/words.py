"""The ceiling in sentences."""

import math

from .measure import BASELINE, reference_stride

__all__ = ["ceiling_sentences", "class_losses", "row_of"]

_SMALL = 1.0  # points: seeds alone differ by about as much


def ceiling_sentences(result):
    """Say what a better way up could gain at most on these labels.

    Args:
        result: dict of `measure_ceiling`.

    Returns:
        list of str: the ceiling at the reference stride; how much of it fitted logits
        leave; and which classes are lost for the most part, at the first stride where
        one is.
    """
    stride = reference_stride(result["strides"])
    row = row_of(result, stride, BASELINE)
    name, worst = class_losses(result, stride, BASELINE)[0]
    sentences = [
        f"At stride {stride} an upsampler can matter by at most "
        f"{_points(1 - row['miou'])} points of mIoU on these labels ({name} "
        f"{_points(worst)}): so much do class shares that are right everywhere lose on "
        f"the way up by {BASELINE}."
    ]
    if 100 * (1 - row["miou"]) < _SMALL:
        sentences.append(
            "That is less than seeds alone usually differ by; what a study could show "
            "lies in boundaries and thin structures, or nowhere."
        )
    fitted = result["fitted"]
    if fitted:
        pair = next(r for r in fitted["rows"] if r["stride"] == stride)
        sentences.append(
            f"Coarse logits chosen for {BASELINE}, with the label known, lose "
            f"{_points(1 - pair['logits']['miou'])} points where shares lose "
            f"{_points(1 - pair['shares']['miou'])} (on {fitted['images']} images): "
            "what lies between, a network that knows how boundaries run within a cell "
            f"can have with {BASELINE} too."
        )
    lost = _first_lost(result)
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


def _first_lost(result):
    """The classes that are lost for the most part, from the reference stride on."""
    first = reference_stride(result["strides"])
    for stride in (s for s in result["strides"] if s >= first):
        lost = [n for n, loss in class_losses(result, stride, BASELINE) if loss > 0.5]
        if lost:
            *others, last = lost
            names = f"{', '.join(others)} and {last}" if others else last
            return (
                f"At stride {stride} more than half of {names} is lost, however good "
                "the coarse shares are."
            )
    return None


def _points(share):
    return f"{100 * share:.1f}"
