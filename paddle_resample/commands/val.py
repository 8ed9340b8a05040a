"""Evaluate the weights of a PaddleSeg configuration.

    %(prog)s --config CONFIG.yml --model_path output/best_model

The flags are PaddleSeg's; scores go to the screen and, with --save_dir, to scores.json.
--detail adds what mIoU hardly sees: boundaries, thin structures, kinds of error,
calibration and shift consistency, and keeps their counts of every image in images.npz.
"""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..errors import UsageError
from ..files import usable_folder, write_json
from ..language import translated
from ..metrics import ImageScores
from ..metrics.edge_errors import ERROR_KINDS
from ..seg.config.class_names import class_names
from ..seg.config.config import ResampleConfig
from ..seg.device import (
    choose_device,
    join_processes,
    rank,
    world_size,
)
from ..seg.evaluation import add_shift_consistency, evaluate
from ..seg.flags import (
    add_device,
    add_inference,
    inference_config,
)
from ..seg.prediction.inference import inference_options
from ..seg.prediction.trained_model import names_weights, trained_components
from ..seg.progress import RunDisplay
from ..seg.training.record import describe_run


def add_arguments(parser):
    add = parser.add_argument
    add("--config", required=True, help="configuration, .yml")
    text = ".pdparams file or checkpoint folder; default: the model's own pretrained"
    add("--model_path", help=text)
    add_device(parser)
    add("--save_dir", help="folder for scores.json")
    add("--batch_size", type=int, default=8, help="images predicted together")
    add("--num_workers", type=int, default=0, help="processes that read samples")
    add("--precision", default="fp32", choices=["fp32", "fp16"], help="fp16 uses AMP")
    add("--amp_level", default="O1", choices=["O1", "O2"], help="of --precision fp16")
    add_inference(parser, "aug_eval")
    text = "area under the ROC curve too; default: as test_config"
    add("--auc_roc", action="store_true", help=text)
    add("--detail", action="store_true", help="boundaries, thin structures and others")
    add("--data_format", default="NCHW", choices=["NCHW", "NHWC"], help="DeepLabV3P's")
    add("--opts", nargs="+", help="key=value ..., replaces values of the configuration")


def run(args):
    config = ResampleConfig(args.config, opts=args.opts)
    config.use_data_format(args.data_format)
    if not args.model_path and not names_weights(config):
        raise UsageError(
            f"--model_path is missing, and the model of {args.config} names no "
            "pretrained weights either: there is nothing trained to score"
        )
    test_config = inference_config(args, "aug_eval", config.test_config)
    if args.auc_roc:
        test_config["auc_roc"] = True
    inference_options(test_config)
    save_dir = folder_of_scores(args.save_dir) if args.save_dir else None
    device = choose_device(args.device, args.num_workers)
    join_processes()
    if args.detail and world_size() > 1:
        raise UsageError("--detail counts image by image, in one process; start one")
    components = trained_components(config, args.model_path)
    dataset = components.need("val_dataset")
    names = class_names(config, dataset)
    images = None
    if args.detail:
        images = ImageScores(dataset.num_classes, dataset.ignore_index)
    with RunDisplay(
        "evaluate", -(-len(dataset) // world_size()), quiet=rank() != 0
    ) as display:
        scores = evaluate(
            components.model,
            dataset,
            batch_size=args.batch_size,
            num_workers=args.num_workers,
            precision=args.precision,
            amp_level=args.amp_level,
            test_config=test_config,
            on_images=display.advance,
            image_scores=images,
        )
    if rank() == 0:
        show(scores, names)
        if images:
            add_shift_consistency(
                components.model, dataset, images, args.precision, args.amp_level
            )
            scores["detail"] = images.summary()
            show_detail(scores["detail"], names)
        if save_dir:
            record = describe_run(**{**vars(args), "device": device})
            scores["class_names"] = names
            write_json(save_dir / "scores.json", {**scores, "run": record})
            path = save_dir / "scores.json"
            print(translated(f"scores: {path}"))
            if images:
                images.save(save_dir / "images.npz")


def folder_of_scores(path):
    """The folder for scores.json, unless training has its own there."""
    if (Path(path) / "curve.jsonl").exists():
        raise UsageError(
            f"--save_dir {path} is the folder of a training run, whose scores.json "
            "would be replaced; choose another"
        )
    return usable_folder(path)


def show(scores, names):
    """Print the scores of all classes and their means."""
    table = Table()
    for title in ("class", "IoU", "Dice", "precision", "recall"):
        table.add_column(title, justify="left" if title == "class" else "right")
    keys = ["iou", "dice", "precision", "recall"]
    if "class_auc_roc" in scores:
        table.add_column("AUC", justify="right")
        keys.append("class_auc_roc")
    columns = [scores[key] for key in keys]
    for name, *values in zip(names, *columns):
        table.add_row(str(name), *(f"{value:.4f}" for value in values))
    console = Console()
    console.print(translated(table))
    auc = f"  AUC {scores['auc_roc']:.4f}" if "auc_roc" in scores else ""
    line = (
        f"{scores['images']} images  mIoU {scores['miou']:.4f}  "
        f"accuracy {scores['accuracy']:.4f}  Dice {scores['mdice']:.4f}  "
        f"kappa {scores['kappa']:.4f}{auc}"
    )
    console.print(translated(line), highlight=False)


def show_detail(detail, names):
    """Print the scores that ImageScores adds."""
    table = Table()
    for title in ("class", "boundary IoU", "clDice"):
        table.add_column(title, justify="left" if title == "class" else "right")
    for name, *values in zip(names, detail["boundary_iou"], detail["cldice"]):
        table.add_row(str(name), *(f"{value:.4f}" for value in values))
    limits, recall = detail["width_limits"], detail["width_recall"]
    lows = [1, *(limit + 1 for limit in limits)]
    spans = [f"{a}-{b} px {r:.4f}" for a, b, r in zip(lows, limits, recall)]
    shares = zip(ERROR_KINDS, detail["error_shares"])
    console = Console()
    console.print(translated(table))
    for line in (
        f"boundary IoU {detail['boundary_miou']:.4f}  BF {detail['bf']:.4f}  "
        f"clDice {detail['mean_cldice']:.4f}  ECE {detail['ece']:.4f}  "
        f"mASSC {detail['massc']:.4f}",
        f"recall of thin structures by width: {'  '.join(spans)}",
        "wrong pixels: " + "  ".join(f"{kind} {share:.4f}" for kind, share in shares),
    ):
        console.print(translated(line), highlight=False)
