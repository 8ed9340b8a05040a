"""What an upsampler can matter at most on your labels, before anything is trained.

    %(prog)s --config CONFIG.yml

Labels become class shares in cells of 2 to 32 pixels, go up again in every way that
needs no weights, and are compared with themselves: docs/ceiling.md in the repository
tells what that bounds. Results: ceiling.json, ceiling.png and ceiling.pdf in
--save_dir.
"""

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ..ceiling import (
    STRIDES,
    DatasetLabels,
    ceiling_sentences,
    measure_ceiling,
)
from ..ceiling.figure import save_ceiling_figure
from ..cpu import compute_with_one_thread
from ..files import usable_folder, write_json
from ..language import language, translated
from ..seg.config.class_names import class_names
from ..seg.config.components import Components
from ..seg.config.config import ResampleConfig
from ..seg.device import choose_device
from ..seg.training.record import describe_run


def add_arguments(parser):
    add = parser.add_argument
    add("--config", required=True, help="configuration, .yml; its model is not built")
    add("--split", default="train", choices=["train", "val"], help="whose labels")
    add("--strides", type=int, nargs="+", default=STRIDES, help="sides of the cells")
    add("--images", type=int, default=500, help="labels read at most; 0 for all")
    add("--fitted_images", type=int, default=20, help="for fitted logits; 0 for none")
    add("--stored_size", action="store_true", help="leave the set's Resize out")
    add("--class_names", nargs="+", help="default: the configuration's")
    add("--jobs", type=int, help="threads; default: one a processor")
    add("--save_dir", default="output/ceiling", help="folder for the results")
    add("--opts", nargs="+", help="key=value ..., replaces values of the configuration")


def run(args):
    config = ResampleConfig(args.config, opts=args.opts)
    choose_device("cpu")  # threads share it, and the feature maps are small
    compute_with_one_thread()
    dataset = Components(config).need(f"{args.split}_dataset")
    labels = DatasetLabels(
        dataset,
        class_names=args.class_names or class_names(config, dataset),
        resize=not args.stored_size,
    )
    folder = usable_folder(args.save_dir)
    with _progress() as bar:
        task = bar.add_task(translated("labels down and up again"), visible=False)

        def show(done, total):
            bar.update(task, visible=True, completed=done, total=total)

        result = measure_ceiling(
            labels,
            args.strides,
            args.images or None,
            args.fitted_images,
            args.jobs,
            show,
        )
    sentences = ceiling_sentences(result)
    write_json(
        folder / "ceiling.json",
        {
            "config": args.config,
            "split": args.split,
            "sentences": sentences,
            **result,
            "run": describe_run(),
        },
    )
    save_ceiling_figure(result, folder, language())
    console = Console()
    console.print(translated(_table(result)))
    for sentence in ceiling_sentences(result, language()):
        console.print(sentence, highlight=False, soft_wrap=language() == "zh")
    print(translated(f"saved: ceiling.json, ceiling.png, ceiling.pdf in {folder}"))


def _progress():
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn(translated("{task.percentage:>3.0f} %, time left")),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _table(result):
    height, width = result["size"]
    read = f"{result['images']} of {result['images_in_set']} labels, {width}x{height}"
    table = Table(title=read, title_justify="left")
    table.add_column("stride", justify="right")
    table.add_column("way up", no_wrap=True)
    for title in ("mIoU", "edge IoU"):
        table.add_column(title, justify="right")
    lower = 1
    for limit in result["width_limits"]:
        table.add_column(f"{lower}-{limit}px", justify="right")
        lower = limit + 1
    for row in result["rows"]:
        alike = [way for way, same in result["same"].items() if same == row["way"]]
        scores = row["miou"], row["boundary_miou"]
        table.add_row(
            str(row["stride"]),
            " = ".join([row["way"], *alike]),
            *(_percent(value) for value in (*scores, *row["width_recall"])),
            end_section=row["way"] == result["ways"][-1],
        )
    return table


def _percent(value):
    return "-" if value != value else f"{100 * value:.1f}"  # NaN: no such pixels
