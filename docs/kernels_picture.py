"""The picture of docs/kernels.md: each kernel's time by Paddle's and by PyTorch's."""

import statistics
from pathlib import Path

from matplotlib.figure import Figure

from paddle_resample.files import writing

PICTURE = Path(__file__).parent / "images" / "kernels.png"
# Okabe and Ito's, told apart with every kind of colour vision; and two shapes.
LIBRARIES = {
    "paddle": ("our time / Paddle's", "#0072B2", "o"),
    "torch": ("our time / PyTorch's", "#E69F00", "D"),
}
DIRECTIONS = {"forward": "forward", "both": "forward and backward"}


def save_picture(entries):
    """Draw geometric means over the shapes, of one thread.

    Args:
        entries: the "operator" entries of docs/kernels.jsonl.
    """
    entries = [e for e in entries if e["threads"] == 1]
    rows = list(dict.fromkeys(e["row"] for e in entries))
    figure = Figure(figsize=(8, 0.23 * len(rows) + 1.6), layout="constrained")
    axes = figure.subplots(1, len(DIRECTIONS), sharey=True)
    for panel, (direction, title) in zip(axes, DIRECTIONS.items()):
        panel.set_title(title, fontsize=10)
        for library, (label, colour, mark) in LIBRARIES.items():
            means = [mean(entries, row, direction, library) for row in rows]
            panel.plot(means, range(len(rows)), mark, color=colour, ms=5, label=label)
        panel.axvline(1, color="0.3", lw=1)
        panel.set_xscale("log")
        panel.set_xlim(0.008, 1.6)
        panel.set_xticks([0.01, 0.03, 0.1, 0.3, 1], ["0.01", "0.03", "0.1", "0.3", "1"])
        panel.minorticks_off()
        panel.grid(color="0.9")
        panel.set_axisbelow(True)
        panel.spines[["top", "right", "left"]].set_visible(False)
        panel.tick_params(length=0, labelsize=8)
        panel.set_xlabel("← lower is faster      1: the same time", fontsize=8)
    axes[0].set_yticks(range(len(rows)), rows)
    axes[0].set_ylim(len(rows) - 0.3, -0.7)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False)
    with writing(PICTURE, "wb") as file:
        figure.savefig(file, format="png", dpi=140)


def mean(entries, row, direction, library):
    """Geometric mean of our time by a library's; None where it was not measured."""
    ratios = [
        e["ours/"][library]
        for e in entries
        if e["row"] == row and e["direction"] == direction and library in e["ours/"]
    ]
    return statistics.geometric_mean(ratios) if ratios else None
