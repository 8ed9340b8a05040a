"""docs/exports.md says what happens when everything is exported today."""

import json
from pathlib import Path

import generate_exports as made
import paddle
import pytest

from paddle_resample import resampler_names
from paddle_resample.seg.export.engines import ENGINES

DOCS = Path(__file__).parents[2] / "docs"
ROWS = json.loads((DOCS / "exports.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_is_made_of_the_rows(language):
    written = (DOCS / made.PAGES[language]).read_text(encoding="utf-8")
    assert written == made.page(ROWS, language)
    assert sorted(ROWS["operators"]) == sorted(resampler_names())
    assert sorted(ROWS["networks"]) == sorted(made.NETWORKS)


def test_reasons_are_told_in_chinese():
    reasons = (
        "wrong or fails with oneDNN",
        "wrong: by 0.003 of the largest value",
        "fails: Tile|Tile",
    )
    row = dict(zip(ENGINES, reasons))
    rows = {"versions": ROWS["versions"], "networks": {"n": row}, "operators": {}}
    told = (
        "| n | 使用 oneDNN 时有误或失败 | 有误：相差最大值的 0.003 | 失败：Tile/Tile |"
    )
    assert told in made.page(rows, "zh")


def test_everything_holds_in_paddle_inference():
    """As it comes; Swin's windows only without oneDNN."""
    for part in ("operators", "networks"):
        for name, row in ROWS[part].items():
            default, plain, _ = (row[engine] for engine in ENGINES)
            assert plain == "", name
            assert (default == "") == (name != "swin_unet_fine_shapes"), name


@pytest.mark.slow
@pytest.mark.parametrize(
    "part, name", [(part, name) for part in ("networks", "operators")
                   for name in sorted(ROWS[part])]
)  # fmt: skip
def test_row(part, name):
    pytest.importorskip("paddle2onnx")
    pytest.importorskip("onnxruntime")
    if paddle.__version__ != ROWS["versions"]["paddle"]:
        pytest.skip(f"the page is for Paddle {ROWS['versions']['paddle']}")
    if part == "networks":
        row = made.network_row(made.NETWORKS[name])
    else:
        row = made.operator_row(name)
    for engine in ENGINES:
        assert bool(row[engine]) == bool(ROWS[part][name][engine]), row[engine]
