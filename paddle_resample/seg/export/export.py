"""Saving a model for Paddle Inference and ONNX, with any height and width, and checking
that what was saved gives the model's answers."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import paddle
import yaml
from paddleseg.deploy.export import WrappedModel

from ...errors import RunFailed, UsageError
from ...files import writing
from ...ops import onnx_forms
from .engines import ENGINES, EngineError, convert_to_onnx, run_engine
from .program_folder import check_program_folder, writing_program
from .traced_forms import traced_forms

__all__ = ["OUTPUTS", "export_model"]

OUTPUTS = ("argmax", "softmax", "none")
# None of them is one that a program was traced with; the second is odd.
_SIZES = ((64, 96), (97, 131), (160, 128))
_BOUND = 1e-3  # of the largest logit


def export_model(
    model,
    save_dir,
    *,
    input_shape=None,
    output_op="argmax",
    transforms=None,
    onnx=False,
    check=True,
    channels=3,
    inputs=(),
):
    """Trace a model, save the program, its weights and deploy.yaml, and try them.

    Args:
        model: nn.Layer as PaddleSeg's, returning a list of logits.
        save_dir: folder that gets the program when all is written and found right;
            an earlier program there is replaced.
        input_shape: [N, C, H, W], None or -1 where unknown; default [None, channels,
            None, None].
        output_op: what follows the logits: "argmax" over classes, "softmax" or "none".
        transforms: list of the evaluation transforms, for deploy.yaml.
        onnx: write model.onnx, too.
        check: whether to compare Paddle Inference and onnxruntime with the model, at
            three sizes that tracing did not see.
        channels: bands of the images.
        inputs: paths that were read and must not be replaced.

    Returns:
        (path of the program without suffix, for paddle.jit.load; list of str, what the
        check found).

    Raises:
        UsageError: the shape is none, the model cannot be traced with it, a package
            for ONNX is missing, or a file that is read would be replaced.
        RunFailed: the model has no ONNX form, or a saved program gives other answers
            than the model; save_dir is as it was.
    """
    shape = _checked_shape(input_shape, channels)
    check_program_folder(save_dir, inputs)
    model.eval()
    with writing_program(save_dir) as folder:
        _save(model, folder, shape, output_op)
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
        if onnx:
            _save_onnx(model, folder, shape, output_op)
        findings = _check(model, folder, shape, output_op, onnx) if check else []
    return os.path.join(save_dir, "model"), findings


def _checked_shape(input_shape, channels):
    shape = [None, channels, None, None] if input_shape is None else list(input_shape)
    shape = [None if side in (None, -1) else side for side in shape]
    if (
        len(shape) != 4
        or shape[1] is None
        or any(n is not None and n < 1 for n in shape)
    ):
        raise UsageError(
            f"--input_shape takes N C H W with -1 for unknown ones, and C known, not "
            f"{input_shape}"
        )
    if shape[1] != channels:
        raise UsageError(
            f"--input_shape {input_shape} has {shape[1]} channels, but the images of "
            f"the configuration have {channels}"
        )
    return shape


def _save(model, folder, shape, output_op):
    whole = model if output_op == "none" else WrappedModel(model, output_op)
    whole.eval()
    spec = [paddle.static.InputSpec(shape=list(shape), dtype="float32", name="x")]
    os.environ["PADDLESEG_EXPORT_STAGE"] = "True"  # PaddleSeg's models ask for it
    try:
        traced = paddle.jit.to_static(whole, input_spec=spec, full_graph=True)
        with traced_forms():
            paddle.jit.save(traced, str(folder / "model"))
    finally:
        os.environ.pop("PADDLESEG_EXPORT_STAGE")
        if hasattr(whole.forward, "rollback"):  # the model runs eagerly again
            whole.forward.rollback()


def _save_onnx(model, folder, shape, output_op):
    """Trace once more with the forms that ONNX has, and keep only model.onnx of it."""
    with tempfile.TemporaryDirectory() as temporary:
        with onnx_forms():
            _save(model, Path(temporary), shape, output_op)
        with _failing("this model has no ONNX form"):
            convert_to_onnx(temporary)
        shutil.move(Path(temporary) / "model.onnx", folder / "model.onnx")


def _check(model, folder, shape, output_op, onnx):
    rng = np.random.default_rng(0)
    images = [
        rng.normal(size=(shape[0] or 1, shape[1], shape[2] or h, shape[3] or w))
        for h, w in _SIZES
    ]
    images = [x.astype("float32") for x in images]
    with paddle.no_grad():
        logits = [model(paddle.to_tensor(x))[0].numpy() for x in images]

    def largest(engine):
        outputs = run_engine(engine, folder, [{"x": x} for x in images])
        return max(
            _difference(y[0], expected, output_op)
            for y, expected in zip(outputs, logits)
        )

    sizes = ", ".join(sorted({f"{x.shape[2]}x{x.shape[3]}" for x in images}))
    findings = []
    default, plain, other = ENGINES
    try:
        difference = largest(default)
        trouble = f"they differ by {difference:.2g} of the largest logit"
    except EngineError as error:
        difference, trouble = float("inf"), str(error)
    if difference <= _BOUND:
        findings.append(f"Paddle Inference equals the model at {sizes}")
    else:
        with _failing("Paddle Inference does not run the saved program"):
            difference = largest(plain)
        _demand(difference, "Paddle Inference")
        findings.append(
            f"Paddle Inference equals the model at {sizes}, but only without oneDNN, "
            "which is its default on a CPU: call disable_mkldnn() of its Config (with "
            f"oneDNN: {trouble})"
        )
    if onnx:
        with _failing("onnxruntime does not run model.onnx"):
            difference = largest(other)
        _demand(difference, "onnxruntime")
        findings.append(f"onnxruntime equals the model at {sizes}")
    return findings


def _difference(y, logits, output_op):
    """By how much an answer is wrong, in parts of the largest logit."""
    scale = max(float(np.abs(logits).max()), 1e-12)
    if output_op == "argmax":
        chosen = np.take_along_axis(logits, y.reshape(y.shape[0], 1, *y.shape[-2:]), 1)
        return float((logits.max(axis=1, keepdims=True) - chosen).max()) / scale
    if output_op == "softmax":
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        logits, scale = e / e.sum(axis=1, keepdims=True), 1.0
    if y.shape != logits.shape:
        return float("inf")
    return float(np.abs(y - logits).max()) / scale


def _demand(difference, engine):
    if not difference <= _BOUND:
        raise RunFailed(
            f"{engine} runs the saved program and gives other answers than the model: "
            f"they differ by {difference:.2g} of the largest logit, and {_BOUND} is "
            "allowed; nothing was saved"
        )


@contextlib.contextmanager
def _failing(what):
    try:
        yield
    except EngineError as error:
        raise RunFailed(f"{what}: {error}; nothing was saved") from None
