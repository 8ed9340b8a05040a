"""Write docs/cpu.md and cpu.zh.md from their notes and from what benchmarks/networks.py
measured.

python docs/generate_cpu.py
"""

import json
from pathlib import Path

from markdown_table import markdown_table

from paddle_resample.files import writing
from paddle_resample.tool import run_tool

HERE = Path(__file__).parent
PAGES = {"en": "cpu.md", "zh": "cpu.zh.md"}
NOTES = {"en": "cpu_notes.md", "zh": "cpu_notes.zh.md"}
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
WORDS = {
    "en": {
        "network": "network",
        "threads": "threads",
        "inference": "inference",
        "step": "step",
        "ms": "{what}, ms",
        "by": ["by PyTorch", "by Paddle"],
        "measured": "measured",
        "calls": "{commit}, {date}, {rounds} x {calls} calls",
        "none": "none yet.",
        "ours": "ours",
        "of": "{way}, {what}",
    },
    "zh": {
        "network": "网络",
        "threads": "线程数",
        "inference": "推理",
        "step": "训练一步",
        "ms": "{what}（毫秒）",
        "by": ["与 PyTorch 之比", "与 Paddle 之比"],
        "measured": "测量",
        "calls": "{commit}，{date}，{rounds} x {calls} 次调用",
        "none": "暂无。",
        "ours": "本包",
        "of": "{way}，{what}",
    },
}


def seconds(row, way, what):
    """Of one call, by the row's clock; None where this way was not measured."""
    measured = row["seconds"].get(way)
    return measured and measured[what][CLOCKS.index(row["clock"])]


def ratio(row, what, other):
    theirs = seconds(row, other, what)
    return "-" if theirs is None else f"{seconds(row, 'ours', what) / theirs:.2f}"


def speeds(rows, language="en"):
    """The table of rows measured by one clock."""
    words = WORDS[language]
    head = [words["network"], words["threads"]]
    for what in WHATS:
        head += [words["ms"].format(what=words[what]), *words["by"]]
    cells = []
    for row in rows:
        line = [NAMES[row["network"]], row["threads"]]
        for what in WHATS:
            line.append(f"{seconds(row, 'ours', what) * 1e3:.0f}")
            line += [ratio(row, what, other) for other in ("torch", "paddle")]
        cells.append([*line, words["calls"].format(**row)])
    return markdown_table([*head, words["measured"]], cells) if cells else words["none"]


def threads(rows, language="en"):
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
    words = WORDS[language]
    head = [
        words["of"].format(way=way, what=words[what])
        for way in (words["ours"], "PyTorch", "Paddle")
        for what in WHATS
    ]
    return markdown_table([words["network"], *head], cells)


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


def page(notes, rows, language="en"):
    """The notes, every {name} of a table or a condition in them replaced."""
    parts = {
        f"speeds {clock}": speeds([r for r in rows if r["clock"] == clock], language)
        for clock in CLOCKS
    }
    parts["threads"] = threads(rows, language)
    parts.update(conditions(rows))
    for name, text in parts.items():
        notes = notes.replace("{" + name + "}", text)
    return notes


def main():
    rows = json.loads((HERE / "cpu.json").read_text(encoding="utf-8"))
    for language, name in PAGES.items():
        notes = (HERE / NOTES[language]).read_text(encoding="utf-8")
        with writing(HERE / name) as file:
            file.write(page(notes, rows, language))


if __name__ == "__main__":
    run_tool(main)
