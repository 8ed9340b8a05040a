"""The native kernels, built once for all tests; off for whoever does not ask."""

import os
import subprocess
import sys

import paddle
import paddle.nn.functional as F
import pytest

from paddle_resample.kernels import build, choice, conv_arguments, layers, networks


@pytest.fixture(scope="session")
def library_cache(tmp_path_factory):
    """The folder the library is built into, once for all workers."""
    given = os.environ.get("PADDLE_RESAMPLE_CACHE")
    root = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        root = root.parent
    return given or str(root / "cache")


@pytest.fixture(scope="session")
def library(library_cache):
    """The functions of the loaded library."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PADDLE_RESAMPLE_NATIVE", "require")
        patch.setenv("PADDLE_RESAMPLE_CACHE", library_cache)
        if build.compiler() is None and build.find_library() is None:
            pytest.skip("there is no C++ compiler")
        patch.setattr(choice, "_offered", None)
        return choice._offer()


@pytest.fixture
def switch(library, monkeypatch):
    """switch(True) turns the native kernels on, switch(False) off."""

    def set_to(on):
        monkeypatch.setattr(choice, "_offered", library if on else {})
        monkeypatch.setattr(choice, "_SMALL", {})

    return set_to


@pytest.fixture
def small_convolutions(monkeypatch):
    """No convolution is left to Paddle because it is small."""
    limits = "_PRODUCTS", "_PRODUCTS_OF_PIXELS", "_PRODUCTS_OF_MANY", "_PIXELS"
    for limit in limits:
        monkeypatch.setattr(conv_arguments, limit, 0)


@pytest.fixture
def native_networks(switch, small_convolutions, monkeypatch):
    """native_networks(on): layers of the process are native, or ask in vain."""
    for name in ("conv2d", "conv2d_transpose"):
        for module in (F, F.conv):  # taken out again afterwards
            monkeypatch.setattr(module, name, getattr(F.conv, name))
    monkeypatch.setattr(F.conv, "_conv_nd", F.conv._conv_nd)
    for name in layers.OPERATORS:
        for module in (paddle._C_ops, F.activation, F):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, getattr(module, name))
    for name in layers.METHODS:
        monkeypatch.setattr(paddle.Tensor, name, getattr(paddle.Tensor, name))
    monkeypatch.setattr(networks, "_done", False)
    monkeypatch.setattr(layers, "_PRODUCTS", 0)
    monkeypatch.setattr(layers, "_FEW", dict.fromkeys(layers._FEW, 0))
    networks.use_native_layers()
    switch(True)
    return switch


# What every program begins with.
DIGEST = """
import hashlib
import paddle_resample, paddle
from paddle_resample.ops import *

paddle.seed(3)
numbers = hashlib.sha256()

def enter(function, *given):
    # The bytes of the result, and of the gradients of its square.
    for tensor in given:
        tensor.stop_gradient = False
        tensor.clear_grad()
    y = function(*given)
    (y * y).sum().backward()
    for tensor in (y, *(t.grad for t in given if t.grad is not None)):
        numbers.update(tensor.numpy().tobytes())
"""


@pytest.fixture
def words_of(library, library_cache):
    """words_of(program, threads, *arguments): what DIGEST and the program print in a
    process with native kernels and as many threads."""

    def run(program, threads, *arguments):
        done = subprocess.run(
            [sys.executable, "-c", DIGEST + program, *arguments],
            env={
                **os.environ,
                "OMP_NUM_THREADS": str(threads),
                "PADDLE_RESAMPLE_NATIVE": "require",
                "PADDLE_RESAMPLE_CACHE": library_cache,
            },
            stdout=subprocess.PIPE,
            timeout=100,
            check=True,
        )
        return done.stdout.decode().split()

    return run
