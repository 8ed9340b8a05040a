"""Time the functions of `ops` on the CPU: native kernels, Paddle's operators, PyTorch.

python benchmarks/operators.py [--torch PYTHON] [--threads 1,2] [--out operators.json]
python benchmarks/operators.py --only nearest --shapes 1x64x128x128 --rounds 5
python benchmarks/operators.py --held_out --torch PYTHON
python benchmarks/operators.py --growth

Every row of operators_rows.py is measured on every shape, forward and forward with
backward, in turns with `floor`, which copies as many bytes as the operator reads and
writes, into memory that is already there (twice with backward). Medians are reported;
on a shared machine only ratios mean something, and those are of times by their floors.
`--torch` names a Python that has PyTorch: a process of its own measures each case
before and after ours, so that a slow stretch meets both. Rows that Paddle or PyTorch
wins are marked.
`--held_out` measures shapes that no kernel was tuned on, without Paddle's operators.
`--growth` shows how the time of an output pixel changes with the size of the output.

Nothing is exported: each framework has the default allocator, and ours what
`paddle_resample.tune_cpu()` sets in every tool, as have Paddle's operators beside it.
glibc gives large blocks back to the system whenever they are freed, and touching fresh
ones costs more than most operators; with --kept-memory the variables MALLOC below keep
them for every framework.
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

from operators_measure import LEAST, measure_paddle, measure_torch
from operators_rows import HELD_OUT, ROWS, SHAPES

MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 33),
    "MALLOC_TOP_PAD_": str(1 << 28),
}
REST = 0.25  # seconds after which OpenMP's threads have stopped to wait for more work
RATIOS = ("paddle", "torch", "floor")
GROWTH = (32, 64, 128, 256, 512, 1024)  # sides of y, which has these many channels:
CHANNELS = 16


def cases(options):
    """(Row, shape of x) of everything that is to be measured."""
    rows = [row for row in ROWS if options.only in row.name]
    if not rows:
        raise SystemExit(f"no row has {options.only!r} in its name")
    if not options.growth:
        return [(row, shape) for row in rows for shape in options.shapes]
    sides = [(row, round(side / row.ratio)) for row in rows for side in GROWTH]
    return [(row, (1, CHANNELS, side, side)) for row, side in sides]


def work(options):
    """Measure in this process, and print what was found: versions, then the lines of
    each case whose number comes in."""
    measure = {"paddle": measure_paddle, "torch": measure_torch}[options.worker]
    effort = options.rounds, options.seconds
    if options.growth:  # of small maps more rounds, up to the time of a large one
        effort = 100 * options.rounds, options.seconds
    everything = cases(options)
    found = measure(
        (everything[int(number)] for number in sys.stdin),
        effort,
        options.threads[0],
        paddle_too=not (options.growth or options.held_out),
        backward_too=not options.growth,
    )
    for answer in found:
        print(json.dumps(answer), flush=True)


class Worker:
    """A process that measures one case after the other, and rests in between."""

    def __init__(self, python, worker, threads, options):
        command = [python, __file__, "--worker", worker, "--threads", str(threads)]
        command += ["--rounds", str(options.rounds), "--only", options.only]
        command += ["--shapes", ",".join("x".join(map(str, s)) for s in options.shapes)]
        command += ["--seconds", str(options.seconds)]
        command += ["--growth"] if options.growth else []
        command += ["--held_out"] if options.held_out else []
        env = {**os.environ, **(MALLOC if options.kept_memory else {})}
        env.update(OMP_NUM_THREADS=str(threads), PADDLE_RESAMPLE_NATIVE="require")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, env=env, text=True, **pipes)
        self._rest = REST if threads > 1 else 0
        self.versions = self._answer()

    def ask(self, number):
        """Lines of a case."""
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()
        lines = self._answer()
        time.sleep(self._rest)
        return lines

    def end(self):
        self._process.stdin.close()
        self._process.wait()

    def _answer(self):
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"a process has ended: {' '.join(self._process.args)}")
        return json.loads(answer)


def measured(options):
    """Lines of all numbers of threads, and versions."""
    table, versions = [], {}
    count = len(cases(options))
    for threads in options.threads:
        ours = Worker(sys.executable, "paddle", threads, options)
        theirs = options.torch and Worker(options.torch, "torch", threads, options)
        versions.update(ours.versions, **(theirs.versions if theirs else {}))
        for number in range(count):
            foreign = [theirs.ask(number)] if theirs else []
            lines = ours.ask(number)
            foreign += [theirs.ask(number)] if theirs else []
            for line in lines:
                line["threads"] = threads
                line["ours/"] = ratios(line, foreign)
            table += lines
            done = f"\r{threads} threads, case {number + 1} of {count}"
            print(done, end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        for worker in (ours, theirs) if theirs else (ours,):
            worker.end()
    return table, versions


def ratios(line, foreign):
    """Ours by each other, every time taken by the floor that was measured beside it."""
    by_floor = {k: t / line["floor"][k] for k, t in line["seconds"].items()}
    theirs = [
        other["seconds"]["torch"] / other["floor"]["torch"]
        for lines in foreign
        for other in lines
        if all(other[k] == line[k] for k in ("row", "y", "direction"))
    ]
    if theirs:
        by_floor["torch"] = statistics.mean(theirs)
    ours = by_floor.pop("ours")
    return {**{k: ours / other for k, other in by_floor.items()}, "floor": ours}


def show(table):
    """Every line; one that somebody else wins is marked."""
    print(f"{'':27}{'y':>16} {'':8}{'threads':>7}{'ms':>9}{'spread':>8}", end="")
    print(*(f"{'ours/' + k:>12}" for k in RATIOS))
    for line in table:
        ms, spread = (line[k]["ours"] * 1e3 for k in ("seconds", "spread"))
        y = "x".join(map(str, line["y"]))
        print(f"{line['row']:27}{y:>16} {line['direction']:8}", end="")
        print(f"{line['threads']:7}{ms:9.3f}{spread:8.3f}", end="")
        print(*(_ratio(line["ours/"].get(k)) for k in RATIOS), end="")
        losses = [k for k in ("paddle", "torch") if line["ours/"].get(k, 0) > 1]
        print("  slower than " + " and ".join(losses) if losses else "")
    for threads in sorted({line["threads"] for line in table}):
        for direction in ("forward", "both"):
            _show_mean(table, threads, direction)


def _show_mean(table, threads, direction):
    want = threads, direction
    some = [n["ours/"] for n in table if (n["threads"], n["direction"]) == want]
    print(f"{'geometric mean':44}{direction:8}{threads:7}{'':17}", end="")
    for k in RATIOS:
        found = [ratio[k] for ratio in some if k in ratio]
        print(_ratio(statistics.geometric_mean(found) if found else None), end=" ")
    print()


def _ratio(value):
    return f"{'-':>12}" if value is None else f"{value:12.2f}"


def show_growth(table):
    """Nanoseconds of 16 values of the output, a line for each row."""
    print(f"nanoseconds of {CHANNELS} values of y, which has these sides")
    print(f"{'':27}{'threads':>7}", *(f"{side:>8}" for side in GROWTH))
    for i in range(0, len(table), len(GROWTH)):
        lines = table[i : i + len(GROWTH)]
        print(f"{lines[0]['row']:27}{lines[0]['threads']:7}", end=" ")
        print(*(f"{pixel_time(line):8.2f}" for line in lines))


def pixel_time(line):
    """Nanoseconds; channels are last or second, and the other two axes the sides."""
    n, *sides = line["y"]
    pixels = n * (sides[0] * sides[1] * sides[2]) / CHANNELS
    return line["seconds"]["ours"] * 1e9 / pixels


def commit():
    here = Path(__file__).parent
    done = subprocess.run(
        ["git", "-C", str(here), "rev-parse", "--short", "HEAD"], capture_output=True
    )
    return done.stdout.decode().strip() or None


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [n.split(":")[1].strip() for n in lines if n.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def parsed(words):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    shapes = ",".join("x".join(map(str, shape)) for shape in SHAPES)
    parser.add_argument("--out", default="operators.json")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="rows whose names contain this")
    parser.add_argument("--shapes", help=f"default {shapes}")
    parser.add_argument(
        "--seconds",
        type=float,
        default=0.5,
        help=f"after which a measurement ends, with at least {LEAST} rounds",
    )
    parser.add_argument(
        "--held_out", action="store_true", help="shapes that no kernel was tuned on"
    )
    parser.add_argument("--threads", default="1", help="numbers of them, as 1,2")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--torch", help="a Python that has PyTorch")
    parser.add_argument("--kept-memory", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    options.threads = [int(n) for n in options.threads.split(",")]
    if options.shapes:
        words = options.shapes.split(",")
        options.shapes = [tuple(int(n) for n in shape.split("x")) for shape in words]
    else:
        options.shapes = HELD_OUT if options.held_out else SHAPES
    return options


def main():
    options = parsed(sys.argv[1:])
    if options.worker:
        return work(options)
    table, versions = measured(options)
    (show_growth if options.growth else show)(table)
    report = {
        **versions,
        "commit": commit(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "held_out": options.held_out,
        "clock": "processor time with one thread, time on the wall with several",
        "malloc": MALLOC if options.kept_memory else "default",
        "table": table,
    }
    Path(options.out).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
