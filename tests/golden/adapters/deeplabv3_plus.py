"""DeepLabV3+'s decoder as segmentation_models_pytorch has it."""

from adapters.weights import fill
from paddle_resample.seg.nets import DeepLabV3PlusDecoder


def decoder(v):
    a = v.args
    far = a.get("output_stride", 16) == 16 and a.get("encoder_depth", 5) > 3
    channels = a["encoder_channels"]
    layer = DeepLabV3PlusDecoder(
        channels[-1],
        channels[2],
        a.get("out_channels", 256),
        4 if far else 2,
        a.get("atrous_rates", (12, 24, 36)),
        a.get("aspp_separable", True),
        dropout=a.get("aspp_dropout", 0.5),
    )
    x, low, leaves = v.input(), v.input("low"), fill(layer, v)
    return {"out": layer(low, x)}, {"x": x, "low": low, **leaves}


ADAPTERS = {("deeplabv3plus_decoder", None): decoder}
