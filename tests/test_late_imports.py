"""What Paddle and PaddleSeg need rarely is imported when it is used, and then works."""

import gc
import subprocess
import sys

from paddle_resample.late_imports import importing, late_imports

CORE = """
import sys, warnings
import paddle_resample
late = ["httpx", "paddle.utils.cpp_extension"]
if not sys.modules["paddle"].__version__.startswith("2."):  # which needs setuptools
    late += ["setuptools", "pkg_resources"]
print(*(name in sys.modules for name in late))

import paddle
from paddle.distributed.fleet import launch_utils
from paddle.utils import cpp_extension
assert launch_utils.utils.OS_NAME
warnings.filterwarnings("ignore", message="No ccache found")
assert cpp_extension.CppExtension(sources=["a.cc"]).sources == ["a.cc"]
import paddle.utils.cpp_extension.extension_utils as tools
assert paddle.utils.cpp_extension is sys.modules["paddle.utils.cpp_extension"]
assert paddle.utils.cpp_extension.load is cpp_extension.load
assert tools.parse_op_info is paddle.utils.cpp_extension.parse_op_info
assert paddle.utils.download.httpx.Client.__name__ == "Client"
"""

TOOL = """
import sys
from paddle_resample.commands import check, predict, study, train, val
late = ["matplotlib", "pandas", "requests", "sklearn", "skimage", "visualdl"]
late += ["scipy.ndimage", "scipy.optimize"]
print(*(name in sys.modules for name in late))

import numpy as np
from paddleseg.models.losses import decoupledsegnet_relax_boundary_loss, maskformer_loss
from paddleseg.transforms import functional
from paddleseg.utils import download

cost = np.array([[4.0, 1.0], [2.0, 3.0]])
print(*maskformer_loss.linear_sum_assignment(cost)[1])
print(*decoupledsegnet_relax_boundary_loss.shift(np.array([5, 6, 7]), 1))
print(*functional.distance_transform_edt(np.array([1, 1, 0])))

import scipy.ndimage, scipy.optimize
assert scipy.ndimage is sys.modules["scipy.ndimage"] and scipy.optimize.minimize
from paddleseg.core import val
scores, labels = np.eye(2)[None, :, None], np.array([[[[0, 1]]]])
assert val.metrics.auc_roc(scores, labels, 2) == 1
assert download.requests.get is sys.modules["requests"].get
"""


def lines_of(program):
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=100, check=True
    )
    return done.stdout.decode().splitlines()


def test_paddle_is_imported_without_them():
    assert set(lines_of(CORE)[-1].split()) == {"False"}


def test_a_tool_starts_without_them():
    lines = [" ".join(["False"] * 8), "1 0", "0 5 6", "2.0 1.0 0.0"]
    assert lines_of(TOOL)[-4:] == lines


def test_a_module_inside_a_late_one(tmp_path, monkeypatch):
    folder = tmp_path / "outer_of_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("number = 7")
    (folder / "inner.py").write_text("number = 8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with late_imports(["outer_of_test"]):
        import outer_of_test
        from outer_of_test.inner import number
    late = outer_of_test
    assert number == 8 and "outer_of_test" not in sys.modules
    import outer_of_test

    assert late is not outer_of_test and late.number == outer_of_test.number == 7


def test_collection_of_garbage_is_as_before():
    with importing():
        assert not gc.isenabled()
        with importing():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled() and gc.get_freeze_count() == 0


def test_a_frozen_program_stays_frozen():
    gc.freeze()
    try:
        with importing():
            assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
