import json

import numpy as np
from PIL import Image


def test_end_to_end(tool, files, tmp_path):
    _, config = files
    out = tmp_path / "ceiling"
    given = ["--config", config, "--strides", 2, 4, "--save_dir", out]
    status, text, _ = tool("ceiling", *given, "--class_names", "a", "b", "c")
    assert status == 0 and "At stride 4 an upsampler can matter by at most" in text
    record = json.loads((out / "ceiling.json").read_text())
    assert record["images"] == 6 and record["size"] == [24, 30]
    assert record["class_names"] == ["a", "b", "c"]
    assert record["sentences"][0] in " ".join(text.split())
    assert record["run"]["versions"]["numpy"]
    with Image.open(out / "ceiling.png") as picture:
        assert picture.width == 1920
    assert (out / "ceiling.pdf").stat().st_size


def test_mistakes(refused, files, tmp_path):
    folder, config = files
    assert "stride 1:" in refused("ceiling", "--config", config, "--strides", 1)
    label = np.full((24, 30), 7, np.uint8)
    Image.fromarray(label).save(folder / "label3.png")
    said = refused("ceiling", "--config", config)
    assert "label3.png: label value 7" in said
