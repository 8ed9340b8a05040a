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
        "the file says; and where none of them fits, training starts from nothing.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                "paddleseg.utils.utils:load_pretrained_model",
                {
                    "paddle.load(": READ,
                    "model.set_dict(model_state_dict)": "resample_weights."
                    "refuse_misfit(model, para_state_dict, pretrained_model)\n"
                    "            model.set_dict(model_state_dict)",
                },
                OURS,
            ),
            Edit("paddleseg.utils.utils:resume", {"paddle.load(": READ}, OURS),
        ),
    ),
)
