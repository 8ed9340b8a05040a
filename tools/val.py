"""Evaluate the weights of a PaddleSeg configuration.

    python tools/val.py --config CONFIG.yml --model_path output/best_model

The flags are PaddleSeg's; scores go to the screen and, with --save_dir, to scores.json.
"""

import argparse

from rich.console import Console
from rich.table import Table

from paddle_resample.files import usable_folder, write_json
from paddle_resample.seg.checkpoints.weights import load_weights
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig
from paddle_resample.seg.device import (
    choose_device,
    join_processes,
    rank,
    world_size,
)
from paddle_resample.seg.evaluation import evaluate
from paddle_resample.seg.flags import add_device, add_inference, inference_config
from paddle_resample.seg.progress import RunDisplay
from paddle_resample.seg.training.record import describe_run
from paddle_resample.tool import run_tool


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--config", required=True, help="configuration, .yml")
    add("--model_path", required=True, help=".pdparams file or checkpoint folder")
    add_device(parser)
    add("--save_dir", help="folder for scores.json")
    add("--batch_size", type=int, default=8, help="images predicted together")
    add("--num_workers", type=int, default=0, help="processes that read samples")
    add("--precision", default="fp32", choices=["fp32", "fp16"], help="fp16 uses AMP")
    add("--amp_level", default="O1", choices=["O1", "O2"], help="of --precision fp16")
    add_inference(parser, "aug_eval")
    add("--data_format", default="NCHW", choices=["NCHW", "NHWC"], help="DeepLabV3P's")
    add("--opts", nargs="+", help="key=value ..., replaces values of the configuration")
    return parser.parse_args()


def main():
    args = parse_args()
    config = ResampleConfig(args.config, opts=args.opts)
    config.use_data_format(args.data_format)
    device = choose_device(args.device, args.num_workers)
    save_dir = usable_folder(args.save_dir) if args.save_dir else None
    join_processes()
    components = Components(config)
    model = components.need("model")
    load_weights(model, args.model_path)
    dataset = components.need("val_dataset")
    test_config = {**config.test_config, **inference_config(args, "aug_eval")}
    with RunDisplay(
        "evaluate", -(-len(dataset) // world_size()), quiet=rank() != 0
    ) as display:
        scores = evaluate(
            model,
            dataset,
            batch_size=args.batch_size,
            num_workers=args.num_workers,
            precision=args.precision,
            amp_level=args.amp_level,
            test_config=test_config,
            on_images=display.advance,
        )
    if rank() == 0:
        names = getattr(dataset, "CLASS_NAMES", None) or range(dataset.num_classes)
        show(scores, names)
        if save_dir:
            record = describe_run(**{**vars(args), "device": device})
            scores["class_names"] = [str(name) for name in names]
            write_json(save_dir / "scores.json", {**scores, "run": record})
            print(f"scores: {save_dir / 'scores.json'}")


def show(scores, names):
    """Print the scores of all classes and their means."""
    table = Table()
    for title in ("class", "IoU", "Dice", "precision", "recall"):
        table.add_column(title, justify="left" if title == "class" else "right")
    columns = [scores[key] for key in ("iou", "dice", "precision", "recall")]
    for name, *values in zip(names, *columns):
        table.add_row(str(name), *(f"{value:.4f}" for value in values))
    console = Console()
    console.print(table)
    console.print(
        f"{scores['images']} images  mIoU {scores['miou']:.4f}  "
        f"accuracy {scores['accuracy']:.4f}  Dice {scores['mdice']:.4f}  "
        f"kappa {scores['kappa']:.4f}",
        highlight=False,
    )


if __name__ == "__main__":
    run_tool(main)
