import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.test_conv2d import assert_close, is_native, run


def conv(x, weight, bias=None, **options):
    return F.conv2d(x, weight, bias, **options)


@st.composite
def cases(draw):
    """Convolutions of 3x3 pixels that are done by tiles."""
    dilation = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    return {
        "channels": draw(st.sampled_from([16, 32, 33, 40, 64, 70])),
        "made": draw(st.sampled_from([32, 36, 47, 64, 65])),
        "sides": draw(st.tuples(st.integers(17, 25), st.integers(17, 25))),
        "biased": draw(st.booleans()),
        "options": {
            # More than reaches over a border, too.
            "padding": draw(st.lists(st.integers(0, 8), min_size=4, max_size=4)),
            "dilation": list(dilation),
        },
    }


def tensors_of(case):
    paddle.seed(7)
    x = paddle.randn([2, case["channels"], *case["sides"]])
    weight = paddle.randn([case["made"], case["channels"], 3, 3]) / 17
    return x, weight, paddle.randn([case["made"]]) if case["biased"] else None


def test_equals_paddle(native_networks):
    """With first and second gradients."""

    @settings(max_examples=25, deadline=None, database=None, derandomize=True)
    @given(cases())
    def check(case):
        tensors = tensors_of(case)
        native_networks(False)
        _, expected = run(conv, tensors, second=True, **case["options"])
        native_networks(True)
        y, got = run(conv, tensors, second=True, **case["options"])
        assert is_native(y)
        assert_close(got, expected, 1e-5)

    check()


def test_is_as_exact_as_float32_is(native_networks):
    """Of 512 channels errors are a few units of the largest value's last digit."""
    paddle.seed(1)
    x, weight = paddle.randn([1, 512, 24, 24]), paddle.randn([64, 512, 3, 3]) / 68
    y, got = run(conv, (x, weight), padding=4, dilation=4)
    assert is_native(y)
    wide = [t.detach().astype("float64") for t in (x, weight)]
    _, expected = run(conv, wide, padding=4, dilation=4)
    assert_close([t.astype("float64") for t in got], expected, 3e-6)


@pytest.mark.parametrize(("channels", "made"), [(16, 33), (70, 40)])
def test_the_many_tiles_of_a_large_map(native_networks, channels, made):
    """They are summed in more parts than those of a small one."""
    paddle.seed(3)
    x = paddle.randn([2, channels, 66, 71])
    weight = paddle.randn([made, channels, 3, 3])
    y, got = run(conv, (x, weight), padding=[0, 3])
    assert is_native(y)
    wide = [t.detach().astype("float64") for t in (x, weight)]
    _, expected = run(conv, wide, padding=[0, 3])
    assert_close([t.astype("float64") for t in got], expected, 3e-6)


def test_repeats_to_the_last_bit(native_networks):
    tensors = paddle.randn([2, 48, 33, 31]), paddle.randn([40, 48, 3, 3])
    _, expected = run(conv, tensors, padding=1)
    for _ in range(3):
        _, got = run(conv, tensors, padding=1)
        for a, b in zip(got, expected):
            np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_what_is_no_number_stays_within_its_tiles(native_networks):
    """Where it was infinite alone it may be no number; so this also shows the tiles."""
    x, weight = paddle.ones([1, 32, 32, 32]), paddle.ones([32, 32, 3, 3])
    expected = F.conv2d(x, weight, padding=1).numpy()
    x[0, 3, 9, 9] = np.inf
    y = F.conv2d(x, weight, padding=1).numpy()
    assert np.isnan(y[0, 0, 8, 8])
    near = np.zeros([32, 32], bool)
    near[7:12, 7:12] = True
    np.testing.assert_array_equal(y[..., ~near], expected[..., ~near])
    assert not np.isfinite(y[..., 8:11, 8:11]).any()


PROGRAM = """
import paddle.nn.functional as F
from paddle_resample.kernels.networks import use_native_layers

use_native_layers()
for height in 9, 45, 81:
    x, weight = paddle.randn([2, 48, height, 57]), paddle.randn([40, 48, 3, 3])
    for tensor in (x, weight):
        tensor.stop_gradient = False
    y = F.conv2d(x, weight, padding=2, dilation=2)
    for made in (y, *paddle.grad((y * y).sum(), [x, weight])):
        print(hashlib.sha256(made.numpy().tobytes()).hexdigest())
"""


def test_nothing_depends_on_threads(words_of):
    one, three = (words_of(PROGRAM, threads) for threads in (1, 3))
    assert one == three and len(one) == 9
