import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, build, load_official


def expand_state(rng, **changes):
    state = {
        "expand.weight": rng.normal(size=(8, 4)),  # (out, in), as PyTorch stores it
        "norm.weight": rng.normal(size=2),
        "norm.bias": rng.normal(size=2),
        **changes,
    }
    return {name: value for name, value in state.items() if value is not None}


def test_linear_weights_are_turned(rng):
    layer, state = build("patch_expand", 4, 2), expand_state(rng)
    load_official(layer, state)
    np.testing.assert_allclose(
        layer.expand.weight.numpy(), state["expand.weight"].T, rtol=1e-6
    )


def test_running_statistics_take_paddle_s_names(rng):
    layer = paddle.nn.Sequential(paddle.nn.BatchNorm2D(3))
    names = ("weight", "bias", "running_mean", "running_var")
    state = {f"0.{name}": rng.random(3) for name in names}
    filled = load_official(layer, {**state, "0.num_batches_tracked": np.array(7)})
    assert set(filled) == set(state)
    np.testing.assert_allclose(
        layer[0]._variance.numpy(), state["0.running_var"], rtol=1e-6
    )


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_reads_files(rng, tmp_path, suffix):
    state = {name: v.astype("float32") for name, v in expand_state(rng).items()}
    path = tmp_path / f"weights.{suffix}"
    if suffix == "npz":
        np.savez(path, **state)
    else:
        save_file = pytest.importorskip("safetensors.numpy").save_file
        save_file(state, path)
    layer = build("patch_expand", 4, 2)
    load_official(layer, path)
    np.testing.assert_array_equal(layer.norm.bias.numpy(), state["norm.bias"])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"norm.bias": None}, r"PatchExpand: 1 missing \(norm.bias\)"),
        ({"norm.beta": np.ones(2)}, r"1 unexpected \(norm.beta\)"),
        ({"norm.bias": np.ones(3)}, r"another shape \(norm.bias \[3\] for \[2\]\)"),
    ],
    ids=str,
)
def test_refuses_what_does_not_fit_and_changes_nothing(rng, changes, text):
    layer = build("patch_expand", 4, 2)
    before = {k: v.numpy().copy() for k, v in layer.state_dict().items()}
    with pytest.raises(UsageError, match=text):
        load_official(layer, expand_state(rng, **changes))
    for key, value in layer.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[key])


def test_refuses_other_files(tmp_path):
    (tmp_path / "w.pth").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"come as .npz or .safetensors, not '.pth'"):
        load_official(build("patch_expand", 4, 2), tmp_path / "w.pth")
    (tmp_path / "w.npz").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"w.npz' cannot be read"):
        load_official(build("patch_expand", 4, 2), tmp_path / "w.npz")


def test_pickles_in_a_npz_are_refused(tmp_path):
    np.savez(tmp_path / "w.npz", weight=np.array([print], dtype=object))
    with pytest.raises(UsageError, match="cannot be read"):
        load_official(build("patch_expand", 4, 2), tmp_path / "w.npz")


def test_a_number_without_axes_stays_one():
    layer = paddle.nn.Layer()
    layer.temperature = layer.create_parameter([])
    load_official(layer, {"temperature": np.float32(2.5)})
    assert layer.temperature.shape in ([], ()) and layer.temperature.item() == 2.5
