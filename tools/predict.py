"""Predict pictures, with one model or several side by side.

    python tools/predict.py --config CONFIG.yml --model_path WEIGHTS --image_path PHOTO
    python tools/predict.py --compare A.yml:WEIGHTS_A B.yml:WEIGHTS_B

Writes pseudo_color_prediction/ (masks), added_prediction/ (overlays) and, with
--compare, comparison.png with the pixels on which the models differ. Without
--image_path pictures from all over the evaluation set are taken, with their labels.
"""

import argparse

from paddle_resample.errors import UsageError
from paddle_resample.files import usable_folder, write_json, writing
from paddle_resample.seg.device import choose_device
from paddle_resample.seg.flags import add_device, add_inference, inference_config
from paddle_resample.seg.prediction.prediction import (
    Predictor,
    palette_of,
    pictures,
    write_masks,
)
from paddle_resample.seg.prediction.side_by_side import side_by_side
from paddle_resample.seg.progress import RunDisplay
from paddle_resample.seg.training.record import describe_run
from paddle_resample.tool import run_tool


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--config", help="configuration, .yml")
    add("--model_path", help=".pdparams file or checkpoint folder")
    add("--compare", nargs="+", default=[], metavar="CONFIG:WEIGHTS")
    add("--image_path", help="a picture, a folder, or a text file that lists pictures")
    add("--num_images", type=int, default=6, help="without --image_path: how many")
    add("--save_dir", default="./output/result", help="folder of the results")
    add_device(parser)
    add_inference(parser, "aug_pred")
    add("--custom_color", nargs="+", type=int, help="R G B of class 0, class 1, ...")
    return parser.parse_args()


def main():
    args = parse_args()
    choose_device(args.device)
    save_dir = usable_folder(args.save_dir)
    predictors = load(args)
    names = distinct([p.name for p in predictors])
    first = predictors[0].components
    palette = palette_of(first, args.custom_color)
    total, found = pictures(first, args.image_path, args.num_images)
    rows = []
    with RunDisplay("predict", total) as display:
        for picture in found:
            predictions = [predictor(picture) for predictor in predictors]
            for name, labels in zip(names, predictions):
                folder = save_dir / name if len(predictors) > 1 else save_dir
                write_masks(folder, picture, labels, palette)
            if len(rows) < args.num_images:
                rows.append((picture, predictions))
            display.advance()
    record = describe_run(models=names, pictures=total, **vars(args))
    write_json(save_dir / "prediction.json", record)
    if len(predictors) > 1:
        classes = getattr(first.train_dataset_class, "CLASS_NAMES", None)
        ignore = first.config.val_dataset_cfg.get("ignore_index", 255)
        figure = side_by_side(rows, names, palette, classes, ignore)
        with writing(save_dir / "comparison.png", "wb") as file:
            figure.savefig(file, format="png")
        print(f"comparison: {save_dir / 'comparison.png'}")
    print(f"masks and overlays: {save_dir}")


def load(args):
    """The models that the command line names."""
    pairs = [text.rpartition(":")[::2] for text in args.compare]
    if args.config or args.model_path:
        pairs.insert(0, (args.config, args.model_path))
    for config, weights in pairs:
        if not config or not weights:
            raise UsageError(
                "a model is --config with --model_path, or CONFIG:WEIGHTS after "
                "--compare; one of the two is missing"
            )
    if not pairs:
        raise UsageError("give --config and --model_path, or --compare CONFIG:WEIGHTS")
    test_config = inference_config(args, "aug_pred")
    return [Predictor(config, weights, test_config) for config, weights in pairs]


def distinct(names):
    """Number the names that occur twice."""
    return [
        name if names.count(name) == 1 else f"{name}_{names[: i + 1].count(name)}"
        for i, name in enumerate(names)
    ]


if __name__ == "__main__":
    run_tool(main)
