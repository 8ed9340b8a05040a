"""Saving a model for Paddle Inference, with any height and width."""

import os

import paddle
import yaml
from paddleseg.deploy.export import WrappedModel

from ..errors import UsageError
from ..files import writing, writing_folder

__all__ = ["OUTPUTS", "export_model"]

OUTPUTS = ("argmax", "softmax", "none")


def export_model(
    model, save_dir, *, input_shape=None, output_op="argmax", transforms=None
):
    """Trace a model and save the program, its weights and deploy.yaml.

    Args:
        model: nn.Layer as PaddleSeg's, returning a list of logits.
        save_dir: folder that is replaced when all is written.
        input_shape: [N, C, H, W], None or -1 where unknown; default [None, 3, None,
            None].
        output_op: what follows the logits: "argmax" over classes, "softmax" or "none".
        transforms: list of the evaluation transforms, for deploy.yaml.

    Returns:
        str: path of the program without suffix, for paddle.jit.load.

    Raises:
        UsageError: the shape is none, or the model cannot be traced with it.
    """
    shape = [None, 3, None, None] if input_shape is None else list(input_shape)
    shape = [None if side in (None, -1) else side for side in shape]
    if len(shape) != 4 or shape[1] is None:
        raise UsageError(
            f"--input_shape takes N C H W with -1 for unknown ones, and C known, not "
            f"{input_shape}"
        )
    os.environ["PADDLESEG_EXPORT_STAGE"] = "True"  # PaddleSeg's models ask for it
    model.eval()
    whole = model if output_op == "none" else WrappedModel(model, output_op)
    whole.eval()
    spec = [paddle.static.InputSpec(shape=shape, dtype="float32")]
    try:
        with writing_folder(save_dir) as folder:
            traced = paddle.jit.to_static(whole, input_spec=spec, full_graph=True)
            paddle.jit.save(traced, str(folder / "model"))
            program = next(folder.glob("model.json"), None) or folder / "model.pdmodel"
            deploy = {
                "model": program.name,
                "params": "model.pdiparams",
                "transforms": transforms,
                "input_shape": shape,
                "output_op": output_op,
                "output_dtype": "int32" if output_op == "argmax" else "float32",
            }
            with writing(folder / "deploy.yaml") as file:
                yaml.safe_dump({"Deploy": deploy}, file)
    finally:
        os.environ.pop("PADDLESEG_EXPORT_STAGE")
    return os.path.join(save_dir, "model")
