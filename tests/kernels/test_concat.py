"""Tensors side by side have Paddle's values and gradients, to the last bit."""

import numpy as np
import paddle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

random_cases = settings(max_examples=60, deadline=None, database=None, derandomize=True)


def is_ours(y):
    return "paddle_resample_concat" in y.grad_fn.name()


@st.composite
def joins(draw):
    """Shapes that differ on one axis alone, the axis, and who asks for a gradient."""
    shape = draw(st.lists(st.sampled_from([1, 2, 5, 70, 300]), min_size=1, max_size=3))
    rank, count = len(shape), draw(st.integers(2, 4))
    axis = draw(st.integers(-rank, rank - 1))
    all_shapes = [[*shape] for _ in range(count)]
    for one in all_shapes:
        one[axis] = draw(st.integers(1, 5000 if rank == 1 else 9))
    asks = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    return all_shapes, axis, [True, *asks[1:]]


def run(shapes, axis, asks):
    """y, its gradients, and the gradient of dy from that of the last of them."""
    paddle.seed(3)
    tensors = [paddle.randn(shape) for shape in shapes]
    for x, ask in zip(tensors, asks):
        x.stop_gradient = not ask
    asking = [x for x, ask in zip(tensors, asks) if ask]
    y = paddle.concat(tensors, axis)
    dy = paddle.randn(y.shape)
    dy.stop_gradient = False
    gradients = paddle.grad([y], asking, [dy], create_graph=True)
    if is_ours(y):  # Paddle's own fails where a tensor asks for none
        (of_dy,) = paddle.grad([(gradients[-1] * asking[-1]).sum()], [dy])
        alone = [x if x is asking[-1] else paddle.zeros(x.shape) for x in tensors]
        np.testing.assert_array_equal(of_dy, paddle.concat(alone, axis))
    return y, [x.numpy() for x in (y, *gradients)]


def test_values_and_gradients(native_networks):
    @random_cases
    @given(joins())
    def check(how):
        results = []
        for on in (False, True):
            native_networks(on)
            y, values = run(*how)
            assert is_ours(y) is on
            results.append(values)
        for expected, found in zip(*results):
            np.testing.assert_array_equal(found, expected)

    check()


def test_long_runs_are_copied_in_pieces(native_networks):
    how = [[2, 1, 300, 300], [2, 2, 300, 300]], 1, [True, True]
    ours = run(*how)[1]
    native_networks(False)
    for expected, found in zip(run(*how)[1], ours):
        np.testing.assert_array_equal(found, expected)


def test_views_are_read_as_they_look(native_networks):
    x = paddle.randn([4, 6, 8])
    x.stop_gradient = False
    for gradient in (True, False):
        with paddle.set_grad_enabled(gradient):
            views = x.transpose([2, 0, 1])[::2], paddle.stack([x, x], -1)[:, :4, :6, 0]
            assert not views[1].is_contiguous()
            y = paddle.concat(views, 0)
        parts = x.numpy().transpose(2, 0, 1)[::2], x.numpy()[:, :4, :6]
        np.testing.assert_array_equal(y.numpy(), np.concatenate(parts))
        assert y.stop_gradient is not gradient


def test_what_it_does_not_do_is_left_to_paddle(native_networks):
    x = paddle.ones([2, 3])
    x.stop_gradient = False
    assert is_ours(paddle.concat((x, x), -1))
    empty = paddle.zeros([0, 3])
    others = [x], [x, empty], [x.astype("float64")] * 2
    for tensors in others:
        assert not is_ours(paddle.concat(tensors, 0))
    for wrong in ([x, paddle.ones([3, 4])], [x, paddle.ones([2, 3, 1])]):
        with pytest.raises((ValueError, OSError, RuntimeError)):
            paddle.concat(wrong, 0)
    with pytest.raises((ValueError, OSError, RuntimeError)):
        paddle.concat([x, x], 2)


def test_it_has_no_gradient_where_nobody_asks(native_networks):
    x = paddle.ones([2, 3])
    x.stop_gradient = False
    with paddle.no_grad():
        assert paddle.concat([x, x]).stop_gradient
    assert paddle.concat([x.detach(), x.detach()]).stop_gradient
