import os
import subprocess
from pathlib import Path

import paddle
import pytest

from paddle_resample.kernels import build

HERE = Path(__file__).parent
ONEDNN = Path(paddle.__file__).parent / "libs" / "libdnnl.so.3"
PROCESSORS = pytest.mark.parametrize(
    "processor", [[], ["-march=native"]], ids=["any", "this"]
)
pytestmark = pytest.mark.slow


def run_sanitized(source, folder, processor, *words):
    compiler = build.compiler()
    if compiler is None:
        pytest.skip("there is no C++ compiler")
    program = folder / source.stem
    flags = ["-std=c++17", "-O1", "-g", "-fno-sanitize-recover=all"]
    flags.append("-fsanitize=address,undefined,float-cast-overflow")
    flags += processor
    command = [compiler, *flags, f"-I{build.SOURCES}", str(source), "-o", str(program)]
    command.append("-ldl")
    built = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if "cannot find" in built.stderr:
        pytest.skip("the compiler has no sanitizers")
    assert built.returncode == 0, built.stderr
    ran = subprocess.run(
        [str(program), *words],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "2"},
    )
    assert ran.returncode == 0, ran.stderr[:4000]


@PROCESSORS
def test_no_kernel_leaves_its_memory_or_does_what_is_undefined(tmp_path, processor):
    run_sanitized(HERE / "every_kernel.cc", tmp_path, processor)


@PROCESSORS
def test_nor_do_convolution_and_linear_layers_by_onednn(tmp_path, processor):
    if not ONEDNN.exists():
        pytest.skip("this Paddle brings no oneDNN 3")
    source = HERE / "onednn_kernels.cc"
    run_sanitized(source, tmp_path, processor, str(ONEDNN))
