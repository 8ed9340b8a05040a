"""The table of a study for a paper, and the same in LaTeX."""

from .series import COSTS

__all__ = ["COLUMNS", "escaped", "latex_table", "table_rows"]

COLUMNS = (
    "method",
    "seeds",
    "miou",
    "deviation",
    "difference",
    "low",
    "high",
    "p",
    "verdict",
    "boundary_miou",
    "bf",
    *COSTS,
)


def table_rows(content, numbers):
    """A dict of `COLUMNS` for each method: points, and costs as they are shown."""
    costs = {row["method"]: row for row in numbers["costs"]}
    rows = []
    for name in content.scored:
        score, row = content.measure(name), costs[name]
        entry = {
            "method": name,
            "seeds": len(content.results[name]),
            "miou": row["miou"],
            "deviation": row["deviation"],
            "verdict": content.summary["methods"][name]["verdict"],
            **{key: row[key] for key in COSTS},
        }
        for key in ("boundary_miou", "bf"):
            entry[key] = 100 * content.measure(name, key)["mean"]
        if "difference" in score:
            entry["difference"] = 100 * score["difference"]
            entry["low"], entry["high"] = (100 * v for v in score["interval"])
        if "p_corrected" in score:
            entry["p"] = score["p_corrected"]
        rows.append(entry)
    return rows


def latex_table(rows, content):
    """A table for booktabs; bold is what was shown to be better than the baseline."""
    base = escaped(content.study.baseline)
    lines = [
        "% mIoU: mean and standard deviation over seeds. Delta: paired difference to",
        f"% {base}, 95 % interval over seeds and images. p: of that interval,",
        "% corrected by Holm. Bold: better at p < 0.05.",
        r"\begin{tabular}{lrrrrrr}",
        r"\toprule",
        r"Method & mIoU (\%) & $\Delta$ [95\,\%] & $p$ & bIoU (\%) & "
        r"Params (M) & MACs (G) \\",
        r"\midrule",
    ]
    for row in rows:
        name = escaped(row["method"])
        if row["verdict"] == "better":
            name = rf"\textbf{{{name}}}"
        score = f"{row['miou']:.2f}"
        if row["deviation"] is not None:
            score += rf" $\pm$ {row['deviation']:.2f}"
        difference = p = "--"
        if "difference" in row:
            shown = (row["difference"], row["low"], row["high"])
            difference = "${:+.2f}$ $[{:+.2f}, {:+.2f}]$".format(*shown)
        if "p" in row:
            p = f"{row['p']:.3f}" if row["p"] >= 0.001 else "$<$0.001"
        cost = [
            "--" if row[key] is None else f"{row[key]:.3g}"
            for key in ("parameters", "macs")
        ]
        cells = [name, score, difference, p, f"{row['boundary_miou']:.2f}", *cost]
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def escaped(text):
    """Text that LaTeX prints as it is."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}"}
    special.update({"^": r"\textasciicircum{}", "<": r"\textless{}"})
    special.update({">": r"\textgreater{}", "\n": " "})
    special.update({letter: "\\" + letter for letter in "&%$#_{}"})
    return "".join(special.get(letter, letter) for letter in text)
