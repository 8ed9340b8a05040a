"""Every registered resampler on random legal calls and on random mistakes."""

import numpy as np
import paddle
import pytest
from hypothesis import assume, event

from paddle_resample import Downsampler, UsageError, build, resampler_class
from tests.contract.sites import ALL, partner, shake
from tests.fuzz.mistakes import mistakes, spoil, spoil_side
from tests.fuzz.runner import assert_same, fuzz, long_seed, refused
from tests.fuzz.strategies import as_view, cases

# Options whose result has a size of its own.
OWN_SIZE = {"padding": "timm", "cut": "released", "transposed": True}
# What a legal call may still be refused for: a map too small for its border.
SMALL = ("too small", "every side", "2 pixels")


def tensors(case, view):
    """(leaves, x, keyword arguments) of a case."""
    leaves = []

    def leaf(map):
        array = map.array().astype(case.dtype)
        tensor = paddle.to_tensor(array, stop_gradient=False)
        leaves.append(tensor)
        return as_view(tensor, view)

    x, given = leaf(case.x), dict(case.given)
    if "guide" in given:
        given["guide"] = leaf(given["guide"])
    if "side" in given:
        cls = resampler_class(case.name)
        giver = partner(cls.needs_side)
        fine = paddle.to_tensor(given["side"].array().astype(case.dtype))
        layout, scale = case.site["data_format"], case.site["scale"]
        paddle.seed(5)
        giver = build(giver, fine.shape[1], scale=scale, data_format=layout)
        giver.to(dtype=case.dtype)
        given["side"] = giver.record(fine)[1]
    return leaves, x, given


def answer(layer, case, view):
    """Map and gradients, as arrays."""
    leaves, x, given = tensors(case, view)
    paddle.seed(3)
    y = layer(x, **given)
    y = y[0] if isinstance(y, tuple) else y
    weights = np.random.default_rng(1).normal(size=y.shape).astype(case.dtype)
    (y * paddle.to_tensor(weights)).sum().backward()
    grads = [leaf.grad.numpy() for leaf in leaves if leaf.grad is not None]
    layer.clear_gradients()
    return y.numpy(), grads


def expected_size(case):
    """Sides of the result."""
    cls, scale = resampler_class(case.name), case.site["scale"]
    axes = slice(1, -1) if case.site["data_format"] == "NHWC" else slice(2, None)
    size = list(case.x.shape)[axes]
    k = case.spec.get("kernel_size")
    if case.name in ("max_pool", "soft_pool") and k is not None:
        return [(n + 2 * ((k - scale + 1) // 2) - k) // scale + 1 for n in size]
    if case.name == "ada_pool" and k is not None:  # no padding
        return [(n - k) // scale + 1 for n in size]
    if issubclass(cls, Downsampler):
        return [-(-n // scale) if cls.odd == "ceil" else n // scale for n in size]
    for key in ("guide", "side"):
        if key in case.given:
            size = list(case.given[key].shape[2:])
    if not case.given.get("size") and not ({"guide", "side"} & set(case.given)):
        size = [n * scale for n in size]
    return list(case.given.get("size") or size)


def check_legal(switch, case):
    try:
        layer = case.build()
    except UsageError as error:
        assert refused(error)
        event(f"options refused: {str(error)[:50]}")
        assume(False)
    shake(np.random.default_rng(2), layer)
    layer.to(dtype=case.dtype)
    layer.train() if case.training else layer.eval()
    switch(False)
    try:
        y, grads = answer(layer, case, "whole")
    except UsageError as error:
        assert refused(error)
        assert any(word in str(error) for word in SMALL), error
        event(f"size refused: {str(error)[:50]}")
        return
    axes = slice(1, -1) if case.site["data_format"] == "NHWC" else slice(2, None)
    if not any(case.spec.get(key) == value for key, value in OWN_SIZE.items()):
        assert list(y.shape)[axes] == expected_size(case)
    assert y.dtype == case.dtype
    for array in (y, *grads):
        assert np.isfinite(array).all()
    for native, view in ((False, case.view), (True, "whole"), (True, case.view)):
        switch(native)
        z, others = answer(layer, case, view)
        assert_same(z, y, 1e-4)
        assert len(others) == len(grads)
        if case.x.content in ("zeros", "constant"):
            continue  # where a normalisation multiplies rounding by any number
        largest = max(np.abs(grad).max() for grad in grads)
        for other, grad in zip(others, grads):
            assert_same(other, grad, 1e-3, largest)


@ALL
def test_legal_calls(switch, name):
    fuzz(lambda case: check_legal(switch, case), cases(name), 3)


@pytest.mark.slow
@ALL
def test_many_legal_calls(switch, name):
    fuzz(lambda case: check_legal(switch, case), cases(name), 30, long_seed())


def check_mistake(switch, native, mistake):
    """Refused by one sentence of ours; what need not be, may work."""
    case, kind, key, value, sure = mistake
    switch(native)
    try:
        layer, x, given = wrong_call(case, kind, key, value)
        y = layer(x, **given)
    except UsageError as error:
        assert refused(error)
        return
    assert not sure, f"{mistake} was not refused"
    y = y[0] if isinstance(y, tuple) else y
    assert np.isfinite(y.astype("float32").numpy()).all()


def wrong_call(case, kind, key, value):
    """(layer, x, keyword arguments) with a mistake in one of them."""
    if kind in ("option", "unknown option"):
        case = case._replace(spec={**case.spec, key: value})
    elif kind == "site":
        case = case._replace(site={**case.site, key: value})
    layer = case.build()
    layer.to(dtype=case.dtype)
    _, x, given = tensors(case, case.view)
    axis = -1 if case.site["data_format"] == "NHWC" else 1
    if kind == "x":
        x = spoil(x, value, axis)
    elif kind == "guide":
        given["guide"] = spoil(given["guide"], value, axis)
    elif kind == "side":
        given["side"] = spoil_side(given["side"], value)
    elif kind == "size":
        given["size"] = value
    return layer, x, given


@pytest.mark.parametrize("native", [False, True], ids=["paddle", "native"])
@ALL
def test_mistakes(switch, name, native):
    fuzz(lambda m: check_mistake(switch, native, m), mistakes(name), 4)


@pytest.mark.slow
@pytest.mark.parametrize("native", [False, True], ids=["paddle", "native"])
@ALL
def test_many_mistakes(switch, name, native):
    fuzz(lambda m: check_mistake(switch, native, m), mistakes(name), 40, long_seed())
