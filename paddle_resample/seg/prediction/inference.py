"""Inference as `test_config` says: scales, flips, a sliding window, and back to the
size of the image."""

import paddle
import paddle.nn.functional as F
from paddleseg.core import infer

from ...errors import RunFailed, UsageError, did_you_mean

__all__ = ["inference_options", "predict"]

_SLIDING = ("is_slide", "crop_size", "stride")
_AUGMENTED = ("scales", "flip_horizontal", "flip_vertical")
_SWITCHES = ("aug_eval", "aug_pred", "auc_roc", "custom_color")


def inference_options(test_config):
    """Split PaddleSeg's test_config into arguments of `predict`.

    Args:
        test_config: dict or None.

    Returns:
        dict.

    Raises:
        UsageError: a key that PaddleSeg does not know, is_slide without its sizes, or
            a size, stride or scale that cannot be.
    """
    config = dict(test_config or {})
    for key in config:
        if key not in _SLIDING + _AUGMENTED + _SWITCHES:
            known = ("aug_eval", *_AUGMENTED, *_SLIDING, "auc_roc", "custom_color")
            hint = did_you_mean(key, known).replace("; known", "; known keys")
            raise UsageError(f"test_config: unknown key {key!r}{hint}")
    options = {}
    if config.get("is_slide"):
        _check_window(config.get("crop_size"), config.get("stride"))
        options = {key: config[key] for key in _SLIDING}
    if config.get("aug_eval") or config.get("aug_pred"):
        scales = config.get("scales", 1.0)
        scales = list(scales) if isinstance(scales, (list, tuple)) else [scales]
        for scale in scales:
            if not isinstance(scale, (int, float)) or not 0 < scale < float("inf"):
                raise UsageError(f"scales must be numbers above 0, not {scale!r}")
        if not scales:
            raise UsageError("scales must be numbers above 0, and there are none")
        options["augment"] = {
            "scales": [float(scale) for scale in scales],
            "flip_horizontal": bool(config.get("flip_horizontal", False)),
            "flip_vertical": bool(config.get("flip_vertical", False)),
        }
    return options


def _check_window(crop_size, stride):
    if not crop_size or not stride:
        raise UsageError("is_slide needs crop_size and stride, width and height each")
    for key, value in (("crop_size", crop_size), ("stride", stride)):
        pair = isinstance(value, (list, tuple)) and len(value) == 2
        if not pair or not all(isinstance(v, int) and v > 0 for v in value):
            raise UsageError(
                f"{key} must be two positive integers, width and height, not {value!r}"
            )
    for step, side, name in zip(stride, crop_size, ("width", "height")):
        if step > side:
            raise UsageError(
                f"stride {list(stride)} exceeds crop_size {list(crop_size)} in {name}, "
                "so that pixels between the windows would not be predicted"
            )


def predict(model, images, trans_info, *, augment=None, with_scores=False, **sliding):
    """Predict the class of every pixel at the original size.

    Args:
        model: nn.Layer in eval mode.
        images: Tensor [N, C, H, W], normalised.
        trans_info: list, what the transforms did to the size.
        augment: None, or dict of scales, flip_horizontal, flip_vertical.
        with_scores: whether to return the logits too.
        sliding: is_slide, crop_size, stride.

    Returns:
        int32 array [N, H', W'], or (that, float32 Tensor [N, classes, H', W']).
    """
    # PaddleSeg's sliding window takes one image, and some of its models (MaskFormer)
    # return one image of a batch.
    alone = sliding.get("is_slide") or getattr(model, "_one_image_at_a_time", False)
    if alone and len(images) > 1:
        parts = [
            _logits(model, images[i : i + 1], augment, sliding)
            for i in range(len(images))
        ]
        logits = paddle.concat(parts)
    else:
        logits = _logits(model, images, augment, sliding)
        if len(logits) != len(images):
            model._one_image_at_a_time = True
            return predict(
                model,
                images,
                trans_info,
                augment=augment,
                with_scores=with_scores,
                **sliding,
            )
    logits = _to_original_size(logits, trans_info)
    labels = paddle.argmax(logits, axis=1, dtype="int32").numpy()
    return (labels, logits.astype("float32")) if with_scores else labels


def _logits(model, images, augment, sliding):
    """Logits at the size of the network's input."""
    height, width = images.shape[2:]
    try:
        if augment is None:
            return infer.inference(model, images, **sliding)
        _check_scales(augment["scales"], height, width)
        return infer.aug_inference(model, images, [], **augment, **sliding)[1]
    except (UsageError, RunFailed):
        raise
    except (ValueError, RuntimeError) as error:
        # What a network cannot do with this size or number of bands.
        raise UsageError(
            f"{type(model).__name__} cannot predict an image of {images.shape[1]} "
            f"bands and {height}x{width} pixels: {_reason(error)}"
        ) from error


def _reason(error):
    """The line that tells most of one of Paddle's errors."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("(")] or lines or ["no reason"]
    return told[0]


def _check_scales(scales, height, width):
    for scale in scales:
        if min(int(height * scale + 0.5), int(width * scale + 0.5)) < 1:
            raise UsageError(
                f"scale {scale:g} leaves no pixel of an image of {height}x{width}"
            )


def _to_original_size(logits, trans_info):
    """Undo what the transforms recorded, the last first."""
    for step in reversed(trans_info):
        kind = step[0][0] if isinstance(step[0], (list, tuple)) else step[0]
        numbers = [int(n) for n in step[1]]
        if kind == "resize":
            logits = F.interpolate(logits, numbers[:2], mode="bilinear")
        elif kind == "padding":
            logits = logits[:, :, : numbers[0], : numbers[1]]
        elif kind == "centred":  # ScalePadding
            height, width, top, left = numbers
            logits = logits[:, :, top : top + height, left : left + width]
        else:
            raise UsageError(
                f"trans_info holds {kind!r}; only resize and padding can be undone"
            )
    return logits
