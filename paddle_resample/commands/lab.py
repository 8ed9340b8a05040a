"""Measure what up- and downsampling operators do, without training them.

    %(prog)s
    %(prog)s --operators bilinear nearest conv_transpose:kernel_size=3
    %(prog)s --pairs max_pool:max_unpool haar:haar_inverse
    %(prog)s --config configs/unet/unet_carafe.yml \\
        --model_path output/best_model --site up.3

Writes a page and its numbers for each operator (NAME.png, NAME.json), and one table of
all (lab.png, lab.json) to --save_dir. docs/lab.md in the repository
defines every number.
"""

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ..errors import UsageError
from ..files import usable_folder
from ..lab.figures.columns import COLUMNS, PAIR_COLUMNS, shown
from ..lab.figures.operator_page import save_measured
from ..lab.figures.table import save_table
from ..lab.measure_operator import light_specs, measure_all
from ..lab.measurements_file import save_lab
from ..lab.photograph.contestants import parse_operator
from ..lab.photograph.restore import Settings
from ..lab.trained import probe_at
from ..language import language, translated
from ..seg.checkpoints.weights import load_weights
from ..seg.config.components import Components
from ..seg.config.config import ResampleConfig
from ..seg.device import choose_device
from ..seg.sites import network_resamplers


def add_arguments(parser):
    add = parser.add_argument
    add(
        "--operators",
        nargs="+",
        metavar="SPEC",
        help="default, where nothing else is asked for: all that take seconds",
    )
    add("--pairs", nargs="+", metavar="DOWN:UP", help="also fitted to a photograph")
    add("--config", help="configuration whose network's resamplers are measured, .yml")
    add("--model_path", help="its .pdparams file or checkpoint folder")
    add("--site", nargs="+", help="paths of resamplers in it; default: all")
    add("--seed", type=int, default=0, help="of weights")
    add("--size", type=int, default=160, help="of the photograph for --pairs, pixels")
    add("--steps", type=int, default=100, help="of fitting a pair's weights")
    add("--save_dir", default="output/lab", help="folder for the results")


def run(args):
    if not args.config and (args.model_path or args.site):
        raise UsageError(
            "--model_path and --site need --config, the network they are of"
        )
    settings = Settings(args.size, args.steps, seed=args.seed)
    choose_device("cpu")  # many small calls in float64
    probes, left_out = _probes(args)
    folder = usable_folder(args.save_dir)
    with _progress() as bar:
        task = bar.add_task("", visible=False)  # a mistake shows its sentence only

        def show(label, done, total):
            state = {"description": label, "completed": done, "total": total}
            bar.update(task, visible=True, **state)

        lab = measure_all(
            probes,
            show,
            on_row=lambda row: save_measured(row, folder, language()),
            seed=args.seed,
            settings=settings,
        )
    lab.left_out = {**left_out, **lab.left_out}
    if lab.rows:
        save_lab(lab, folder, args.seed)
        save_table(lab.rows, folder, language())
        _show(lab.rows)
        line = f"saved: lab.png, lab.json and a page for each operator in {folder}"
        print(translated(line))
    for label, why in lab.left_out.items():
        print(translated(f"left out: {label} ({why})"))
    if lab.stopped:
        raise KeyboardInterrupt


def _probes(args):
    """(label -> what is measured, name -> why it was left out)."""
    specs = [parse_operator(text) for text in args.operators or []]
    left_out = {}
    if not (args.operators or args.pairs or args.config):
        names, left_out = light_specs()
        specs = [{"name": name} for name in names]
    probes = {_label(spec): spec for spec in specs}
    for text in args.pairs or []:
        down, up = _pair(text)
        probes[f"{_label(down)} : {_label(up)}"] = down, up
    if args.config:
        model = Components(ResampleConfig(args.config)).need("model")
        if args.model_path:
            load_weights(model, args.model_path)
        for site in args.site or network_resamplers(model) or [""]:
            probes[site] = probe_at(model, site)
    return probes, left_out


def _pair(text):
    """Two specs, joined by a colon; with options the colon stands alone."""
    parts = text.split(" : ") if " : " in text else text.split(":")
    if len(parts) != 2 or not all(part.strip() for part in parts):
        raise UsageError(
            f"pair {text!r}: write DOWN:UP, or 'DOWN : UP' with spaces where one has "
            "options"
        )
    return [parse_operator(part) for part in parts]


def _label(spec):
    options = (f"{k}={v}" for k, v in spec.items() if k != "name")
    return " ".join([str(spec.get("name")), *options])


def _progress():
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn(translated("{task.completed} of {task.total}, time left")),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _show(rows):
    """Print the numbers that fit into a terminal; all are in lab.json."""
    columns = [column for column in COLUMNS if column.brief]
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("operator", min_width=22, overflow="fold")
    for column in columns:
        title = f"{column.brief}\n{column.unit}"
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        numbers = (shown(row.numbers, column) for column in columns)
        table.add_row(Text(row.label), *numbers)
    console = Console()
    console.print(translated(table))
    for row in rows:
        if row.kind == "pair":
            psnr, ssim = (shown(row.numbers, column) for column in PAIR_COLUMNS)
            line = f"{row.label}, fitted to a photograph: PSNR {psnr} dB, SSIM {ssim}"
            console.print(translated(line), markup=False, highlight=False)
