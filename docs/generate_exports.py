"""Write docs/exports.md and exports.zh.md: what survives an export.

python docs/generate_exports.py              all of them (half an hour)
python docs/generate_exports.py carafe unet  these rows anew, the others as they are
python docs/generate_exports.py --text       the pages only, of kept results
"""

import argparse
import contextlib
import json
import re
import tempfile
from pathlib import Path

import numpy as np
import paddle
from operator_markdown import file_name
from paddle import nn

from paddle_resample.base import Upsampler
from paddle_resample.errors import RunFailed
from paddle_resample.files import write_json, writing
from paddle_resample.ops import onnx_forms, spatial_size
from paddle_resample.registry import (
    build,
    partners,
    resampler_class,
    resampler_names,
    resampler_options,
)
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.export.engines import (
    ENGINES,
    OPSET,
    EngineError,
    convert_to_onnx,
    run_engine,
)
from paddle_resample.seg.export.export import export_model
from paddle_resample.tool import run_tool

HERE = Path(__file__).parent
CONFIGS = HERE.parent / "configs"
CHANNELS = 8
COARSE = ((9, 13), (11, 8), (6, 7))
BOUND = 1e-4  # of the largest value
_INTRODUCTION = """Every operator at a site behind a convolution and every network,
traced with unknown height and width and run at three sizes that tracing did not see,
odd ones among them: by Paddle Inference as it comes (IR optimisation on; on a CPU with
oneDNN), by Paddle Inference without oneDNN, and by onnxruntime from a model.onnx that
paddle2onnx made (opset {opset}). "equal": within {bound:g} of the largest value of
eager Paddle. Made by `python docs/generate_exports.py` with Paddle {paddle},
paddle2onnx {paddle2onnx} and onnxruntime {onnxruntime}.
"""
_INTRODUCTION_ZH = """卷积之后的每个算子以及每个网络，以未知的高宽追踪，\
再以追踪时未见过的三种尺寸（其中有奇数）运行：\
用默认的 Paddle Inference（开启 IR 优化；在 CPU 上使用 oneDNN）、\
用不带 oneDNN 的 Paddle Inference，\
以及用 onnxruntime 运行 paddle2onnx 生成的 model.onnx（opset {opset}）。\
“一致”：与动态图的 Paddle 相差不超过最大值的 {bound:g}。\
由 `python docs/generate_exports.py` 生成，\
使用 Paddle {paddle}、paddle2onnx {paddle2onnx} 与 onnxruntime {onnxruntime}。
"""
PAGES = {"en": "exports.md", "zh": "exports.zh.md"}
NOTES = {"en": "exports_notes.md", "zh": "exports_notes.zh.md"}
WORDS = {
    "en": {
        "title": "# What exports\n\n[中文](exports.zh.md)",
        "introduction": _INTRODUCTION,
        "head": "| | Paddle Inference | without oneDNN | ONNX |",
        "equal": "equal",
        "reasons": (),
    },
    "zh": {
        "title": "# 哪些能够导出\n\n[English](exports.md)",
        "introduction": _INTRODUCTION_ZH,
        "head": "| | Paddle Inference | 不带 oneDNN | ONNX |",
        "equal": "一致",
        "reasons": (  # what a reason begins with; messages of libraries stay
            (r"wrong or fails with oneDNN", "使用 oneDNN 时有误或失败"),
            (r"wrong: by (\S+) of the largest value", r"有误：相差最大值的 \1"),
            (r"wrong: shape (.+) instead of (.+)", r"有误：形状为 \1 而不是 \2"),
            (r"fails: ", "失败："),
            (r"no conversion: ", "不能转换："),
            (r"onnxruntime does not run (\S+): ", r"onnxruntime 不能运行 \1："),
        ),
    },
}
NETWORKS = {
    Path(path).name: f"{path}.yml"
    for path in (
        "unet/unet_bilinear",
        "unet_plus_plus/unet_plus_plus_fine_shapes",
        "segnet/segnet_max_unpool",
        "segnet_basic/segnet_basic",
        "segformer/segformer_tiny_fine_shapes",
        "segformer/segformer_tiny_chained_dysample_fine_shapes",
        "pvt/pvt_mini_fine_shapes",
        "pvt/pvt_v2_mini_fine_shapes",
        "swin_unet/swin_unet_fine_shapes",
        "setr/setr_naive_fine_shapes",
        "setr/setr_pup_fine_shapes",
        "setr/setr_mla_fine_shapes",
        "fpn/fpn_resnet18_fine_shapes",
        "semantic_fpn/semantic_fpn_resnet18_fine_shapes",
        "upernet/upernet_resnet18_fine_shapes",
        "sfnet/sfnet_resnet18_fine_shapes",
        "deeplabv3_plus/deeplabv3_plus_resnet18_fine_shapes",
        "emcad/emcad_pvt_v2_mini_fine_shapes",
        "mask2former_pixel/mask2former_pixel_resnet18_fine_shapes",
    )
}


class UpSite(nn.Layer):
    """A decoder's site: a convolution, the operator, the skip as its guide."""

    def __init__(self, cls):
        super().__init__()
        scale = resampler_options(cls)["scale"]
        self.before = nn.Conv2D(CHANNELS, CHANNELS, 1)
        giver = None
        if cls.needs_side is not None:
            giver = build(partners(cls)[0], CHANNELS, scale=scale)
        guide = CHANNELS if cls.needs_guide else None
        self.giver = giver
        self.up = build(
            cls.name, CHANNELS, scale=scale, side=cls.needs_side, guide_channels=guide
        )

    def forward(self, x, skip):
        side = None if self.giver is None else self.giver.record(skip)[1]
        return self.up(self.before(x), guide=skip, side=side, size=spatial_size(skip))


class DownSite(nn.Layer):
    """An encoder's site: a convolution and the operator."""

    def __init__(self, cls):
        super().__init__()
        self.before = nn.Conv2D(CHANNELS, CHANNELS, 1)
        self.down = build(cls.name, CHANNELS, scale=resampler_options(cls)["scale"])

    def forward(self, x):
        return self.down(self.before(x))


def cases_of(cls, site):
    """Inputs of three sizes, one of them what an odd map was shrunk to."""
    rng, cases = np.random.default_rng(0), []
    scale = resampler_options(cls)["scale"]
    for (height, width), less in zip(COARSE, (0, 1, -1)):
        fine = (height * scale - less, width * scale - less)
        skip = rng.normal(size=(2, CHANNELS, *fine)).astype("float32")
        if isinstance(site, DownSite):
            cases.append({"x": skip})
            continue
        if site.giver is not None:
            height, width = site.giver(paddle.to_tensor(skip)).shape[2:]
        x = rng.normal(size=(2, CHANNELS, height, width)).astype("float32")
        cases.append({"x": x, "skip": skip})
    return cases


def trace(site, cases, folder):
    spec = [
        paddle.static.InputSpec([None, CHANNELS, None, None], "float32", name)
        for name in cases[0]
    ]
    traced = paddle.jit.to_static(site, input_spec=spec, full_graph=True)
    paddle.jit.save(traced, str(folder / "model"))
    site.forward.rollback()


def operator_row(name):
    """What happened to an operator in every engine: "" where it holds, or why not."""
    paddle.seed(0)
    cls = resampler_class(name)
    up = issubclass(cls, Upsampler)
    site = (UpSite if up else DownSite)(cls)
    site.eval()
    cases = cases_of(cls, site)
    with paddle.no_grad():
        expected = [site(*map(paddle.to_tensor, c.values())).numpy() for c in cases]
    row = {}
    with tempfile.TemporaryDirectory() as place:
        plain, onnx = Path(place) / "plain", Path(place) / "onnx"
        trace(site, cases, plain)
        for engine in ENGINES[:2]:
            row[engine] = verdict(engine, plain, cases, expected)
        with onnx_forms():
            trace(site, cases, onnx)
        try:
            convert_to_onnx(onnx)
            row["onnxruntime"] = verdict("onnxruntime", onnx, cases, expected)
        except EngineError as error:
            row["onnxruntime"] = f"no conversion: {error}"
    return row


def verdict(engine, folder, cases, expected):
    try:
        outputs = run_engine(engine, folder, cases)
    except EngineError as error:
        return f"fails: {error}"
    for (y, *_), e in zip(outputs, expected):
        if y.shape != e.shape:
            return f"wrong: shape {list(y.shape)} instead of {list(e.shape)}"
        difference = float(np.abs(y - e).max() / np.abs(e).max())
        if not difference <= BOUND:
            return f"wrong: by {difference:.1g} of the largest value"
    return ""


def network_row(path):
    """The same for a network; its export compares by itself."""
    paddle.seed(0)
    model = Components(ResampleConfig(str(CONFIGS / path))).need("model")
    row = dict.fromkeys(ENGINES, "")
    with tempfile.TemporaryDirectory() as place:
        folder = str(Path(place) / "program")
        try:
            _, found = export_model(model, folder, output_op="none", onnx=True)
        except RunFailed as error:
            row["onnxruntime"] = str(error).removesuffix("; nothing was saved")
            _, found = export_model(model, folder, output_op="none")
        if "without oneDNN" in found[0]:
            row[ENGINES[0]] = "wrong or fails with oneDNN"
    return row


def page(rows, language="en"):
    """The page of all rows, in a language."""
    words = WORDS[language]
    lines = [
        words["title"],
        "",
        words["introduction"].format(opset=OPSET, bound=BOUND, **rows["versions"]),
        words["head"],
        "|---|---|---|---|",
    ]
    for part in ("networks", "operators"):
        for name, row in sorted(rows[part].items()):
            marks = [
                _short(row[e], words["reasons"]) if row[e] else words["equal"]
                for e in ENGINES
            ]
            shown = name
            if part == "operators":
                shown = f"[{name}](operators/{file_name(name, language)})"
            lines.append(f"| {shown} | {' | '.join(marks)} |")
    text = (HERE / NOTES[language]).read_text(encoding="utf-8")
    return "\n".join([*lines, "", text])


def _short(reason, translations):
    for ours, theirs in translations:
        reason = re.sub(f"^{ours}", theirs, reason)
    return reason.replace("|", "/").replace("\n", " ")[:160]


def versions():
    from importlib.metadata import version

    packages = ("paddle2onnx", "onnxruntime")
    return {"paddle": paddle.__version__, **{p: version(p) for p in packages}}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="operators and networks; default: all")
    parser.add_argument("--text", action="store_true", help="export nothing")
    args = parser.parse_args()
    wanted = args.names
    paddle.set_device("cpu")
    rows = {"operators": {}, "networks": {}}
    with contextlib.suppress(FileNotFoundError):
        rows = json.loads((HERE / "exports.json").read_text(encoding="utf-8"))
    if not args.text:
        rows["versions"] = versions()
    for part, known, make in (
        ("networks", NETWORKS, lambda name: network_row(NETWORKS[name])),
        ("operators", resampler_names(), operator_row),
    ):
        rows[part] = {k: v for k, v in rows[part].items() if k in known}
        chosen = [n for n in known if not wanted or n in wanted]
        for name in [] if args.text else chosen:
            rows[part][name] = make(name)
            print(name, rows[part][name], flush=True)
            write_json(HERE / "exports.json", rows)  # Ctrl-C keeps what is done
    for language, name in PAGES.items():
        with writing(HERE / name) as file:
            file.write(page(rows, language))


if __name__ == "__main__":
    run_tool(main)
