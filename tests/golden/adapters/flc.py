"""FLC pooling and ASAP, as their released code cuts and pads."""

from paddle_resample.down import ASAP, FLC

_PADDINGS = {"ASAP_padding_one": "one", "ASAP_padding_large": "large"}


def flc(v):
    x = v.input()
    return {"out": FLC(x.shape[1], cut="released")(x)}, {"x": x}


def asap(v):
    x = v.input()
    operator = v.meta["operator"]
    layer = ASAP(
        x.shape[1],
        cut="released",
        padding=_PADDINGS.get(operator, "none"),
        transposed=operator == "ASAP" and v.args.get("transpose", True),
    )
    return {"out": layer(x)}, {"x": x}


ADAPTERS = {("flc_pool", None): flc, ("asap", None): asap}
