"""How well a fitted pair brings a photograph back."""

import paddle

from ...base import Upsampler
from ...registry import parse_spec
from ...seg.embedded_data.photographs import photograph
from ..build_pair import COLOURS, build_pair
from ..photograph.contestants import Contestant
from ..photograph.picture import working_copy
from ..photograph.restore import Settings, restore_with
from .measurement import Measurement

__all__ = ["reconstruction"]


def reconstruction(down, up, settings=None, picture=None):
    """Fit a pair of operators to a photograph and score what it brings back.

    Args:
        down, up: specs; both are built for the three colours.
        settings: `photograph.restore.Settings`; default 160 pixels and 100 steps.
        picture: uint8 [H, W, 3]; default the photograph of a temple.

    Returns:
        Measurement. Arrays "original" and "restored", [H, W, 3], 0 to 255. Numbers
        "psnr" (dB; infinite where no pixel differs) and "ssim", without a border of 4
        pixels; "fitted_weights", of both.
        Fitted to this very photograph: the best case. A guide is the photograph itself.

    Raises:
        UsageError: wrong specs, or what three channels do not suit.
    """
    settings = settings or Settings(size=160, steps=100)
    paddle.seed(settings.seed)
    one = _contestant(down, up)
    photo = photograph() if picture is None else picture
    photo = working_copy(photo, settings.size, 4 * one.up.scale)
    row = restore_with(photo, one, settings)
    return Measurement(
        {
            "psnr": (row.psnr, "dB"),
            "ssim": (row.ssim, ""),
            "fitted_weights": (float(row.parameters), ""),
        },
        {"original": photo, "restored": row.restored},
    )


def _contestant(down, up):
    cls, options = parse_spec(up, Upsampler)
    lower, upper = build_pair(down, up, COLOURS)
    return Contestant(cls.name, options, upper, lower)
