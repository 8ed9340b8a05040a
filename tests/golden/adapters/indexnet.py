"""IndexNet's index blocks, applied to pooling and to upsampling."""

from adapters.weights import fill
from paddle_resample import build

_BLOCKS = {
    "HolisticIndexBlock": ("holistic", "index_net_hin"),
    "DepthwiseO2OIndexBlock": ("o2o", "index_net_o2o"),
    "DepthwiseM2OIndexBlock": ("m2o", "index_net_m2o"),
}


def index_block(v):
    kind, guided = _BLOCKS[v.meta["operator"]]
    channels = v.args["inp"]
    options = {
        "nonlinear": v.args.get("use_nonlinear", False),
        "context": v.args.get("use_context", False),
    }
    pool = build({"name": "index_pool", "block": kind, **options}, channels)
    up = build({"name": guided, **options}, channels, guide_channels=channels)
    leaves = fill(pool.index, v)
    up.index = pool.index  # one set of weights, used for both
    up.eval()
    x, guide = v.input(), v.input("guide")
    encoder, decoder = pool.index(guide)
    outputs = {
        "out:idx_en": encoder,
        "out:idx_de": decoder,
        "out:down": pool(guide),
        "out:up": up(x, guide=guide),
    }
    return outputs, {"x": x, "guide": guide, **leaves}


ADAPTERS = {("indexnet", operator): index_block for operator in _BLOCKS}
