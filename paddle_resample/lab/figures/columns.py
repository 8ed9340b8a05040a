"""Which numbers a table shows, under which title, and what would be ideal."""

import math
from typing import NamedTuple, Optional

__all__ = ["COLUMNS", "PAIR_COLUMNS", "Column", "shown"]


class Column(NamedTuple):
    """One number in a table.

    Attributes:
        key: of `Measured.numbers`.
        title: "|" stands between its two short lines.
        unit: as it is shown.
        digits: behind the point.
        ideal: what an ideal operator has; None where none is better.
        bad: distance from the ideal at which a colour is full.
        brief: its title in a terminal, "" where that does not show it.
        coloured: kinds of which it is coloured.
    """

    key: str
    title: str
    unit: str
    digits: int
    ideal: Optional[float] = None
    bad: float = 1.0
    brief: str = ""
    coloured: tuple = ("up", "down", "pair")


COLUMNS = [
    Column("gain", "gain", "", 2, 1, 1),
    Column("checkerboard", "checker-|board", "%", 1, 0, 100, "checker"),
    Column("checkerboard_noise", "same on|noise", "× mean", 2, 0, 1),
    Column("bandwidth", "band-|width", "Nyquist", 2, 1, 1, "", ("up", "down")),
    Column("aliasing", "images,|aliases", "%", 1, 0, 75, "images"),
    Column("shift_whole", "shift by|a cell", "%", 1, 0, 10),
    Column("shift_fine", "shift by|a pixel", "%", 1, 0, 100, "shift"),
    Column("bias_x", "position|bias", "px", 2, 0, 0.5),
    Column("jitter", "position|jitter", "px", 2, 0, 0.5, "jitter"),
    Column("stretch", "stretch", "%", 2, 0, 2),
    Column("edge_width", "edge|width", "px", 2, None, 1, "edge"),
    Column("overshoot", "over-|shoot", "%", 1, 0, 20, "over"),
    Column("border_error", "border|error", "%", 1, 0, 75, "border"),
    Column("gradient_uneven", "gradient|uneven", "%", 1, 0, 175),
    Column("gradient_unread", "gradient|unread", "%", 1, 0, 75),
    Column("nonlinearity", "non-|linearity", "%", 1, None, 1),
]

PAIR_COLUMNS = [
    Column("psnr", "PSNR,|fitted", "dB", 2),
    Column("ssim", "SSIM,|fitted", "", 3),
]


def shown(numbers, column):
    """A number as text, "–" where it is not defined.

    >>> shown({"gain": (0.9999, "")}, COLUMNS[0]), shown({}, COLUMNS[0])
    ('1.00', '–')
    """
    value = numbers.get(column.key, (math.nan, ""))[0]
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    text = f"{value:.{column.digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")
