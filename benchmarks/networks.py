"""Time networks on one CPU thread: native kernels on against Paddle's operators.

python benchmarks/networks.py [--out networks.json] [--rounds 3] [--only NAME ...]
                              [--size 256] [--batch 2] [--torch PYTHON]

Every row is inference of a batch, or a training step on it (forward, cross entropy,
backward, SGD), in interleaved rounds (on, off, on, ...); reported are medians of
processor time, which does not count the time that others had the processor, and their
spread (largest less smallest, over the median). Only ratios mean something on a shared
machine. `--torch` names a Python that has PyTorch, which then runs the U-Net of the
first rows, written there with its own layers, before and after ours.

Memory is kept by glibc's malloc as in operators.py, unless --plain-malloc.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

from operators import MALLOC, commit

CLASSES = 19
UNET = {"type": "ResampleUNet", "width": 16}
SEGFORMER = {"type": "ResampleSegFormer", "backbone": "MixVisionTransformer_B0"}
CHAINED = {**SEGFORMER, "type": "ResampleSegFormerChained"}

# name -> class, backbone, image side where it is no option; arguments of the class
ROWS = {
    "unet bilinear": {**UNET, "upsample": "bilinear"},
    "unet pixel_shuffle": {**UNET, "upsample": "pixel_shuffle"},
    "segnet_basic max_unpool": {"type": "ResampleSegNetBasic"},
    "unet haar": {**UNET, "downsample": "haar", "upsample": "haar_inverse"},
    "unet blur_pool dysample": {
        **UNET,
        "downsample": "blur_pool",
        "upsample": "dysample",
    },
    "unet carafe": {**UNET, "upsample": "carafe"},
    "unet fade": {**UNET, "upsample": "fade"},
    "segformer_b0 bilinear": {**SEGFORMER, "upsample": "bilinear"},
    "segformer_b0 dysample": {**CHAINED, "upsample": "dysample"},
    "segformer_b0 carafe": {**CHAINED, "upsample": "carafe"},
    "segformer_b0 fade": {**CHAINED, "upsample": "fade"},
    "swin_unet 224": {"type": "ResampleSwinUNet", "size": 224},
}
# What PyTorch runs too; its upsampling has no weights but a 1x1 convolution after it.
FOREIGN = "unet bilinear"


def rounds_of(ways, rounds):
    """Processor seconds of each way, called in turns after one call that warms up."""
    times = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, function in ways.items():
            start = time.process_time()
            function()
            if turn:
                times[name].append(time.process_time() - start)
    return {name: summary(t) for name, t in times.items()}


def summary(times):
    middle = statistics.median(times)
    return {"median": middle, "spread": (max(times) - min(times)) / middle}


def build(options):
    from paddleseg.cvlibs import manager

    options = {k: v for k, v in options.items() if k != "size"}
    kind = manager.MODELS[options.pop("type")]
    if "backbone" in options:
        options["backbone"] = manager.BACKBONES[options["backbone"]]()
    return kind(num_classes=CLASSES, **options)


def measure_paddle(options):
    import paddle_resample.seg.nets  # noqa: F401  isort: skip  (before Paddle)
    import paddle
    import paddle.nn.functional as F

    from paddle_resample.kernels import choice

    choice.native("haar", paddle.ones([1, 1, 2, 2]))  # builds and loads
    native = choice._offered
    rows = {}
    for name in options.only or ROWS:
        side = ROWS[name].get("size", options.size)
        shape = [options.batch, 3, side, side]
        paddle.seed(0)
        model = build(ROWS[name])
        x = paddle.rand(shape)
        labels = paddle.randint(0, CLASSES, [shape[0], *shape[2:]])
        optimizer = paddle.optimizer.SGD(1e-3, parameters=model.parameters())

        def infer(model=model, x=x):
            model.eval()
            with paddle.no_grad():
                model(x)

        def step(model=model, x=x, labels=labels, optimizer=optimizer):
            model.train()
            F.cross_entropy(model(x)[0], labels, axis=1).backward()
            optimizer.step()
            optimizer.clear_grad()

        def with_kernels(kernels, function):
            def run():
                choice._offered = kernels
                function()

            return run

        rows[name] = {}
        for what, function in (("inference", infer), ("step", step)):
            ways = {
                "on": with_kernels(native, function),
                "off": with_kernels({}, function),
            }
            rows[name][what] = rounds_of(ways, options.rounds)
        print_rows({name: rows[name]}, [])
    return rows, {"paddle": paddle.__version__, "kernels": choice.status()}


def measure_torch(options):
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    torch.set_num_threads(1)
    width, depth = UNET["width"], 4

    def double(arriving, leaving):
        layers = []
        for channels in (arriving, leaving):
            layers.append(nn.Conv2d(channels, leaving, 3, padding=1, bias=False))
            layers += [nn.BatchNorm2d(leaving), nn.ReLU(inplace=True)]
        return nn.Sequential(*layers)

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            sides = [3, *(width * 2**k for k in range(depth + 1))]
            self.down = nn.ModuleList(double(*pair) for pair in zip(sides, sides[1:]))
            self.thin = nn.ModuleList(nn.Conv2d(2 * c, c, 1) for c in sides[1:-1])
            self.up = nn.ModuleList(double(2 * c, c) for c in sides[1:-1])
            self.last = nn.Conv2d(width, CLASSES, 1)

        def forward(self, x):
            kept = []
            for k, block in enumerate(self.down):
                x = block(F.max_pool2d(x, 2) if k else x)
                kept.append(x)
            kept.pop()
            for k in reversed(range(depth)):
                x = F.interpolate(x, scale_factor=2, mode="bilinear")
                x = self.up[k](torch.cat([kept[k], self.thin[k](x)], 1))
            return self.last(x)

    model = UNet()
    shape = [options.batch, 3, options.size, options.size]
    x, labels = torch.rand(shape), torch.randint(0, CLASSES, [shape[0], *shape[2:]])
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)

    def infer():
        model.eval()
        with torch.no_grad():
            model(x)

    def step():
        model.train()
        F.cross_entropy(model(x), labels).backward()
        optimizer.step()
        optimizer.zero_grad()

    ways = rounds_of({"inference": infer, "step": step}, options.rounds)
    return {**ways, "torch": torch.__version__}


def print_rows(rows, foreign):
    for name, whats in rows.items():
        for what, ways in whats.items():
            on, off = ways["on"], ways["off"]
            line = f"{name:26}{what:11}{on['median'] * 1e3:9.0f} ms"
            line += f"  on/off {on['median'] / off['median']:.2f}"
            line += f"  spread {on['spread']:.2f} {off['spread']:.2f}"
            if foreign and name == FOREIGN:
                theirs = statistics.mean(f[what]["median"] for f in foreign)
                line += f"  on/torch {on['median'] / theirs:.2f}"
            print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", default="networks.json")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=list(ROWS), metavar="NAME")
    parser.add_argument("--torch", help="a Python that has PyTorch")
    parser.add_argument("--plain-malloc", action="store_true")
    parser.add_argument("--as-torch", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    wanted = {"OMP_NUM_THREADS": "1", "PADDLE_RESAMPLE_NATIVE": "require"}
    if not options.plain_malloc:
        wanted.update(MALLOC)
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **wanted})
    if options.as_torch:
        print(json.dumps(measure_torch(options)))
        return
    foreign = []

    def ask_torch():
        if options.torch:
            command = [options.torch, __file__, "--as-torch"]
            for key in ("rounds", "size", "batch"):
                command += [f"--{key}", str(getattr(options, key))]
            command += ["--plain-malloc"] if options.plain_malloc else []
            foreign.append(json.loads(subprocess.check_output(command)))

    ask_torch()
    rows, what = measure_paddle(options)
    ask_torch()
    if foreign and FOREIGN in rows:
        print_rows({FOREIGN: rows[FOREIGN]}, foreign)
    report = {
        **what,
        "torch": foreign,
        "commit": commit(),
        "processor": platform.processor() or platform.machine(),
        "threads": 1,
        "rounds": options.rounds,
        "shape": [options.batch, 3, options.size, options.size],
        "malloc": "plain" if options.plain_malloc else MALLOC,
        "rows": rows,
    }
    Path(options.out).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
