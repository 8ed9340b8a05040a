"""What holds for all native kernels: threads, children, traces, second derivatives."""

import numpy as np
import paddle
import pytest

from paddle_resample.ops import grid_sample, interpolate, pixel_shuffle

pytestmark = pytest.mark.slow

PROGRAM = """
import os, sys

def concat(bands):
    low, side = bands
    return paddle.concat([low, side.high], axis=1)

def digest():
    x = paddle.randn([2, 16, 33, 47])
    places = paddle.uniform([2, 40, 51, 2], min=-1.5, max=1.5)
    offset = paddle.randn([2, 32, 33, 47])
    logits = paddle.randn([2, 25, 66, 94])
    high = paddle.randn([2, 48, 33, 47])
    tasks = [
        lambda x: pixel_shuffle(x, 2),
        lambda x: expand_cells(x.transpose([0, 2, 3, 1]), 4),
        lambda x: interpolate(x, scale=2),
        lambda x: interpolate(x, size=(21, 30), mode="bicubic"),
        lambda x: interpolate(x[:1, :3], size=(333, 90), mode="bicubic"),
        lambda x: interpolate(x, size=(21, 30), mode="area"),
        lambda x: grid_sample(x, places),
        lambda x: offset_warp(x, offset, 4, reach=0.25, cell=2),
        lambda x: reassemble(x, logits, 5, 2, softmax=True),
        lambda x: reassemble_down(x, logits[:, :, :11, :16], 5, 3),
        lambda x: similarity(interpolate(x, scale=2), x, 3, 2),
        lambda x: blur_pool(x, 4),
        lambda x: concat(haar(x)),
        lambda x: haar_inverse(x, HaarBands(high, [65, 94])),
    ]
    inputs = x, places, offset, logits, high
    for task in tasks:
        enter(lambda *inputs: task(x), *inputs)
    return numbers.hexdigest()

print(digest(), flush=True)
if len(sys.argv) > 1:  # a child forked after the threads were used
    x = paddle.ones([2, 16, 33, 47])
    for child in (False, True):
        if child and os.fork():
            os.wait()
            break
        y = interpolate(pixel_shuffle(x, 2), scale=2).numpy()
        print(y.sum(), flush=True)
        if child:
            os._exit(0)
"""


def test_results_do_not_depend_on_threads_and_children_may_use_them(words_of):
    (one,) = words_of(PROGRAM, 1)
    three, parent, child = words_of(PROGRAM, 3, "fork")
    assert one == three
    assert parent == child == str(float(2 * 16 * 33 * 47 * 16 / 4))


class Net(paddle.nn.Layer):
    def forward(self, x):
        x = pixel_shuffle(x, 2)
        x = interpolate(x, scale=2, mode="bicubic")
        return interpolate(x, size=paddle.shape(x)[2:] // 3)


@pytest.mark.parametrize("full_graph", [True, False])
def test_a_traced_program_has_paddles_operators(rng, switch, full_graph, tmp_path):
    switch(True)
    x = paddle.to_tensor(rng.normal(size=(1, 4, 6, 9)).astype("float32"))
    expected = Net()(x).numpy()
    spec = [paddle.static.InputSpec([None, 4, None, None], "float32", "x")]
    net = paddle.jit.to_static(Net(), input_spec=spec, full_graph=full_graph)
    np.testing.assert_allclose(net(x).numpy(), expected, rtol=0, atol=2e-6)
    if full_graph:
        paddle.jit.save(net, str(tmp_path / "net"))
        written = b"".join(p.read_bytes() for p in tmp_path.iterdir())
        assert b"paddle_resample_" not in written
        loaded = paddle.jit.load(str(tmp_path / "net"))
        np.testing.assert_allclose(loaded(x).numpy(), expected, rtol=0, atol=2e-6)


def test_no_gradient_is_kept_where_none_is_wanted(switch):
    switch(True)
    x = paddle.ones([1, 4, 4, 4])
    assert pixel_shuffle(x, 2).stop_gradient
    x.stop_gradient = False
    with paddle.no_grad():
        assert interpolate(x, scale=2).stop_gradient
    assert not grid_sample(x, paddle.zeros([1, 2, 2, 2])).stop_gradient


@pytest.mark.parametrize("function", [
    lambda x: pixel_shuffle(x, 2), lambda x: interpolate(x, scale=2, mode="bicubic"),
], ids=["cells", "interpolate"])  # fmt: skip
def test_a_second_derivative_goes_through(rng, switch, check_gradient, function):
    """d/dx of |d(f(x)^2)/dx|^2, as a gradient penalty has it."""
    switch(True)

    def penalty(x):
        x.stop_gradient = False
        y = function(x)
        (g,) = paddle.grad([(y * y * y).sum()], [x], create_graph=True)
        return (g * g).sum()

    check_gradient(penalty, rng.normal(size=(1, 4, 3, 2)))
