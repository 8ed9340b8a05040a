import paddle
import paddle.nn as nn
import pytest

from paddle_resample import cost
from paddle_resample.nets import ResampleUNet
from paddle_resample.network_cost import (
    count_macs,
    count_parameters,
    interleaved_latency,
    peak_memory,
)


def test_macs_of_the_articles_unet():
    """192.67 G at 512x512, so a quarter of the 48.17 G of 256x256 at 128x128."""
    assert count_macs(ResampleUNet(1), (128, 128)) / 1e9 == pytest.approx(
        48.17 / 4, abs=0.002
    )
    assert count_parameters(ResampleUNet(1)) == 31_037_633


class OneSite(nn.Layer):
    def __init__(self, spec):
        super().__init__()
        from paddle_resample import build

        self.up = build(spec, 16)

    def forward(self, x):
        return [self.up(x)]


@pytest.mark.parametrize("spec", [
    "carafe",
    "dysample",
    {"name": "carafe", "kernel_size": 3},
    {"name": "dysample", "scale": 3, "dyscope": True},
    "pixel_shuffle",
], ids=str)  # fmt: skip
def test_an_operator_counts_by_its_closed_form_once(spec):
    found = count_macs(OneSite(spec), (7, 9), channels=16)
    assert found == cost(spec, 16, (7, 9)).macs


def test_linear_layers():
    class Tokens(nn.Layer):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 5)

        def forward(self, x):
            return [self.linear(x.transpose([0, 2, 3, 1]))]

    assert count_macs(Tokens(), (4, 6)) == 4 * 6 * 3 * 5


def test_the_model_stays_in_training():
    net = ResampleUNet(2, width=2, depth=1).train()
    before = net.state_dict()["encoder.0.1._mean"].numpy().copy()
    count_macs(net, (8, 8))
    assert net.training
    assert (net.state_dict()["encoder.0.1._mean"].numpy() == before).all()


def test_latency_is_taken_in_turn():
    order = []

    class Noting(nn.Layer):
        def __init__(self, name):
            super().__init__()
            self.name = name

        def forward(self, x):
            order.append(self.name)
            return [x]

    models = {name: Noting(name) for name in "ab"}
    times = interleaved_latency(models, (4, 4), rounds=3, warmup=1)
    assert order == ["a", "b"] * 4
    low, high = times["a"]["latency_spread_ms"]
    assert 0 <= low <= times["a"]["latency_ms"] <= high


def test_peak_memory_grows_with_what_is_held():
    before = peak_memory()
    held = paddle.ones([int(before) + 64, 2**18])  # that many MB
    assert peak_memory() > before + 32
    del held
