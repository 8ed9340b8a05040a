"""SETR's heads of convolutions in a row."""

import paddle.nn as nn
from paddleseg.models.layers import ConvBNReLU

from adapters.weights import NotCovered, fill
from paddle_resample import build, ops
from paddle_resample.base import Upsampler
from paddle_resample.seg.nets.setr_heads import NaiveHead, PUPHead


def up_head(v):
    """VisionTransformerUpHead: naive, pup, and pup's auxiliary head."""
    a, x = v.args, v.input()
    corners = a.get("align_corners") or False
    spec = {"name": "bilinear", "align_corners": corners}
    shape = (a["num_classes"], a["embed_dim"], a.get("width", 256))
    # The official test for a class token in front.
    tokens = x[:, 1:] if x.shape[1] % 48 else x
    side, size = int(tokens.shape[1] ** 0.5), a.get("img_size", 768)

    kind = a.get("num_conv", 1), a.get("num_upsampe_layer", 1)
    if kind == (4, 4):
        head = PUPHead(*shape, 16, spec, 0)
        norm, row, size = head.cls_head_norm, head.cls_head, 16 * side
    elif kind == (2, 2):
        head = PUPHead(*shape, 16, spec, 1)
        norm, row = head.aux_head_norms[0], head.aux_heads[0]
        row[1] = build(spec, shape[2], scale=4)
    elif kind == (2, 1):
        head = NaiveHead(*shape, -(-size // side), spec, 1)
        norm, row = head.cls_head_norm, head.cls_head
    else:
        raise NotCovered("{} convolutions with {} upsamplers".format(*kind))
    if kind[0] == 2:
        kernel = 3 if a.get("conv3x3_conv1x1", True) else 1
        if row[0]._conv.weight.shape[-1] != kernel:
            row[0] = ConvBNReLU(*shape[1:], kernel, padding=kernel // 2)
    places = [i for i, layer in enumerate(row) if not isinstance(layer, Upsampler)]

    def rename(name):
        part, _, rest = name.partition(".")
        if part == "norm":
            return f"0.{rest}"
        place = places[int(part[-1])]
        if part.startswith("syncbn"):
            return f"1.{place}._batch_norm.{rest}"
        wrapped = isinstance(row[place], ConvBNReLU)
        return f"1.{place}._conv.{rest}" if wrapped else f"1.{place}.{rest}"

    leaves = fill(nn.Sequential(norm, row), v, rename)
    y = norm(tokens, (side, side))
    *layers, last = row
    for layer in layers:
        y = layer(y)
    if isinstance(last, Upsampler):
        y = last(y, size=(size, size))
    else:  # the auxiliary head, which the network resizes
        y = ops.interpolate(last(y), size=(size, size), align_corners=corners)
    return {"out": y}, {"x": x, **leaves}


ADAPTERS = {("model_setr_head", "VisionTransformerUpHead"): up_head}
