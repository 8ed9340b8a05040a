"""The pages of the made-up studies: docs/study_statistics.md and .zh.md."""

from pathlib import Path

__all__ = ["PAGES", "SOURCES_ZH", "page", "write_pages"]

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"en": "study_statistics.md", "zh": "study_statistics.zh.md"}
NOTES = {"en": "study_statistics_notes.md", "zh": "study_statistics_notes.zh.md"}
HEADS = {
    "en": "| scores | comparisons | seeds | coverage | false alarm: none differs "
    "| half differ | better, at 0.5 | 1 | 2 points | could have shown "
    "| equal, rightly | wrongly |",
    "zh": "| 得分 | 比较数 | 种子数 | 覆盖率 | 误报：全无差异 | 半数有差异 "
    "| 判为更好，相差 0.5 | 1 | 2 个百分点 | 能够显示 | 相等，判对 | 判错 |",
}
SOURCES_ZH = {
    "normal": "正态",
    "normal, images vary more": "正态，图像波动更大",
    "normal, one method 3 times as noisy": "正态，一种方法的噪声为 3 倍",
    "counts of trained networks": "训练所得网络的计数",
}


def write_pages(rows):
    """Write the page of all rows in every language."""
    for language, name in PAGES.items():
        (DOCS / name).write_text(page(rows, language), "utf-8")


def page(rows, language="en"):
    """docs/study_statistics.md: its notes and the table."""
    text = (DOCS / NOTES[language]).read_text("utf-8")
    return text + "\n" + table(rows, language)


def table(rows, language="en"):
    """The table of docs/study_statistics.md, as Markdown, in a language."""
    lines = [
        HEADS[language],
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for key in dict.fromkeys((r["source"], r["comparisons"], r["seeds"]) for r in rows):
        own = {
            r["gap"]: r
            for r in rows
            if (r["source"], r["comparisons"], r["seeds"]) == key
        }
        none, *differ = own.values()
        cells = [
            key[0] if language == "en" else SOURCES_ZH[key[0]],
            *map(str, key[1:]),
            _together(own.values(), "coverage"),
            _together([none], "error"),
            _together(differ, "error"),
            *(_together([row], "shown") for row in differ),
            f"{none['able']:.1f}",
            _together([none], "equal"),
            _together(own.values(), "false_equal"),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _together(rows, key):
    """Percent, over the studies of all rows that know it."""
    known = [row for row in rows if row[key] is not None]
    if not known:
        return "–"
    trials = sum(row["trials"] for row in known)
    return f"{100 * sum(row['trials'] * row[key] for row in known) / trials:.1f}"
