"""Run an exported program as it will be deployed, in a process of its own.

Exporters and engines abort the process when they meet what they do not know, and one of
them installs packages; none of that may happen to a tool in the middle of its work.

    python -m paddle_resample.seg.export.engines ENGINE FOLDER INPUTS.npz OUTPUTS.npz
    python -m paddle_resample.seg.export.engines convert FOLDER
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from ...errors import UsageError

__all__ = ["ENGINES", "EngineError", "convert_to_onnx", "run_engine"]

# Paddle Inference as it comes (on a CPU with oneDNN), without oneDNN, and ONNX.
ENGINES = ("paddle", "paddle-without-onednn", "onnxruntime")
OPSET = 17
_PATIENCE = 600  # seconds


class EngineError(Exception):
    """The engine or the converter did not do it; the message is its reason."""


def run_engine(engine, folder, inputs):
    """Outputs of the program in a folder for several inputs.

    Args:
        engine: one of ENGINES.
        folder: with model.json or model.pdmodel and model.pdiparams, or model.onnx.
        inputs: list of dict, input name -> array.

    Returns:
        list of list of arrays, the outputs for every entry of inputs.

    Raises:
        EngineError: the engine refused the program, failed or died.
        UsageError: onnxruntime is not installed.
    """
    if engine == "onnxruntime":
        _needs("onnxruntime")
    with tempfile.TemporaryDirectory() as temporary:
        arguments = Path(temporary) / "inputs.npz"
        results = Path(temporary) / "outputs.npz"
        flat = {f"{i}:{k}": v for i, case in enumerate(inputs) for k, v in case.items()}
        np.savez(arguments, **flat)
        _in_own_process(engine, folder, arguments, results)
        with np.load(results, allow_pickle=False) as arrays:
            outputs = [[] for _ in inputs]
            for key in sorted(arrays.files, key=_case_and_number):
                outputs[_case_and_number(key)[0]].append(arrays[key])
    return outputs


def convert_to_onnx(folder):
    """Write model.onnx beside the program in a folder.

    Args:
        folder: with model.json and model.pdiparams.

    Raises:
        EngineError: the converter does not know an operator of the program.
        UsageError: paddle2onnx is not installed.
    """
    _needs("paddle2onnx")
    _in_own_process("convert", folder)
    if not (Path(folder) / "model.onnx").exists():
        raise EngineError("paddle2onnx wrote no file")


def _needs(package):
    import importlib.util

    if importlib.util.find_spec(package) is None:
        raise UsageError(
            f"ONNX needs {package}; install it with pip install 'paddle_resample[onnx]'"
        )


def _in_own_process(action, folder, *files):
    words = map(str, (action, folder, *files))
    command = [sys.executable, "-m", __name__, *words]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, errors="replace"
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"no answer within {_PATIENCE} seconds") from None
    if done.returncode:
        text = (done.stdout + done.stderr).replace(f"{folder}{os.sep}", "")
        raise EngineError(_reason(text, done.returncode))


def _reason(text, status):
    """The line that tells most of what an engine or converter printed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for sign in ("[ERROR][Paddle2ONNX] [", "[ONNXRuntimeError]", "Error: ", "rror"):
        for line in lines:
            if sign in line:
                return line[line.index(sign) if sign[0] == "[" else 0 :]
    return f"it died with status {status}"


def _case_and_number(key):
    case, number = key.split(":")
    return int(case), int(number)


def _main(action, folder, *files):
    folder = Path(folder)
    if action == "convert":
        return _convert(folder)
    run = (
        _onnxruntime(folder) if action == "onnxruntime" else _predictor(action, folder)
    )
    outputs = {}
    with np.load(files[0], allow_pickle=False) as arrays:
        cases = {}
        for key in arrays.files:
            case, name = key.split(":", 1)
            cases.setdefault(int(case), {})[name] = arrays[key]
    for case, inputs in cases.items():
        for number, y in enumerate(run(inputs)):
            outputs[f"{case}:{number}"] = y
    np.savez(files[1], **outputs)


def _convert(folder):
    import paddle2onnx

    program, params = folder / "model.json", folder / "model.pdiparams"
    paddle2onnx.export(
        str(program),
        str(params) if params.exists() else "",
        str(folder / "model.onnx"),
        opset_version=OPSET,
        optimize_tool="none",  # its default installs packages
    )


def _onnxruntime(folder):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
    )
    names = [argument.name for argument in session.get_inputs()]
    return lambda inputs: session.run(None, {name: inputs[name] for name in names})


def _predictor(engine, folder):
    import paddle

    program = next(
        p for p in folder.glob("model.*") if p.suffix in (".json", ".pdmodel")
    )
    settings = paddle.inference.Config(str(program), str(folder / "model.pdiparams"))
    settings.disable_gpu()
    settings.disable_glog_info()
    settings.switch_ir_optim(True)
    if engine == "paddle-without-onednn":
        settings.disable_mkldnn()
    predictor = paddle.inference.create_predictor(settings)

    def run(inputs):
        for name in predictor.get_input_names():
            predictor.get_input_handle(name).copy_from_cpu(inputs[name])
        predictor.run()
        names = predictor.get_output_names()
        return [predictor.get_output_handle(name).copy_to_cpu() for name in names]

    return run


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    _main(*sys.argv[1:])
