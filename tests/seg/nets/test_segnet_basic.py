from pathlib import Path

import numpy as np
import paddle
import pytest

from paddle_resample import Downsampler, Upsampler, UsageError, resampler_names
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.nets import ResampleFCNBasic, ResampleSegNetBasic
from tests.reference import convolution, pool
from tests.seg.nets.network_checks import assert_exports, image, trainable
from tests.seg.nets.segnet_checks import (
    assert_trains_on_odd_sizes,
    partner,
    pooled_levels,
    tensor,
    with_random_norms,
)

CONFIGS = Path(__file__).parents[3] / "configs" / "segnet_basic"

# The rows of the paper's Table 1: its parameters in millions, and ours

ROWS = {
    "bilinear_interpolation": (0.625, 612_824),
    "segnet_basic": (1.425, 1_416_064),
    "segnet_basic_encoder_addition": (1.425, 1_416_064),
    "segnet_basic_single_channel_decoder": (0.625, 625_792),
    "fcn_basic": (0.65, 645_912),
    "fcn_basic_no_addition": (0.65, 643_800),
    "fcn_basic_no_dim_reduction": (1.625, 1_661_824),
    "fcn_basic_no_addition_no_dim_reduction": (1.625, 1_661_824),
}


def configured(row, size="240x180"):
    model = dict(ResampleConfig(CONFIGS / f"{row}_{size}.yml").dic["model"])
    networks = {"ResampleSegNetBasic": ResampleSegNetBasic}
    networks["ResampleFCNBasic"] = ResampleFCNBasic
    return networks[model.pop("type")](**model)


@pytest.mark.parametrize("row", ROWS)
def test_parameters_of_the_paper(row):
    published, ours = ROWS[row]
    net = configured(row)
    assert trainable(net) == ours
    # Published in steps of 0.025 M; without dim reduction the nearest step is 1.65.
    nearest = round(ours / 25_000) * 0.025
    excess = 0.025 if row.endswith("no_dim_reduction") else 0
    assert nearest == pytest.approx(published + excess)
    assert trainable(configured(row, "480x360")) == ours


@pytest.mark.parametrize("network, row", [
    (ResampleSegNetBasic, "segnet_basic"),
    (ResampleFCNBasic, "fcn_basic"),
])  # fmt: skip
def test_default_is_the_row_of_its_name(network, row):
    default, row = network(11), configured(row)
    assert str(default) == str(row)
    assert default.encoder_addition == row.encoder_addition


def test_paper_files_train_as_the_paper_does():
    for row in ROWS:
        given = ResampleConfig(CONFIGS / f"{row}_480x360.yml").dic
        assert given["batch_size"] == 12
        assert given["optimizer"]["type"] == "SGD"
        assert given["optimizer"]["momentum"] == 0.9
        rates = given["lr_scheduler"]
        assert rates["learning_rate"] == rates["end_lr"] == 0.1
        assert "warmup_iters" not in rates
        assert [t["type"] for t in given["train_dataset"]["transforms"]] == [
            "Normalize"
        ]


# SegNet-Basic


@pytest.mark.parametrize("encoder_addition", [False, True], ids=str)
@pytest.mark.parametrize("decoder", ["multi_channel", "single_channel"])
def test_equals_the_paper_written_out(rng, decoder, encoder_addition):
    """Unpool by loops, convolve, normalise, add the map that was pooled."""
    net = ResampleSegNetBasic(
        2, width=3, decoder=decoder, encoder_addition=encoder_addition
    )
    with_random_norms(net, rng)
    x = image(rng, 17, 23)
    levels = pooled_levels(net.encoder.convolve, x)
    y = levels[-1][2]
    for convolve, norm in net.decoder:
        indices, size, _ = levels.pop()
        sparse = pool.max_unpool(y.numpy(), indices, size)
        kernel = convolve.weight.numpy()
        if decoder == "single_channel":
            dense = [
                convolution.conv(sparse[:, c : c + 1], kernel[c : c + 1], [0.0], 1, 3)
                for c in range(3)
            ]
            dense = np.concatenate(dense, axis=1)
        else:
            dense = convolution.conv(sparse, kernel, np.zeros(3), 1, 3)
        y = norm(tensor(dense))
        if encoder_addition and levels:
            y = y + levels[-1][2]
    (logits,) = net(x)
    assert list(logits.shape) == [1, 2, 17, 23]
    np.testing.assert_allclose(
        logits.numpy(), net.head(y).numpy(), rtol=1e-4, atol=1e-4
    )


def test_no_bias_and_no_rectifier_in_the_decoder():
    net = ResampleSegNetBasic(2, width=3)
    kinds = [type(layer).__name__ for layer in net.encoder.convolve.sublayers()]
    assert kinds == ["Sequential", "Conv2D", "BatchNorm2D", "ReLU"] * 4
    kinds = [type(layer).__name__ for layer in net.decoder.sublayers()]
    assert kinds == ["Sequential", "Conv2D", "BatchNorm2D"] * 4
    convolutions = [x for x in net.sublayers() if isinstance(x, paddle.nn.Conv2D)]
    assert len(convolutions) == 9
    assert all(layer.bias is None for layer in convolutions)


def test_weights_start_as_he_et_al_say():
    net = ResampleSegNetBasic(11, decoder="single_channel")
    for layer, inputs in [
        (net.encoder.convolve[1][0], 64 * 49),
        (net.decoder[0][0], 49),
        (net.head, 64),
    ]:
        spread = layer.weight.numpy().std()
        assert spread == pytest.approx(np.sqrt(2 / inputs), rel=0.1)


# Any resampler


@pytest.mark.parametrize("up", [
    "bilinear", "carafe", "dysample", "fade", "index_net", "pixel_shuffle", "sapa_b",
    "max_unpool", "conv_transpose",
])  # fmt: skip
def test_upsamplers_train_on_odd_sizes(rng, up):
    net = ResampleSegNetBasic(4, width=4, downsample=partner(up), upsample=up)
    assert [layer.name for layer in net.up] == [up] * 4
    assert_trains_on_odd_sizes(net, net.encoder.convolve[0][0], rng)


@pytest.mark.slow
@pytest.mark.parametrize("up", resampler_names(Upsampler))
def test_every_upsampler_trains_on_odd_sizes(rng, up):
    net = ResampleSegNetBasic(4, width=4, downsample=partner(up), upsample=up)
    assert_trains_on_odd_sizes(net, net.encoder.convolve[0][0], rng)


@pytest.mark.slow
@pytest.mark.parametrize("down", resampler_names(Downsampler))
def test_every_downsampler_trains_on_odd_sizes(rng, down):
    net = ResampleSegNetBasic(
        4, width=4, downsample=down, upsample="bilinear", encoder_addition=True
    )
    assert_trains_on_odd_sizes(net, net.encoder.convolve[0][0], rng)


def test_sites_take_their_own_specs():
    net = ResampleSegNetBasic(
        2,
        width=4,
        downsample={"name": "max_pool", "level_1": "avg_pool"},
        upsample={"level_0": "bilinear", "level_[1-3]": "max_unpool"},
    )
    assert [layer.name for layer in net.encoder.down] == ["avg_pool"] + 3 * ["max_pool"]
    assert [layer.name for layer in net.up] == 3 * ["max_unpool"] + ["bilinear"]


# What a user may get wrong


@pytest.mark.parametrize("given, text", [
    ({"width": 0}, "ResampleSegNetBasic: width must be a positive integer, not 0"),
    ({"decoder": "single_chanel"}, "did you mean 'single_channel'"),
    ({"downsample": "avg_pool"}, "max_unpool: needs pool_indices recorded by its d"),
    ({"upsample": {"level_4": "bilinear"}}, "upsample .*'level_4' is no site"),
], ids=str)  # fmt: skip
def test_error_names_the_remedy(given, text):
    with pytest.raises(UsageError, match=text):
        ResampleSegNetBasic(2, **{"width": 4, **given})


@pytest.mark.parametrize("size", [(15, 40), (40, 15)], ids=str)
def test_too_small_an_image_is_refused(rng, size):
    text = f"ResampleSegNetBasic: .* least 16x16 pixels, not {size[0]}x{size[1]}"
    with pytest.raises(UsageError, match=text):
        ResampleSegNetBasic(2, width=2)(image(rng, *size))


@pytest.mark.parametrize("up", ["max_unpool", "carafe"])
def test_exports_with_free_sizes(rng, tmp_path, up):
    net = ResampleSegNetBasic(2, width=4, encoder_addition=True, upsample=up)
    assert_exports(net, rng, tmp_path, [(33, 47), (64, 32)])
