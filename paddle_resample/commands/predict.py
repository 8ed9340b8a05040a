"""Predict pictures, with one model or several side by side.

    %(prog)s --config CONFIG.yml --model_path WEIGHTS --image_path PHOTO
    %(prog)s --compare A.yml:WEIGHTS_A B.yml:WEIGHTS_B

Writes pseudo_color_prediction/ (masks), added_prediction/ (overlays) and, with
--compare, comparison.png with the pixels on which the models differ. Without
--image_path pictures from all over the evaluation set are taken, with their labels.
Of a video the masks are pictures, one a frame, and the overlays a video.
"""

import contextlib
from pathlib import Path

from ..errors import UsageError
from ..files import usable_folder, write_json, writing
from ..language import translated
from ..seg.device import choose_device
from ..seg.flags import (
    add_device,
    add_inference,
    inference_config,
)
from ..seg.prediction.outputs import (
    ADDED,
    check_outputs,
    mask_files,
    write_masks,
)
from ..seg.prediction.palette import overlay, palette_of
from ..seg.prediction.pictures import pictures
from ..seg.prediction.predictor import Predictor
from ..seg.prediction.video import writing_video
from ..seg.progress import RunDisplay
from ..seg.training.record import describe_run


def add_arguments(parser):
    add = parser.add_argument
    add("--config", help="configuration, .yml")
    add("--model_path", help=".pdparams file or checkpoint folder")
    add("--compare", nargs="+", default=[], metavar="CONFIG:WEIGHTS")
    add(
        "--image_path",
        help="a picture, a video, a folder, or a text file that lists pictures; "
        "default: samples of the evaluation set",
    )
    add("--separator", help="of the list; default: val_dataset's, or white space")
    add("--num_images", type=int, default=6, help="without --image_path: how many")
    add("--save_dir", default="./output/result", help="folder of the results")
    add_device(parser)
    add_inference(parser, "aug_pred")
    text = "R G B of class 0, class 1, ...; default: those of test_config"
    add("--custom_color", nargs="+", type=int, help=text)
    add("--opts", nargs="+", help="key=value ..., replaces values of the configuration")


def run(args):
    if args.num_images < 1:
        raise UsageError(f"--num_images must be positive, not {args.num_images}")
    choose_device(args.device)
    predictors = load(args)
    names = distinct([p.name for p in predictors])
    first = predictors[0].components
    palette = palette_of(first, args.custom_color)
    chosen = pictures(
        first, args.image_path, args.num_images, args.separator, args.save_dir
    )
    save_dir = Path(args.save_dir)
    several = len(predictors) > 1
    folders = [save_dir / name if several else save_dir for name in names]
    check_outputs(save_dir, result_files(args, folders, chosen), inputs(args, chosen))
    usable_folder(save_dir)
    rows = []
    with contextlib.ExitStack() as stack:
        videos = []
        if chosen.frame_rate:
            for folder in folders:
                path = folder / ADDED / f"{chosen.names[0]}.mp4"
                videos.append(
                    stack.enter_context(writing_video(path, chosen.frame_rate))
                )
        display = stack.enter_context(RunDisplay("predict", chosen.count))
        for picture in chosen.each:
            predictions = [p(picture, p is predictors[0]) for p in predictors]
            for folder, labels in zip(folders, predictions):
                write_masks(folder, picture, labels, palette, not videos)
            for add_frame, labels in zip(videos, predictions):
                add_frame(overlay(picture.image, labels, palette))
            if several and len(rows) < args.num_images:
                rows.append((picture, predictions))
            display.advance()
    record = describe_run(models=names, pictures=chosen.count, **vars(args))
    write_json(save_dir / "prediction.json", record)
    if several:
        own = getattr(first.train_dataset_class, "CLASS_NAMES", None)
        classes = first.config.dic.get("class_names") or own
        ignore = first.config.val_dataset_cfg.get("ignore_index", 255)
        # Matplotlib, a quarter of a second of one model's start.
        from ..seg.prediction.side_by_side import side_by_side

        figure = side_by_side(rows, names, palette, classes, ignore)
        with writing(save_dir / "comparison.png", "wb") as file:
            figure.savefig(file, format="png")
        path = save_dir / "comparison.png"
        print(translated(f"comparison: {path}"))
    if chosen.left_out:
        shown = ", ".join(map(str, chosen.left_out[:3]))
        more = ", ..." if len(chosen.left_out) > 3 else ""
        count = len(chosen.left_out)
        print(translated(f"note: {count} files are no pictures: {shown}{more}"))
    print(translated(f"masks and overlays: {save_dir}"))


def result_files(args, folders, chosen):
    """Everything that will be written."""
    yield from (folders[0] / "prediction.json", Path(args.save_dir) / "comparison.png")
    for folder in folders:
        for name in chosen.names:
            yield from mask_files(folder, name)
            if chosen.frame_rate:
                yield folder / ADDED / f"{name}.mp4"


def inputs(args, chosen):
    """Everything that is read."""
    yield from chosen.files
    yield from (args.config, args.image_path)


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

    def test_config(own):
        return inference_config(args, "aug_pred", own)

    return [
        Predictor(config, weights, test_config, args.opts) for config, weights in pairs
    ]


def distinct(names):
    """Number the names that occur twice."""
    return [
        name if names.count(name) == 1 else f"{name}_{names[: i + 1].count(name)}"
        for i, name in enumerate(names)
    ]
