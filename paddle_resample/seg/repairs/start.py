"""Repair of PaddleSeg's initialisation."""

from .rewrite import Edit, Repair

__all__ = ["START"]

_KEPT = {
    "initializer(param, param.block)": "if not getattr("
    "param, 'keeps_initialization', False):\n"
    "        initializer(param, param.block)",
}

START = (
    Repair(
        "published_start",
        "The walks of PaddleSeg's models over their layers start every convolution "
        "anew, also those of an operator whose published start is another one.",
        "every PaddleSeg and Paddle",
        tuple(
            Edit(f"paddleseg.cvlibs.param_init:{name}", _KEPT)
            for name in (
                "uniform_init",
                "constant_init",
                "normal_init",
                "kaiming_normal_init",
                "trunc_normal_init",
                "kaiming_uniform",
                "xavier_uniform",
            )
        ),
    ),
)
