"""The table of docs/kernels.md of shapes that no kernel was tuned on, from the numbers
in kernels_held_out.json.

python benchmarks/operators.py --held_out --torch PYTHON --threads 1,2
python docs/held_out_table.py operators.json    keeps its numbers
python docs/generate_kernels.py                 writes the pages
"""

import json
import statistics
import sys
from pathlib import Path

from markdown_table import markdown_table

from paddle_resample.errors import UsageError
from paddle_resample.files import writing
from paddle_resample.tool import run_tool

MEASURED = Path(__file__).parent / "kernels_held_out.json"
KEPT = (
    "commit",
    "processor",
    "cores",
    "rounds",
    "seconds",
    "malloc",
    "paddle",
    "torch",
)
WORST = 3  # rows that are named
WORDS = {
    "en": {
        "head": ["threads", "", "geometric mean", "worst", "the slowest by PyTorch"],
        "forward": "forward",
        "both": "with backward",
        "row": "{row} to {shape} ({ratio:.2f})",
        "and": ", ",
    },
    "zh": {
        "head": ["线程数", "", "几何平均", "最差", "与 PyTorch 相比最慢的"],
        "forward": "前向",
        "both": "含反向",
        "row": "{row} 至 {shape}（{ratio:.2f}）",
        "and": "，",
    },
}


def kept(report):
    """What is kept of a report: conditions, and a row of each measurement."""
    if not report["held_out"] or report["malloc"] != "default":
        raise UsageError("this report is not of --held_out with the default allocator")
    rows = [
        [
            *(line[k] for k in ("row", "y", "direction", "threads")),
            round(line["ours/"]["torch"], 3),
        ]
        for line in report["table"]
    ]
    return {**{k: report[k] for k in KEPT}, "rows": rows}


def read():
    return json.loads(MEASURED.read_text(encoding="utf-8"))


def held_out_table(rows, language="en"):
    """Mean and worst ratio by PyTorch's time of each direction and number of threads.

    Args:
        rows: of docs/kernels_held_out.json.
    """
    words, lines = WORDS[language], []
    for threads in sorted({row[3] for row in rows}):
        for direction in ("forward", "both"):
            some = [row for row in rows if row[2:4] == [direction, threads]]
            some.sort(key=lambda row: -row[4])
            mean = statistics.geometric_mean(row[4] for row in some)
            named = words["and"].join(
                words["row"].format(
                    row=row[0], shape="x".join(map(str, row[1])), ratio=r
                )
                for row, r in ((row, row[4]) for row in some[:WORST])
            )
            numbers = [f"{mean:.2f}", f"{some[0][4]:.2f}"]
            lines.append([threads, words[direction], *numbers, named])
    return markdown_table(words["head"], lines)


def main():
    if len(sys.argv) != 2:
        raise UsageError("give the report of benchmarks/operators.py --held_out")
    found = kept(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    conditions = {k: v for k, v in found.items() if k != "rows"}
    rows = ",\n".join(json.dumps(row) for row in found["rows"])
    with writing(MEASURED) as file:
        file.write(f'{json.dumps(conditions)[:-1]}, "rows": [\n{rows}\n]}}\n')


if __name__ == "__main__":
    run_tool(main)
