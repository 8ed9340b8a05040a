"""Whole networks train alike with native layers and with Paddle's."""

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest

from paddle_resample.seg.surgery.resampled import Resampled
from tests.seg.surgery.models import build

assert Resampled  # registers PaddleSeg's models, repaired

ITERS = 20
# UNet's full width would take minutes at the others' size.
SMALL = {"UNet": (2, 32)}
NAMES = (
    "BiSeNetV2", "DeepLabV3P", "ENet", "FCN", "FastSCNN", "PPLiteSeg", "SegFormer",
    "SegNet", "SFNet", "UNet",
)  # fmt: skip


def losses(name, nudge=0.0):
    """The losses of a training; `nudge` multiplies its images by 1 + nudge."""
    paddle.seed(3)
    np.random.seed(3)
    model = build(name)
    model.train()
    rng = np.random.default_rng(3)
    n, side = SMALL.get(name, (4, 64))
    images = rng.normal(size=(n, 3, side, side)).astype("float32")
    images *= np.float32(1 + nudge)
    labels = paddle.to_tensor(rng.integers(0, 2, size=(n, side, side)))
    x = paddle.to_tensor(images)
    optimizer = paddle.optimizer.Momentum(1e-3, parameters=model.parameters())
    found = []
    paddle.seed(4)  # dropout
    np.random.seed(4)
    for _ in range(ITERS):
        logits = model(x)
        logits = logits[0] if isinstance(logits, (list, tuple)) else logits
        loss = F.cross_entropy(logits, labels, axis=1)
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        found.append(loss.item())
    return np.array(found)


def distance(one, other):
    return np.abs(one / other - 1).max()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_twenty_iterations_stay_within_float32_noise(native_networks, name):
    """Losses differ by no more than ten times what a change of all images by a
    millionth makes of them with Paddle's own layers."""
    native_networks(False)
    expected = losses(name)
    noise = max(distance(losses(name, nudge), expected) for nudge in (1e-6, -1e-6))
    native_networks(True)
    got = losses(name)
    assert not np.array_equal(got, expected)  # it is another sum
    found = distance(got, expected)
    print(f"{name}: {found:.1e}, noise {noise:.1e}")
    assert found <= 10 * noise
