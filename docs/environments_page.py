"""The text of docs/environments.md and environments.zh.md, of kept results.

`make environments` (tests/environments.py) makes the results and writes the pages.
"""

from markdown_table import markdown_table

__all__ = ["PAGES", "page"]

PAGES = {"en": "environments.md", "zh": "environments.zh.md"}
LIBRARIES = {
    "numpy": "NumPy",
    "opencv-python": "OpenCV",
    "pandas": "pandas",
    "protobuf": "protobuf",
    "setuptools": "setuptools",
}
WORDS = {
    "en": {
        "title": "# Environments\n\n[中文](environments.zh.md)",
        "intro": """\
`make environments` wrote this table, on {system}, {dates}. Each row is a fresh virtual
environment into which the package was installed and where a core subset of the tests
ran: the examples of all docstrings, requirements, registry, commands, what every
operator keeps (values, gradients, a saved state), four operators in detail, native
kernels (compiled there), the U-Net and its export with every upsampler, PaddleSeg's
losses, training, and the metrics of regions. Left out are the slow tests, and the
U-Net's training with each of some 1700 pairs of operators.""",
        "pins": """\
PaddleSeg is 2.8.0. *Pinned* rows are `pip install .[seg]`; the others take the newest
NumPy, OpenCV and pandas and PaddleSeg without its pins, as
[paddle_versions.md](paddle_versions.md) says.""",
        "column": "pins",
        "tests": "tests",
        "pinned": "pinned",
        "newest": "newest",
        "counts": {},
        "failed": "Failed:",
    },
    "zh": {
        "title": "# 运行环境\n\n[English](environments.md)",
        "intro": (
            "本表由 `make environments` 写成，系统为 {system}，日期为 {dates}。每一行是"
            "一个全新的虚拟环境，在其中安装本软件包，并运行一部分核心测试：所有文档字符串中的"
            "示例、依赖检查、注册表、命令、每个算子的性质（数值、梯度、保存的参数）、四个"
            "算子的细节、原生内核（在该环境中编译）、U-Net 及其与每个上采样算子的导出、"
            "PaddleSeg 的损失函数、训练、区域指标。未包括慢测试，以及 U-Net 在约 "
            "1700 种算子组合下的训练。"
        ),
        "pins": (
            "PaddleSeg 为 2.8.0。“固定”行即 `pip install .[seg]`；其余各行使用最新的 "
            "NumPy、OpenCV 和 pandas，安装 PaddleSeg 时不带它的版本限制，见 "
            "[paddle_versions.zh.md](paddle_versions.zh.md)。"
        ),
        "column": "版本限制",
        "tests": "测试",
        "pinned": "固定",
        "newest": "最新",
        "counts": {
            "not tried": "未试",
            "failed": "项未通过",
            "passed": "项通过",
            "skipped": "项跳过",
            "errors": "项出错",
            "error": "项出错",
            ", ": "，",
        },
        "failed": "未通过的测试：",
    },
}


def page(rows, language):
    """The page as Markdown.

    Args:
        rows: dict of a combination's name to its result.
        language: "en" or "zh".
    """
    words = WORDS[language]
    tried = [row for row in rows.values() if "date" in row]
    dates = sorted({row["date"] for row in tried})
    intro = words["intro"].format(
        system=", ".join(sorted({row["system"] for row in tried})),
        dates=" – ".join(dict.fromkeys([dates[0], dates[-1]])),
    )
    head = ["Python", "Paddle", words["column"], *LIBRARIES.values(), words["tests"]]
    table = markdown_table(head, [_cells(row, words) for row in rows.values()])
    parts = [words["title"], intro, words["pins"], table]
    failed = [
        f"- {name}: `{test}`"
        for name, row in rows.items()
        for test in row.get("failed", [])
    ]
    if failed:
        parts += [words["failed"], "\n".join(failed)]
    return "\n\n".join(parts) + "\n"


def _cells(row, words):
    versions = row.get("versions", {})
    result = row["result"]
    for english, other in words["counts"].items():
        result = result.replace(english, other)
    pins = words["pinned" if row["pinned"] else "newest"]
    shown = [versions.get(name, "") for name in LIBRARIES]
    return [row["python"], row["paddle"], pins, *shown, result]
