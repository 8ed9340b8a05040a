"""Shrink a photograph and bring it back with every upsampler, in one figure.

    python tools/compare.py
    python tools/compare.py --image photo.jpg --operators nearest bilinear \\
        conv_transpose:kernel_size=3 '{name: grid_sample, noise: 0.005}'

Writes compare.png, compare.pdf, compare.json and pictures/ to --save_dir.
"""

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from paddle_resample.files import usable_folder
from paddle_resample.lab.photograph.compare import compare_operators
from paddle_resample.lab.photograph.comparison_figure import save_figure
from paddle_resample.lab.photograph.comparison_files import save_record
from paddle_resample.lab.photograph.contestants import parse_operator
from paddle_resample.lab.photograph.picture import read_picture
from paddle_resample.lab.photograph.restore import Settings
from paddle_resample.seg.device import choose_device
from paddle_resample.seg.embedded_data.photographs import photograph
from paddle_resample.seg.flags import ToolHelp, add_device
from paddle_resample.tool import run_tool


def parse_args():
    usual = Settings()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=ToolHelp)
    add = parser.add_argument
    add("--image", help="picture file; default: the photograph of a temple")
    add(
        "--operators",
        nargs="+",
        metavar="SPEC",
        help="default: all light ones, and variants",
    )
    add("--size", type=int, default=usual.size, help="longer side in pixels")
    add("--steps", type=int, default=usual.steps, help="of fitting the learned ones")
    add("--learning_rate", type=float, default=usual.learning_rate, help="at first")
    add("--seed", type=int, default=usual.seed, help="of weights and noise")
    add(
        "--crop",
        type=int,
        nargs=3,
        metavar=("X", "Y", "SIZE"),
        help="detail to enlarge, in pixels of the picture at --size; default: the "
        "square that loses most when halved",
    )
    add_device(parser)
    add("--save_dir", default="output/compare", help="folder for the results")
    return parser.parse_args()


def main():
    args = parse_args()
    settings = Settings(args.size, args.steps, args.learning_rate, args.seed)
    specs = [parse_operator(text) for text in args.operators or []] or None
    name = Path(args.image).name if args.image else "china.jpg of scikit-learn"
    picture = read_picture(args.image) if args.image else photograph()
    folder = usable_folder(args.save_dir)
    choose_device(args.device)
    with _progress() as bar:
        task = bar.add_task("", visible=False)  # a mistake shows its sentence only

        def show(label, done, total):
            state = {"description": label, "completed": done, "total": total}
            bar.update(task, visible=True, **state)

        result = compare_operators(picture, specs, settings, args.crop, show)
    if result.rows:
        save_record(result, folder, name)
        save_figure(result, folder, name)
        Console().print(_table(result))
        print(f"saved: compare.png, compare.pdf, compare.json, pictures/ in {folder}")
    if result.stopped:
        raise KeyboardInterrupt


def _progress():
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %, time left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _table(result):
    table = Table("operator", "PSNR dB", "SSIM", "weights", "not comparable:")
    for row in result.rows:
        scores = f"{row.psnr:.2f}", f"{row.ssim:.4f}", str(row.parameters or "-")
        table.add_row(Text(row.label), *scores, "; ".join(row.reasons))
    return table


if __name__ == "__main__":
    run_tool(main)
