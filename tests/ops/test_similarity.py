import numpy as np
import paddle
import pytest

from paddle_resample import UsageError
from paddle_resample.ops import similarity
from tests.reference import reassemble as loops

BORDERS = pytest.mark.parametrize("border", ["zero", "replicate", "renormalise"])


@BORDERS
@pytest.mark.parametrize("k, scale", [(5, 2), (3, 4), (1, 1)], ids=str)
def test_equals_loops(rng, k, scale, border):
    key = rng.normal(size=(2, 3, 3, 4))
    query = rng.normal(size=(2, 3, 3 * scale, 4 * scale))
    s = similarity(paddle.to_tensor(query), paddle.to_tensor(key), k, scale, border)
    expected = loops.similarity(query, key, k, scale, border)
    np.testing.assert_allclose(s.numpy(), expected, rtol=0, atol=1e-12)


@BORDERS
def test_gradients(rng, check_gradient, border):
    query, key = rng.normal(size=(1, 4, 6, 8)), rng.normal(size=(1, 4, 3, 4))
    check_gradient(lambda q, k: similarity(q, k, 3, 2, border), query, key)


@pytest.mark.parametrize("options, text", [
    ({"border": "reflect"}, "similarity: unknown border 'reflect'; did you mean"),
    ({"kernel_size": 4}, "similarity: kernel_size=4 has no middle"),
    ({"scale": 3},
     r"similarity: query is \[1, 2, 6, 8\], but for key of \[1, 2, 3, 4\] it must be "
     r"\[1, 2, 9, 12\]"),
], ids=["border", "even", "shape"])  # fmt: skip
def test_error_names_the_remedy(options, text):
    query, key = paddle.ones([1, 2, 6, 8]), paddle.ones([1, 2, 3, 4])
    with pytest.raises(UsageError, match=text):
        similarity(query, key, **{"kernel_size": 3, "scale": 2, **options})
