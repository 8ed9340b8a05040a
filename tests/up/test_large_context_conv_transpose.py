import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import LargeContextConvTranspose


def stamps(x, weight, scale):
    """Every pixel of x stamps its kernel; what falls outside is cut off."""
    k, (n, _, h, w) = weight.shape[-1], x.shape
    before = (k - scale + 1) // 2
    y = np.zeros([n, weight.shape[1], h * scale + 2 * k, w * scale + 2 * k])
    for row, column in np.ndindex(h, w):
        stamp = np.einsum("nc,cdyx->ndyx", x[:, :, row, column], weight)
        y[:, :, row * scale :, column * scale :][:, :, :k, :k] += stamp
    return y[:, :, before:, before:][:, :, : h * scale, : w * scale]


@pytest.mark.parametrize("options", [
    {}, {"kernel_size": 11}, {"kernel_size": 6, "scale": 3},
    {"small_kernel": 0}, {"bias": False, "kernel_size": 8, "scale": 4,
                             "small_kernel": 4},
], ids=str)  # fmt: skip
def test_equals_loops(rng, options):
    layer = LargeContextConvTranspose(3, 2, **options)
    x = rng.normal(size=(2, 3, 4, 5)).astype("float32")
    expected = 0.0
    for conv in (layer.large, layer.small):
        if conv is not None:
            expected = expected + stamps(x, conv.weight.numpy(), layer.scale)
            if conv.bias is not None:
                expected = expected + conv.bias.numpy()[:, None, None]
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5)


def test_gradient(rng, check_gradient):
    layer = LargeContextConvTranspose(2, 3)
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 2, 3, 4)))


@pytest.mark.parametrize("options", [{}, {"small_kernel": 0, "bias": False}])
def test_cost(options):
    layer = LargeContextConvTranspose(8, 4, **options)
    found = cost({"name": layer.name, **options}, 8, (3, 5), 4)
    assert found.parameters == sum(p.size for p in layer.parameters())
    taps = 49 if "bias" in options else 58
    assert found.macs == taps * 8 * 4 * 15


def test_error_names_the_remedy():
    with pytest.raises(UsageError, match=r"kernel_size must be .* at least 4"):
        LargeContextConvTranspose(4, scale=4, kernel_size=3)
