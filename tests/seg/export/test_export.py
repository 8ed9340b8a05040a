"""What is exported gives the model's answers in the engines that deploy it, or is not
kept. The engines are real and run in processes of their own."""

import json

import numpy as np
import paddle
import paddle.nn.functional as F
import pytest
from paddle import nn

from paddle_resample.errors import RunFailed
from paddle_resample.ops import interpolate, pad_to_multiple, spatial_size
from paddle_resample.seg.export import engines, export
from paddle_resample.seg.export.engines import EngineError, convert_to_onnx, run_engine
from paddle_resample.seg.export.export import export_model
from paddle_resample.seg.nets import ResampleUNet

PADDLE_3_2 = paddle.__version__.startswith("3.2")


class Treacherous(nn.Layer):
    """Everything that oneDNN answers wrongly when Paddle's own functions are traced."""

    def forward(self, x):
        size = spatial_size(x)
        size = [(size[i] * 3 + 1) // 2 for i in (0, 1)]
        half = [(n + 1) // 2 for n in size]
        aligned = interpolate(x, size=size, align_corners=True)
        nearest = interpolate(x, size=size, mode="nearest")
        means = interpolate(x, size=half, mode="area")
        means = interpolate(means, size=size, mode="nearest")
        smooth = interpolate(x, size=half, antialias=True)
        smooth = interpolate(smooth, size=size, mode="nearest")
        last = pad_to_multiple(x.transpose([0, 2, 3, 1]), 4, data_format="NHWC")
        last = interpolate(last.transpose([0, 3, 1, 2]), size=size, mode="nearest")
        return [paddle.concat([aligned, nearest, means, smooth, last], axis=1)]


class ByPaddle(nn.Layer):
    """The same with Paddle's functions, as PaddleSeg's models call them."""

    def __init__(self):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2D(5)

    def forward(self, x):
        size = paddle.shape(x)[2:] * 3 // 2
        aligned = F.interpolate(x, size=size, mode="bilinear", align_corners=True)
        nearest = F.interpolate(x, size=size, mode="nearest")
        pooled = F.interpolate(self.pool(x), size=size, mode="nearest")
        twice = F.interpolate(x, scale_factor=1.5, mode="bilinear")
        twice = F.interpolate(twice, size=size, mode="bicubic")
        return [paddle.concat([aligned, nearest, pooled, twice], axis=1)]


class Misread(nn.Layer):
    """oneDNN misreads a map that a convolution has just left."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2D(3, 8, 1)

    def forward(self, x):
        square = paddle.shape(x)[2]
        mixing = paddle.arange(square).astype("float32").cos()
        mixing = mixing.unsqueeze(0) * mixing.unsqueeze(1)
        return [paddle.matmul(mixing, self.convolution(x))]


@pytest.mark.parametrize("model", [Treacherous, ByPaddle])
def test_operators_are_traced_in_forms_that_onednn_does_right(tmp_path, model):
    functions = F.interpolate, F.adaptive_avg_pool2d
    _, found = export_model(model(), tmp_path / "p", output_op="none")
    assert (F.interpolate, F.adaptive_avg_pool2d) == functions
    assert found == ["Paddle Inference equals the model at 160x128, 64x96, 97x131"]
    assert not (tmp_path / "p" / "model.onnx").exists()


@pytest.mark.skipif(not PADDLE_3_2, reason="other releases of Paddle differ here")
def test_a_model_that_onednn_answers_wrongly_is_named(tmp_path):
    _, (found,) = export_model(Misread(), tmp_path / "p", output_op="none")
    assert "but only without oneDNN" in found and "disable_mkldnn()" in found
    assert "they differ by" in found


@pytest.mark.parametrize("output", ["argmax", "softmax", "none"])
def test_a_program_with_other_answers_is_not_kept(tmp_path, monkeypatch, output):
    paddle.seed(0)
    model = ResampleUNet(3, width=4, depth=2)
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "earlier").write_text("kept")

    def answer(engine, folder, inputs, wrong):
        results = []
        for case in inputs:
            y = model(paddle.to_tensor(case["x"]))[0]
            y = F.softmax(y, axis=1) if output == "softmax" else y
            y = y.argmax(axis=1) if output == "argmax" else y
            y = y.numpy().copy()
            if wrong:  # at one pixel
                y[(..., 3, 5)] = (y[..., 3, 5] + 1) % 3 if output == "argmax" else 9.0
            results.append([y])
        return results

    for wrong in (False, True):
        monkeypatch.setattr(
            export, "run_engine", lambda *given, wrong=wrong: answer(*given, wrong)
        )
        if wrong:
            with pytest.raises(RunFailed, match="gives other answers than the model"):
                export_model(model, folder, output_op=output)
            assert (folder / "earlier").exists()  # what stood there still stands
            assert len(list(tmp_path.iterdir())) == 1
        else:
            other = tmp_path / "right"
            export_model(model, other, output_op=output)
            other.rename(folder / "right")


def test_the_model_runs_eagerly_after_its_export(tmp_path):
    paddle.seed(0)
    model = ResampleUNet(3, width=4, depth=2)
    x = paddle.randn([1, 3, 33, 47])
    model.eval()
    before = model(x)[0].numpy()
    export_model(model, tmp_path / "p", output_op="none", check=False)
    assert "forward" not in vars(model) or not hasattr(model.forward, "rollback")
    np.testing.assert_array_equal(model(x)[0].numpy(), before)


def test_an_engine_that_dies_is_an_error_with_its_reason(tmp_path):
    (tmp_path / "model.json").write_text("{}")
    (tmp_path / "model.pdiparams").write_bytes(b"")
    with pytest.raises(EngineError) as error:
        run_engine("paddle", tmp_path, [{"x": np.zeros(1, "float32")}])
    assert "\n" not in str(error.value) and len(str(error.value)) <= 300


def test_missing_packages_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(engines.UsageError, match=r"pip install 'paddle_resample\[onnx"):
        convert_to_onnx(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("up", ["max_unpool", "fapn", "jbu", "bilinear"])
def test_onnx(tmp_path, up):
    """Unpooling, deformable convolution and joint bilateral weights are no operators
    that the converter knows."""
    _needs_onnx()
    paddle.seed(0)
    model = ResampleUNet(3, width=4, depth=2, upsample=up, downsample="max_pool")
    _, found = export_model(model, tmp_path / "p", onnx=True)
    assert len(found) == 2 and found[1].startswith("onnxruntime equals the model at")
    names = {path.name for path in (tmp_path / "p").iterdir()}
    program = json.loads((tmp_path / "p" / "model.json").read_text())
    assert "model.onnx" in names and program
    assert not [name for name in names if "for_onnx" in name]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (paddle.erfinv, "this model has no ONNX form"),
        # The converter takes it, and makes something else of it.
        (lambda x: paddle.fft.rfft2(x).abs(), "onnxruntime runs the saved program and"),
    ],
)
def test_a_model_without_onnx_form_is_refused(tmp_path, function, sentence):
    _needs_onnx()

    class Foreign(nn.Layer):
        def forward(self, x):
            return [function(F.tanh(x) * 0.5)]

    with pytest.raises(RunFailed, match=sentence):
        export_model(Foreign(), tmp_path / "p", output_op="none", onnx=True)
    assert list(tmp_path.iterdir()) == []


def _needs_onnx():
    if paddle.__version__.startswith("2."):
        pytest.skip("paddle2onnx 2.1 reads programs of Paddle 3")
    pytest.importorskip("paddle2onnx")
    pytest.importorskip("onnxruntime")
