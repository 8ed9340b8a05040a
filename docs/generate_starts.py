"""Write docs/starts.md, starts.zh.md: which operators can start as one without weights.

python docs/generate_starts.py               all of them (half an hour)
python docs/generate_starts.py carafe        these rows anew, the others as they are
python docs/generate_starts.py --text        the pages only, of kept numbers
"""

import argparse
import contextlib
import json
from pathlib import Path

import paddle
from markdown_table import markdown_table

from paddle_resample import Upsampler, UsageError, resampler_class, resampler_names
from paddle_resample.files import write_json, writing
from paddle_resample.registry import build
from paddle_resample.start import DOWN_STARTS, TOLERANCE, UP_STARTS, start_as
from paddle_resample.tool import run_tool

HERE = Path(__file__).parent
PAGES = {"en": "starts.md", "zh": "starts.zh.md"}
NOTES = {"en": "starts_notes.md", "zh": "starts_notes.zh.md"}
WORDS = {
    "en": {
        "title": "# Operators that start as what stood there\n\n[中文](starts.zh.md)",
        "up": "Upsamplers",
        "down": "Downsamplers",
        "operator": "operator",
        "exact": "exact",
        "closed form": "closed form",
        "fitted": "fitted",
        "no": "no",
        "border": "border",
    },
    "zh": {
        "title": "# 初始时与原算子等价的算子\n\n[English](starts.md)",
        "up": "上采样",
        "down": "下采样",
        "operator": "算子",
        "exact": "精确",
        "closed form": "闭式",
        "fitted": "拟合",
        "no": "否",
        "border": "边界",
    },
}
CHANNELS = 16
# Options without which there is no closed form, or with which there is one.
VARIANTS = (
    {"name": "conv_transpose", "kernel_size": 4},
    {"name": "resize_conv", "mode": "bilinear"},
    {"name": "patch_expand", "norm": False},
    {"name": "patch_embed", "norm": False},
)


def specs():
    """Every learned operator that a site without a partner can have."""
    names = [
        name
        for name in resampler_names()
        if resampler_class(name).learned
        and getattr(resampler_class(name), "needs_side", None) is None
    ]
    return [{"name": name} for name in names] + list(VARIANTS)


def label(spec):
    options = ", ".join(f"{k}: {v}" for k, v in spec.items() if k != "name")
    return f"{spec['name']} ({options})" if options else spec["name"]


def row(spec):
    """{start: [way, error, error at the border]} or {start: why not}."""
    cls = resampler_class(spec["name"])
    modes = UP_STARTS if issubclass(cls, Upsampler) else DOWN_STARTS
    guide = CHANNELS if getattr(cls, "needs_guide", False) else None
    results = {}
    for mode in modes:
        paddle.seed(0)
        layer = build(spec, CHANNELS, guide_channels=guide)
        try:
            results[mode] = list(start_as(layer, mode, tolerance=float("inf")))
        except UsageError as error:
            results[mode] = str(error)
    return results


def page(rows, language="en"):
    """The page of all rows, in a language."""
    words = WORDS[language]
    notes = (HERE / NOTES[language]).read_text(encoding="utf-8").strip()
    lines = [words["title"], "", notes]
    for title, modes in (("up", UP_STARTS), ("down", DOWN_STARTS)):
        shown = [
            [name, *(_cell(results[mode], words) for mode in modes)]
            for name, results in rows.items()
            if set(results) == set(modes)
        ]
        table = markdown_table([words["operator"], *modes], shown)
        lines += ["", f"## {words[title]}", "", table]
    return "\n".join([*lines, ""])


def _cell(result, words):
    if isinstance(result, str):
        return result
    way, error, border = result
    if error > TOLERANCE:
        return f"{words['no']} ({error:.0%})"
    kind = "exact" if way == "closed form" and error < 1e-5 else way
    numbers = [] if kind == "exact" else [f"{error:.1%}"]
    if border > max(2 * error, 0.01):
        numbers.append(f"{words['border']} {border:.0%}")
    return f"**{words[kind]}**" + (f" ({', '.join(numbers)})" if numbers else "")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="operators; default: all")
    parser.add_argument("--text", action="store_true", help="measure nothing")
    args = parser.parse_args()
    wanted = args.names
    rows = {}
    with contextlib.suppress(FileNotFoundError):
        rows = json.loads((HERE / "starts.json").read_text(encoding="utf-8"))
    known = {label(spec): spec for spec in specs()}
    for name, spec in known.items():
        if not args.text and (not wanted or spec["name"] in wanted):
            rows[name] = row(spec)
            print(name, rows[name], flush=True)
            kept = {k: rows[k] for k in sorted(rows) if k in known}
            write_json(HERE / "starts.json", kept)  # Ctrl-C keeps what is done
    rows = {k: rows[k] for k in sorted(rows) if k in known}
    for language, name in PAGES.items():
        with writing(HERE / name) as file:
            file.write(page(rows, language))


if __name__ == "__main__":
    run_tool(main)
