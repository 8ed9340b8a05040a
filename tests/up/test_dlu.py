import numpy as np
import paddle
import pytest

from paddle_resample import UsageError, cost
from paddle_resample.up import CARAFE, DLU
from tests.reference import convolution, interpolate, shuffle, warp
from tests.reference import reassemble as loops


def shaken(rng, layer, much=0.5):
    for p in layer.parameters():
        p.set_value(rng.normal(size=p.shape, scale=much).astype("float32"))
    return layer


def looked_up(source, offset, scale):
    """The kernel at (row, column) of its coarse pixel plus an offset, for every pixel;
    source [N, k*k, H, W], offset [N, 2, H*s, W*s] of (columns, rows)."""
    height, width = source.shape[2:]
    rows, columns = np.mgrid[: height * scale, : width * scale] // scale
    grid = np.stack([
        2 * (columns + offset[:, 0]) / (width - 1) - 1,
        2 * (rows + offset[:, 1]) / (height - 1) - 1,
    ], axis=-1)  # fmt: skip
    return warp.grid_sample(source, grid, "bilinear", "border", align_corners=True)


@pytest.mark.parametrize("options", [
    {},
    {"scale": 3, "kernel_size": 3, "border": "renormalise"},
    {"groups": 2, "encoder_kernel": 1, "compressed_channels": 5},
], ids=str)  # fmt: skip
def test_equals_loops(rng, options):
    layer = shaken(rng, DLU(4, **options))
    x = rng.normal(size=(2, 4, 3, 4)).astype("float32")
    y = layer(paddle.to_tensor(x)).numpy()
    scale, groups = options.get("scale", 2), options.get("groups", 1)
    k, pad = options.get("kernel_size", 5), options.get("encoder_kernel", 3) // 2
    features, source, offset = (
        (conv.weight.numpy(), conv.bias.numpy())
        for conv in (
            layer.channel_compressor,
            layer.kernel_space_generator,
            layer.conv_offset,
        )
    )
    features = convolution.conv(x, *features)
    source = convolution.conv(features, *source, padding=pad)
    source = loops.softmax(source.reshape(2, groups, k * k, 3, 4), 2)
    offset = convolution.conv(features, *offset, padding=pad)
    offset = shuffle.pixel_shuffle(offset, scale)
    assert np.abs(offset).max() > 2  # some leave the map
    kernels = np.concatenate([
        looked_up(source[:, g], offset[:, [g, groups + g]], scale)
        for g in range(groups)
    ], axis=1)  # fmt: skip
    border = options.get("border", "zero")
    expected = loops.reassemble(x, kernels, k, scale, groups, border=border)
    np.testing.assert_allclose(y, expected, rtol=0, atol=5e-5)


def test_gradient(rng, check_gradient):
    layer = shaken(rng, DLU(4, kernel_size=3, groups=2, compressed_channels=6), 0.3)
    layer.to(dtype="float64")
    check_gradient(layer, rng.normal(size=(1, 4, 3, 4)), tolerance=1e-5)


def test_windows_sum_to_one(rng):
    layer = shaken(rng, DLU(4, groups=2))
    kernels = layer.kernels(paddle.to_tensor(rng.normal(size=(1, 4, 3, 4)), "float32"))
    total = kernels.numpy().reshape(1, 2, 25, 6, 8).sum(2)
    np.testing.assert_allclose(total, 1, rtol=1e-5)


def test_starts_as_nearest_of_a_box_mean(rng):
    layer = DLU(6)
    x = rng.normal(size=(1, 6, 5, 7)).astype("float32")
    padded = np.pad(x, [(0, 0), (0, 0), (2, 2), (2, 2)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), (2, 3))
    expected = interpolate.nearest(windows.mean((-1, -2)), (10, 14))
    y = layer(paddle.to_tensor(x)).numpy()
    np.testing.assert_allclose(y, expected, rtol=0, atol=0.01)


def test_without_offsets_it_is_carafe_with_one_kernel_a_cell(rng):
    layer = shaken(rng, DLU(4))
    for p in layer.conv_offset.parameters():
        p.set_value(p * 0)
    carafe = CARAFE(4)
    state = {
        name.replace("kernel_space_generator", "content_encoder"): value.numpy()
        for name, value in layer.state_dict().items()
        if "offset" not in name
    }
    for name in ("content_encoder.weight", "content_encoder.bias"):
        state[name] = state[name].repeat(4, axis=0)
    carafe.set_state_dict(state)
    x = paddle.to_tensor(rng.normal(size=(2, 4, 5, 3)).astype("float32"))
    expected = carafe(x).numpy()
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=0, atol=1e-5)


def test_start():
    layer = DLU(32)
    bound = (6 / (32 + 64)) ** 0.5
    weight = layer.channel_compressor.weight.numpy()
    assert 0.95 * bound < np.abs(weight).max() <= bound * (1 + 1e-6)
    weight = layer.kernel_space_generator.weight.numpy()
    assert weight.std() == pytest.approx(0.001, rel=0.03)
    assert not layer.conv_offset.weight.numpy().any()
    for name, p in layer.named_parameters():
        assert not name.endswith("bias") or not p.numpy().any()


@pytest.mark.parametrize("scale, parameters", [(2, 35_489), (4, 49_337)])
def test_parameters_of_one_site(scale, parameters):
    spec = {"name": "dlu", "scale": scale}
    assert cost(spec, 256, (9, 9)).parameters == parameters


def test_published_share_of_carafe_at_scale_16():
    """91 % fewer parameters and at least 63 % fewer operations (abstract); an FPN's
    four sites add 0.6 MB against 1.2 MB (README)."""
    dlu, carafe = (
        cost({"name": name, "scale": 16}, 256, (9, 9)) for name in ("dlu", "carafe")
    )
    assert round(1 - dlu.parameters / carafe.parameters, 2) == 0.91
    assert round(1 - dlu.macs / carafe.macs, 2) == 0.63
    megabytes = [
        4 * 4 * cost(name, 256, (9, 9)).parameters / 1e6 for name in ("dlu", "carafe")
    ]
    assert [round(m, 1) for m in megabytes] == [0.6, 1.2]


@pytest.mark.parametrize("options, text", [
    ({"kernel_size": 4}, "kernel_size must be an odd positive integer, not 4"),
    ({"groups": 3}, "groups=3 must divide in_channels=8"),
    ({"border": "zeros"}, "unknown border 'zeros'; did you mean 'zero'"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"dlu: {text}"):
        DLU(8, **options)
