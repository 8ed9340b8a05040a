import json

import pytest
from PIL import Image

SMALL = ["--size", 48, "--steps", 2]


def read(folder):
    return json.loads((folder / "lab.json").read_text())


def test_end_to_end(tool, tmp_path):
    given = ["--operators", "conv_transpose:kernel_size=3", "--pairs"]
    given += ["haar:haar_inverse", "blur_pool:filter_size=3 : bilinear", *SMALL]
    status, out, _ = tool("lab", *given, "--seed", 3, "--save_dir", tmp_path)
    assert status == 0 and "conv_transpose" in out
    record = read(tmp_path)
    labels = ["conv_transpose kernel_size=3", "haar : haar_inverse"]
    labels += ["blur_pool filter_size=3 : bilinear"]
    assert [row["label"] for row in record["rows"]] == labels
    assert record["seed"] == 3 and record["run"]["versions"]["numpy"]
    haar = record["rows"][1]["measured"]
    assert haar["edge"]["edge_width"] == {
        "value": pytest.approx(0.8),
        "unit": "fine px",
    }
    assert haar["reconstruction"]["psnr"]["value"] is None
    for row in record["rows"]:
        with Image.open(tmp_path / row["page"]) as picture:
            assert picture.width == 2120
        arrays = json.loads((tmp_path / row["arrays"]).read_text())
        assert arrays["label"] == row["label"]
        for name, numbers in row["measured"].items():
            assert arrays["measured"][name]["numbers"] == numbers
    assert (tmp_path / "lab.png").stat().st_size


def test_a_run_repeats(tool, tmp_path):
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        tool("lab", "--operators", "pixel_shuffle", "--save_dir", folder)
    one, other = (read(folder) for folder in folders)
    del one["run"], other["run"]
    assert one == other
    for name in ("lab.png", "pixel_shuffle.png", "pixel_shuffle.json"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_a_site_of_a_trained_network(tool, trained, tmp_path):
    config, folder = trained
    model = ["--config", config, "--model_path", folder / "best_model"]
    status, _, _ = tool("lab", *model, "--site", "down.0", "--save_dir", tmp_path)
    assert status == 0
    (row,) = read(tmp_path)["rows"]
    assert row["label"] == "down.0 (max_pool)" and row["channels"] == 4
    assert row["measured"]["gradient"]["gradient_unread"]["value"] == 75
    status, _, _ = tool("lab", *model, "--save_dir", tmp_path / "all")
    labels = [row["label"] for row in read(tmp_path / "all")["rows"]]
    assert labels == [
        "down.0 (max_pool)", "down.1 (max_pool)", "up.0 (bilinear)", "up.1 (bilinear)",
    ]  # fmt: skip


def test_interrupt_keeps_what_is_done(tool, tmp_path, monkeypatch):
    from paddle_resample.lab import measure_operator

    real = measure_operator.probe

    def interrupted(operator, *given):
        if given and operator == {"name": "bicubic"}:
            raise KeyboardInterrupt
        return real(operator, *given)

    monkeypatch.setattr(measure_operator, "probe", interrupted)
    names = ["nearest", "bicubic", "bilinear"]
    status, _, stderr = tool("lab", "--operators", *names, "--save_dir", tmp_path)
    assert status == 130 and "stopped by Ctrl-C" in stderr
    record = read(tmp_path)
    assert record["stopped_early"] and [r["label"] for r in record["rows"]] == [
        "nearest"
    ]
    assert (tmp_path / "nearest.png").exists() and (tmp_path / "lab.png").exists()


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (["--operators", "bilinaer"], "did you mean 'bilinear'"),
        (["--operators", "nearest:scal=2"], "unknown option 'scal'"),
        (["--pairs", "haar"], "pair 'haar': write DOWN:UP"),
        (["--pairs", "avg_pool:max_unpool"], "needs pool_indices"),
        (["--pairs", "nearest:avg_pool"], "'nearest' is an upsampler"),
        (["--site", "up.0"], "--model_path and --site need --config"),
        (["--config", "no.yml"], "'no.yml' cannot be read"),
        (["--operators", "nearest", "--steps", -1], "steps=-1: at least 0"),
    ],
    ids=str,
)
def test_mistakes(refused, tmp_path, given, fault):
    folder = tmp_path / "out"
    assert fault in refused("lab", *given, "--save_dir", folder)
    assert not list(folder.glob("**/*.*"))


def test_a_site_that_is_not_there(refused, trained, tmp_path):
    sentence = refused("lab", "--config", trained[0], "--site", "up.7")
    assert sentence.startswith("site 'up.7' is not in the network; did you mean 'up.")
