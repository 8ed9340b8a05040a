"""The flags that several tools share, as PaddleSeg names them."""

from .device import DEVICES

__all__ = ["add_device", "add_inference", "inference_config"]


def add_device(parser):
    """Add --device."""
    parser.add_argument(
        "--device",
        choices=DEVICES,
        help="default: the GPU if there is one, else the CPU",
    )


def add_inference(parser, augment):
    """Add the flags of test-time augmentation and of the sliding window.

    Args:
        parser: argparse parser.
        augment: name of the flag that switches augmentation on, "aug_eval" or
            "aug_pred".
    """
    add = parser.add_argument
    add(f"--{augment}", action="store_true", help="average over scales and flips")
    add("--scales", nargs="+", type=float, default=1.0, help=f"of --{augment}")
    add("--flip_horizontal", action="store_true", help=f"of --{augment}")
    add("--flip_vertical", action="store_true", help=f"of --{augment}")
    add("--is_slide", action="store_true", help="predict in a sliding window")
    add("--crop_size", nargs=2, type=int, help="of --is_slide: width height")
    add("--stride", nargs=2, type=int, help="of --is_slide: width height")


def inference_config(args, augment):
    """The keys of `test_config` that the flags of `add_inference` set.

    Args:
        args: parsed arguments.
        augment: as in add_inference.

    Returns:
        dict, empty where no flag was given.
    """
    keys = []
    if getattr(args, augment):
        keys += [augment, "scales", "flip_horizontal", "flip_vertical"]
    if args.is_slide:
        keys += ["is_slide", "crop_size", "stride"]
    return {key: getattr(args, key) for key in keys}
