import subprocess
from pathlib import Path

import pytest

from paddle_resample.kernels import build

PROGRAM = Path(__file__).with_name("every_kernel.cc")


@pytest.mark.slow
@pytest.mark.parametrize("processor", [[], ["-march=native"]], ids=["any", "this"])
def test_no_kernel_leaves_its_memory_or_does_what_is_undefined(tmp_path, processor):
    compiler = build.compiler()
    if compiler is None:
        pytest.skip("there is no C++ compiler")
    program = tmp_path / "every_kernel"
    flags = ["-std=c++17", "-O1", "-g", "-fno-sanitize-recover=all"]
    flags.append("-fsanitize=address,undefined,float-cast-overflow")
    flags += processor
    command = [compiler, *flags, f"-I{build.SOURCES}", str(PROGRAM), "-o", str(program)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if "cannot find" in built.stderr:
        pytest.skip("the compiler has no sanitizers")
    assert built.returncode == 0, built.stderr
    ran = subprocess.run([str(program)], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr[:4000]
