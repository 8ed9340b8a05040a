"""Repair of how PaddleSeg reads weights."""

from .rewrite import Edit, Repair

__all__ = ["OURS", "READ", "READING"]

# A name that PaddleSeg's modules do not have, and the module it stands for.
OURS = {"resample_weights": "paddle_resample.seg.checkpoints.weights"}
READ = "resample_weights.read_state("

READING = (
    Repair(
        "weights_run_nothing",
        "`pretrained` weights are read by paddle.load, an unpickler that runs whatever "
        "the file says.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                "paddleseg.utils.utils:load_pretrained_model",
                {"paddle.load(": READ},
                OURS,
            ),
            Edit("paddleseg.utils.utils:resume", {"paddle.load(": READ}, OURS),
        ),
    ),
)
