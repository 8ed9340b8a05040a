"""Sites are found by name, kind and ratio, and finding them changes nothing."""

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
from paddle import nn

from checkout import CONFIGS
from paddle_resample import UsageError
from paddle_resample.seg.surgery import find_sites
from paddle_resample.seg.surgery.command import _model_of_config, print_sites, table
from tests.seg.surgery import toys


def listed(model, **settings):
    sites = find_sites(model, image_size=32, **settings)
    return {
        s.name: (s.way, s.kind, s.in_channels, s.out_channels, s.ratio) for s in sites
    }


def test_calls_in_loops_helpers_and_partials():
    assert listed(toys.Pyramid()) == {
        "stem": ("down", "feature", 3, 4, 2),
        "low": ("down", "feature", 4, 6, 2),
        "high": ("down", "feature", 6, 8, 2),
        "interpolate_1": ("up", "feature", 4, 4, 2),
        "interpolate_2": ("up", "feature", 4, 4, 4),
        "interpolate_3": ("up", "context", 4, 4, 8),
        "interpolate_4": ("up", "feature", 4, 4, 4),
        "interpolate_5": ("up", "logits", 3, 3, 2),
    }


def test_layers_in_sequences_and_shared_ones():
    assert listed(toys.Layered()) == {
        "pool_1": ("down", "feature", 4, 4, 2),
        "pool_2": ("down", "feature", 6, 6, 2),
        "again.0": ("up", "feature", 8, 8, 2),
        "deconv": ("up", "feature", 6, 5, 2),
        "up_1": ("up", "feature", 8, 8, 2),
        "up_2": ("up", "logits", 2, 2, 2),
    }


def test_unpooling():
    assert listed(toys.Unpooled()) == {
        "max_pool2d": ("down", "feature", 4, 4, 2),
        "max_unpool2d": ("up", "feature", 4, 4, 2),
    }


def test_class_in_a_function_with_names_of_its_own():
    factor = 2

    class Base(nn.Layer):
        def forward(self, x):
            return [F.interpolate(x, scale_factor=factor), self.__private(x)]

        def __private(self, x):
            return F.avg_pool2d(x, 2)

    class Derived(Base):
        def __init__(self):
            super().__init__()
            self.first = nn.Conv2D(3, 3, 1)

        def forward(self, x):
            y = super().forward(self.first(x))
            return [F.interpolate(y[0], scale_factor=1.5), y[1]]

    # What a parent's method computes by super() is not reached.
    assert set(listed(Derived())) == {"interpolate", "avg_pool2d"}
    assert set(listed(Base())) == {"interpolate", "avg_pool2d"}
    assert listed(Derived())["interpolate"][-1] == 1.5


def test_sites_of_one_mode_only():
    class Both(nn.Layer):
        def forward(self, x):
            y = F.avg_pool2d(x, 2, 2)
            y = F.interpolate(y, scale_factor=2)
            y = y if self.training else F.interpolate(y, scale_factor=2)
            return [y]

    when = {s.name: s.when for s in find_sites(Both(), image_size=32)}
    assert when == {
        "avg_pool2d": "always",
        "interpolate_1": "always",
        "interpolate_2": "evaluation",
    }


def test_a_site_that_moves_with_the_size_is_uneven():
    found = listed(toys.Wandering())
    assert found["down"][1] == "feature"
    assert found["interpolate"][1] == "uneven"


def test_the_model_is_as_before(rng):
    model = nn.Sequential(nn.Conv2D(3, 4, 3), nn.BatchNorm2D(4), nn.Dropout(0.5))

    class Net(nn.Layer):
        def __init__(self):
            super().__init__()
            self.body = model

        def forward(self, x):
            return [F.interpolate(self.body(x), scale_factor=2)]

    net = Net()
    net.body[2].eval()
    paddle.seed(3)
    expected = paddle.rand([3]).numpy()
    paddle.seed(3)
    before = {k: v.numpy() for k, v in net.state_dict().items()}
    modes = [layer.training for layer in net.sublayers(include_self=True)]
    find_sites(net, image_size=32)
    assert type(net) is Net and not hasattr(net, "_replaced")
    assert [layer.training for layer in net.sublayers(include_self=True)] == modes
    for key, value in net.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[key], err_msg=key)
    np.testing.assert_array_equal(paddle.rand([3]).numpy(), expected)


def test_a_model_that_cannot_run():
    class Wide(nn.Layer):
        def forward(self, x):
            assert x.shape[2] >= 64, "too small"
            return [F.interpolate(x, scale_factor=2)]

    model = Wide()
    with pytest.raises(UsageError, match=r"Wide cannot run in evaluation on an image "
                       r"of 3x32x32.*too small.*give image_size"):  # fmt: skip
        find_sites(model, image_size=32)
    assert type(model) is Wide
    with pytest.raises(UsageError, match="image_size is one side or"):
        find_sites(model, image_size="large")


@pytest.mark.parametrize("call, spec", [
    (lambda: nn.Upsample(scale_factor=2, mode="bilinear"),
     {"name": "bilinear", "align_corners": False}),
    (lambda: nn.Upsample(None, 2, "bilinear", True),
     {"name": "bilinear", "align_corners": True}),
    (lambda: nn.Upsample([32, 32]), {"name": "nearest"}),
    (lambda: nn.Upsample(scale_factor=2, mode="bilinear", align_mode=1), None),
    (lambda: nn.Upsample(scale_factor=2, mode="bicubic"), None),
    (lambda: nn.UpsamplingBilinear2D(scale_factor=2),
     {"name": "bilinear", "align_corners": True}),
    (lambda: nn.UpsamplingNearest2D(scale_factor=2), {"name": "nearest"}),
])  # fmt: skip
def test_spec_that_computes_the_same(call, spec):
    class Net(nn.Layer):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.AvgPool2D(2), call())

        def forward(self, x):
            return [self.body(x)]

    sites = find_sites(Net(), image_size=32)
    assert sites[-1].name == "body.1" and sites[-1].spec == spec


def test_listing_of_a_configuration(tmp_path):
    path = tmp_path / "net.yml"
    path.write_text(
        "batch_size: 1\n"
        "iters: 1\n"
        "train_dataset: {type: FineShapes, mode: train, size: 32, transforms: []}\n"
        "val_dataset: {type: FineShapes, mode: val, size: 32, transforms: []}\n"
        "optimizer: {type: SGD}\n"
        "lr_scheduler: {type: PolynomialDecay, learning_rate: 0.1}\n"
        "loss: {types: [{type: CrossEntropyLoss}], coef: [1]}\n"
        "model:\n"
        "  type: Resampled\n"
        "  upsample: dysample\n"
        "  image_size: 64\n"
        "  model: {type: PPLiteSeg, num_classes: 12, backbone: {type: STDC1}}\n"
    )
    name, model, settings = _model_of_config(str(path))
    sites = find_sites(model, **settings)
    assert name == "PPLiteSeg"
    ups = [s.name for s in sites if s.way == "up" and s.kind == "feature"]
    assert ups == [f"ppseg_head.arm_list.{i}.interpolate" for i in (1, 0)]
    text = table(name, sites)
    assert text.row_count == len(sites)
    cells = list(text.columns[1].cells)
    assert cells[-1].startswith("interpolate_") and sites[-1].when == "training"


def test_listing_of_a_network_of_specs(capsys):
    """The names are those that its configuration takes."""
    print_sites(str(CONFIGS / "unet" / "unet_bilinear.yml"))
    listed = capsys.readouterr().out
    assert "upsample.level_0    bilinear" in listed
    assert "downsample.level_1  max_pool" in listed
