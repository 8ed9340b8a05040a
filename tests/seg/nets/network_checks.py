"""What the tests of every network ask."""

import numpy as np
import paddle
from paddle.static import InputSpec


def image(rng, height, width, batch=1, channels=3):
    x = rng.normal(size=(batch, channels, height, width)).astype("float32")
    return paddle.to_tensor(x)


def trainable(layer):
    """Number of trained parameters; running statistics are none."""
    return sum(p.size for p in layer.parameters() if not p.stop_gradient)


def shake(rng, layer):
    """Give every weight another value, so that no initialization hides anything."""
    for p in layer.parameters():
        p.set_value((p.numpy() + 0.2 * rng.normal(size=p.shape)).astype("float32"))
    return layer


def assert_every_parameter_gets_gradient(net, x, but=()):
    """One backward pass reaches every trained parameter; `but`: names that it must
    not reach."""
    net.train()
    sum((y**2).mean() for y in net(x)).backward()
    for name, p in net.named_parameters():
        if p.stop_gradient:
            continue
        if name.startswith(tuple(but)):
            assert p.grad is None, name
            continue
        assert p.grad is not None, name
        assert np.isfinite(p.grad.numpy()).all(), name


def assert_same_answer(one, other, x, tolerance=1e-5):
    """Both networks in evaluation, relative to the largest logit."""
    one.eval()
    other.eval()
    for a, b in zip(one(x), other(x)):
        a, b = a.numpy(), b.numpy()
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * np.abs(a).max())


def assert_exports(net, rng, path, sizes):
    """Saved with unknown sizes and loaded again, it answers as before."""
    net.eval()
    images = [image(rng, *size) for size in sizes]
    expected = [net(x)[0].numpy() for x in images]
    spec = InputSpec([None, 3, None, None], "float32", "x")
    traced = paddle.jit.to_static(net, input_spec=[spec], full_graph=True)
    paddle.jit.save(traced, str(path / "net"))
    loaded = paddle.jit.load(str(path / "net"))
    for x, y in zip(images, expected):
        got = loaded(x)
        got = got[0] if isinstance(got, (list, tuple)) else got
        np.testing.assert_allclose(got.numpy(), y, rtol=1e-4, atol=1e-4)
