"""Time the functions of `ops` on one CPU thread: native kernels, Paddle's operators.

python benchmarks/operators.py [--out operators.json] [--rounds 15] [--torch PYTHON]

Every row is measured in interleaved rounds (ours, Paddle, floor, ours, ...) and reports
medians of processor time, which does not count the time that others had the processor;
on a shared machine only their ratios mean something. `floor` copies as many
bytes as the operator reads and writes, into memory that is already there. `--torch`
names a Python that has PyTorch, which then runs the same rows in a process of its own,
before and after ours; its floor, measured there too, scales its times to ours.

glibc gives large blocks back to the system whenever they are freed, and touching fresh
ones costs more than most operators. The variables MALLOC below keep them; without them
(--plain-malloc) every framework here is slower by far on outputs above some megabytes.
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

MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 33),
    "MALLOC_TOP_PAD_": str(1 << 28),
}

# name -> (shape of x, function of ops, its further arguments); grids are made below
ROWS = {
    "pixel_shuffle 2": ((2, 256, 64, 64), "pixel_shuffle", (2,)),
    "pixel_shuffle 4": ((2, 256, 64, 64), "pixel_shuffle", (4,)),
    "pixel_unshuffle 2": ((2, 64, 128, 128), "pixel_unshuffle", (2,)),
    "merge_cells 2": ((2, 128, 128, 64), "merge_cells", (2,)),
    "expand_cells 2": ((2, 64, 64, 256), "expand_cells", (2,)),
    **{
        f"{mode} {size[0]}": ((2, 64, 64, 64), "interpolate", (size, mode))
        for mode in ("nearest", "bilinear", "bicubic", "area")
        for size in ((128, 128), (32, 32), (97, 131))
    },
    "grid_sample bilinear": ((2, 64, 64, 64), "grid_sample", ("bilinear",)),
    "grid_sample nearest": ((2, 64, 64, 64), "grid_sample", ("nearest",)),
}


def medians(functions, rounds):
    """Processor seconds of each function, called in turns."""
    times = {name: [] for name in functions}
    for turn in range(rounds + 2):
        for name, function in functions.items():
            start = time.process_time()
            function()
            if turn > 1:
                times[name].append(time.process_time() - start)
    return {name: statistics.median(t) for name, t in times.items()}


def floor(x, y):
    """Copy as many bytes as reading x and writing y move."""
    import numpy as np

    source = np.ones((x + y) // 2, "float32")
    target = np.empty_like(source)
    return lambda: np.copyto(target, source)


def measure_paddle(rounds):
    import paddle_resample  # noqa: F401  isort: skip  (before Paddle)
    import paddle

    from paddle_resample import ops
    from paddle_resample.kernels import choice

    x = paddle.ones([1, 4, 2, 2])
    choice.native("pixel_shuffle", x)  # builds and loads
    native = choice._offered
    rows = {}
    for name, (shape, function, arguments) in ROWS.items():
        x = paddle.rand(shape)
        if function == "grid_sample":
            arguments = paddle.rand([2, 128, 128, 2]) * 2 - 1, *arguments
        elif function == "interpolate":
            arguments = arguments[0], None, arguments[1]
        rows[name] = {}
        for direction in ("forward", "backward"):
            x.stop_gradient = direction == "forward"

            def prepared(kernels, x=x, function=function, arguments=arguments):
                def run():
                    choice._offered = kernels
                    return getattr(ops, function)(x, *arguments)

                if x.stop_gradient:
                    return run
                y = run()
                dy = paddle.ones(y.shape)
                return lambda: paddle.grad([y], [x], [dy], retain_graph=True)

            choice._offered = native
            out = getattr(ops, function)(x, *arguments).numpy().size
            ways = {"ours": prepared(native), "paddle": prepared({})}
            ways["floor"] = floor(x.numpy().size, out)
            rows[name][direction] = medians(ways, rounds)
    return rows, {"paddle": paddle.__version__, "kernels": choice.status()}


def measure_torch(rounds):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)

    def merge(x, s):
        n, h, w, c = x.shape
        cells = x.reshape(n, h // s, s, w // s, s, c).permute(0, 1, 3, 4, 2, 5)
        return cells.reshape(n, h // s, w // s, s * s * c)

    def expand(x, s):
        n, h, w, c = x.shape
        cells = x.reshape(n, h, w, s, s, c // (s * s)).permute(0, 1, 3, 2, 4, 5)
        return cells.reshape(n, h * s, w * s, c // (s * s))

    def interpolate(x, size, mode):
        corners = False if mode.startswith("bi") else None
        return F.interpolate(x, size, mode=mode, align_corners=corners)

    functions = {
        "pixel_shuffle": F.pixel_shuffle,
        "pixel_unshuffle": F.pixel_unshuffle,
        "merge_cells": merge,
        "expand_cells": expand,
        "interpolate": interpolate,
        "grid_sample": lambda x, mode, grid: F.grid_sample(
            x, grid, mode, align_corners=False
        ),
    }
    rows = {}
    for name, (shape, function, arguments) in ROWS.items():
        x = torch.rand(shape, requires_grad=True)
        if function == "grid_sample":
            arguments = *arguments, torch.rand(2, 128, 128, 2) * 2 - 1
        with torch.no_grad():
            still = x.detach()
            y = functions[function](still, *arguments)
        graph = functions[function](x, *arguments)
        dy = torch.ones_like(graph)
        ways = {
            "forward": lambda f=function, a=arguments, x=still: functions[f](x, *a),
            "backward": lambda g=graph, x=x, dy=dy: torch.autograd.grad(
                g, x, dy, retain_graph=True
            ),
            "floor": floor(x.numel(), y.numel()),
        }
        rows[name] = medians(ways, rounds)
    return {"rows": rows, "torch": torch.__version__}


def compare(rows, foreign):
    """Ratios of each row; PyTorch's time is scaled by the floors of both processes."""
    table = []
    for name, directions in rows.items():
        for direction, t in directions.items():
            line = {"row": name, "direction": direction, **t}
            line["ours/paddle"] = t["ours"] / t["paddle"]
            line["ours/floor"] = t["ours"] / t["floor"]
            theirs = [
                f["rows"][name][direction] / f["rows"][name]["floor"] for f in foreign
            ]
            if theirs:
                line["ours/torch"] = line["ours/floor"] / statistics.mean(theirs)
            table.append(line)
    return table


def show(table):
    columns = [c for c in ("ours/paddle", "ours/torch", "ours/floor") if c in table[0]]
    print(f"{'':24}{'':10}{'ours ms':>9}", *(f"{c:>12}" for c in columns))
    for line in table:
        numbers = (f"{line[c]:12.2f}" for c in columns)
        print(
            f"{line['row']:24}{line['direction']:10}{line['ours'] * 1e3:9.3f}", *numbers
        )
    for direction in ("forward", "backward"):
        some = [line for line in table if line["direction"] == direction]
        means = (
            f"{statistics.geometric_mean(n[c] for n in some):12.2f}" for c in columns
        )
        print(f"{'geometric mean':24}{direction:10}{'':9}", *means)


def commit():
    here = Path(__file__).parent
    done = subprocess.run(
        ["git", "-C", str(here), "rev-parse", "--short", "HEAD"], capture_output=True
    )
    return done.stdout.decode().strip() or None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", default="operators.json")
    parser.add_argument("--rounds", type=int, default=15)
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
        print(json.dumps(measure_torch(options.rounds)))
        return
    foreign = []

    def ask_torch():
        if options.torch:
            command = [options.torch, __file__, "--as-torch"]
            command += ["--rounds", str(options.rounds)]
            command += ["--plain-malloc"] if options.plain_malloc else []
            foreign.append(json.loads(subprocess.check_output(command)))

    ask_torch()
    rows, what = measure_paddle(options.rounds)
    ask_torch()
    table = compare(rows, foreign)
    show(table)
    report = {
        **what,
        "torch": foreign[0]["torch"] if foreign else None,
        "commit": commit(),
        "processor": platform.processor() or platform.machine(),
        "threads": 1,
        "rounds": options.rounds,
        "malloc": "plain" if options.plain_malloc else MALLOC,
        "table": table,
    }
    Path(options.out).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
