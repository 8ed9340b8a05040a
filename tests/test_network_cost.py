import paddle
import paddle.nn as nn
import pytest

from paddle_resample import (
    Upsampler,
    build,
    cost,
    resampler_class,
    resampler_names,
)
from paddle_resample.network_cost import (
    count_macs,
    count_parameters,
    interleaved_latency,
    peak_memory,
)
from paddle_resample.seg.nets import ResampleUNet


def test_macs_of_the_articles_unet():
    """192.67 G at 512x512, so a quarter of the 48.17 G of 256x256 at 128x128."""
    assert count_macs(ResampleUNet(1), (128, 128)) / 1e9 == pytest.approx(
        48.17 / 4, abs=0.002
    )
    assert count_parameters(ResampleUNet(1)) == 31_037_633


class OneSite(nn.Layer):
    def __init__(self, spec):
        super().__init__()
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


class Guided(nn.Layer):
    def __init__(self, name, channels=3):
        super().__init__()
        self.up = build(name, 16, guide_channels=channels)

    def forward(self, image):
        x = paddle.ones([1, 16, image.shape[2] // 2, image.shape[3] // 2])
        return [self.up(x, guide=image)]


@pytest.mark.parametrize(
    "name", [n for n in resampler_names(Upsampler) if resampler_class(n).needs_guide]
)
def test_what_the_network_sets_is_no_option_of_the_count(name):
    found = count_macs(Guided(name, channels=16), (12, 16), channels=16)
    assert found == cost(name, 16, (6, 8)).macs


def test_attention_of_an_operator_counts_once():
    """jafar multiplies queries and keys, which its closed form holds already."""

    found = count_macs(Guided("jafar"), (16, 16))
    assert found == cost("jafar", 16, (8, 8), guide_channels=3).macs


def test_linear_layers():
    class Tokens(nn.Layer):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 5)

        def forward(self, x):
            return [self.linear(x.transpose([0, 2, 3, 1]))]

    assert count_macs(Tokens(), (4, 6)) == 4 * 6 * 3 * 5


@pytest.mark.parametrize("product, macs", [
    (lambda x: x @ x.transpose([0, 1, 3, 2]), 3 * 4 * 4 * 6),
    (lambda x: x.matmul(x, transpose_y=True), 3 * 4 * 4 * 6),
    (lambda x: paddle.matmul(x, x, True), 3 * 6 * 6 * 4),
    (lambda x: paddle.matmul(y=x, x=x, transpose_x=True), 3 * 6 * 6 * 4),
    (lambda x: paddle.matmul(x, paddle.ones([6])), 3 * 4 * 6),
    (lambda x: paddle.mm(x[0, 0].t(), x[0, 0]), 6 * 6 * 4),
    (lambda x: paddle.bmm(x[0], x[0].transpose([0, 2, 1])), 3 * 4 * 4 * 6),
    (lambda x: x[0].bmm(x[0].transpose([0, 2, 1])), 3 * 4 * 4 * 6),
    (lambda x: paddle.einsum("bchw,bdhw->bcd", x, x), 3 * 3 * 4 * 6),
    (lambda x: paddle.einsum("...hw,...kw->...hk", x, x), 3 * 4 * 4 * 6),
    (lambda x: paddle.einsum("bchw->bcwh", x), 0),
])  # fmt: skip
def test_products_that_are_no_layers(product, macs):
    class Product(nn.Layer):
        def forward(self, x):
            return [product(x)]

    assert count_macs(Product(), (4, 6)) == macs


def test_names_are_put_back_when_a_pass_fails():
    class Fails(nn.Layer):
        def forward(self, x):
            raise RuntimeError("stop")

    before = paddle.matmul, paddle.Tensor.matmul, paddle.Tensor.__matmul__
    with pytest.raises(RuntimeError, match="stop"):
        count_macs(Fails(), (4, 6))
    assert before == (paddle.matmul, paddle.Tensor.matmul, paddle.Tensor.__matmul__)


def test_attention_of_setr():
    """A block of N tokens with C channels multiplies 2 N^2 C beside its layers."""
    from paddleseg.models.backbones.vision_transformer import VisionTransformer

    from paddle_resample.seg.nets import ResampleSETR

    def macs(depth):
        vit = VisionTransformer(
            img_size=32, patch_size=8, embed_dim=24, depth=depth, num_heads=3
        )
        return count_macs(ResampleSETR(2, vit, [0], channels=8), (32, 32))

    tokens, c = 16 + 1, 24
    layers = tokens * c * (3 * c + c + 4 * c + 4 * c)
    assert macs(3) - macs(1) == 2 * (layers + 2 * tokens**2 * c)


def test_attention_of_windows():
    """Each of the N / M^2 windows multiplies 2 M^4 C; Liu et al. 2021, equation 2."""
    from paddle_resample.seg.nets.swin_block import WindowAttention

    class Windows(nn.Layer):
        def __init__(self):
            super().__init__()
            self.attention = WindowAttention(12, 3, 4)

        def forward(self, x):  # 12 channels, 8 x 8: four windows
            return [self.attention(x.reshape([4, 16, 12]))]

    n, c, m = 64, 12, 4
    assert count_macs(Windows(), (8, 8), 12) == 4 * n * c**2 + 2 * m**2 * n * c


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
