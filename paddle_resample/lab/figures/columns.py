"""Which numbers a table shows, under which title, and what would be ideal."""

import math
from typing import NamedTuple, Optional

__all__ = ["COLUMNS", "PAIR_COLUMNS", "Column", "shown"]


class Column(NamedTuple):
    """One number in a table.

    Attributes:
        key: of `Measured.numbers`.
        title: two short lines.
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
    Column("checkerboard", "checker-\nboard", "%", 1, 0, 100, "checker"),
    Column("checkerboard_noise", "same on\nnoise", "× mean", 2, 0, 1),
    Column("bandwidth", "band-\nwidth", "Nyquist", 2, 1, 1, "", ("up", "down")),
    Column("aliasing", "images,\naliases", "%", 1, 0, 75, "images"),
    Column("shift_whole", "shift by\na cell", "%", 1, 0, 10),
    Column("shift_fine", "shift by\na pixel", "%", 1, 0, 100, "shift"),
    Column("bias_x", "position\nbias", "px", 2, 0, 0.5),
    Column("jitter", "position\njitter", "px", 2, 0, 0.5, "jitter"),
    Column("stretch", "stretch", "%", 2, 0, 2),
    Column("edge_width", "edge\nwidth", "px", 2, None, 1, "edge"),
    Column("overshoot", "over-\nshoot", "%", 1, 0, 20, "over"),
    Column("border_error", "border\nerror", "%", 1, 0, 75, "border"),
    Column("gradient_uneven", "gradient\nuneven", "%", 1, 0, 175),
    Column("gradient_unread", "gradient\nunread", "%", 1, 0, 75),
    Column("nonlinearity", "non-\nlinearity", "%", 1, None, 1),
]

PAIR_COLUMNS = [
    Column("psnr", "PSNR,\nfitted", "dB", 2),
    Column("ssim", "SSIM,\nfitted", "", 3),
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
