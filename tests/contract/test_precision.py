"""bfloat16 gives the float32 answer up to rounding, on a map so wide that a place
counted in bfloat16 would be a pixel off."""

import numpy as np
import paddle
import pytest

from paddle_resample import (
    Downsampler,
    Upsampler,
    build,
    resampler_class,
    resampler_names,
)
from tests.contract.half_precision import NO_CPU_KERNEL, converted, imitated_kernels
from tests.contract.sites import (
    ALL,
    CHANNELS,
    arguments,
    build_up,
    feature_map,
    shake,
    site_of,
    tensor,
    usual_scale,
)

# bfloat16 counts to 256: the coarse map is wider.
WIDE = (4, 320)
# What runs in bfloat16 on a CPU without imitation; all others miss a kernel of
# NO_CPU_KERNEL, mostly conv2d, pad3d or softmax.
RUNS_ON_A_CPU = {"bicubic", "bilinear", "index_net", "nearest", "soft_pool"}
# Of `relative_error`: half a pixel would be 0.1 or more.
ROUNDING = 0.012
LOOSER = {
    "anyup": (0.06, "its attention weighs many pixels by rounded likenesses"),
    "jafar": (0.03, "its attention weighs many pixels by rounded likenesses"),
}
# Options for what rounding would turn into another answer.
SMOOTH = {"lps": {"selection": "softmax"}}  # not the larger of nearly equal scores


def site_on_a_wide_map(rng, name):
    """(layer, x, the other arguments), all of numbers that bfloat16 holds."""
    cls, scale = resampler_class(name), usual_scale(resampler_class(name))
    fine, given = [n * scale for n in WIDE], {}
    if issubclass(cls, Downsampler):
        x, spec = tensor(rng, CHANNELS, fine), {"name": name, **SMOOTH.get(name, {})}
        layer = build(spec, CHANNELS, scale=scale)
    else:
        x, given = arguments(rng, cls, fine, scale)
        layer = build_up(name)
    shake(rng, layer).eval()
    for weight in layer.parameters():
        weight.set_value(converted(converted(weight, "bfloat16"), "float32"))
    x, *values = (
        converted(converted(v, "bfloat16"), "float32") for v in (x, *given.values())
    )
    return layer, x, dict(zip(given, values))


def relative_error(y, expected):
    """Mean |error| over the standard deviation of the answer."""
    error = np.abs(feature_map(converted(y, "float32")) - expected)
    return error.mean() / expected.std()


def allowed(name):
    return LOOSER.get(name, (ROUNDING,))[0]


@pytest.mark.skipif(
    paddle.__version__.startswith("2."),
    reason="Paddle 2 calls some kernels by a way that the imitation does not reach",
)
@ALL
def test_bfloat16_is_float32_up_to_rounding(rng, name):
    layer, x, given = site_on_a_wide_map(rng, name)
    expected = feature_map(layer(x, **given))
    layer.to(dtype="bfloat16")
    given = {key: converted(value, "bfloat16") for key, value in given.items()}
    with imitated_kernels() as missing:
        y = layer(x.astype("bfloat16"), **given)
    assert missing <= NO_CPU_KERNEL, f"no bfloat16 kernel: {missing - NO_CPU_KERNEL}"
    if name in RUNS_ON_A_CPU:
        assert not missing
    assert (y[0] if isinstance(y, tuple) else y).dtype == paddle.bfloat16
    assert relative_error(y, expected) < allowed(name)


@pytest.mark.skipif(
    not paddle.device.is_compiled_with_cuda(),
    reason="on a CPU Paddle's auto_cast does nothing",
)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("level", ["O1", "O2"])
def test_auto_cast_is_float32_up_to_rounding(rng, level, dtype):
    errors = {}
    for name in resampler_names():
        layer, x, given = site_on_a_wide_map(rng, name)
        expected = feature_map(layer(x, **given))
        if level == "O2":
            layer = paddle.amp.decorate(layer, level=level, dtype=dtype)
        with paddle.amp.auto_cast(level=level, dtype=dtype):
            y = layer(x, **given)
        errors[name] = relative_error(y, expected)
    assert not {n: e for n, e in errors.items() if e > allowed(n)}


def test_auto_cast_on_a_cpu_changes_nothing(rng):
    """If this fails, Paddle's AMP reaches CPUs: let the test above run there."""
    if paddle.device.is_compiled_with_cuda():
        pytest.skip("needs a CPU build of Paddle")
    layer = build(
        "pixel_shuffle", CHANNELS, **site_of(resampler_class("pixel_shuffle"))
    )
    x = tensor(rng, CHANNELS, (4, 4))
    with paddle.amp.auto_cast(dtype="bfloat16"):
        y = layer(x)
    assert y.dtype == paddle.float32
    np.testing.assert_array_equal(y.numpy(), layer(x).numpy())


def test_the_lists_name_what_is_registered():
    assert {*RUNS_ON_A_CPU, *LOOSER} <= {
        *resampler_names(Upsampler),
        *resampler_names(Downsampler),
    }
