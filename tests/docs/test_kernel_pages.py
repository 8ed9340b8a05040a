"""The pages of the kernels' times are made of what docs/kernels.jsonl says."""

from pathlib import Path

import generate_kernels as made

ROOT = Path(__file__).parents[2]


def test_pages_are_made_of_the_entries():
    entries, docs = made.read(), ROOT / "docs"
    for language, name in made.PAGES.items():
        written = (docs / name).read_text(encoding="utf-8")
        assert written == made.page(entries, language)
    rows = (docs / "kernels_rows.md").read_text(encoding="utf-8")
    assert rows == made.rows_page(entries)


def test_every_row_of_the_benchmark_was_measured():
    from operators_rows import ROWS, SHAPES

    wanted = {row.name for row in ROWS}
    entries = made.read()
    for threads in (1, 2):
        lines = made.of_kind(entries, "operator", threads=threads)
        assert set(made.names(lines)) == wanted
        assert len(lines) == 2 * len(ROWS) * len(SHAPES)
        assert (
            set(made.names(made.of_kind(entries, "growth", threads=threads))) == wanted
        )


def test_means_and_losses():
    entries = [
        {"kind": "operator", "row": "a", "y": [1, 2], "direction": "forward",
         "threads": 1, "ours/": {"paddle": 0.5, "torch": 2.0, "floor": 1.0}},
        {"kind": "operator", "row": "a", "y": [3, 4], "direction": "both",
         "threads": 1, "ours/": {"paddle": 1.5, "floor": 3.0}},
    ]  # fmt: skip
    assert made.mean(entries, "paddle") == "0.87"  # the root of 0.75
    assert made.mean(entries[1:], "torch") == "-"
    said = "a to 1x2, PyTorch 2.00; a to 3x4 with backward, Paddle 1.50."
    assert made.losses(entries, 1) == said
    assert made.losses(entries, 2) == "none."
    said = "a 至 1x2，PyTorch 2.00；a 至 3x4（含反向），Paddle 1.50。"
    assert made.losses(entries, 1, "zh") == said


def test_held_out_table():
    import held_out_table as table

    rows = [
        ["a", [1, 2], "forward", 1, 0.5],
        ["b", [3, 4], "forward", 1, 2.0],
        ["a", [1, 2], "both", 1, 0.3],
    ]
    text = table.held_out_table(rows)
    assert "| 1 | forward | 1.00 | 2.00 | b to 3x4 (2.00), a to 1x2 (0.50) |" in text
    assert "| 1 | with backward | 0.30 | 0.30 | a to 1x2 (0.30) |" in text
    assert "| 1 | 含反向 | 0.30 | 0.30 | a 至 1x2（0.30） |" in table.held_out_table(
        rows, "zh"
    )


def test_every_held_out_shape_was_measured():
    import held_out_table
    from operators_rows import HELD_OUT, ROWS

    kept = held_out_table.read()
    assert kept["malloc"] == "default"
    measured = [(row[0], *row[2:4]) for row in kept["rows"]]
    for row in ROWS:
        for direction in ("forward", "both"):
            for threads in (1, 2):
                found = measured.count((row.name, direction, threads))
                assert found == len(HELD_OUT), row.name


def test_picture_draws_what_the_table_says():
    from kernels_picture import PICTURE, mean

    entries = made.of_kind(made.read(), "operator", threads=1)
    for direction in made.DIRECTIONS:
        some = [e for e in entries if (e["row"], e["direction"]) == ("haar", direction)]
        drawn = mean(entries, "haar", direction, "torch")
        assert f"{drawn:.2f}" == made.mean(some, "torch")
    assert PICTURE.exists()
