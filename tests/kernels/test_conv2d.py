import threading

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paddle import nn

from paddle_resample.errors import UsageError
from paddle_resample.kernels import conv2d, conv_arguments, onednn
from paddle_resample.kernels.networks import use_native_layers


def is_native(y):
    return "paddle_resample_conv2d" in y.grad_fn.name()


def run(function, tensors, second=False, **options):
    """The result, the gradients of its square, and of the sum of their squares."""
    tensors = [None if t is None else t.detach() for t in tensors]
    present = [t for t in tensors if t is not None]
    for t in present:
        t.stop_gradient = False
    y = function(*tensors, **options)
    first = paddle.grad((y * y).sum(), present, create_graph=second)
    if not second:
        return y, [y, *first]
    penalty = sum((g * g).sum() for g in first)
    return y, [y, *first, *paddle.grad(penalty, present)]


def assert_close(got, expected, bound=1e-4):
    assert len(got) == len(expected)
    for a, b in zip(got, expected):
        a, b = a.numpy(), b.numpy()
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=0, atol=bound * max(1e-3, abs(b).max()))


sides = st.sampled_from([1, 2, 3])
forms = st.one_of(
    sides, st.lists(sides, min_size=2, max_size=2), st.tuples(sides, sides)
)
few = st.integers(0, 3)
paddings = st.one_of(
    few,
    st.lists(few, min_size=2, max_size=2),
    st.lists(few, min_size=4, max_size=4),
    st.tuples(few, few, few, few).map(lambda p: [[0, 0], [0, 0], p[:2], list(p[2:])]),
    st.sampled_from(["SAME", "VALID", "same", "valid"]),
)


@st.composite
def cases(draw):
    groups = draw(st.sampled_from([1, 1, 2, 3, 8]))
    into = draw(st.sampled_from([1, 2, 4, 8]))
    out = draw(st.sampled_from([1, 3, 8]))
    if draw(st.booleans()) and groups > 1:
        into = out = 1  # depthwise
    return {
        "x": [draw(st.integers(1, 3)), groups * into, *draw(st.tuples(few, few))],
        "kernel": draw(st.tuples(st.integers(1, 5), st.integers(1, 5))),
        "out": groups * out,
        "biased": draw(st.booleans()),
        "options": {
            "groups": groups,
            "stride": draw(forms),
            "dilation": draw(forms),
            "padding": draw(paddings),
        },
    }


def tensors_of(case, transposed):
    paddle.seed(5)
    n, channels, h, w = case["x"]
    groups, made = case["options"]["groups"], case["out"]
    # Wide enough for the widest kernel.
    x = paddle.randn([n, channels, 13 + h, 13 + w])
    shape = [channels, made // groups] if transposed else [made, channels // groups]
    weight = paddle.randn([*shape, *case["kernel"]])
    return x, weight, paddle.randn([made]) if case["biased"] else None


def test_equals_paddle(native_networks):
    """Also the second gradients, where Paddle has them."""

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(cases())
    def check(case):
        given = tensors_of(case, transposed=False)
        depthwise = case["options"]["groups"] == case["x"][1] > 1
        options = {"second": not depthwise, **case["options"]}
        native_networks(False)
        _, expected = run(F.conv2d, given, **options)
        native_networks(True)
        y, got = run(F.conv2d, given, **options)
        assert is_native(y)
        assert_close(got, expected)

    check()


def test_transposed_equals_paddle(native_networks):
    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(cases(), st.integers(0, 2))
    def check(case, more):
        given = tensors_of(case, transposed=True)
        options = dict(case["options"])
        stride = options["stride"]
        options["output_padding"] = min(more, int(np.min(stride)) - 1)
        native_networks(False)
        _, expected = run(F.conv2d_transpose, given, **options)
        native_networks(True)
        y, got = run(F.conv2d_transpose, given, **options)
        assert is_native(y)
        assert_close(got, expected)

    check()


@pytest.mark.parametrize("made, side", [(130, 23), (40, 23), (130, 7)])
def test_one_pixel_equals_paddle(native_networks, made, side):
    """Gradients of weights are products of matrices, of channels, or a convolution."""
    given = paddle.randn([3, 150, side, side]), paddle.randn([made, 150, 1, 1])
    given = *given, paddle.randn([made])
    native_networks(False)
    _, expected = run(F.conv2d, given, second=True)
    native_networks(True)
    y, got = run(F.conv2d, given, second=True)
    assert is_native(y)
    assert_close(got, expected)


def by_convolution(x, weight, bias, stride, padding):
    """A transposed convolution as a convolution of x with zeros between its pixels."""
    # Column k of a spread matrix has its 1 in row k * stride.
    spread = [paddle.eye((side - 1) * stride + 1)[:, ::stride] for side in x.shape[2:]]
    apart = spread[0] @ x @ spread[1].t()
    turned = weight.flip([2, 3]).transpose([1, 0, 2, 3])
    return F.conv2d(apart, turned, bias, padding=weight.shape[2] - 1 - padding)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("stride, padding", [(1, 1), (2, 1), (3, 0)])
def test_transposed_second_gradients(native_networks, biased, stride, padding):
    x, weight = paddle.randn([2, 9, 5, 6]), paddle.randn([9, 8, 3, 3])
    given = x, weight, paddle.randn([8]) if biased else None
    options = {"stride": stride, "padding": padding}
    native_networks(False)
    _, expected = run(by_convolution, given, second=True, **options)
    native_networks(True)
    _, got = run(F.conv2d_transpose, given, second=True, **options)
    assert_close(got, expected)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(
    "constant", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 2)], ids=str
)
def test_only_what_is_asked_for(native_networks, transposed, constant):
    given = paddle.randn([2, 8, 7, 9]), paddle.randn([8, 8, 3, 3]), paddle.randn([8])
    function = F.conv2d_transpose if transposed else F.conv2d
    _, (_, *expected) = run(function, given)
    for position, tensor in enumerate(given):
        tensor.stop_gradient = position in constant
    (function(*given) ** 2).sum().backward()
    for position, tensor in enumerate(given):
        if position in constant:
            assert tensor.grad is None
        else:
            assert_close([tensor.grad], [expected[position]], 1e-6)


def test_layers_are_native(native_networks):
    x = paddle.randn([2, 8, 12, 13])
    layers = [
        nn.Conv2D(8, 16, 3, padding="SAME", dilation=2),
        nn.Conv2D(8, 16, 3, padding=1, padding_mode="reflect", groups=4),
        nn.Conv2D(8, 8, 5, groups=8, padding=2, bias_attr=False),
        nn.Conv2D(8, 2, [1, 3], padding=[0, 1, 1, 2], stride=[1, 2]),
        nn.Conv2DTranspose(8, 4, 4, stride=2, padding=1),
        nn.Conv2DTranspose(8, 8, 3, stride=2, padding=1, groups=8, output_padding=1),
    ]
    for layer in layers:
        native_networks(False)
        expected = layer(x)
        native_networks(True)
        y = layer(x)
        assert is_native(y) and not is_native(expected)
        assert_close([y], [expected])
    up = layers[-2]
    y = up(x, output_size=[24, 26])
    assert is_native(y)
    native_networks(False)
    assert_close([y], [up(x, output_size=[24, 26])])


def test_repeats_to_the_last_bit(native_networks):
    given = paddle.randn([2, 16, 33, 31]), paddle.randn([24, 16, 3, 3])
    _, expected = run(F.conv2d, [*given, paddle.randn([24])][:2])
    for _ in range(5):
        _, got = run(F.conv2d, given)
        for a, b in zip(got, expected):
            np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_what_it_does_not_do_is_left_to_paddle(native_networks):
    x = paddle.randn([1, 8, 6, 6])
    weight = paddle.randn([8, 8, 3, 3])
    weight.stop_gradient = False
    assert is_native(F.conv2d(x, weight))
    wide = weight.astype("float64")
    assert not is_native(F.conv2d(x.astype("float64"), wide))
    last = x.transpose([0, 2, 3, 1])
    y = F.conv2d(last, weight, data_format="NHWC")
    assert not is_native(y) and y.shape == [1, 4, 4, 8]
    if not paddle.__version__.startswith("2."):  # which refuses it
        assert F.conv2d(x[:0], weight).shape == [0, 8, 4, 4]
    for mistake in ({"groups": 3}, {"padding": -1}, {"padding": "FULL"}, {"stride": 0}):
        with pytest.raises((ValueError, OSError, RuntimeError)):
            F.conv2d(x, weight, **mistake)
    with pytest.raises((ValueError, OSError, RuntimeError)):
        F.conv2d(x, paddle.randn([8, 7, 3, 3]))
    with pytest.raises(TypeError):
        F.conv2d()


def test_what_is_small_is_left_to_paddle(native_networks, monkeypatch):
    monkeypatch.undo()
    native_networks(True)
    use_native_layers()
    for kernel, most in ((3, 28), (1, 2047)):  # pixels that are left to it
        weight = paddle.randn([64, 64, kernel, kernel])
        weight.stop_gradient = False
        for pixels, native in ((1, False), (most, False), (most + 1, True)):
            x = paddle.randn([1, 64, kernel, pixels + kernel - 1])
            assert is_native(F.conv2d(x, weight)) == native


def test_a_traced_network_has_paddles_operators(native_networks, tmp_path):
    net = nn.Sequential(nn.Conv2D(8, 8, 3), nn.Conv2DTranspose(8, 8, 2, stride=2))
    x = paddle.randn([1, 8, 9, 9])
    expected = net(x)
    spec = [paddle.static.InputSpec([None, 8, None, None], "float32", "x")]
    traced = paddle.jit.to_static(net, input_spec=spec, full_graph=True)
    assert_close([traced(x)], [expected])
    paddle.jit.save(traced, str(tmp_path / "net"))
    written = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"paddle_resample" not in written


def test_without_onednn_paddle_runs_and_one_line_says_so(
    native_networks, monkeypatch, capsys
):
    monkeypatch.setattr(conv2d, "_obstacle", "this Paddle brings no oneDNN 3")
    onednn.usable.cache_clear()
    try:
        monkeypatch.setenv("PADDLE_RESAMPLE_NATIVE", "auto")
        layer, x = nn.Conv2D(8, 8, 3), paddle.randn([1, 8, 9, 9])
        assert not any(is_native(layer(x)) for _ in range(2))
        words = capsys.readouterr().err
        assert words == (
            "paddle_resample: no native convolution and linear layers, this Paddle "
            "brings no oneDNN 3; Paddle's run\n"
        )
        onednn.usable.cache_clear()
        monkeypatch.setenv("PADDLE_RESAMPLE_NATIVE", "require")
        with pytest.raises(UsageError, match=r"require, but convolution .* oneDNN 3"):
            layer(x)
    finally:
        onednn.usable.cache_clear()


def test_a_library_that_counts_differently_is_not_used(native_networks, monkeypatch):
    whole = conv2d.call_weighted
    monkeypatch.setattr(conv2d, "call_weighted", lambda *given: whole(*given) + 1e-2)
    assert conv2d._probe() == "Paddle's oneDNN convolves differently"
    monkeypatch.undo()
    assert conv2d._probe() is None


def test_threads_of_python_may_convolve_at_once(native_networks):
    def work(channels):
        paddle.set_device("cpu")
        x, weight = inputs[channels]
        for _ in range(20):
            results[channels] = F.conv2d(x, weight, padding=1).numpy()

    inputs = {
        c: (paddle.randn([1, c, 20, 20]), paddle.randn([8, c, 3, 3]))
        for c in (8, 9, 16, 32)
    }
    expected = {c: F.conv2d(*given, padding=1).numpy() for c, given in inputs.items()}
    results = {}
    threads = [threading.Thread(target=work, args=[c]) for c in inputs]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for c, y in expected.items():
        np.testing.assert_array_equal(results[c], y)


PROGRAM = """
import os
import paddle.nn.functional as F
from paddle_resample.kernels.networks import use_native_layers

use_native_layers()
x, weight = paddle.randn([2, 16, 33, 47]), paddle.randn([24, 16, 3, 3])

def digest(y):
    return hashlib.sha256(y.numpy().tobytes()).hexdigest()

for tensor in (x, weight):
    tensor.stop_gradient = False
y = F.conv2d(x, weight)
dx, dweight = paddle.grad((y * y).sum(), [x, weight])
print(digest(y), digest(dx), float(dweight.abs().sum()), flush=True)
for child in (False, True):  # forked after the threads were used
    if child and os.fork():
        os.wait()
        break
    print(digest(F.conv2d(x, weight)), flush=True)
    if child:
        os._exit(0)
"""


def test_maps_do_not_depend_on_threads_and_children_may_convolve(words_of):
    """The gradient of a weight does: threads sum parts of it."""
    one, three = (words_of(PROGRAM, threads) for threads in (1, 3))
    assert one[:2] == three[:2]
    assert float(one[2]) == pytest.approx(float(three[2]), rel=1e-5)
    assert {*one[3:], *three[3:]} == {one[0]} and len(one) == len(three) == 5


@pytest.mark.slow
def test_more_shapes_than_are_kept(native_networks):
    weight = paddle.randn([4, 2, 3, 3])
    x = paddle.randn([1, 2, 40, 40])
    expected = F.conv2d(x, weight).numpy()
    for h in range(5, 40):
        for w in range(5, 40):
            y = F.conv2d(x[:, :, :h, :w], weight).numpy()
            np.testing.assert_allclose(y, expected[:, :, : h - 2, : w - 2], atol=1e-5)


def test_depthwise_ones_of_many_planes_are_native(native_networks, monkeypatch):
    monkeypatch.setattr(conv_arguments, "_PRODUCTS", 1 << 20)
    for planes, native in ((64, True), (62, False)):
        x, weight = (
            paddle.randn([2, planes // 2, 4, 4]),
            paddle.randn([planes // 2, 1, 3, 3]),
        )
        x.stop_gradient = False
        for convolve in (F.conv2d, F.conv2d_transpose):
            y = convolve(x, weight, stride=2, padding=1, groups=planes // 2)
            assert is_native(y) == native
