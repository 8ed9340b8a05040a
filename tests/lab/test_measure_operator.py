import json

import numpy as np
import pytest

from paddle_resample import UsageError, build, lab, resampler_class
from paddle_resample.base import Upsampler
from paddle_resample.lab.measure_operator import light_specs, measure, measure_all
from paddle_resample.lab.photograph.restore import Settings

PARTS = [
    "kernel", "frequency", "checkerboard", "partition", "shift", "bias", "edge",
    "gradient", "linearity",
]  # fmt: skip


def test_everything_is_measured_and_is_json():
    found = measure("bilinear")
    assert list(found.parts) == PARTS and found.remarks == []
    assert (found.kind, found.scale, found.channels) == ("up", 2, 16)
    text = json.dumps(found.as_json())
    read = json.loads(text)["measured"]
    for name, part in found.parts.items():
        for key, (value, unit) in part.numbers.items():
            assert read[name]["numbers"][key]["unit"] == unit
            assert read[name]["numbers"][key]["value"] == pytest.approx(value, rel=1e-6)
        for key, array in part.arrays.items():
            kept = np.array(read[name]["arrays"][key])
            np.testing.assert_allclose(kept, array, rtol=1e-5, atol=1e-11)
    assert found.as_json(arrays=False)["measured"]["edge"].keys() == {
        "edge_width", "overshoot", "edge_shift",
    }  # fmt: skip


def test_measurements_repeat():
    one, other = (json.dumps(measure("flow").as_json()) for _ in range(2))
    assert one == other


def test_a_layer_with_its_own_weights():
    layer = build({"name": "conv_transpose", "kernel_size": 4, "init": "bilinear"}, 3)
    found, expected = measure(layer).numbers, measure("bilinear").numbers
    for key in ("bandwidth", "aliasing", "checkerboard", "edge_width", "jitter"):
        assert found[key][0] == pytest.approx(expected[key][0], abs=1e-4), key


def test_a_pair_is_also_reconstructed():
    few = Settings(size=48, steps=2)
    found = measure("avg_pool", partner="nearest", settings=few)
    assert list(found.parts) == [*PARTS, "reconstruction"] and found.kind == "pair"
    assert found.numbers["psnr"][0] > 15
    with pytest.raises(UsageError, match="two specs"):
        measure(build("avg_pool", 3), partner="nearest")


def test_what_depends_on_its_input_says_so():
    assert "measured near a natural map" in measure("max_pool").remarks[-1]


def test_interrupt_keeps_what_is_done():
    def interrupt(label, done, total):
        if label == "c":
            raise KeyboardInterrupt

    kept = []
    chosen = {"a": "nearest", "b": "avg_pool", "c": "bicubic"}
    lab = measure_all(chosen, interrupt, kept.append)
    assert lab.stopped and [row.label for row in lab.rows] == ["nearest", "avg_pool"]
    assert kept == lab.rows


def test_a_mistake_shows_before_anything_is_measured():
    def never(*_):
        pytest.fail("something was measured")

    with pytest.raises(UsageError, match="did you mean 'nearest'"):
        measure_all({"a": "bilinear", "b": "neerest"}, never)
    with pytest.raises(UsageError, match="needs pool_indices"):
        measure_all({"a": ("avg_pool", "max_unpool")}, never)


def test_progress():
    seen = []
    measure_all({"a": "nearest"}, lambda *given: seen.append(given))
    assert seen == [("a", 0, 1), ("", 1, 1)]


def test_light_ones():
    chosen, left_out = light_specs()
    assert {"bilinear", "carafe", "max_pool", "strided_conv"} <= set(chosen)
    assert "million" in left_out["jafar"] and not set(chosen) & set(left_out)
    kinds = [issubclass(resampler_class(name), Upsampler) for name in chosen]
    assert kinds == sorted(kinds, reverse=True)


def test_public_name():
    assert lab.measure is measure


@pytest.mark.slow
@pytest.mark.parametrize("name", light_specs()[0])
def test_every_light_operator(name):
    found = measure(name)
    numbers = {k: v[0] for k, v in found.numbers.items()}
    power = found.array("frequency", "power")
    assert np.isfinite(power).all() and power.min() >= 0 and power.max() > 0
    assert 0 <= numbers["aliasing"] <= 100 and 0 <= numbers["gradient_unread"] <= 100
    assert np.isfinite(
        [numbers[k] for k in ("shift_whole", "shift_fine", "gain")]
    ).all()
    json.dumps(found.as_json())
