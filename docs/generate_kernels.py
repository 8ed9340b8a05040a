"""Write docs/kernels.md, kernels.zh.md, their picture and kernels_rows.md from what
the benchmarks measured.

python docs/generate_kernels.py operators.json growth.json
python docs/generate_kernels.py    the pages again, from docs/kernels.jsonl

The table of shapes that no kernel was tuned on is of held_out_table.py.
The files are those of `benchmarks/operators.py`, and of the same with --growth.
docs/kernels.jsonl keeps their numbers, one a line.
"""

import json
import statistics
import sys
from pathlib import Path

import held_out_table
from markdown_table import markdown_table

from kernels_picture import save_picture
from paddle_resample.errors import UsageError
from paddle_resample.files import writing
from paddle_resample.tool import run_tool

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))
from operators import GROWTH, pixel_time  # noqa: E402

MEASURED = HERE / "kernels.jsonl"
OTHERS = ("paddle", "torch", "floor")
BY = ("by Paddle", "by PyTorch", "by a copy")
DIRECTIONS = {"forward": "forward", "both": "with backward"}
PAGES = {"en": "kernels.md", "zh": "kernels.zh.md"}
NOTES = {"en": "kernels_notes.md", "zh": "kernels_notes.zh.md"}
WORDS = {
    "en": {
        "by": BY,
        "directions": DIRECTIONS,
        "column": "{way}, {other}",
        "mean": "geometric mean",
        "loss": "{row} to {shape}{way}, {name} {ratio:.2f}",
        "both": " with backward",
        "and": "; ",
        "end": ".",
        "none": "none.",
    },
    "zh": {
        "by": ("与 Paddle 之比", "与 PyTorch 之比", "与复制之比"),
        "directions": {"forward": "前向", "both": "含反向"},
        "column": "{way}，{other}",
        "mean": "几何平均",
        "loss": "{row} 至 {shape}{way}，{name} {ratio:.2f}",
        "both": "（含反向）",
        "and": "；",
        "end": "。",
        "none": "无。",
    },
}


def measured(operators, growth):
    """Entries of docs/kernels.jsonl, from the two reports."""
    kept = ("commit", "processor", "cores", "rounds", "paddle", "torch")
    entries = [{"kind": "conditions", **{k: operators[k] for k in kept}}]
    for line in operators["table"]:
        ratios = {k: round(v, 3) for k, v in line["ours/"].items()}
        entry = {k: line[k] for k in ("row", "y", "direction", "threads")}
        ms = {k: round(line[k]["ours"] * 1e3, 4) for k in ("seconds", "spread")}
        entries.append({"kind": "operator", **entry, **ms, "ours/": ratios})
    grown = growth["table"]
    for i in range(0, len(grown), len(GROWTH)):
        ns = [round(pixel_time(line), 3) for line in grown[i : i + len(GROWTH)]]
        entry = {k: grown[i][k] for k in ("row", "threads")}
        entries.append({"kind": "growth", **entry, "ns": ns})
    return entries


def read():
    lines = MEASURED.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def of_kind(entries, kind, **wanted):
    some = [e for e in entries if e["kind"] == kind]
    return [e for e in some if all(e[k] == v for k, v in wanted.items())]


def names(entries):
    return list(dict.fromkeys(e["row"] for e in entries))


def mean(entries, other):
    """Geometric mean of ours by another's time, as text."""
    found = [e["ours/"][other] for e in entries if other in e["ours/"]]
    return f"{statistics.geometric_mean(found):.2f}" if found else "-"


def operator_table(entries, threads, language="en"):
    words = WORDS[language]
    lines = of_kind(entries, "operator", threads=threads)
    head = [
        words["column"].format(way=way, other=other)
        for way in words["directions"].values()
        for other in words["by"]
    ]
    rows = []
    for name in [*names(lines), words["mean"]]:
        some = [e for e in lines if name in (e["row"], words["mean"])]
        row = [name]
        for direction in DIRECTIONS:
            part = [e for e in some if e["direction"] == direction]
            row += [mean(part, other) for other in OTHERS]
        rows.append(row)
    return markdown_table(["", *head], rows)


def losses(entries, threads, language="en"):
    """Sentences of the shapes that somebody else wins."""
    words, lost = WORDS[language], []
    for e in of_kind(entries, "operator", threads=threads):
        for other, name in (("paddle", "Paddle"), ("torch", "PyTorch")):
            if e["ours/"].get(other, 0) > 1:
                way = words["both"] if e["direction"] == "both" else ""
                facts = {"row": e["row"], "shape": shape(e), "way": way, "name": name}
                lost.append(words["loss"].format(ratio=e["ours/"][other], **facts))
    return words["and"].join(lost) + words["end"] if lost else words["none"]


def shape(entry):
    return "x".join(map(str, entry["y"]))


def growth_table(entries, threads):
    lines = of_kind(entries, "growth", threads=threads)
    rows = [[e["row"], *(f"{ns:.2f}" for ns in e["ns"])] for e in lines]
    return markdown_table(["", *(f"{side}x{side}" for side in GROWTH)], rows)


def page(entries, language="en"):
    """docs/kernels.md: its notes, every {name} of a table in them replaced."""
    text = (HERE / NOTES[language]).read_text(encoding="utf-8")
    parts = {}
    for threads in (1, 2):
        parts[f"operators {threads}"] = operator_table(entries, threads, language)
        parts[f"losses {threads}"] = losses(entries, threads, language)
        parts[f"growth {threads}"] = growth_table(entries, threads)
    conditions = of_kind(entries, "conditions")[0]
    held_out = held_out_table.read()
    parts["held out"] = held_out_table.held_out_table(held_out["rows"], language)
    parts["held out commit"] = held_out["commit"]
    for key in ("paddle", "torch", "commit", "processor", "cores", "rounds"):
        parts[key] = str(conditions[key])
    for name, part in parts.items():
        text = text.replace("{" + name + "}", part)
    return text


def rows_page(entries):
    """docs/kernels_rows.md: every row on every shape."""
    lines = ["# Every row of the benchmark", ""]
    lines += ["Lower is faster; bold: slower. Columns: [kernels.md](kernels.md).", ""]
    lines += [
        "基准测试的每一行：越低越快，粗体为更慢。前几列依次为算子、输出的形状、"
        "方向（forward 前向，with backward 含反向）、线程数、毫秒数；"
        "各列的含义见 [kernels.zh.md](kernels.zh.md)。",
        "",
    ]
    rows = []
    for e in of_kind(entries, "operator"):
        by = [e["ours/"].get(k) for k in OTHERS]
        way = DIRECTIONS[e["direction"]]
        row = [e["row"], shape(e), way, e["threads"], e["seconds"]]
        row += [_bold(v) for v in by[:2]] + [f"{by[2]:.2f}"]
        rows.append(row)
    head = [
        "operator",
        "y",
        "direction",
        "threads",
        "ms",
        "by Paddle",
        "by PyTorch",
        "by a copy",
    ]
    return "\n".join([*lines, markdown_table(head, rows), ""])


def _bold(ratio):
    if ratio is None:
        return "-"
    return f"**{ratio:.2f}**" if ratio > 1 else f"{ratio:.2f}"


def main():
    given = sys.argv[1:]
    if len(given) == 2:
        reports = [json.loads(Path(p).read_text(encoding="utf-8")) for p in given]
        with writing(MEASURED) as file:
            file.writelines(json.dumps(e) + "\n" for e in measured(*reports))
    elif given:
        raise UsageError(
            "give the reports of operators.py and of operators.py --growth, or nothing"
        )
    entries = read()
    pages = {name: page(entries, language) for language, name in PAGES.items()}
    pages["kernels_rows.md"] = rows_page(entries)
    for name, text in pages.items():
        with writing(HERE / name) as file:
            file.write(text)
    save_picture(of_kind(entries, "operator"))


if __name__ == "__main__":
    run_tool(main)
