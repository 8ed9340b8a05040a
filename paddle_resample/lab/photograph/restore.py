"""Shrink a photograph and bring it back with one operator."""

import math
from dataclasses import dataclass

import numpy as np
import paddle
import paddle.nn.functional as F
from skimage.metrics import structural_similarity

from ...errors import UsageError
from ...images import to_image, to_tensor
from .contestants import contestant

__all__ = [
    "BORDER",
    "Row",
    "Settings",
    "fit",
    "psnr",
    "restore",
    "restore_with",
    "ssim",
]

BORDER = 4  # pixels on every side that the scores leave out
BETA2 = 0.95  # 0.999 leaves pixel_shuffle 0.6 dB short after 300 steps


@dataclass(frozen=True)
class Settings:
    """Conditions under which all operators run.

    Attributes:
        size: longer side of the picture worked on.
        steps: fitting steps of operators with weights; 0 shows their initial weights.
        learning_rate: at the first step; it falls linearly to 0.
        seed: of weights and noise, set anew for every operator.
    """

    size: int = 384
    steps: int = 300
    learning_rate: float = 0.1
    seed: int = 0

    def __post_init__(self):
        for key, least in (("size", 1), ("steps", 0), ("seed", 0)):
            value = getattr(self, key)
            if value < least:
                raise UsageError(f"{key}={value}: at least {least} is needed")
        if not 0 < self.learning_rate < math.inf:
            raise UsageError(f"learning_rate={self.learning_rate} must be above 0")


@dataclass
class Row:
    """What one operator made of the photograph.

    Attributes:
        name, options, label, reasons, remarks: see `Contestant`.
        scale: by which the picture was shrunk.
        parameters: number of weights that were fitted, 0 for fixed operators.
        loss: (first, last) mean squared error of the fit on colours in [0, 1]; None.
        reduced: uint8 [H/scale, W/scale, 3], the input of the operator.
        restored: uint8 [H, W, 3].
        psnr: dB, math.inf when no pixel differs.
        ssim: in [-1, 1].
    """

    name: str
    options: dict
    label: str
    reasons: list
    remarks: list
    scale: int
    parameters: int
    loss: tuple
    reduced: np.ndarray
    restored: np.ndarray
    psnr: float
    ssim: float


def restore(photo, spec, settings, on_step=None):
    """Shrink a photograph and bring it back with one operator.

    Operators with weights are fitted to this photograph first, on colours centred on
    zero, where the zeros of a convolution's padding are mid-grey. The others get
    colours in [0, 1], so that the zeros of an unpooling are black.

    Args:
        photo: uint8 [H, W, 3], sides multiples of the operator's scale.
        spec: dict, see `contestants.contestant`.
        settings: Settings.
        on_step: function without arguments, called after every fitting step.

    Returns:
        Row.

    Raises:
        UsageError: wrong spec, or a fit that ended without numbers.
    """
    paddle.seed(settings.seed)
    return restore_with(photo, contestant(spec), settings, on_step)


def restore_with(photo, one, settings, on_step=None):
    """As `restore`, with a pair that is built already.

    Args:
        photo, settings, on_step: see `restore`.
        one: Contestant.

    Returns:
        Row.

    Raises:
        UsageError: a fit that ended without numbers.
    """
    centre = 0.5 if one.learned else 0.0
    x = to_tensor(photo) - centre
    loss = fit(one, x, settings, on_step) if one.learned else None
    one.up.eval(), one.down.eval()
    with paddle.no_grad():
        small, side = one.down.record(x)
        y = _bring_back(one, small, side, x)
    restored = to_image(y + centre)
    return Row(
        name=one.name,
        options=one.options,
        label=one.label,
        reasons=one.reasons,
        remarks=one.remarks,
        scale=one.up.scale,
        parameters=sum(p.size for p in one.weights),
        loss=loss,
        reduced=to_image(small + centre),
        restored=restored,
        psnr=psnr(photo, restored),
        ssim=ssim(photo, restored),
    )


def fit(one, x, settings, on_step=None):
    """Minimise the mean squared error of the restored picture.

    Args:
        one: Contestant with weights.
        x: float [1, 3, H, W], the whole picture, which every step sees.
        settings: Settings.
        on_step: function without arguments, called after every step.

    Returns:
        (first, last) loss before a step; None without steps.

    Raises:
        UsageError: the loss is no number.
    """
    rate = paddle.optimizer.lr.PolynomialDecay(
        settings.learning_rate, max(settings.steps, 1), end_lr=0.0
    )
    optimizer = paddle.optimizer.AdamW(
        rate, beta2=BETA2, weight_decay=0.0, parameters=one.weights
    )
    first = last = None
    for _ in range(settings.steps):
        small, side = one.down.record(x)
        loss = F.mse_loss(_bring_back(one, small, side, x), x)
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        rate.step()
        last = float(loss)
        first = last if first is None else first
        if not math.isfinite(last):
            raise UsageError(
                f"{one.label}: the fit ended in {last} with learning_rate="
                f"{settings.learning_rate}; lower it"
            )
        if on_step is not None:
            on_step()
    return None if first is None else (first, last)


def psnr(photo, restored):
    """Peak signal-to-noise ratio of 8-bit colours, without the BORDER.

    Args:
        photo, restored: uint8 [H, W, 3].

    Returns:
        float: dB for a peak of 255, math.inf when nothing differs.

    >>> round(psnr(np.zeros((9, 9, 3), "uint8"), np.full((9, 9, 3), 255, "uint8")), 1)
    0.0
    """
    difference = _inside(photo).astype(np.float64) - _inside(restored)
    error = float((difference**2).mean())
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def ssim(photo, restored):
    """Structural similarity of 8-bit colours, without the BORDER.

    Args:
        photo, restored: uint8 [H, W, 3], sides at least 11 + 2 * BORDER.

    Returns:
        float: mean over the channels and the picture; scikit-image's with the
        Gaussian window of sigma 1.5, population covariance and data_range 255.

    Source: Wang et al., "Image quality assessment", IEEE TIP 2004.

    >>> ssim(np.ones((19, 19, 3), "uint8"), np.ones((19, 19, 3), "uint8"))
    1.0
    """
    return float(
        structural_similarity(
            _inside(photo),
            _inside(restored),
            data_range=255,
            channel_axis=-1,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    )


def _bring_back(one, small, side, x):
    guide = x if one.up.needs_guide else None
    return one.up(small, guide=guide, side=side, size=tuple(x.shape[2:]))


def _inside(picture):
    return picture[BORDER:-BORDER, BORDER:-BORDER]
