"""Reassembly, native against Paddle's operators, loops and differences."""

import numpy as np
import paddle
import pytest

from paddle_resample.kernels import choice
from paddle_resample.ops import reassemble, reassemble_down
from tests.reference import reassemble as loops

pytestmark = pytest.mark.slow

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
BORDERS = pytest.mark.parametrize("border", ["zero", "replicate", "renormalise"])
SOFTMAX = pytest.mark.parametrize("softmax", [False, True], ids=["plain", "softmax"])

UP = (  # shape of x, k, scale, groups, dilation
    ((2, 4, 3, 4), 5, 2, 1, 1),
    ((2, 6, 5, 21), 3, 3, 2, 2),
    ((1, 4, 7, 35), 1, 2, 4, 1),
    ((2, 10, 19, 13), 3, 1, 1, 1),
    ((1, 3, 4, 131), 7, 2, 1, 1),  # several runs of a row
    ((1, 6, 40, 9), 5, 4, 2, 3),  # several bands of rows
)
DOWN = (  # shape of x, k, scale, groups
    ((2, 4, 4, 6), 5, 2, 1),
    ((2, 6, 5, 47), 3, 3, 2),
    ((1, 4, 27, 35), 6, 2, 4),
    ((2, 10, 19, 13), 2, 3, 1),
    ((1, 3, 4, 301), 7, 2, 1),
)


def numbers_for(rng, shape, softmax, dtype):
    """Logits, or weights of which none is near zero."""
    values = rng.normal(0, 3, shape) if softmax else rng.uniform(0.1, 1, shape)
    return values.astype(dtype)


def up_cases(rng, border, softmax, dtype):
    for shape, k, scale, groups, dilation in UP:
        n, _, h, w = shape
        fine = (n, groups * k * k, h * scale, w * scale)
        options = {"groups": groups, "dilation": dilation, "border": border}
        x = rng.normal(size=shape).astype(dtype)
        yield x, numbers_for(rng, fine, softmax, dtype), k, scale, options


def down_cases(rng, border, softmax, dtype):
    for shape, k, scale, groups in DOWN:
        n, _, h, w = shape
        coarse = (n, groups * k * k, -(-h // scale), -(-w // scale))
        x = rng.normal(size=shape).astype(dtype)
        options = {"groups": groups, "border": border}
        yield x, numbers_for(rng, coarse, softmax, dtype), k, scale, options


def softmaxed(kernels, k, groups):
    n, _, *sides = kernels.shape
    return loops.softmax(kernels.reshape(n, groups, k * k, *sides), 2).reshape(
        kernels.shape
    )


def value_and_gradients(function, *arrays, constant=()):
    given = [
        paddle.to_tensor(a, stop_gradient=i in constant) for i, a in enumerate(arrays)
    ]
    y = function(*given)
    r = np.random.default_rng(5).normal(size=y.shape).astype(arrays[0].dtype)
    (y * paddle.to_tensor(r)).sum().backward()
    return y.numpy(), *(None if t.grad is None else t.grad.numpy() for t in given)


def assert_equals_paddle(switch, function, *arrays, constant=()):
    switch(False)
    expected = value_and_gradients(function, *arrays, constant=constant)
    switch(True)
    got = value_and_gradients(function, *arrays, constant=constant)
    for a, b in zip(got, expected):
        assert (a is None) == (b is None)
        if a is not None:
            assert a.dtype == b.dtype
            atol = TOLERANCE[str(a.dtype)] * max(1, np.abs(b).max())
            np.testing.assert_allclose(a, b, rtol=0, atol=atol)


@BORDERS
@SOFTMAX
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_equals_paddle(rng, switch, border, softmax, dtype):
    for function, cases in ((reassemble, up_cases), (reassemble_down, down_cases)):
        for x, kernels, k, scale, options in cases(rng, border, softmax, dtype):
            assert_equals_paddle(
                switch,
                lambda x, w, f=function, k=k, s=scale, o=options: f(
                    x, w, k, s, softmax=softmax, **o
                ),
                x,
                kernels,
            )


@pytest.mark.parametrize("on", [False, True], ids=["paddle", "native"])
@BORDERS
@SOFTMAX
def test_equals_loops(rng, switch, on, border, softmax):
    switch(on)
    for function, reference, cases in (
        (reassemble, loops.reassemble, up_cases),
        (reassemble_down, loops.reassemble_down, down_cases),
    ):
        for x, kernels, k, scale, options in list(
            cases(rng, border, softmax, "float64")
        )[:2]:
            weights = softmaxed(kernels, k, options["groups"]) if softmax else kernels
            expected = reference(x, weights, k, scale, **options)
            given = paddle.to_tensor(x), paddle.to_tensor(kernels)
            y = function(*given, k, scale, softmax=softmax, **options)
            np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12)


@BORDERS
@SOFTMAX
def test_gradient(rng, switch, check_gradient, border, softmax):
    switch(True)
    x = rng.normal(size=(1, 4, 3, 4))
    options = {"groups": 2, "border": border, "softmax": softmax}
    kernels = numbers_for(rng, (1, 18, 6, 8), softmax, "float64")
    check_gradient(lambda x, w: reassemble(x, w, 3, 2, **options), x, kernels)
    kernels = numbers_for(rng, (1, 32, 2, 2), softmax, "float64")
    check_gradient(lambda x, w: reassemble_down(x, w, 4, 2, **options), x, kernels)


@pytest.mark.parametrize("constant", [(0,), (1,)], ids=["x", "kernels"])
def test_one_gradient_alone(rng, switch, constant):
    x = rng.normal(size=(2, 6, 5, 21))
    kernels = rng.normal(size=(2, 18, 10, 42))
    for softmax in (False, True):
        assert_equals_paddle(
            switch,
            lambda x, w, s=softmax: reassemble(x, w, 3, 2, groups=2, softmax=s),
            x,
            kernels,
            constant=constant,
        )


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shift", [0, 1e4, -1e4])
def test_softmax_of_any_logits(rng, switch, dtype, shift):
    """Far from zero, far apart, equal, or minus infinity."""
    x = rng.normal(size=(1, 1, 1, 40)).astype(dtype)
    logits = rng.normal(0, 30, size=(1, 9, 1, 40)) + shift
    logits[..., 3] = -np.inf
    logits[:, 4, :, 3] = 7
    logits[..., 4] = shift
    logits[:, 2, :, 5] = shift + 1e5
    logits = logits.astype(dtype)
    switch(True)
    given = paddle.to_tensor(x), paddle.to_tensor(logits)
    y = reassemble(*given, 3, 1, softmax=True).numpy()
    exact = logits.astype("float64")
    expected = loops.reassemble(x, loops.softmax(exact, 1), 3, 1)
    np.testing.assert_allclose(y, expected, rtol=0, atol=TOLERANCE[dtype])


def test_what_is_no_number_stays_so(switch):
    switch(True)
    logits = np.zeros((1, 9, 1, 6), "float32")
    logits[0, 4, 0, 2] = np.nan
    logits[0, 4, 0, 4] = np.inf
    x = paddle.ones([1, 1, 1, 6])
    y = reassemble(x, paddle.to_tensor(logits), 3, 1, softmax=True).numpy().ravel()
    assert np.isnan(y).tolist() == [False, False, True, False, True, False]


def test_a_view_is_read_in_its_own_order(rng, switch):
    x = rng.normal(size=(2, 6, 5, 4)).astype("float32")
    kernels = rng.normal(size=(2, 12, 10, 9)).astype("float32")
    assert_equals_paddle(
        switch,
        lambda x, w: reassemble(
            x.transpose([0, 3, 2, 1]), w.transpose([0, 3, 2, 1]), 3, 2, softmax=True
        ),
        x,
        kernels,
    )


def test_it_is_the_native_kernel_that_runs(switch):
    switch(True)
    x = paddle.ones([1, 4, 4, 4])
    x.stop_gradient = False
    up = reassemble(x, paddle.ones([1, 9, 8, 8]), 3, 2)
    down = reassemble_down(x, paddle.ones([1, 9, 2, 2]), 3, 2)
    for y in (up, down):
        assert "paddle_resample_reassemble" in y.grad_fn.name()
    half = paddle.ones([1, 4, 4, 4], "float16")
    assert choice.native("reassemble", half, half) is None
    assert choice.native("reassemble", x, half) is None


def test_a_traced_program_has_paddles_operators(rng, switch, tmp_path):
    def function(x, kernels):
        return reassemble(x, kernels, 3, 2, groups=2, softmax=True)

    switch(True)
    given = [
        paddle.to_tensor(rng.normal(size=shape).astype("float32"))
        for shape in ((1, 4, 3, 5), (1, 18, 6, 10))
    ]
    expected = function(*given).numpy()
    spec = [
        paddle.static.InputSpec([None, channels, None, None], "float32", name)
        for channels, name in ((4, "x"), (18, "kernels"))
    ]
    program = paddle.jit.to_static(function, input_spec=spec, full_graph=True)
    paddle.jit.save(program, str(tmp_path / "program"))
    written = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"paddle_resample_" not in written
    y = paddle.jit.load(str(tmp_path / "program"))(*given)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-5)


PROGRAM = """
x = paddle.randn([2, 6, 33, 47])
for task, kernels in (
    (lambda x, w: reassemble(x, w, 5, 2, softmax=True), [2, 25, 66, 94]),
    (lambda x, w: reassemble(x, w, 3, 1, 2, 4, "replicate"), [2, 18, 33, 47]),
    (lambda x, w: reassemble_down(x, w, 6, 2, 3, "renormalise", softmax=True),
     [2, 108, 17, 24]),
    (lambda x, w: similarity(w, x, 5, 2), [2, 6, 66, 94]),
):
    enter(task, x.detach(), paddle.randn(kernels))
print(numbers.hexdigest())
"""


def test_results_do_not_depend_on_threads(words_of):
    (one,), (three,) = (words_of(PROGRAM, threads) for threads in (1, 3))
    assert one == three
    assert len(one) == 64
