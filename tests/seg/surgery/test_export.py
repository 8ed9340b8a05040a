"""A resampled model traces, with unknown height and width, to what it computes."""

import warnings

import numpy as np
import paddle
import pytest

from paddle_resample.seg import Resampled
from tests.seg.surgery import toys
from tests.seg.surgery.models import build

FREE = paddle.static.InputSpec([None, 3, None, None], "float32")
SIZES = ((32, 32), (45, 38), (97, 131))


def resampled(kind, **given):
    paddle.seed(4)
    net = Resampled(kind(), image_size=32, **given)
    net.eval()
    return net


def same_after_export(net, images, folder):
    expected = [net(x)[0].numpy() for x in images]
    traced = paddle.jit.to_static(net, input_spec=[FREE], full_graph=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        paddle.jit.save(traced, str(folder / "net"))
    again = paddle.jit.load(str(folder / "net"))
    for x, y in zip(images, expected):
        z = again(x)
        z = z[0] if isinstance(z, (list, tuple)) else z
        worst = np.abs(z.numpy() - y).max()
        assert worst < 1e-5 * max(1, np.abs(y).max())


@pytest.mark.parametrize("given", [
    {"upsample": "dysample"},
    {"upsample": "carafe", "downsample": "blur_pool"},
    {"upsample": "fade", "downsample": "lip"},
    {"upsample": {"interpolate_3": "area"}, "logits": "bicubic"},
], ids=str)  # fmt: skip
def test_exports_for_images_of_any_size(rng, tmp_path, given):
    net = resampled(toys.Pyramid, **given)
    images = [toys.image(rng, *size, number=1) for size in SIZES]
    same_after_export(net, images, tmp_path)


def test_layers_export(rng, tmp_path):
    up = {"name": "dysample", "groups": 1}
    net = resampled(toys.Layered, upsample=up, downsample="blur_pool")
    images = [toys.image(rng, *size, number=1) for size in ((32, 32), (64, 48))]
    same_after_export(net, images, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(paddle.__version__ < "3", reason="Paddle 2.6 has SOT half done")
def test_bytecode_tracing_gives_the_same(rng):
    """What PaddleSeg's to_static_training runs (SOT), forward and gradients."""
    given = {"upsample": "fade", "downsample": "blur_pool"}
    net, other = (resampled(toys.Pyramid, **given) for _ in range(2))
    other.set_state_dict(net.state_dict())
    for model in (net, other):
        model.train()  # in evaluation Paddle's traced programs give no gradients
    traced = paddle.jit.to_static(other, full_graph=False)
    for size in SIZES:
        x = toys.image(rng, *size)
        for _ in range(2):
            np.testing.assert_allclose(
                traced(x)[0].numpy(), net(x)[0].numpy(), rtol=0, atol=1e-5
            )
    for model in (net, traced):
        model(x)[0].square().mean().backward()
    for (key, a), (_, b) in zip(net.named_parameters(), other.named_parameters()):
        np.testing.assert_allclose(
            a.grad.numpy(), b.grad.numpy(), rtol=0, atol=1e-6, err_msg=key
        )


@pytest.mark.slow
@pytest.mark.parametrize("up", ["dysample", "fade"])
@pytest.mark.parametrize("name", [
    "BiSeNetV2", "DeepLabV3P", "OCRNet", "PPLiteSeg", "SFNet", "SegFormer", "UPerNet",
])  # fmt: skip
def test_models_of_paddleseg_export(rng, tmp_path, name, up):
    paddle.seed(4)
    net = Resampled(build(name), upsample=up)
    net.eval()
    images = [toys.image(rng, *size, number=1) for size in ((64, 96), (97, 131))]
    same_after_export(net, images, tmp_path)
