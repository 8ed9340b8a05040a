"""UNet++'s decoder as segmentation_models_pytorch has it."""

import paddle

from adapters.weights import NotCovered, fill
from paddle_resample.seg.nets import UNetPlusPlusDecoder

# What the official code takes and evaluation of these vectors does not notice.
_IDLE = {"n_blocks", "center", "encoder_channels", "decoder_channels"}
_KNOWN = {
    "interpolation_mode": ("nearest", "bilinear"),
    "attention_type": (None,),
    "use_norm": ("batchnorm",),
    "use_batchnorm": (True,),
}


def decoder(v):
    a = v.args
    for key, value in a.items():
        if key not in _IDLE and value not in _KNOWN.get(key, ()):
            raise NotCovered(f"{key} {value!r}")
    mode = a.get("interpolation_mode", "nearest")
    channels = a["encoder_channels"][1:]  # the first is the image
    layer = UNetPlusPlusDecoder(
        channels, a["decoder_channels"], upsample=mode, final_upsample=mode
    )
    maps = {f"x{i}": v.input(f"x{i}") for i in range(1, len(channels) + 1)}
    leaves = fill(layer, v)
    height, width = (2 * n for n in maps["x1"].shape[2:])
    image = paddle.zeros([1, 3, height, width])
    return {"out": layer(list(maps.values()), image)}, {**maps, **leaves}


ADAPTERS = {("unetplusplus_decoder", None): decoder}
