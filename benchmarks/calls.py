"""Count the Python functions of the package that run, and the files they are in.

python benchmarks/calls.py [--json FILE]

Counted are calls of functions of `paddle_resample` (what Paddle and PaddleSeg do is
left out): of one DySample layer, of the forward pass of a U-Net with DySample, and on
the way from a YAML file to DySample.forward: the configuration read, the network built,
one image passed through. `checks` are those of them in files that hold nothing else,
and functions whose names say that they check; `to_read` counts the files without the
former, because a reader who follows what is computed passes them by. Import time and
modules are those of a process of its own. Numbers of calls do not depend on the
machine; times do.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

os.environ["PADDLE_RESAMPLE_NATIVE"] = "off"

CHANNELS, SIDE = 64, 16
YAML = """
batch_size: 2
iters: 10
train_dataset:
  {type: FineShapes, mode: train, size: 64, transforms: [{type: Normalize}]}
val_dataset:
  {type: FineShapes, mode: val, size: 64, transforms: [{type: Normalize}]}
model: {type: ResampleUNet, upsample: dysample, num_classes: 12}
optimizer: {type: SGD}
lr_scheduler: {type: PolynomialDecay, learning_rate: 0.01, end_lr: 0, power: 0.9}
loss: {types: [{type: CrossEntropyLoss}], coef: [1]}
"""
IMPORT = """
import sys, time
import paddle
before, start = len(sys.modules), time.perf_counter()
import paddle_resample
print(len(sys.modules) - before, time.perf_counter() - start)
"""


CHECKING = ("/arguments.py", "/spec_checks.py", "/seg/config/checks/")


class Calls:
    """Calls of functions of a folder, while it is entered.

    Args:
        folder: only files below it are counted.
    """

    def __init__(self, folder):
        self.folder = str(folder)
        self.counted = Counter()

    def __enter__(self):
        sys.setprofile(self._note)
        return self

    def __exit__(self, *error):
        sys.setprofile(None)

    def _note(self, frame, event, argument):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(self.folder):
            self.counted[code.co_filename, code.co_name] += 1

    def summary(self):
        """dict: calls, checks among them, and the files."""
        files = {file for file, _ in self.counted}
        checks = sum(n for key, n in self.counted.items() if _is_check(*key))
        return {
            "calls": sum(self.counted.values()),
            "checks": checks,
            "files": len(files),
            "to_read": sum(not _only_checks(file) for file in files),
            "names": sorted(Path(file).name for file in files),
        }


def _is_check(file, function):
    named = function.lstrip("_").startswith(("check", "refuse", "require"))
    return named or _only_checks(file)


def _only_checks(file):
    return any(part in Path(file).as_posix() for part in CHECKING)


def count_dysample():
    """Calls of one DySample layer."""
    import paddle

    import paddle_resample

    layer = paddle_resample.build("dysample", CHANNELS)
    x = paddle.ones([1, CHANNELS, SIDE, SIDE])
    layer(x)  # what is done once is not counted
    with Calls(Path(paddle_resample.__file__).parent) as calls:
        layer(x)
    return calls.summary()


def count_unet(package):
    """Calls of a U-Net's forward pass."""
    import paddle
    from paddleseg.cvlibs import manager

    model = manager.MODELS["ResampleUNet"](num_classes=8, upsample="dysample")
    model.eval()
    x = paddle.ones([1, 3, 64, 64])
    model(x)
    with Calls(package) as calls:
        model(x)
    return calls.summary()


def count_walk(package, folder):
    """Calls from a YAML file to the end of DySample.forward.

    Returns:
        dict: summaries of reading, of building, of the pass up to there, and of all.
    """
    import paddle

    config_class, components = _configuration()
    path = Path(folder) / "calls.yml"
    path.write_text(YAML, encoding="utf-8")
    with Calls(package) as reading:
        config = config_class(str(path))
    with Calls(package) as building:
        model = components(config).model
    model.eval()
    layer = next(m for m in model.sublayers() if type(m).__name__ == "DySample")
    with Calls(package) as passing:
        layer.register_forward_post_hook(lambda *_: sys.setprofile(None))
        model(paddle.ones([1, 3, 64, 64]))
    walk = Calls(package)
    for part in (reading, building, passing):
        walk.counted.update(part.counted)
    return {
        "reading": reading.summary(),
        "building": building.summary(),
        "passing": passing.summary(),
        "walk": walk.summary(),
    }


def _configuration():
    try:
        from paddle_resample.seg.config.components import Components
        from paddle_resample.seg.config.config import ResampleConfig
    except ImportError:  # as the package was before it had rooms
        from paddle_resample.bridge.components import Components
        from paddle_resample.bridge.config import ResampleConfig
    return ResampleConfig, Components


def count_import():
    """Modules and seconds that the package's import takes on top of Paddle's."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True
    )
    modules, seconds = done.stdout.split()
    return {"modules": int(modules), "seconds": round(float(seconds), 3)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", help="file to write")
    args = parser.parse_args()
    import tempfile

    import paddle_resample

    package = Path(paddle_resample.__file__).parent
    measured = {"import": count_import(), "dysample": count_dysample()}
    try:
        import paddle_resample.seg
    except ImportError:
        pass
    measured["unet"] = count_unet(package)
    with tempfile.TemporaryDirectory() as folder:
        measured.update(count_walk(package, folder))
    for name, numbers in measured.items():
        print(name, {k: v for k, v in numbers.items() if k != "names"})
    if args.json:
        Path(args.json).write_text(json.dumps(measured, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
