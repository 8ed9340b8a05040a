"""What a user writes; mypy must agree with it and with every type that it asserts.

Lines that end in `# type: ignore[...]` are mistakes that mypy must find: the
configuration reports an ignore that nothing needs.
"""

from __future__ import annotations

from typing import Any

import paddle
from paddle import Tensor, nn
from typing_extensions import assert_type

import paddle_resample
from paddle_resample import (
    CARAFE,
    BlurPool,
    Cost,
    Downsampler,
    DySample,
    MaxPool,
    MaxUnpool,
    Upsampler,
    build,
    cost,
    load_official,
)


class Decoder(nn.Layer):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down: Downsampler = BlurPool(channels, filter_size=3, border="replicate")
        self.up: Upsampler = DySample(channels, scale=2, groups=4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.down(x)
        assert_type(y, Tensor)
        return self.up(y, size=x.shape[2:])


x = paddle.ones([1, 8, 6, 6])
pooled, side = MaxPool(8).record(x)
assert_type(pooled, Tensor)
assert_type(side, Any)
assert_type(MaxUnpool(8)(pooled, side=side), Tensor)
assert_type(build("carafe", 8), nn.Layer)
assert_type(build({"name": "carafe", "groups": 2}, 8, scale=2), nn.Layer)
assert_type(cost("carafe", 256, 64), Cost)
assert_type(cost("carafe", 256, (64, 64)).macs, int)
assert_type(paddle_resample.resampler_names(), list[str])
assert_type(load_official(CARAFE(8), {}), dict[str, Tensor])

CARAFE("8")  # type: ignore[arg-type]
CARAFE(8, scale_factor=2)  # type: ignore[call-arg]
BlurPool(8, border="mirror")  # type: ignore[arg-type]
build("carafe")  # type: ignore[call-arg]
DySample(8)(x, guides=x)  # type: ignore[call-arg]
