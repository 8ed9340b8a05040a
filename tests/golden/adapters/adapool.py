"""AdaPool and its two parts, from the official functions."""

from paddle_resample import ops


def _adapter(weights):
    def ada_pool(v):
        x, leaves = v.input(), {}
        beta = None
        if weights == "ada":
            beta = leaves["beta"] = v.input("beta")
        k, stride = v.args["kernel_size"], v.args.get("stride")
        return {"out": ops.ada_pool(x, beta, k, stride, weights)}, {"x": x, **leaves}

    return ada_pool


ADAPTERS = {
    ("adapool", "adapool2d"): _adapter("ada"),
    ("adapool", "edscwpool2d"): _adapter("edscw"),
    ("adapool", "empool2d"): _adapter("em"),
}
