"""Random legal calls of the functions of paddle_resample.ops."""

from typing import NamedTuple

import paddle
from hypothesis import strategies as st

from paddle_resample import ops
from tests.fuzz.legal_arguments import LEGAL_ARGUMENTS
from tests.fuzz.strategies import CONTENTS, Map, as_view, views

__all__ = ["Call", "calls"]


class Call(NamedTuple):
    """One call.

    Attributes:
        name: of the function.
        maps: keyword -> Map.
        options: keyword -> value.
        view: how the maps lie in memory.
        dtype: of the maps.
    """

    name: str
    maps: dict
    options: dict
    view: str
    dtype: str

    def leaves(self):
        """Keyword -> Tensor that wants a gradient."""
        return {
            key: paddle.to_tensor(m.array().astype(self.dtype), stop_gradient=False)
            for key, m in self.maps.items()
        }

    def run(self, leaves, view):
        """List of the float Tensors that the function returns."""
        tensors = {
            key: as_view(x, view) if isinstance(x, paddle.Tensor) else x
            for key, x in leaves.items()
        }
        function = _ROUND_TRIPS.get(self.name) or getattr(ops, self.name)
        return list(_floats(function(**tensors, **self.options)))


def _floats(result):
    if isinstance(result, paddle.Tensor):
        if result.is_floating_point():
            yield result
    elif isinstance(result, (tuple, list)):
        for part in result:
            yield from _floats(part)


def _haar_inverse(low, high, size):
    return ops.haar_inverse(low, ops.HaarBands(high, size))


def _max_unpool(fine, **pooling):
    pooled, side = ops.max_pool(fine, **pooling)
    return ops.max_unpool(pooled * 2.0, side)


_ROUND_TRIPS = {"haar_inverse": _haar_inverse, "max_unpool": _max_unpool}


@st.composite
def calls(draw, name):
    """Legal calls of a function."""
    n, c = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    h, w, s = draw(st.integers(1, 6)), draw(st.integers(1, 6)), draw(st.integers(1, 4))
    shapes, options = LEGAL_ARGUMENTS[name](draw, n, c, h, w, s)
    content, number = st.sampled_from(CONTENTS), draw(st.integers(0, 99))
    maps = {}
    for place, (key, shape) in enumerate(shapes.items()):
        maps[key] = Map(shape, draw(content), number + place)
    dtype = draw(st.sampled_from(("float32", "float64")))
    return Call(name, maps, options, draw(views()), dtype)
