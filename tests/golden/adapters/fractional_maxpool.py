"""Fractional max pooling with the samples given."""

from paddle_resample import ops


def fractional_max_pool(v):
    x = v.input()
    y, side = ops.fractional_max_pool(
        x,
        v.input("samples").detach(),
        v.args["kernel_size"],
        v.args.get("output_size"),
        v.args.get("output_ratio"),
    )
    return {"out:pooled": y, "out:index": side.indices}, {"x": x}


ADAPTERS = {("fractional_maxpool", None): fractional_max_pool}
