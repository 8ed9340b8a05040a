"""EMCAD's decoder."""

from adapters.eucb import _ACTIVATIONS
from adapters.weights import fill
from paddle_resample.seg.nets import EMCADDecoder


def decoder(v):
    a = v.args
    channels = a.get("channels", [512, 320, 128, 64])
    activation = a.get("activation", "relu6")
    layer = EMCADDecoder(
        channels[::-1],
        kernel_sizes=a.get("kernel_sizes", (1, 3, 5)),
        expansion=a.get("expansion_factor", 6),
        parallel=a.get("dw_parallel", True),
        add=a.get("add", True),
        gate_kernel=a.get("lgag_ks", 3),
        activation=_ACTIVATIONS.get(activation, activation),
    )
    maps = {name: v.input(name) for name in ("skip3", "skip2", "skip1", "x")}
    leaves = fill(layer, v)
    results = layer(list(maps.values()))
    outputs = {f"out:d{i}": y for i, y in enumerate(results, 1)}
    return outputs, {**maps, **leaves}


ADAPTERS = {("emcad_decoder", None): decoder}
