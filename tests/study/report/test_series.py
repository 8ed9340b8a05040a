"""The numbers of the figures, and what they are chosen by."""

import json

import numpy as np
import pytest

from paddle_resample.study.report.content import read_content
from paddle_resample.study.report.embed import smaller
from paddle_resample.study.report.method_style import method_styles
from paddle_resample.study.report.network_views import choose_extremes
from paddle_resample.study.report.reproduce import commands
from paddle_resample.study.report.series import bands, classes, curves, pareto, thin


@pytest.fixture(scope="module")
def content(study):
    return read_content(study.folder)


def last(content, method, key):
    return [result["last"][key] for result in content.results[method]]


def test_methods_are_ranked(content):
    means = [content.measure(name)["mean"] for name in content.methods]
    assert means == sorted(means, reverse=True)
    assert content.methods[0] == "carafe" and content.seed == 0


def test_classes_over_seeds(content):
    found = classes(content)["boundary_iou"]["carafe"]
    table = np.array(last(content, "carafe", "boundary_iou"), float) * 100
    for number, column in enumerate(table.T):
        column = column[~np.isnan(column)]
        expected = [None] * 3
        if column.size:
            expected = [column.mean(), column.min(), column.max()]
        got = [found[key][number] for key in ("mean", "low", "high")]
        assert got == pytest.approx(expected)


def test_bands_and_thin_structures(content):
    for found, key in ((bands(content), "trimap_miou"), (thin(content), "thin_recall")):
        expected = 100 * np.mean(last(content, "nearest", key), axis=0)
        np.testing.assert_allclose(found["methods"]["nearest"]["mean"], expected)
    assert thin(content)["widths"] == [1, 2, 3, 4]


def test_curves_are_the_cells(content):
    found = curves(content)["loss"]["bilinear"]
    losses = []
    for result in content.results["bilinear"]:
        lines = (content.cell_folder(result) / "curve.jsonl").read_text().splitlines()
        points = [json.loads(line) for line in lines]
        losses.append([p["loss"] for p in points if "loss" in p])
    assert found["x"] == list(range(20, 361, 20))
    pairs = np.reshape(losses, (len(losses), -1, 2)).mean(2)  # 36 points in 18
    np.testing.assert_allclose(found["mean"], np.mean(pairs, axis=0))
    np.testing.assert_allclose(found["low"], np.min(pairs, axis=0))
    np.testing.assert_allclose(found["high"], np.max(pairs, axis=0))


def test_the_pareto_front_is_what_nothing_beats(rng):
    rows = [
        {"miou": float(m), "macs": float(c)} for m, c in rng.integers(0, 9, (30, 2))
    ]
    rows.append({"miou": 99.0, "macs": None})
    known = rows[:-1]
    front = pareto(rows, "macs")
    for row in known:
        beaten = any(
            o["macs"] <= row["macs"]
            and o["miou"] >= row["miou"]
            and (o["macs"], o["miou"]) != (row["macs"], row["miou"])
            for o in known
        )
        same = [(r["miou"], r["macs"]) for r in front]
        assert ((row["miou"], row["macs"]) in same) == (not beaten)


def test_extremes_are_those_of_all_images(content):
    chosen = choose_extremes(content)
    gains = {}
    for method in ("carafe", "bilinear"):
        path = content.cell_folder(content.shown(method)) / "images.npz"
        with np.load(path) as file:
            names, (hits, labelled, predicted) = (
                file["names"],
                np.moveaxis(file["region"].astype(float), 1, 0),
            )
        union = labelled + predicted - hits
        with np.errstate(invalid="ignore"):
            gains[method] = np.nanmean(np.where(union > 0, hits / union, np.nan), 1)
    gain = 100 * (gains["carafe"] - gains["bilinear"])
    best, worst = chosen["carafe"]
    assert (best["kind"], worst["kind"]) == ("gain", "loss")
    assert best["name"] == names[gain.argmax()]
    assert worst["name"] == names[gain.argmin()]
    assert best["own"] - best["base"] == pytest.approx(gain.max())
    high, low = chosen["bilinear"]
    assert high["name"] == names[gains["bilinear"].argmax()]
    assert low["name"] == names[gains["bilinear"].argmin()]


def test_looks_do_not_repeat():
    methods = [f"method {i}" for i in range(24)]
    styles = method_styles(methods, "method 3")
    assert (
        styles["method 3"].symbol == "circle" and styles["method 3"].colour == "#000000"
    )
    assert len(set(styles.values())) == 24
    six = [styles[name] for name in methods[:7]]
    assert (
        len({style.colour for style in six})
        == len({style.symbol for style in six})
        == 7
    )


def test_the_command_repeats_the_study(content):
    text = commands(content.study)
    assert text.startswith("python tools/study.py --config ")
    named = "'model.upsample=nearest,bilinear,carafe,dysample(groups=8)'"
    assert f"--vary {named}" in text and "--baseline bilinear" in text


@pytest.mark.parametrize("size, expected", [
    ((4, 8), (4, 8)),
    ((6, 12), (4, 8)),
    ((101, 40), (8, 3)),
], ids=str)  # fmt: skip
def test_smaller_label_maps_keep_their_classes(size, expected):
    labels = np.arange(size[0] * size[1]).reshape(size)
    small = smaller(labels, 8)
    assert small.shape == expected
    assert set(small.ravel()) <= set(labels.ravel())
    middle = small[expected[0] // 2, expected[1] // 2]
    row, column = np.divmod(middle, size[1])
    assert abs(row - size[0] / 2) <= size[0] / expected[0]
    assert abs(column - size[1] / 2) <= size[1] / expected[1]
