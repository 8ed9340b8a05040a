"""A stranger's file cannot run anything: every payload here really would."""

import collections
import contextlib
import datetime
import os
import pickle
import struct
import subprocess

import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.seg.checkpoints.paddle_file import read_paddle_file
from paddle_resample.seg.checkpoints.weights import read_state


class Calls:
    """Pickled, it is a call: what an ordinary reader does while it reads."""

    def __init__(self, function, *arguments, state=None):
        self.call = (function, arguments) + ((state,) if state is not None else ())

    def __reduce__(self):
        return self.call


def harm(proof):
    """Files that leave the file `proof` behind when an ordinary reader takes them."""
    code = f"open({str(proof)!r}, 'w').write('ran')"
    command = f"touch {proof}"
    good = np.ones(3, "float32")
    return {
        "os.system": Calls(os.system, command),
        "eval": Calls(eval, code),
        "exec": Calls(exec, code),
        "eval_as_paddle_writes_it": Calls(eval, "data", {"data": Calls(eval, code)}),
        "eval_with_names": Calls(eval, f"{code} and data", {"data": good}),
        "open": Calls(open, str(proof), "w"),
        "subprocess": Calls(subprocess.check_call, ["touch", str(proof)]),
        "popen": Calls(os.popen, command),
        "getattr": Calls(getattr, Calls(__import__, "os"), "system"),
        "nested_in_weights": {"a": good, "b": [{"c": (1, Calls(eval, code))}]},
        "as_key": {Calls(eval, code): good},
        "in_ordered_dict": collections.OrderedDict(a=Calls(os.system, command)),
        "in_a_tuple_by_name": {"w": ("w", Calls(os.system, command))},
        "objects_in_an_array": {"w": np.array([Calls(eval, code)], dtype=object)},
        "in_the_state_of_an_array": Calls(
            np.core.multiarray._reconstruct,
            np.ndarray,
            (0,),
            b"b",
            state=(1, (1,), np.dtype("O"), False, [Calls(eval, code)]),
        ),
        "in_a_dtype": Calls(np.dtype, Calls(eval, code)),
        "as_part_of_a_split_parameter": {
            "a@@.0": Calls(eval, code),
            "UnpackBigParamInfor@@": {"a": {"slices": ["a@@.0"], "OriginShape": (1,)}},
        },
        "in_the_table_of_names": {
            "StructuredToParameterName@@": {"a": Calls(os.system, command)},
            "a": good,
        },
    }


NAMES = list(harm("x"))


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("name", NAMES)
def test_payload_is_refused_and_not_run(name, protocol, tmp_path):
    proof = tmp_path / "proof"
    path = tmp_path / "model.pdparams"
    path.write_bytes(pickle.dumps(harm(proof)[name], protocol))
    with pytest.raises(UsageError, match=r"refused, because it asks for [\w.]+") as e:
        read_state(path)
    assert "\n" not in str(e.value) and str(path) in str(e.value)
    assert not proof.exists()


@pytest.mark.parametrize("name", ["os.system", "eval_as_paddle_writes_it", "exec"])
def test_paddle_load_would_have_run_it(name, tmp_path):
    proof = tmp_path / "proof"
    path = tmp_path / "model.pdparams"
    path.write_bytes(pickle.dumps(harm(proof)[name], 4))
    with contextlib.suppress(Exception):
        paddle.load(str(path))
    assert proof.exists()


def instruction(*parts):
    return b"\x80\x04" + b"".join(parts) + b"."


CRAFTED = {
    "old_global": instruction(b"cos\nsystem\nX\x04\0\0\0true\x85R"),
    "text": instruction(b"S'true'\n"),
    "dotted_name": instruction(
        b"\x8c\x05numpy\x8c\x1btesting._private.utils.exec\x93)R"
    ),
    "instance": instruction(b"(X\x04\0\0\0trueios\nsystem\n"),
    "object": instruction(b"(cos\nsystem\nX\x04\0\0\0trueo"),
    "new_object": instruction(b"ccollections\nOrderedDict\n)\x81"),
    "new_object_with_names": instruction(b"ccollections\nOrderedDict\n)}\x92"),
    "persistent": instruction(b"Pmodel\n"),
    "persistent_binary": instruction(b"N", b"Q"),
    "extension": instruction(b"\x82\x01"),
    "change_of_a_class": instruction(b"ccollections\nOrderedDict\n}b"),
    "change_of_our_reader": instruction(
        b"cnumpy\ndtype\nN}X\x03\0\0\0setcnumpy\nndarray\ns\x86b"
    ),
    "change_of_a_function": instruction(
        b"cnumpy.core.multiarray\n_reconstruct\nN}X\x0c\0\0\0__defaults__)s\x86b"
    ),
    "a_class_as_value": instruction(b"}X\x01\0\0\0acnumpy\nndarray\ns"),
    "a_function_as_value": instruction(b"}X\x01\0\0\0acbuiltins\neval\ns"),
    "an_array_called": instruction(b"cnumpy\nndarray\n(K\x01\x85tR"),
    "codec": instruction(b"c_codecs\nencode\nX\x01\0\0\0aX\x03\0\0\0zip\x86R"),
    "many_bytes": instruction(b"cbuiltins\nbytes\nJ\xff\xff\xff\x7f\x85R"),
    "records": instruction(b"cnumpy\ndtype\nX\x05\0\0\0i4,i4\x85R"),
    "object_flags_for_floats": instruction(
        b"cnumpy\ndtype\nX\x02\0\0\0f4\x89\x88\x87R",
        b"(K\x03X\x01\0\0\0<NNX\x01\0\0\0aJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb",
    ),
}


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_instructions_are_refused(name, tmp_path):
    (tmp_path / "m").write_bytes(CRAFTED[name])
    with pytest.raises(UsageError, match="is refused"):
        read_state(tmp_path / "m")


def reconstructed(shape, data):
    """A pickled float32 array whose shape and bytes need not agree."""

    class Array:
        def __reduce__(self):
            state = (1, shape, np.dtype("f4"), False, data)
            return np.core.multiarray._reconstruct, (np.ndarray, (0,), b"b"), state

    return pickle.dumps({"w": Array()}, 4)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        b"PK\x03\x04 a zip",
        b"not a pickle at all",
        pickle.dumps({"w": np.ones(100)}, 4)[:200],
        b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"ab.",  # bytes beyond memory
        b"\x80\x04h\x07.",  # from an empty memory
        b"\x80\x04t.",
        b"cos\nsystem\n(S'true'\ntR.",  # a text pickle, which Paddle never wrote
        b"\x80\x04" + b"]" * 50000 + b"a" * 49999 + b".",  # deeper than Python goes
        reconstructed((10**9, 10**9), b"abcd"),
        reconstructed((-1,), b"abcd"),
        reconstructed((2,), b"abcd"),
        pickle.dumps({"UnpackBigParamInfor@@": {"a": {"slices": ["b"]}}}, 4),
        pickle.dumps({"StructuredToParameterName@@": {"gone": "x"}}, 4),
    ],
)
def test_damage_is_one_sentence(content, tmp_path):
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(UsageError, match=r"cannot be read; it is damaged") as error:
        read_state(tmp_path / "m")
    assert "\n" not in str(error.value)


def test_content_that_grows_without_end_is_read_at_once(tmp_path):
    """Tuples of tuples: 2**60 leaves in a file of a few hundred bytes."""
    content = b"\x80\x04X\x01\0\0\0a" + b"2\x86" * 60
    (tmp_path / "m").write_bytes(b"\x80\x04}X\x01\0\0\0k" + content[2:] + b"s.")
    assert list(read_state(tmp_path / "m")) == ["k"]


def equal(a, b):
    """The same types, names and values, as deep as they go."""
    if isinstance(a, paddle.Tensor):
        assert isinstance(b, paddle.Tensor)
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert a.name == b.name or a.name.startswith("generated_tensor")
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    elif isinstance(a, dict):
        assert type(a) is type(b) and list(a) == list(b)
        for key in a:
            equal(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert type(a) is type(b) and len(a) == len(b)
        for x, y in zip(a, b):
            equal(x, y)
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    else:
        assert type(a) is type(b) and a == b


def network():
    return paddle.nn.Sequential(
        paddle.nn.Conv2D(3, 4, 3), paddle.nn.BatchNorm2D(4), paddle.nn.Conv2D(4, 2, 1)
    )


def state_of_adam():
    net = network()
    rate = paddle.optimizer.lr.LinearWarmup(
        paddle.optimizer.lr.PolynomialDecay(0.1, 10), 3, 0.0, 0.1
    )
    adam = paddle.optimizer.AdamW(rate, parameters=net.parameters())
    net(paddle.ones([1, 3, 5, 5])).sum().backward()
    adam.step()
    rate.step()
    return adam.state_dict()


def state_of_plateau():
    rate = paddle.optimizer.lr.ReduceOnPlateau(0.1)
    rate.step(paddle.to_tensor(0.5))
    net = network()
    momentum = paddle.optimizer.Momentum(rate, parameters=net.parameters())
    net(paddle.ones([1, 3, 5, 5])).sum().backward()
    momentum.step()
    return momentum.state_dict()


def dense_tensor():
    core = paddle.base.core
    tensor = getattr(core, "DenseTensor", None) or core.LoDTensor
    tensor = tensor()
    tensor.set(np.arange(3, dtype="float32"), paddle.CPUPlace())
    return tensor


WRITTEN = {
    "weights": lambda: network().state_dict(),
    "adam": state_of_adam,
    "plateau": state_of_plateau,
    "types": lambda: {
        t: paddle.ones([2, 3]).astype(t)
        for t in "bool int8 uint8 int16 int32 int64 float16 bfloat16 float32 float64 "
        "complex64 complex128".split()
    },
    "no_axes_and_no_elements": lambda: {
        "a": paddle.to_tensor(3.0),
        "b": paddle.zeros([0, 4]),
    },
    "nested": lambda: {
        "model": network().state_dict(),
        "more": [paddle.ones([2]), (1, 2.5, None, "text", True)],
        "epoch": np.float64(3),
        "array": np.arange(6).reshape(2, 3),
    },
    "by_columns": lambda: {"a": np.asfortranarray(np.arange(6.0).reshape(2, 3))},
    "big_endian": lambda: {"a": np.arange(6, dtype=">f4")},
    "ordered": lambda: collections.OrderedDict(b=paddle.ones([1]), a=paddle.ones([2])),
    "static_graph": lambda: {"w": dense_tensor(), "l": [dense_tensor()]},
    "only_numbers": lambda: {"lr": 0.1, "last_epoch": 7},
}


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("name", WRITTEN)
def test_reads_what_paddle_writes_as_paddle_reads_it(name, protocol, tmp_path):
    path = str(tmp_path / "state.pd")
    content = WRITTEN[name]()
    try:
        paddle.save(content, path, protocol=protocol)
    except Exception as error:
        pytest.skip(f"this Paddle cannot write it: {error}")
    equal(paddle.load(path), read_state(path))
    equal(paddle.load(path, return_numpy=True), read_state(path, as_numpy=True))


def test_parameters_in_parts(tmp_path):
    """As protocol 2 writes a parameter above 1 GB, here with three elements."""
    info = {"w": {"OriginShape": (3, 1), "slices": ["w@@.0", "w@@.1"]}}
    for table in ({}, {"StructuredToParameterName@@": {"w": "conv_0.w_0"}}):
        content = {"w@@.0": np.float32([1, 2]), "w@@.1": np.float32([3]), **table}
        path = tmp_path / "m"
        path.write_bytes(pickle.dumps({**content, "UnpackBigParamInfor@@": info}, 2))
        state = read_state(path)
        assert list(state) == ["w"] and state["w"].tolist() == [[1], [2], [3]]
        equal(paddle.load(str(path)), state)


def test_reads_files_of_python_2_and_other_numpy_versions(tmp_path):
    array = np.float32([[1.5, -2]])
    pickled = {
        2: pickle.dumps({"w": array}, 2),
        4: pickle.dumps({"w": array}, 4),
        5: pickle.dumps({"w": array}, 5),
    }
    other = pickled[4].replace(b"\x15numpy.core.multi", b"\x16numpy._core.multi")
    # Protocol 4 counts the bytes of a frame.
    (length,) = struct.unpack("<Q", other[3:11])
    other = other[:3] + struct.pack("<Q", length + 1) + other[11:]
    # Python 2 wrote bytes as text.
    data = array.tobytes()
    python_2 = (
        b"}U\x01wcnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\x01btR"
        b"(K\x01(K\x01K\x02tcnumpy\ndtype\n(U\x02f4K\0K\x01tR"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89U\x08"
        + data
        + b"tbs."
    )
    for content in (*pickled.values(), other, b"\x80\x02" + python_2):
        (tmp_path / "m").write_bytes(content)
        read = read_state(tmp_path / "m", as_numpy=True)["w"]
        assert read.dtype == np.float32
        np.testing.assert_array_equal(read, array)


def test_repeated_and_circular_content(tmp_path):
    shared = [np.ones(2)]
    ring = {"shared": (shared, shared)}
    ring["itself"] = ring
    (tmp_path / "m").write_bytes(pickle.dumps(ring, 4))
    read = read_paddle_file(tmp_path / "m")
    assert read["itself"] is read and read["shared"][0] is read["shared"][1]


def test_the_sentence_names_what_the_file_asks_for(tmp_path):
    (tmp_path / "m").write_bytes(pickle.dumps({"when": datetime.date(2020, 1, 1)}, 4))
    with pytest.raises(UsageError, match=r"because it asks for datetime.date: a check"):
        read_state(tmp_path / "m")
