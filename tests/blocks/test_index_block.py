import numpy as np
import paddle
import paddle.nn as nn
import pytest

from paddle_resample import UsageError
from paddle_resample.blocks.index_block import (
    count_index_block,
    index_block,
    index_upsample,
)
from tests.reference import index_block as loops

KINDS = ("holistic", "o2o", "m2o")
C = 4


@pytest.mark.parametrize("context", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_linear_block_equals_loops(rng, kind, context):
    block = index_block("test", kind, C, context=context)
    x = 3 * rng.normal(size=(2, C, 4, 6))
    got = block(paddle.to_tensor(x.astype("float32")))
    expected = loops.indices(x, loops.kernels(block, kind), int(context), kind)
    for y, e in zip(got, expected):
        np.testing.assert_allclose(y.numpy(), e, rtol=0, atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_nonlinear_block_is_conv_norm_relu6_conv(rng, kind):
    block = index_block("test", kind, C, nonlinear=True, context=True)
    branches = [m for m in block.sublayers() if isinstance(m, nn.Sequential)]
    assert len(branches) == (1 if kind == "holistic" else 4)
    for branch in branches:
        kinds = [nn.Conv2D, nn.BatchNorm2D, nn.ReLU6, nn.Conv2D]
        assert len(branch) == len(kinds)
        assert all(isinstance(m, kind) for m, kind in zip(branch, kinds))
    x = paddle.to_tensor(rng.normal(size=(2, C, 6, 4)).astype("float32"))
    logits = [branch(x) for branch in branches]
    if kind == "holistic":
        logits = [logits[0][:, k : k + 1] for k in range(4)]
    decoder = block(x)[1].numpy()
    for k, value in enumerate(logits):
        expected = 1 / (1 + np.exp(-value.numpy()))
        got = decoder[:, :, k // 2 :: 2, k % 2 :: 2]
        np.testing.assert_allclose(got, expected, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_encoder_index_sums_to_one_and_decoder_index_does_not(rng, kind):
    block = index_block("test", kind, C, nonlinear=True)
    x = paddle.to_tensor(rng.normal(size=(2, C, 6, 8)).astype("float32"))
    encoder, decoder = (paddle.nn.functional.avg_pool2d(i, 2) * 4 for i in block(x))
    np.testing.assert_allclose(encoder.numpy(), 1, rtol=1e-6)
    assert np.abs(decoder.numpy() - 1).min() > 0.1
    largest = block(x * 1000)[0].numpy().max()
    assert largest <= np.e / (np.e + 3) + 1e-6


@pytest.mark.parametrize("nonlinear", [False, True])
@pytest.mark.parametrize("context", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_parameters(kind, context, nonlinear):
    block = index_block("test", kind, 256, nonlinear, context)
    counted = sum(p.size for p in block.parameters() if not p.stop_gradient)
    published = {
        ("holistic", False, False): 4_096,
        ("holistic", False, True): 16_384,
        ("holistic", True, False): 527_360,
        ("holistic", True, True): 2_100_224,
        ("o2o", False, False): 4_096,
        ("o2o", False, True): 16_384,
        ("o2o", True, False): 7_168,
        ("o2o", True, True): 19_456,
        ("m2o", False, False): 1_048_576,
        ("m2o", False, True): 4_194_304,
        ("m2o", True, False): 1_312_768,
        ("m2o", True, True): 4_458_496,
    }[kind, nonlinear, context]
    assert counted == published
    assert count_index_block(kind, 256, nonlinear, context)[0] == published


@pytest.mark.parametrize("init", ["torch", "mobilenet"])
def test_starts_as_published(rng, init):
    block = index_block("test", "m2o", 64, context=True, init=init)
    weight = block.indexnet2[0].weight.numpy()
    if init == "torch":
        bound = (64 * 16) ** -0.5
        assert 0.9 * bound < np.abs(weight).max() <= bound
        assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.05)
    else:
        assert weight.std() == pytest.approx((2 / (16 * 64)) ** 0.5, rel=0.05)


def test_upsampling_equals_loops(rng, check_gradient):
    x, index = rng.normal(size=(2, C, 3, 5)), rng.uniform(size=(2, 1, 6, 10))
    y = index_upsample(paddle.to_tensor(x), paddle.to_tensor(index)).numpy()
    np.testing.assert_allclose(y, loops.unpool(x, np.broadcast_to(index, y.shape)))
    check_gradient(index_upsample, x, index)


@pytest.mark.parametrize("options, text", [
    ({"kind": "hin"}, "unknown block 'hin'; known: 'holistic', 'm2o', 'o2o'"),
    ({"kind": "m2o", "init": "torhc"}, "unknown init 'torhc'; did you mean 'torch'"),
], ids=["block", "init"])  # fmt: skip
def test_error_names_the_remedy(options, text):
    with pytest.raises(UsageError, match=f"index_pool: {text}"):
        index_block("index_pool", channels=4, **options)
