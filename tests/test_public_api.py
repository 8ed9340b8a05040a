"""What people and editors see of the package: imports, completion, types, help, and
examples that run when pasted."""

import doctest
import inspect
import pydoc
import subprocess
import sys
from pathlib import Path

import jedi
import pytest

import paddle_resample
from paddle_resample import resampler_class, resampler_names

ROOT = Path(__file__).parents[1]
# Rows of a terminal that an operator's signature and docstring may take up.
SCREEN = 42

ALONE = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"paddleseg", "cv2", "matplotlib", "scipy"}:
            raise ModuleNotFoundError(f"{name} is blocked")
import paddle  # which may itself load what is installed
kept = {name for name in sys.modules}
for name in list(sys.modules):
    if name.split(".")[0] in {"cv2", "matplotlib", "scipy"}:
        del sys.modules[name]
sys.meta_path.insert(0, Blocked())
import paddle_resample
added = {name.split(".")[0] for name in set(sys.modules) - kept}
assert not added & {"rich", "docstring_parser", "pandas", "skimage", "PIL"}, added
print(len(set(sys.modules) - kept))
import numpy as np
x = paddle.ones([1, 8, 6, 6])
layer = paddle_resample.build("carafe", 8)
assert layer(x).shape == [1, 8, 12, 12]
assert paddle_resample.cost("carafe", 8, (6, 6)).parameters > 0
down = paddle_resample.MaxPool(8)
assert paddle_resample.MaxUnpool(8)(*down.record(x)[:1], side=down.record(x)[1]).shape
weights = {k: v.numpy() for k, v in layer.state_dict().items()}
paddle_resample.load_official(layer, weights)
assert paddle_resample.ops.interpolate(x, size=(9, 9)).shape == [1, 8, 9, 9]
assert "bilinear" in paddle_resample.resampler_names()
"""


def test_paddle_and_numpy_are_enough():
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 250  # with PaddleSeg it was 1,682


def test_every_operator_is_imported_by_its_name():
    for name in resampler_names():
        cls = resampler_class(name)
        if not cls.__module__.startswith("paddle_resample."):
            continue  # other tests register operators of their own
        assert getattr(paddle_resample, cls.__name__) is cls
        assert cls.__name__ in paddle_resample.__all__


@pytest.mark.parametrize(
    "code", ["paddle_resample.Dy", "from paddle_resample import up\nup.Dy"]
)
def test_an_editor_completes_an_operator(code):
    script = jedi.Script(f"import paddle_resample\n{code}", project=jedi.Project(ROOT))
    assert "DySample" in [c.name for c in script.complete()]


def test_an_editor_completes_options():
    code = "import paddle_resample\npaddle_resample.DySample(8, gr"
    script = jedi.Script(code, project=jedi.Project(ROOT))
    assert "groups=" in [c.name_with_symbols for c in script.complete()]


def test_types():
    done = subprocess.run(
        [sys.executable, "-m", "mypy"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", paddle_resample.__all__)
def test_what_is_public_is_annotated(name):
    public = getattr(paddle_resample, name)
    if inspect.isfunction(public):
        functions = [public]
    elif inspect.isclass(public):
        functions = [
            getattr(public, key)
            for key in ("__init__", "__call__", "record", "count")
            if inspect.isfunction(inspect.unwrap(getattr(public, key, None)))
            and getattr(public, key).__module__.startswith("paddle_resample")
        ]
    else:
        return
    for function in functions:
        signature = inspect.signature(inspect.unwrap(function))
        for parameter in signature.parameters.values():
            typed = parameter.annotation is not parameter.empty
            assert typed or parameter.name in ("self", "cls"), (function, parameter)


@pytest.mark.parametrize("name", resampler_names())
def test_example_runs_when_pasted(name):
    cls = resampler_class(name)
    test = doctest.DocTestParser().get_doctest(cls.__doc__, {}, name, None, None)
    result = doctest.DocTestRunner(verbose=False).run(test)
    assert result.attempted and not result.failed


@pytest.mark.parametrize("name", resampler_names())
def test_help_begins_with_a_screen_of_its_own(name):
    text = pydoc.plain(pydoc.render_doc(resampler_class(name)))
    assert text[: text.index("Method resolution order")].count("\n") <= SCREEN
    assert "(in_channels" in text.splitlines()[3]  # the signature


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: paddle_resample.DySample(8, scale_factor=2), "did you mean 'scale'?"),
        (lambda: paddle_resample.BlurPool(8, padding_mode="zeros"), "mean 'border'?"),
        (lambda: paddle_resample.build("BILINEAR", 8), "did you mean 'bilinear'?"),
        (lambda: paddle_resample.build("deconv", 8), "did you mean 'conv_transpose'?"),
        (lambda: paddle_resample.build("DySample", 8), "did you mean 'dysample'?"),
        (lambda: paddle_resample.build("max_unpool", 8), "side='pool_indices'"),
        (lambda: paddle_resample.cost("carafe", 256, "64"), "size (H, W), not '64'"),
        (lambda: paddle_resample.cost("carafe", 256, (64, 0)), "size must be a posi"),
    ],
)
def test_names_of_the_field_are_answered(call, sentence):
    with pytest.raises(paddle_resample.UsageError) as error:
        call()
    assert sentence in str(error.value)


def test_a_square_size_is_one_number():
    assert paddle_resample.cost("carafe", 8, 6) == paddle_resample.cost(
        "carafe", 8, (6, 6)
    )
