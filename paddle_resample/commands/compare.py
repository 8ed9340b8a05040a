"""Shrink a photograph and bring it back with every upsampler, in one figure.

    %(prog)s
    %(prog)s --image photo.jpg --operators nearest bilinear \\
        conv_transpose:kernel_size=3 '{name: grid_sample, noise: 0.005}'

Writes compare.png, compare.pdf, compare.json and pictures/ to --save_dir.
"""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ..files import usable_folder
from ..lab.photograph.compare import compare_operators
from ..lab.photograph.comparison_figure import save_figure
from ..lab.photograph.comparison_files import save_record
from ..lab.photograph.contestants import parse_operator
from ..lab.photograph.picture import read_picture
from ..lab.photograph.restore import Settings
from ..language import language, translated
from ..seg.device import choose_device
from ..seg.embedded_data.photographs import photograph
from ..seg.flags import add_device


def add_arguments(parser):
    usual = Settings()
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


def run(args):
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
        save_figure(result, folder, name, language())
        Console().print(translated(_table(result)))
        files = "compare.png, compare.pdf, compare.json, pictures/"
        print(translated(f"saved: {files} in {folder}"))
    if result.stopped:
        raise KeyboardInterrupt


def _progress():
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn(translated("{task.percentage:>3.0f} %, time left")),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _table(result):
    table = Table("operator", "PSNR dB", "SSIM", "weights", "not comparable:")
    for row in result.rows:
        scores = f"{row.psnr:.2f}", f"{row.ssim:.4f}", str(row.parameters or "-")
        table.add_row(Text(row.label), *scores, "; ".join(map(translated, row.reasons)))
    return table
