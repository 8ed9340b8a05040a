"""The flags that several tools share, as PaddleSeg names them."""

from ..errors import UsageError
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
    config = "default: as test_config of the configuration"
    add(f"--{augment}", action="store_true", help="average over scales and flips")
    add("--scales", nargs="+", type=float, help=f"of --{augment}; {config}, or 1.0")
    add("--flip_horizontal", action="store_true", help=f"of --{augment}")
    add("--flip_vertical", action="store_true", help=f"of --{augment}")
    add("--is_slide", action="store_true", help="predict in a sliding window")
    for key in ("crop_size", "stride"):
        text = f"of --is_slide: width height; {config}"
        add(f"--{key}", nargs=2, type=int, metavar=("W", "H"), help=text)


def inference_config(args, augment, test_config=None):
    """`test_config` with what the flags of `add_inference` set.

    Args:
        args: parsed arguments.
        augment: as in add_inference.
        test_config: dict of the configuration, whose keys the flags replace.

    Returns:
        dict.

    Raises:
        UsageError: a flag that has no effect, because what it belongs to is off.
    """
    keys = ("scales", "flip_horizontal", "flip_vertical", "crop_size", "stride")
    flags = {key: getattr(args, key) for key in (augment, "is_slide", *keys)}
    flags = {key: value for key, value in flags.items() if value not in (None, False)}
    config = {**(test_config or {}), **flags}
    augmented = config.get("aug_eval") or config.get("aug_pred")
    for switch, on, owned in (
        (augment, augmented, keys[:3]),
        ("is_slide", config.get("is_slide"), keys[3:]),
    ):
        for key in owned:
            if key in flags and not on:
                raise UsageError(f"--{key} has no effect without --{switch}")
    return config
