"""Write docs/cpu.md from its notes and from what benchmarks/networks.py measured.

python docs/generate_cpu.py
"""

import json
from pathlib import Path

from markdown_table import markdown_table

from paddle_resample.files import writing
from paddle_resample.tool import run_tool

HERE = Path(__file__).parent
NAMES = {
    "deeplabv3+ resnet18": "DeepLabV3+, ResNet18-vd",
    "mobilenet v2": "MobileNetV2 (backbone, depthwise)",
    "pp-liteseg stdc1": "PP-LiteSeg, STDC1",
    "segformer b0": "SegFormer-B0 (transformers)",
    "swin-unet 224": "Swin-Unet, tiny (2 x 3 x 224 x 224)",
    **{
        f"unet {width} {upsample}": f"U-Net, width {width}, {upsample}"
        for width in (16, 64)
        for upsample in ("bilinear", "conv_transpose", "carafe")
    },
}
WHATS = ("inference", "step")
CLOCKS = ("wall", "processor")


def seconds(row, way, what):
    """Of one call, by the row's clock; None where this way was not measured."""
    measured = row["seconds"].get(way)
    return measured and measured[what][CLOCKS.index(row["clock"])]


def ratio(row, what, other):
    theirs = seconds(row, other, what)
    return "-" if theirs is None else f"{seconds(row, 'ours', what) / theirs:.2f}"


def speeds(rows):
    """The table of rows measured by one clock."""
    head = ["network", "threads"]
    for what in WHATS:
        head += [f"{what}, ms", "by PyTorch", "by Paddle"]
    cells = []
    for row in rows:
        line = [NAMES[row["network"]], row["threads"]]
        for what in WHATS:
            line.append(f"{seconds(row, 'ours', what) * 1e3:.0f}")
            line += [ratio(row, what, other) for other in ("torch", "paddle")]
        cells.append([*line, how(row)])
    return markdown_table([*head, "measured"], cells) if cells else "none yet."


def how(row):
    return f"{row['commit']}, {row['date']}, {row['rounds']} x {row['calls']} calls"


def threads(rows):
    """Time with two threads by that with one, of rows of the same commit."""
    cells = []
    for one in rows:
        for two in rows:
            pair = one["network"], 1, 2
            if pair != (two["network"], one["threads"], two["threads"]):
                continue
            if (one["clock"], one["commit"]) != ("wall", two["commit"]):
                continue
            line = [NAMES[one["network"]]]
            for way in ("ours", "torch", "paddle"):
                for what in WHATS:
                    times = [seconds(row, way, what) for row in (two, one)]
                    line.append("-" if None in times else f"{times[0] / times[1]:.2f}")
            cells.append(line)
    head = ["network"]
    head += [
        f"{way}, {what}" for way in ("ours", "PyTorch", "Paddle") for what in WHATS
    ]
    return markdown_table(head, cells)


def conditions(rows):
    def every(values):
        return ", ".join(sorted(set(values)))

    return {
        "machine": every(row["machine"] for row in rows),
        "paddle": every(row["versions"]["ours"] for row in rows),
        "torch": every(
            r["versions"]["torch"] for r in rows if "torch" in r["versions"]
        ),
    }


def page(notes, rows):
    """The notes, every {name} of a table or a condition in them replaced."""
    parts = {
        f"speeds {c}": speeds([r for r in rows if r["clock"] == c]) for c in CLOCKS
    }
    parts["threads"] = threads(rows)
    parts.update(conditions(rows))
    for name, text in parts.items():
        notes = notes.replace("{" + name + "}", text)
    return notes


def main():
    rows = json.loads((HERE / "cpu.json").read_text(encoding="utf-8"))
    notes = (HERE / "cpu_notes.md").read_text(encoding="utf-8")
    with writing(HERE / "cpu.md") as file:
        file.write(page(notes, rows))


if __name__ == "__main__":
    run_tool(main)
