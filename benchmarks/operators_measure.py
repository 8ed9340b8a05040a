"""Timing the rows of operators_rows.py in the process of one framework."""

import statistics
import time
from functools import partial

import numpy as np

__all__ = ["measure_paddle", "measure_torch"]


LEAST = 2  # rounds of a measurement whose time is up


def measure_paddle(cases, effort, threads, paddle_too=True, backward_too=True):
    """Time our kernels and Paddle's operators: a generator.

    Args:
        cases: (Row, shape) pairs.
        effort: of every measurement: rounds, and seconds after which it ends with
            fewer, but no fewer than LEAST.
        threads: of the process.
        paddle_too: whether to time Paddle's operators.
        backward_too: whether to time forward with backward.

    Yields:
        a dict of versions; then for each case a list of one dict for each direction.
    """
    import paddle_resample  # isort: skip  (before Paddle)
    import paddle
    from paddle.autograd import PyLayer

    from paddle_resample import ops
    from paddle_resample.kernels import choice

    paddle_resample.tune_cpu()

    class NextLayer(PyLayer):
        """Gives the results the gradients `given`, as a layer behind them would.

        Paddle copies a gradient that paddle.grad is given; it does not copy these.
        """

        given = ()

        @staticmethod
        def forward(ctx, *results):
            return paddle.zeros([])

        @staticmethod
        def backward(ctx, dy):
            return NextLayer.given if len(NextLayer.given) > 1 else NextLayer.given[0]

    choice.native("haar", paddle.ones([1, 1, 2, 2]))  # builds and loads
    native = choice._offered
    yield {"paddle": paddle.__version__, "kernels": choice.status()}
    for row, shape in cases:
        tensors = [paddle.to_tensor(a) for a in row.inputs(*shape)]
        learned = tensors[: row.gradients]

        def forward(kernels, row=row, tensors=tensors):
            choice._offered = kernels
            return as_tuple(row.ours(ops, *tensors))

        def both(kernels, forward=forward, learned=learned):
            y = NextLayer.apply(*forward(kernels))
            return paddle.grad([y], learned)

        def learn(y, learned=learned):
            for tensor in learned:
                tensor.stop_gradient = False
            NextLayer.given = tuple(paddle.ones(t.shape) for t in y)

        kernels = {"ours": native, **({"paddle": {}} if paddle_too else {})}
        ways = {
            direction: {name: partial(function, k) for name, k in kernels.items()}
            for direction, function in (("forward", forward), ("both", both))
        }
        yield lines(row, tensors, ways, learn, backward_too, effort, threads)


def measure_torch(cases, effort, threads, paddle_too=True, backward_too=True):
    """The same for PyTorch; of rows without a function of it the lists are empty."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(threads)

    class NextLayer(torch.autograd.Function):
        given = ()

        @staticmethod
        def forward(ctx, *results):
            return results[0].new_zeros([])

        @staticmethod
        def backward(ctx, dy):
            return NextLayer.given

    yield {"torch": torch.__version__}
    for row, shape in cases:
        if row.torch is None:
            yield []
            continue
        tensors = [torch.from_numpy(a) for a in row.inputs(*shape)]
        learned = tensors[: row.gradients]

        def forward(row=row, tensors=tensors):
            return as_tuple(row.torch(F, *tensors))

        def both(forward=forward, learned=learned):
            return torch.autograd.grad(NextLayer.apply(*forward()), learned)

        def learn(y, learned=learned):
            for tensor in learned:
                tensor.requires_grad_()
            NextLayer.given = tuple(torch.ones_like(t) for t in y)

        ways = {"forward": {"torch": forward}, "both": {"torch": both}}
        yield lines(row, tensors, ways, learn, backward_too, effort, threads)


def as_tuple(y):
    return y if isinstance(y, tuple) else (y,)


def lines(row, tensors, ways, learn, backward_too, effort, threads):
    """A line for forward and, where that is asked for and there is one, for both.

    Args:
        ways: for "forward" and "both" a function of each way.
        learn: what prepares `tensors` for gradients; it is given what forward returns.
    """
    y = next(iter(ways["forward"].values()))()
    sizes = bytes_of(tensors), bytes_of(y)
    shape, rest = y[0].shape, (effort, threads)
    found = [line(row, shape, "forward", ways["forward"], floor(*sizes), *rest)]
    if backward_too and row.gradients:
        learn(y)
        found.append(line(row, shape, "both", ways["both"], twice(*sizes), *rest))
    return found


def line(row, shape_of_y, direction, ways, copy, effort, threads):
    """What each way takes, and the floor beside it, in seconds.

    Ways are measured one after the other, each in turns with the floor: what one leaves
    in the caches would else count for the next.
    """
    found = {
        "row": row.name,
        "y": [int(n) for n in shape_of_y],
        "direction": direction,
        "seconds": {},
        "spread": {},
        "floor": {},
    }
    for name, function in ways.items():
        times, floors = in_turns(function, copy, effort, threads)
        found["seconds"][name] = statistics.median(times)
        found["floor"][name] = statistics.median(floors)
        found["spread"][name] = _spread(times)
    return found


def in_turns(function, copy, effort, threads):
    """Seconds of every round of both, after some that do not count.

    One thread is measured in processor time, which does not count the time that others
    had the processor; of several only the time on the wall says what they gain.
    """
    clock = time.process_time if threads == 1 else time.perf_counter
    rounds, seconds = effort
    # Memory is new to the first ones: an aligned block does not fit into the hole that
    # one of its size has left, until holes are joined.
    times, first = [], 6
    began = time.perf_counter()
    while len(times) < rounds + first:
        start = clock()
        function()
        middle = clock()
        copy()
        times.append((middle - start, clock() - middle))
        late = time.perf_counter() - began > seconds
        if late and len(times) >= LEAST + first:
            break
    return zip(*times[first:])


def bytes_of(tensors):
    return sum(int(t.numel()) * t.element_size() for t in tensors)


def floor(x, y):
    """Copy as many bytes as reading x and writing y move, into memory that is there."""
    source = np.ones(max(1, (x + y) // 2), "uint8")
    target = np.empty_like(source)
    return lambda: np.copyto(target, source)


def twice(x, y):
    """The floor of forward and backward: two copies, each with memory of its own."""
    first, second = floor(x, y), floor(x, y)
    return lambda: (first(), second())


def _spread(times):
    """From a quarter of the rounds to three quarters of them."""
    low, _, high = statistics.quantiles(times, n=4) if len(times) > 1 else (0, 0, 0)
    return high - low
