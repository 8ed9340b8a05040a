"""Time networks on a CPU: ours as the tools run them, Paddle as it is, PyTorch.

python benchmarks/networks.py [--only NAME ...] [--threads 1 2] [--rounds 3] [--calls 5]
                              [--ways ours torch paddle] [--torch PYTHON] [--processor]

A row is inference of a batch, and a training step on it (forward, loss, backward, SGD).
Each way runs in processes of its own, one for each number of threads, in turns (ours
with one thread, with two, PyTorch with one, ..., ours with one, ...), with the default
allocator and nothing exported. Reported is the median of the calls' times
over all rounds: wall clock, or with --processor the time of the processor, which on a
shared machine does not count what others had. Only ratios of one run mean something.

A row that is measured replaces the one of that network and number of threads in
docs/cpu.json, with its commit, date and versions, and docs/cpu.md and cpu.zh.md are
written anew; --out FILE writes there and leaves the pages.

--torch names a Python that has PyTorch and transformers; numbers of parameters must be
equal. --ways leaves some out: heavy networks take minutes as Paddle runs them.
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from operators import commit

PAGE = Path(__file__).parents[1] / "docs" / "cpu.md"
CLASSES = 19
BATCH = 2
SIDE = 256

UNET = {"type": "ResampleUNet"}
ROWS = {
    f"unet {width} {upsample}": {**UNET, "width": width, "upsample": upsample}
    for width in (16, 64)
    for upsample in ("bilinear", "conv_transpose", "carafe")
}
ROWS.update({
    "segformer b0": {
        "type": "ResampleSegFormer",
        "backbone": "MixVisionTransformer_B0",
    },
    "mobilenet v2": {"type": "MobileNetV2_x1_0"},
    "deeplabv3+ resnet18": {
        "type": "DeepLabV3P",
        "backbone": "ResNet18_vd",
        "backbone_indices": [0, 3],
    },
    "pp-liteseg stdc1": {"type": "PPLiteSeg", "backbone": "STDC1"},
    "swin-unet 224": {"type": "ResampleSwinUNet"},
})  # fmt: skip
WAYS = ("ours", "torch", "paddle")
WHATS = ("inference", "step")
WARM_UP = 4  # calls, to which memory is new


def shape_of(name):
    side = 224 if "224" in name else SIDE
    return [BATCH, 3, side, side]


def paddle_functions(options, shape, tuned):
    """(inference, training step, parameters); `tuned` is what a tool does first."""
    from paddle_resample import tune_cpu  # isort: skip

    if tuned:
        tune_cpu()
    import paddle
    import paddle.nn.functional as F
    from paddleseg.cvlibs import manager

    import paddle_resample.seg  # noqa: F401  registers the networks
    from paddle_resample.kernels.networks import use_native_layers

    if tuned:
        use_native_layers()
    options = dict(options)
    kind = options.pop("type")
    if "backbone" in options:
        options["backbone"] = manager.BACKBONES[options["backbone"]]()
    if kind in manager.MODELS.components_dict:
        model = manager.MODELS[kind](num_classes=CLASSES, **options)
    else:
        model = manager.BACKBONES[kind]()
    x = paddle.rand(shape)
    labels = paddle.randint(0, CLASSES, [shape[0], *shape[2:]])
    optimizer = paddle.optimizer.SGD(1e-3, parameters=model.parameters())

    def infer():
        if model.training:
            model.eval()
        with paddle.no_grad():
            model(x)

    def step():
        if not model.training:
            model.train()
        y = model(x)
        if y[0].shape[2:] == x.shape[2:]:
            loss = F.cross_entropy(y[0], labels, axis=1)
        else:
            loss = (y[-1] * y[-1]).mean()
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()

    parameters = sum(p.size for p in model.parameters() if not p.stop_gradient)
    return infer, step, parameters


def measure(way, name, calls):
    """What one process finds: seconds of every call, by wall clock and processor."""
    if way == "torch":
        import networks_torch

        made = networks_torch.functions(ROWS[name], CLASSES, shape_of(name))
        version = networks_torch.torch.__version__
    else:
        made = paddle_functions(ROWS[name], shape_of(name), tuned=way == "ours")
        version = sys.modules["paddle"].__version__
    *functions, parameters = made
    report = {"parameters": parameters, "version": version}
    for what, function in zip(WHATS, functions):
        times = []
        for _ in range(calls + WARM_UP):
            wall, processor = time.perf_counter(), time.process_time()
            function()
            times.append([time.perf_counter() - wall, time.process_time() - processor])
        report[what] = times[WARM_UP:]
    return report


def ask(way, name, threads, options):
    python = options.torch if way == "torch" else sys.executable
    command = [python, __file__, "--as", way, "--only", name]
    env = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    env["PADDLE_RESAMPLE_NATIVE"] = "require" if way == "ours" else "off"
    done = subprocess.run(
        [*command, "--calls", str(options.calls)],
        env=env,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def rows(name, options):
    """Rows of docs/cpu.json, one for each number of threads, which take turns: a ratio
    of two rows is of one time, too."""
    answers = {
        threads: {way: [] for way in options.ways} for threads in options.threads
    }
    for _ in range(options.rounds):
        for way in options.ways:
            for threads, own in answers.items():
                own[way].append(ask(way, name, threads, options))
    return [row(name, threads, own, options) for threads, own in answers.items()]


def row(name, threads, answers, options):
    """A row: medians of every way, in seconds, and how it was made."""
    parameters = {way: a[0]["parameters"] for way, a in answers.items()}
    assert len({*parameters.values()}) == 1, f"{name}: parameters {parameters}"
    seconds = {
        way: {
            what: [
                round(
                    statistics.median(times[k] for a in answer for times in a[what]), 5
                )
                for k in (0, 1)
            ]
            for what in WHATS
        }
        for way, answer in answers.items()
    }
    return {
        "network": name,
        "threads": threads,
        "clock": "processor" if options.processor else "wall",
        "commit": commit(),
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": {way: a[0]["version"] for way, a in answers.items()},
        "shape": shape_of(name),
        "rounds": options.rounds,
        "calls": options.calls,
        "seconds": seconds,  # {way: {what: [wall clock, processor]}}
    }


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [
            line.partition(":")[2] for line in file if line.startswith("model name")
        ]
    return f"{names[0].strip()}, {len(names)} processors"


def print_row(row):
    clock = ("wall", "processor").index(row["clock"])
    for what in WHATS:
        times = {way: seconds[what][clock] for way, seconds in row["seconds"].items()}
        line = f"{row['network']:24}{row['threads']} {what:11}"
        line += "  ".join(f"{way} {t * 1e3:.0f} ms" for way, t in times.items())
        for way in ("torch", "paddle"):
            if {"ours", way} <= set(times):
                line += f"  ours/{way} {times['ours'] / times[way]:.2f}"
        print(line, flush=True)


def keep(path, row):
    """Put a row into the file in place of the one it follows; in the order of ROWS."""
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []

    def order(row):
        return list(ROWS).index(row["network"]), row["threads"]

    rows = [r for r in rows if order(r) != order(row)] + [row]
    lines = ",\n".join(json.dumps(r) for r in sorted(rows, key=order))
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, help="in place of docs/cpu.json")
    parser.add_argument("--only", nargs="*", choices=list(ROWS), metavar="NAME")
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=5, help="in every process")
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    parser.add_argument("--torch", help="a Python that has PyTorch and transformers")
    parser.add_argument("--processor", action="store_true", help="compare its time")
    parser.add_argument("--as", dest="way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(measure(options.way, options.only[0], options.calls)))
        return
    if not options.torch:
        options.ways = [way for way in options.ways if way != "torch"]
    for name in options.only or ROWS:
        for made in rows(name, options):
            print_row(made)
            keep(options.out or PAGE.with_suffix(".json"), made)
        if options.out is None:
            generator = [sys.executable, str(PAGE.with_name("generate_cpu.py"))]
            subprocess.run(generator, check=True)


if __name__ == "__main__":
    main()
