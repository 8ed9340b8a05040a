"""What the tests of SegNet, SegNet-Basic and FCN-Basic share."""

import paddle

from paddle_resample import Downsampler, resampler_class, resampler_names
from tests.reference import pool
from tests.seg.nets.network_checks import assert_every_parameter_gets_gradient, image

DECONVOLUTION = {"name": "conv_transpose", "kernel_size": 8, "bias": False}


def partner(up):
    """The default downsampler, or the first one that records what `up` needs."""
    kind = resampler_class(up).needs_side
    givers = [
        d for d in resampler_names(Downsampler) if resampler_class(d).gives_side == kind
    ]
    return "max_pool" if kind is None else givers[0]


def assert_trains_on_odd_sizes(net, first, rng):
    """first: the convolution that sees the image."""
    x = image(rng, 97, 131)
    assert list(net(x)[0].shape)[2:] == [97, 131]
    assert_every_parameter_gets_gradient(net, x)
    assert first.weight.grad.numpy().any()


def with_random_norms(net, rng):
    """Batch norms that do something in evaluation mode."""
    for layer in net.sublayers():
        if isinstance(layer, paddle.nn.BatchNorm2D):
            for p in (layer.weight, layer._variance):
                p.set_value(rng.uniform(0.5, 1.5, p.shape).astype("float32"))
            for p in (layer.bias, layer._mean):
                p.set_value(rng.normal(size=p.shape).astype("float32"))
    net.eval()
    return net


def pooled_levels(parts, x):
    """By loops: positions, size before pooling and pooled map behind each part."""
    levels = []
    for part in parts:
        feature = part(x).numpy()
        pooled, indices = pool.max_pool(feature, 2, 2)
        x = tensor(pooled)
        levels.append((indices, feature.shape[2:], x))
    return levels


def tensor(array):
    return paddle.to_tensor(array.astype("float32"))
