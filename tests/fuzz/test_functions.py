"""The functions of paddle_resample.ops on random legal calls and random mistakes."""

import numpy as np
import paddle
import pytest
from hypothesis import strategies as st

from paddle_resample import UsageError
from tests.fuzz.calls import calls
from tests.fuzz.legal_arguments import LEGAL_ARGUMENTS
from tests.fuzz.mistakes import NO_VALUE, SPOILERS, spoil
from tests.fuzz.runner import assert_same, fuzz, long_seed, refused

FUNCTIONS = pytest.mark.parametrize("name", sorted(LEGAL_ARGUMENTS))
SMALL = ("too small", "leaves no pixel")


def answer(call, view):
    """Results and gradients, as arrays."""
    leaves = call.leaves()
    results = call.run(leaves, view)
    loss, random = 0.0, np.random.default_rng(4)
    for y in results:
        weights = random.normal(size=y.shape).astype(call.dtype)
        loss = loss + (y * paddle.to_tensor(weights)).sum()
    loss.backward()
    grads = [x.grad.numpy() for x in leaves.values() if x.grad is not None]
    return [y.numpy() for y in results], grads


def check_legal(switch, call):
    switch(False)
    try:
        expected, grads = answer(call, "whole")
    except UsageError as error:
        assert refused(error)
        assert any(word in str(error) for word in SMALL), error
        return
    for array in (*expected, *grads):
        assert np.isfinite(array).all()
        assert array.dtype == call.dtype
    largest = max((np.abs(g).max() for g in grads), default=0.0)
    for native, view in ((False, call.view), (True, "whole"), (True, call.view)):
        switch(native)
        results, others = answer(call, view)
        assert len(results) == len(expected) and len(others) == len(grads)
        for got, wanted in zip(results, expected):
            assert_same(got, wanted, 2e-5)
        for got, wanted in zip(others, grads):
            assert_same(got, wanted, 1e-3, largest)


@FUNCTIONS
def test_legal_calls(switch, name):
    fuzz(lambda call: check_legal(switch, call), calls(name), 8)


@pytest.mark.slow
@FUNCTIONS
def test_many_legal_calls(switch, name):
    fuzz(lambda call: check_legal(switch, call), calls(name), 100, long_seed())


@st.composite
def wrong_calls(draw, name):
    """(legal call, keyword that is wrong, what is wrong, whether native)."""
    call = draw(calls(name))
    maps = [key for key, m in call.maps.items() if len(m.shape) > 2]
    key = draw(st.sampled_from(sorted([*maps, *call.options])))
    wrong = SPOILERS if key in call.maps else NO_VALUE
    return call, key, draw(st.sampled_from(wrong)), draw(st.booleans())


def check_mistake(switch, example):
    """Refused by one sentence of ours, or it works."""
    call, key, wrong, native = example
    switch(native)
    tensors = call.leaves()
    if key in tensors:
        tensors[key] = spoil(tensors[key], wrong)
    else:
        call = call._replace(options={**call.options, key: wrong})
    try:
        results = call.run(tensors, call.view)
    except UsageError as error:
        assert refused(error)
        return
    except (NotImplementedError, RuntimeError) as error:
        # Paddle has few kernels of half precision on a CPU.
        assert wrong in ("float16", "bfloat16") and "kernel" in str(error)
        return
    if key == "softmax":
        return  # weights that are used as they are may sum to zero
    for y in results:
        assert np.isfinite(y.astype("float32").numpy()).all()


@FUNCTIONS
def test_mistakes(switch, name):
    fuzz(lambda example: check_mistake(switch, example), wrong_calls(name), 8)


@pytest.mark.slow
@FUNCTIONS
def test_many_mistakes(switch, name):
    strategy = wrong_calls(name)
    fuzz(lambda e: check_mistake(switch, e), strategy, 100, long_seed())
