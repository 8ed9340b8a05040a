"""Numbers that are not finite: where they begin."""

import math

import numpy as np
import paddle
import pytest
from paddle import nn

from paddle_resample.errors import RunFailed
from paddle_resample.seg.training.not_finite import FiniteWatch, first_not_finite
from paddle_resample.seg.training.step import Step


class Function(nn.Layer):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Block(nn.Layer):
    """A container whose parts stand before and behind a function of its own."""

    def __init__(self, function):
        super().__init__()
        self.before, self.inside = nn.Linear(3, 3), Function(function)
        self.behind = nn.Linear(3, 2)

    def forward(self, x):
        return self.behind(self.inside(self.before(x)))


def root_of_zero(x):
    return (x * 0).sqrt()  # zero; its derivative is infinite


def watched(model, loss=paddle.sum):
    with FiniteWatch(model) as watch:
        loss(model(paddle.ones([2, 3]))).backward()
        watch.look_at_gradients()
    return watch.first


def test_first_output():
    model = nn.Sequential(nn.Linear(3, 3), Block(lambda x: x / 0), nn.Linear(2, 2))
    assert watched(model) == "the output of the layer 1.inside (Function)"


def test_first_gradient_is_of_the_layer_whose_backward_made_it():
    model = nn.Sequential(nn.Linear(3, 3), Block(root_of_zero), nn.Linear(2, 2))
    first = "the gradient that the layer 1.inside (Function) passes back"
    assert watched(model) == first


def test_gradient_from_the_loss():
    model = nn.Sequential(nn.Linear(3, 3))
    first = watched(model, lambda y: root_of_zero(y).sum())
    assert first == "the gradient at the output of the layer 0 (Linear)"


def test_gradient_of_a_parameter_alone():
    class Scale(nn.Layer):
        def __init__(self):
            super().__init__()
            self.weight = self.create_parameter([1])
            self.weight.set_value(paddle.zeros([1]))

        def forward(self, x):
            return x + self.weight.sqrt()

    model = nn.Sequential(nn.Linear(3, 3), Scale())
    assert watched(model) == "the gradient of the parameter 1.weight"


def test_finite_numbers_and_integers_are_passed_and_hooks_go():
    model = nn.Sequential(Block(paddle.abs), Function(lambda x: x.argmax(-1) * 1.0))
    for _ in range(2):
        with FiniteWatch(model) as watch:
            model(paddle.ones([2, 3]))
        assert watch.first is None and watch._flows == {}
    for layer in model.sublayers():
        assert not layer._forward_pre_hooks and not layer._forward_post_hooks


def test_state_is_looked_through():
    net = nn.Sequential(nn.Conv2D(1, 2, 1), nn.BatchNorm2D(2))
    momentum = paddle.optimizer.Momentum(0.1, parameters=net.parameters())
    net(paddle.ones([2, 1, 3, 3])).sum().backward()
    momentum.step()
    assert first_not_finite(net, momentum) is None
    key = next(k for k in momentum.state_dict() if "velocity" in k)
    velocity = momentum.state_dict()[key]
    velocity.set_value(velocity * math.inf)
    assert first_not_finite(net, momentum) == f"the optimizer state {key}"
    net[1]._variance.set_value(paddle.to_tensor([1.0, math.nan]))
    assert first_not_finite(net, momentum) == "the weight 1._variance"


def step(model, **options):
    loss = {"types": [lambda logit, label: logit.mean()], "coef": [1]}
    sgd = paddle.optimizer.SGD(0.1, parameters=model.parameters())
    return Step(model, loss, sgd, **options)


def test_an_update_with_a_bad_gradient_is_not_done(rng):
    class Net(nn.Layer):
        def __init__(self):
            super().__init__()
            self.conv, self.root = nn.Conv2D(3, 2, 1), Function(root_of_zero)

        def forward(self, x):
            return [self.root(self.conv(x))]

    net = Net()
    batch = {"img": paddle.ones([1, 3, 4, 4]), "label": paddle.zeros([1, 4, 4])}
    before = net.conv.weight.numpy()
    with pytest.raises(RunFailed, match="not finite: the gradient that the layer root"):
        step(net, detect_anomaly=True)(batch)
    np.testing.assert_array_equal(net.conv.weight.numpy(), before)
    step(net)(batch)  # without the flag it is done, and seen before it is saved
    assert first_not_finite(net) == "the weight conv.weight"
