"""Weights through tools/convert.py and back, against the library of the format."""

import json
import pickle

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.safetensors_file import read_safetensors, write_safetensors
from paddle_resample.seg.checkpoints.weights import load_weights, read_state

TYPES = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64".split()


def every_type():
    values = paddle.to_tensor([[0.0, 1.0, 2.5], [3.0, 100.0, 7.0]])
    state = {f"of.{t}": values.astype(t) for t in TYPES}
    return {**state, "no axes": paddle.to_tensor(2.5), "empty": paddle.zeros([0, 3])}


def same(a, b):
    assert list(a) == list(b)
    for name in a:
        assert a[name].dtype == b[name].dtype and a[name].shape == b[name].shape, name
        np.testing.assert_array_equal(a[name].numpy(), b[name].numpy(), err_msg=name)


def test_there_and_back(tool, tmp_path):
    paddle.save(every_type(), str(tmp_path / "a.pdparams"))
    steps = ["a.pdparams", "b.safetensors", "c.pdparams", "d.safetensors"]
    for source, target in zip(steps, steps[1:]):
        status, out, error = tool("convert", tmp_path / source, tmp_path / target)
        assert status == 0, error
        assert f"{target}: 12 tensors, 0.0 MB" in out
    same(paddle.load(str(tmp_path / "c.pdparams")), every_type())
    same(read_state(tmp_path / "d.safetensors"), every_type())
    assert (tmp_path / "b.safetensors").read_bytes() == (
        tmp_path / "d.safetensors"
    ).read_bytes()


def test_the_library_reads_ours_and_we_read_its(tmp_path, rng):
    library = pytest.importorskip("safetensors.numpy")
    arrays = {t: rng.integers(0, 2, (2, 3)).astype(t) for t in TYPES if t[0] != "b"}
    arrays["turned"] = np.asfortranarray(rng.normal(size=(3, 4)))
    write_safetensors(tmp_path / "ours.safetensors", arrays)
    library.save_file(
        {k: np.ascontiguousarray(v) for k, v in arrays.items()},
        tmp_path / "its.safetensors",
        metadata={"format": "pt"},
    )
    for read in (
        library.load_file(tmp_path / "ours.safetensors"),
        read_safetensors(tmp_path / "its.safetensors"),
    ):
        assert read.keys() == arrays.keys()
        for name, array in arrays.items():
            assert read[name].dtype == array.dtype
            np.testing.assert_array_equal(read[name], array)


def test_the_library_reads_our_bfloat16(tmp_path):
    library = pytest.importorskip("safetensors.paddle")
    state = {"w": paddle.to_tensor([1.0, -2.5]).astype("bfloat16")}
    write_safetensors(tmp_path / "w.safetensors", {"w": state["w"].numpy()})
    read = library.load_file(tmp_path / "w.safetensors")["w"]
    assert read.dtype == paddle.bfloat16
    assert read.astype("float32").tolist() == [1, -2.5]


def test_models_load_safetensors(tmp_path):
    paddle.seed(3)
    source, target, third = (paddle.nn.Linear(3, 2) for _ in range(3))
    arrays = {name: p.numpy() for name, p in source.state_dict().items()}
    write_safetensors(tmp_path / "model.safetensors", arrays)
    load_weights(target, tmp_path / "model.safetensors")
    load_weights(third, tmp_path)
    same(target.state_dict(), source.state_dict())
    same(third.state_dict(), source.state_dict())
    with pytest.raises(
        UsageError, match=r"another model than Linear .*weight \[3, 2\]"
    ):
        load_weights(paddle.nn.Linear(4, 2), tmp_path)


def header(**entries):
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


DAMAGED = {
    "empty": b"",
    "header_too_long": (2**40).to_bytes(8, "little") + b"{}",
    "no_json": (4).to_bytes(8, "little") + b"abcd",
    "no_mapping": (2).to_bytes(8, "little") + b"[]",
    "cut": header(w=entry()) + b"1234",
    "more": header(w=entry()) + b"123456789",
    "overlap": header(a=entry(), b=entry(offsets=(4, 12))) + b"123456789012",
    "gap": header(a=entry(offsets=(4, 12))) + b"123456789012",
    "shape": header(w=entry(shape=(3,))) + b"12345678",
    "negative": header(w=entry(shape=(-1, -2))) + b"12345678",
    "fraction": header(w=entry(shape=(2.0,))) + b"12345678",
    "type": header(w=entry(dtype="F8_E4M3", offsets=(0, 2))) + b"12",
    "no_shape": header(w={"dtype": "F32", "data_offsets": [0, 8]}) + b"12345678",
    "huge": header(w=entry(shape=(2**40,), offsets=(0, 2**42))) + b"12345678",
    "number_for_entry": header(w=3),
    "objects": header(w=entry(dtype="O", offsets=(0, 16))) + b"0" * 16,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_safetensors(name, tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_bytes(DAMAGED[name])
    with pytest.raises(UsageError, match=r"is no whole safetensors file: "):
        read_state(path)


def test_refusals(refused, tmp_path):
    paddle.save({"w": paddle.ones([2])}, str(tmp_path / "w.pdparams"))
    paddle.save({"w": paddle.ones([2]), "lr": 0.1}, str(tmp_path / "o.pdparams"))
    (tmp_path / "evil.pdparams").write_bytes(pickle.dumps({"w": print}, 4))
    (tmp_path / "there.safetensors").write_bytes(b"mine")
    new = tmp_path / "new.safetensors"
    for source, target, text in (
        ("w.pdparams", tmp_path / "w.pth", "w.pth' must end in .pdparams or .safet"),
        ("w.pdparams", tmp_path / "there.safetensors", "exists already"),
        ("gone.pdparams", new, "gone.pdparams' does not exist"),
        ("evil.pdparams", new, "refused, because it asks for builtins.print"),
        ("o.pdparams", new, "holds more than tensors: 'lr' is of type float"),
        ("w.pdparams", tmp_path / "no" / "w.safetensors", "cannot be written: No such"),
    ):
        assert text in refused("convert", tmp_path / source, target)
    assert not new.exists()
    assert (tmp_path / "there.safetensors").read_bytes() == b"mine"
    with pytest.raises(UsageError, match="'w' is of type complex64"):
        write_safetensors(new, {"w": np.ones(2, "complex64")})
