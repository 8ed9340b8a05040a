"""Replaced sites compute what was asked for, and the rest stays what it was."""

import copy

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
from paddle import nn

from paddle_resample import UsageError, build
from paddle_resample.seg import Resampled
from paddle_resample.seg.surgery import find_sites
from tests.seg.surgery import toys


def new_keys(model, stock):
    return sorted(set(model.state_dict()) - set(stock.state_dict()))


def same_weights(kind):
    one, two = kind(), kind()
    two.set_state_dict(one.state_dict())
    return one, two


def close(a, b, tolerance=1e-6):
    np.testing.assert_allclose(a[0].numpy(), b[0].numpy(), rtol=0, atol=tolerance)


def test_keep_leaves_the_model_alone(rng):
    net = toys.Pyramid()
    x = toys.image(rng)
    expected = net(x)
    assert Resampled(net, image_size=32) is net
    assert type(net) is toys.Pyramid and not hasattr(net, "resample")
    assert all("_rerouted_class" not in vars(type(s)) for s in net.sublayers())
    close(net(x), expected, 0)


@pytest.mark.parametrize("kind", [toys.Pyramid, toys.Layered])
@pytest.mark.parametrize("size", [(32, 32), (97, 131), (40, 64)], ids=str)
def test_what_the_model_had_is_the_same(rng, kind, size):
    if kind is toys.Layered and size == (97, 131):
        size = (96, 128)  # adds maps of floored sizes
    stock, net = same_weights(kind)
    specs = {
        s.name: s.spec for s in find_sites(net, image_size=32) if s.spec is not None
    }
    assert len(specs) >= 3
    Resampled(net, upsample=specs, image_size=32)
    assert isinstance(net, kind) and new_keys(net, stock) == []
    x = toys.image(rng, *size)
    close(net(x), stock(x))


def test_another_operator_by_hand(rng):
    stock, net = same_weights(toys.Pyramid)
    Resampled(net, upsample={"interpolate_1": "nearest"}, image_size=32)
    x = toys.image(rng, 45, 38)
    stem = stock.stem(x)
    low = stock.low(stem)
    high = stock.high(low)
    size = stem.shape[2:]
    features = [
        stem,
        F.interpolate(stock.sides[0](low), size, mode="nearest"),
        F.interpolate(stock.sides[1](high), size, mode="bilinear"),
        F.interpolate(stock.context(high), size, mode="nearest"),
        F.interpolate(stock.sides[1](high), size, mode="bilinear", align_corners=True),
    ]
    y = stock.head(paddle.concat(features, 1))
    close(net(x), [F.interpolate(y, x.shape[2:], mode="bilinear")])


def test_new_weights_begin_with_resample_and_learn(rng):
    stock, net = same_weights(toys.Pyramid)
    paddle.seed(2)
    Resampled(net, upsample="dysample", image_size=32)
    names = [f"resample.interpolate_{n}.0.up.offset" for n in (1, 2, 4)]
    assert new_keys(net, stock) == sorted(
        f"{name}.{part}" for name in names for part in ("bias", "weight")
    )
    assert set(stock.state_dict()) <= set(net.state_dict())
    net(toys.image(rng))[0].square().mean().backward()
    for key, p in net.named_parameters():
        assert p.grad is not None and p.grad.abs().sum().item() > 0, key


def test_published_start_survives():
    net = Resampled(toys.Pyramid(), upsample="dysample", image_size=32)
    up = net.resample["interpolate_1"][0].up
    assert up.offset.weight.abs().max().item() < 0.01  # normal, deviation 0.001
    assert up.scale == 2 and net.resample["interpolate_2"][0].up.scale == 4


def test_pool_and_convolution_become_blur_pool(rng):
    stock, net = same_weights(toys.Layered)
    Resampled(net, downsample={"pool_1": "blur_pool"}, image_size=32)
    blur = build("blur_pool", 4, scale=2)
    x = toys.image(rng)
    two = stock.two(blur(stock.one(x)))
    three = stock.three(stock.pool(two))
    y = stock.deconv(stock.again(three) + two)
    close(net(x), [stock.head(y) + stock.up(stock.up(three)[:, :2])])

    stock, net = same_weights(toys.Pyramid)
    Resampled(net, downsample="blur_pool", image_size=32)
    x = toys.image(rng, 45, 38)
    w, b = stock.stem.weight, stock.stem.bias
    stem = build("blur_pool", 4, scale=2)(F.conv2d(x, w, b, 1, 1))
    seen = []
    net.stem.register_forward_post_hook(lambda *call: seen.append(call[2]))
    assert net(x)[0].shape == stock(x)[0].shape
    close(seen, [stem])
    assert new_keys(net, stock) == []


@pytest.mark.parametrize("pool", [
    lambda: nn.MaxPool2D(2, 2),
    lambda: nn.MaxPool2D(2, 2, ceil_mode=True),
    lambda: nn.MaxPool2D(3, 2, 1),
    lambda: nn.AvgPool2D(3, 2),
    lambda: nn.AvgPool2D(4, 4, 1),
    lambda: nn.Conv2D(3, 3, 3, stride=2, padding=1),
    lambda: nn.Conv2D(3, 3, 1, stride=2),
    lambda: nn.Conv2D(3, 3, 7, stride=4, padding=3),
    lambda: nn.Conv2D(3, 3, 3, stride=2, padding="same"),
    lambda: nn.Conv2D(3, 3, 3, stride=2, padding=2, dilation=2),
    lambda: nn.Conv2D(3, 3, 3, stride=2, padding=[1, 0, 1, 0]),
])  # fmt: skip
@pytest.mark.parametrize("down", ["blur_pool", "avg_pool"])
def test_odd_sizes_come_out_as_the_model_has_them(rng, pool, down):
    class Net(nn.Layer):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(pool())

        def forward(self, x):
            return [self.body(x)]

    sizes = [(32, 32), (33, 35), (34, 31), (35, 37), (61, 47)]
    images = [toys.image(rng, *size) for size in sizes]
    net = Net()
    expected = [net(x)[0].shape for x in images]
    Resampled(net, downsample=down, image_size=32)
    assert [net(x)[0].shape for x in images] == expected


def test_transposed_convolution_goes_with_its_weights(rng):
    stock = toys.Layered()
    keys = set(stock.state_dict())
    net = Resampled(stock, upsample={"deconv": "carafe"}, image_size=32)
    lost = keys - set(net.state_dict())
    assert lost == {"deconv.weight", "deconv.bias"}
    added = set(net.state_dict()) - keys
    assert "resample.deconv.0.up.project.weight" in added  # 6 -> 5 channels
    net(toys.image(rng))[0].square().mean().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_unpooling_and_its_pooling(rng):
    stock, net = same_weights(toys.Unpooled)
    Resampled(net, upsample="bilinear", image_size=32)
    x = toys.image(rng, 37, 42)
    y = F.max_pool2d(stock.conv(x), 2, 2)
    y = F.interpolate(y, x.shape[2:], mode="bilinear")
    close(net(x), [stock.head(y)])
    stock, net = same_weights(toys.Unpooled)
    Resampled(net, upsample="bilinear", downsample="avg_pool", image_size=32)
    y = F.interpolate(F.avg_pool2d(stock.conv(x), 2), x.shape[2:], mode="bilinear")
    close(net(x), [stock.head(y)])
    with pytest.raises(UsageError, match="records indices that the unpooling "
                       "'max_unpool2d' needs"):  # fmt: skip
        Resampled(toys.Unpooled(), downsample="avg_pool", image_size=32)
    with pytest.raises(UsageError, match="max_unpool at site 'max_unpool2d' needs"):
        Resampled(toys.Unpooled(), upsample="max_unpool", image_size=32)


# Which sites get which spec


def replaced(**given):
    net = Resampled(toys.Pyramid(), image_size=32, **given)
    found = {}
    for key, site in getattr(net, "resample", {}).items():
        found[key] = [type(step.up).name for step in site]
    return found


def test_one_spec_reaches_features_only():
    assert list(replaced(upsample="bicubic")) == [f"interpolate_{n}" for n in (1, 2, 4)]


def test_list_and_mapping_and_pattern():
    assert replaced(upsample=["nearest", "keep", "carafe"]) == {
        "interpolate_1": ["nearest"],
        "interpolate_4": ["carafe"],
    }
    assert replaced(
        upsample={"interpolate_3": "area", "*_2": {"name": "dysample"}}
    ) == {
        "interpolate_2": ["dysample"],
        "interpolate_3": ["area"],
    }
    assert replaced(upsample={"name": "nearest", "interpolate_4": "keep"}) == {
        "interpolate_1": ["nearest"],
        "interpolate_2": ["nearest"],
    }
    assert len(replaced(upsample={"*": "nearest"})) == 3


def test_logits_by_option_or_name():
    assert list(replaced(logits="carafe")) == ["interpolate_5"]
    assert list(replaced(upsample={"interpolate_5": "carafe"})) == ["interpolate_5"]


def test_an_operator_of_scale_2_stands_several_times():
    class Coarse(nn.Layer):
        def __init__(self):
            super().__init__()
            self.one = nn.Conv2D(3, 4, 3, stride=2, padding=1)
            self.two = nn.Conv2D(4, 4, 3, stride=2, padding=1)
            self.three = nn.Conv2D(4, 4, 3, stride=2, padding=1)
            self.head = nn.Conv2D(4, 2, 1)

        def forward(self, x):
            one = self.one(x)
            y = self.three(self.two(one))
            y = F.interpolate(y, paddle.shape(one)[2:]) + one
            return [self.head(y)]

    net = Resampled(Coarse(), upsample="fade", image_size=32)
    steps = net.resample["interpolate"]
    assert [step.scale for step in steps] == [2, 2]
    for size in ((32, 48), (37, 45), (97, 131)):
        assert net(paddle.ones([1, 3, *size]))[0].shape[2:] == [
            -(-n // 2) for n in size
        ]


# Refusals


@pytest.mark.parametrize("given, message", [
    ({"upsample": "dysampel"}, "did you mean 'dysample'"),
    ({"upsample": {"interpolat_1": "dysample"}}, "'interpolat_1' is no site; did you "
     "mean 'interpolate_1'"),
    ({"upsample": {"*_5": "dysample"}}, "fits no site of Pyramid of kind 'feature', "
     "the only ones that patterns reach; name 'interpolate_5' in full"),
    ({"upsample": ["nearest"]}, "lists 1 specs, but there are 3"),
    ({"upsample": "index_net"}, "index_net at site 'interpolate_1' needs index_map"),
    ({"upsample": "haar_inverse"}, "needs haar_bands"),
    ({"downsample": {"interpolate_1": "blur_pool"}}, "'interpolate_1' is no site"),
    ({"downsample": "hwd2"}, "unknown downsampler"),
    ({"num_classes": 7}, "num_classes is 7, but Pyramid inside it gives 3"),
    ({"upsample": {"interpolate_1": {"name": "carafe", "scale": 3}}},
     "site 'interpolate_1' has ratio 2"),
    ({"guides": {"interpolate_1": "stem"}}, "guides names 'interpolate_1', where"),
    ({"in_channels": 4}, "Pyramid cannot run in evaluation on an image of 4x32x32"),
])  # fmt: skip
def test_refusals_leave_the_model_as_it_was(given, message):
    net = toys.Pyramid()
    with pytest.raises(UsageError, match=message):
        Resampled(net, image_size=32, **given)
    assert type(net) is toys.Pyramid and type(net.stem) is nn.Conv2D
    assert net.stem._stride == [2, 2] and not hasattr(net, "resample")


def test_an_order_that_depends_on_the_size_is_refused(rng):
    with pytest.raises(UsageError, match="'interpolate' of Wandering is a call whose"):
        Resampled(toys.Wandering(), upsample="nearest", image_size=32)
    with pytest.raises(UsageError, match="site 'interpolate' cannot be replaced"):
        Resampled(toys.Wandering(), upsample={"interpolate": "area"}, image_size=32)
    # A branch that neither size took is noticed by its channels.
    net = Resampled(toys.Wandering(), image_size=256, downsample="blur_pool")
    assert net(toys.image(rng))[0].shape[2:] == [32, 32]


def test_a_site_that_gets_other_channels_later_is_refused(rng):
    class Late(nn.Layer):
        wide = False

        def forward(self, x):
            x = F.avg_pool2d(x, 2)
            return [
                F.interpolate(paddle.concat([x, x], 1) if self.wide else x, None, 2)
            ]

    net = Resampled(Late(), upsample={"interpolate": "nearest"}, image_size=32)
    net.wide = True
    with pytest.raises(UsageError, match="found with 3 channels, but now gets 6"):
        net(toys.image(rng))


def test_a_refusing_operator_names_the_site_and_what_fits():
    with pytest.raises(UsageError) as error:
        spec = {"name": "dysample", "groups": 5}
        Resampled(toys.Pyramid(), upsample=spec, image_size=32)
    text = str(error.value)
    site = text.split("'")[1]
    assert text.startswith(f"Resampled: site '{site}' (")
    assert (
        "dysample: groups=5 must divide in_channels=" in text
        and "; 4 does; the " in text
    )
    assert text.endswith(f"as upsample: {{name: dysample, ..., {site}: keep}}")


def test_nothing_to_replace_is_said():
    class Scores(nn.Layer):
        def forward(self, x):
            y = F.adaptive_avg_pool2d(x, 2)
            y = F.interpolate(y, [8, 8])
            return [F.interpolate(y, x.shape[2:])]

    with pytest.raises(UsageError, match="Scores has no upsampling of feature maps, so "
                       "upsample would change nothing; name a site in full to replace "
                       r"it: interpolate_1 \(context\), interpolate_2"):  # fmt: skip
        Resampled(Scores(), upsample="dysample", image_size=32)


def test_fractional_ratios_are_for_operators_of_any_size(rng):
    class Half(nn.Layer):
        def forward(self, x):
            y = F.avg_pool2d(x, 4)
            y = F.interpolate(y, scale_factor=1.5, mode="bilinear")
            return [F.interpolate(y, x.shape[2:], mode="bilinear")]

    net = Half()
    x = toys.image(rng)
    expected = net(x)
    with pytest.raises(UsageError, match=r"has ratio 1.5, at another .* and carafe "
                       r"can only multiply .*; take one of .*bilinear"):  # fmt: skip
        Resampled(net, upsample="carafe", image_size=32)
    Resampled(net, upsample={"interpolate_1": "bilinear"}, image_size=32)
    close(net(x), expected)


@pytest.mark.parametrize("model, message", [
    ("UNet", "model must be a network, not 'UNet'"),
    (nn.Sequential(nn.Upsample(scale_factor=2)), "not a bare Sequential"),
])  # fmt: skip
def test_what_is_no_model(model, message):
    with pytest.raises(UsageError, match=message):
        Resampled(model, upsample="dysample")


def test_twice():
    net = Resampled(toys.Pyramid(), upsample="nearest", image_size=32)
    with pytest.raises(UsageError, match="resampled already"):
        Resampled(net, upsample="nearest", image_size=32)


# Copies and files


def test_saved_and_read_again(rng, tmp_path):
    nets = [
        Resampled(toys.Pyramid(), upsample="carafe", downsample="lip", image_size=32)
        for _ in range(2)
    ]
    for net in nets:
        net.eval()
    paddle.save(nets[0].state_dict(), str(tmp_path / "net.pdparams"))
    missing, unexpected = nets[1].set_state_dict(
        paddle.load(str(tmp_path / "net.pdparams"))
    )
    assert not missing and not unexpected
    x = toys.image(rng)
    close(nets[0](x), nets[1](x), 0)


def test_weights_of_the_stock_model_load(rng):
    stock = toys.Pyramid()
    net = Resampled(toys.Pyramid(), upsample="bilinear", image_size=32)
    missing, unexpected = net.set_state_dict(stock.state_dict())
    assert not missing and not unexpected


def test_a_copy_is_independent(rng):
    net = Resampled(toys.Pyramid(), upsample="fade", image_size=32)
    x = toys.image(rng)
    expected = net(x)
    twin = copy.deepcopy(net)
    for p in net.parameters():
        p.set_value(p * 0)
    close(twin(x), expected, 0)
    assert twin.resample["interpolate_1"] is not net.resample["interpolate_1"]
    assert twin._replaced is not net._replaced


class FirstArgumentOfAnotherName(nn.Layer):
    def forward(this, x):
        return [F.interpolate(this.halve(x), x.shape[2:], mode="nearest")]

    def halve(net, x):
        return F.avg_pool2d(x, 2)


def test_first_argument_of_another_name(rng):
    x = toys.image(rng)
    spec = {"interpolate": "bilinear"}
    net = Resampled(FirstArgumentOfAnotherName(), upsample=spec, image_size=32)
    expected = F.interpolate(F.avg_pool2d(x, 2), x.shape[2:], mode="bilinear")
    close(net(x), [expected])
