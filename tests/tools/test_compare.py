import json
import math

import numpy as np
import pytest
from PIL import Image

from paddle_resample.lab.photograph.restore import psnr, ssim

NAMES = ["pixel_shuffle", "nearest", "max_unpool", "bilinear:align_corners=true"]


@pytest.fixture
def photo(tmp_path, rng):
    path = tmp_path / "photo.png"
    Image.fromarray(rng.integers(0, 256, (40, 48, 3), dtype=np.uint8)).save(path)
    return path


def read(path):
    return np.asarray(Image.open(path))


def test_end_to_end(tool, photo, tmp_path):
    folder = tmp_path / "out"
    given = ["--image", photo, "--steps", 4, "--seed", 3, "--operators", *NAMES]
    status, out, _ = tool("compare", *given, "--save_dir", folder)
    assert status == 0
    assert "pixel_shuffle" in out and "sees" not in out
    names = {path.name for path in folder.iterdir()}
    assert names == {"compare.png", "compare.pdf", "compare.json", "pictures"}
    assert read(folder / "compare.png").shape[1] == 2481
    assert (folder / "compare.pdf").read_bytes().endswith(b"%%EOF\n")
    record = json.loads((folder / "compare.json").read_text())
    assert record["settings"]["seed"] == 3 and record["settings"]["steps"] == 4
    assert record["worked_on"]["width"] == 48
    assert record["run"]["versions"]["scikit-image"]
    assert str(photo) in record["run"]["command"]
    assert {row["name"] for row in record["rows"]} == {n.split(":")[0] for n in NAMES}
    original = read(folder / record["worked_on"]["picture"])
    np.testing.assert_array_equal(original, read(photo))
    for row in record["rows"]:
        restored = read(folder / row["restored"])
        assert row["psnr_db"] == pytest.approx(psnr(original, restored), abs=1e-9)
        assert row["ssim"] == pytest.approx(ssim(original, restored), abs=1e-9)
    again = tmp_path / "again"
    tool("compare", *given, "--save_dir", again)
    other = json.loads((again / "compare.json").read_text())
    del record["run"], other["run"]
    assert record == other
    for name in ("compare.png", "compare.pdf"):
        assert (folder / name).read_bytes() == (again / name).read_bytes()


def test_perfect_picture_has_no_decibels(tool, tmp_path):
    Image.new("RGB", (40, 40), (9, 9, 9)).save(tmp_path / "flat.png")
    given = ["--image", tmp_path / "flat.png", "--operators", "nearest"]
    status, out, _ = tool("compare", *given, "--save_dir", tmp_path)
    record = json.loads((tmp_path / "compare.json").read_text())
    assert status == 0 and str(math.inf) in out
    assert record["rows"][0]["psnr_db"] is None


def test_interrupt_draws_what_is_done(tool, photo, tmp_path, monkeypatch):
    from paddle_resample.lab.photograph import restore

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(restore, "fit", interrupted)
    given = ["--image", photo, "--save_dir", tmp_path, "--operators"]
    status, _, stderr = tool("compare", *given, "nearest", "flow", "bilinear")
    assert status == 130 and "stopped by Ctrl-C" in stderr
    record = json.loads((tmp_path / "compare.json").read_text())
    assert record["stopped_early"] and [r["name"] for r in record["rows"]] == [
        "nearest"
    ]
    assert (tmp_path / "compare.png").stat().st_size


def test_truncated_picture_is_refused(refused, photo, tmp_path):
    photo.write_bytes(photo.read_bytes()[:500])
    sentence = refused("compare", "--image", photo, "--save_dir", tmp_path)
    assert sentence.startswith(f"picture '{photo}' cannot be read: ")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (["--operators", "bilinaer"], "did you mean 'bilinear'"),
        (
            ["--operators", "nearest:scal=2"],
            "unknown option 'scal'; did you mean 'scale'",
        ),
        (["--crop", 0, 0, 60], "crop x=0 y=0 size=60 does not lie in the picture"),
        (["--size", 16], "at least 32 are needed"),
        (["--steps", -1], "steps=-1: at least 0 is needed"),
        (["--image", "no.png"], "picture 'no.png' is not there"),
    ],
    ids=lambda value: str(value[0]).lstrip("-") if isinstance(value, list) else "",
)
def test_mistakes(refused, photo, tmp_path, given, fault):
    folder = tmp_path / "out"
    common = ["--image", photo, "--operators", "nearest", "--save_dir", folder]
    assert fault in refused("compare", *common, *given)
    assert not list(folder.glob("**/*.*"))
