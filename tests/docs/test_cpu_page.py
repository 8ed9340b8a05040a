"""docs/cpu.md and cpu.zh.md are what their generator makes of the measured rows."""

import json

import generate_cpu as generator
import networks
import pytest

from checkout import ROOT


def row(network, threads, ours, torch=None, clock="wall", commit="abc1234"):
    """Wall clock seconds of both; those of the processor are half of them."""
    seconds = {"ours": ours, "torch": torch}
    return {
        "network": network,
        "threads": threads,
        "clock": clock,
        "commit": commit,
        "date": "2026-01-02",
        "machine": "abacus",
        "versions": {"ours": "3.2.2", "torch": "2.0"},
        "rounds": 2,
        "calls": 4,
        "seconds": {
            way: {"inference": [s, s / 2], "step": [3 * s, 3 * s / 2]}
            for way, s in seconds.items()
            if s
        },
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_up_to_date(language):
    docs = ROOT / "docs"
    rows = json.loads((docs / "cpu.json").read_text(encoding="utf-8"))
    notes = (docs / generator.NOTES[language]).read_text(encoding="utf-8")
    page = (docs / generator.PAGES[language]).read_text(encoding="utf-8")
    assert page == generator.page(notes, rows, language)
    assert "{" not in page


def test_every_network_has_a_name():
    assert set(generator.NAMES) == set(networks.ROWS)


def test_tables():
    rows = [
        row("segformer b0", 1, 0.1, torch=0.2),
        row("segformer b0", 2, 0.06, torch=0.1),
        row("mobilenet v2", 1, 0.4, clock="processor"),
    ]
    made = "| abc1234, 2026-01-02, 2 x 4 calls |"
    page = generator.page("{speeds wall}\n{threads}\n{speeds processor}\n{torch}", rows)
    lines = page.splitlines()
    first = "| SegFormer-B0 (transformers) | "
    assert lines[2] == first + "1 | 100 | 0.50 | - | 300 | 0.50 | - " + made
    assert lines[3] == first + "2 | 60 | 0.60 | - | 180 | 0.60 | - " + made
    assert lines[6] == first + "0.60 | 0.60 | 0.50 | 0.50 | - | - |"
    assert "MobileNetV2 (backbone, depthwise) | 1 | 200 | - | - | 600" in lines[9]
    assert lines[-1] == "2.0"


def test_threads_are_compared_within_a_commit():
    rows = [row("mobilenet v2", 1, 0.1), row("mobilenet v2", 2, 0.1, commit="def")]
    assert generator.threads(rows).count("\n") == 1


def test_a_row_takes_the_place_of_the_one_before(tmp_path):
    path = tmp_path / "rows.json"
    for made in (
        row("mobilenet v2", 2, 1.0),
        row("unet 16 carafe", 1, 1.0),
        row("mobilenet v2", 1, 1.0),
        row("mobilenet v2", 2, 3.0, commit="def"),
    ):
        networks.keep(path, made)
    rows = json.loads(path.read_text(encoding="utf-8"))
    assert [(r["network"], r["threads"], r["commit"]) for r in rows] == [
        ("unet 16 carafe", 1, "abc1234"),
        ("mobilenet v2", 1, "abc1234"),
        ("mobilenet v2", 2, "def"),
    ]
