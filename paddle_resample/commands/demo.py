"""Train two small U-Nets that differ in one word, evaluate them and compare.

    %(prog)s

Takes a few minutes on a CPU and needs no data: the scenes are drawn from a seed. Begin
with comparison.png of the folder that it names at the end.
"""

import os
import subprocess
import sys
from pathlib import Path

from ..errors import RunFailed
from ..files import usable_folder
from ..language import language, translated
from ..seg.flags import add_device
from .configs import root

__all__ = ["add_arguments", "run"]

_UPSAMPLERS = ("bilinear", "pixel_shuffle")


def add_arguments(parser):
    add = parser.add_argument
    add("--save_dir", default="output/demo", help="folder of the results")
    add("--iters", type=int, help="iterations; default: the configurations'")
    add_device(parser)


def run(args):
    folder = usable_folder(args.save_dir)
    device = ["--device", args.device] if args.device else []
    iters = ["--iters", str(args.iters)] if args.iters else []
    models = []
    for name in _UPSAMPLERS:
        config = str(root() / "configs" / "demo" / f"unet_{name}.yml")
        save = ["--save_dir", str(folder / name), "--do_eval"]
        _command("train", "--config", config, *save, *iters, *device)
        models.append((name, config, str(folder / name / "best_model")))
    for name, config, weights in models:
        save = ["--save_dir", str(folder / f"{name}_scores")]
        _command("val", "--config", config, "--model_path", weights, *save, *device)
    pictures = folder / "pictures"
    pairs = [f"{config}:{weights}" for _, config, weights in models]
    _command("predict", "--save_dir", str(pictures), "--compare", *pairs, *device)
    pictures = Path(pictures).resolve()
    print()
    print(translated(f"The pictures are in {pictures}; begin with comparison.png."))


def _command(*words):
    """Run a command as its own process, as a person would."""
    shown = [os.path.relpath(w) if os.path.isabs(w) else w for w in words]
    print("$ paddle-resample", *shown, flush=True)
    status = subprocess.run(
        [sys.executable, "-m", "paddle_resample", *words, "--lang", language()]
    ).returncode
    if status == 130:
        raise KeyboardInterrupt
    if status:
        raise RunFailed(f"paddle-resample {words[0]} ended with status {status}")
