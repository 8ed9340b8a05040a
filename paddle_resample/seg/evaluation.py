"""Evaluation: predict a labelled set in batches and count into one matrix."""

import contextlib
import time

import numpy as np
import paddle
import paddle.nn.functional as F
from paddleseg.core import infer

from ..errors import UsageError
from ..metrics import confusion_matrix, region_scores
from .data.loading import evaluation_loader
from .device import rank, world_size

__all__ = ["autocast", "evaluate", "inference_options", "predict"]

_SLIDING = ("is_slide", "crop_size", "stride")
_AUGMENTED = ("scales", "flip_horizontal", "flip_vertical")


def evaluate(
    model,
    dataset,
    *,
    batch_size=1,
    num_workers=0,
    precision="fp32",
    amp_level="O1",
    test_config=None,
    on_images=None,
    image_scores=None,
):
    """Score a model on a data set; void is never counted.

    Args:
        model: nn.Layer as PaddleSeg's, returning a list of logits.
        dataset: a PaddleSeg data set in mode val.
        batch_size: images predicted together; the scores do not depend on it.
        num_workers: processes that read samples.
        precision, amp_level: as in training.
        test_config: dict as PaddleSeg's `test_config`: aug_eval, scales,
            flip_horizontal, flip_vertical, is_slide, crop_size, stride.
        on_images: called with the number of images just done.
        image_scores: `metrics.ImageScores` that counts every image of this process,
            boundaries, thin structures and confidence included; None saves the time.

    Returns:
        dict: `metrics.region_scores`, and "images", "images_per_second" (of this
        process), "confusion" as lists.

    Raises:
        UsageError: the data set is empty, or a sample cannot be used.
    """
    if len(dataset) == 0:
        raise UsageError("the evaluation set has no samples")
    options = inference_options(test_config)
    classes = dataset.num_classes
    matrix = np.zeros((classes, classes), dtype=np.int64)
    images = 0
    began = time.perf_counter()
    model.eval()
    loader = evaluation_loader(dataset, batch_size, num_workers, rank(), world_size())
    with paddle.no_grad(), autocast(precision, amp_level):
        for groups in loader:
            for group in groups:
                predicted = predict(
                    model,
                    group["img"],
                    group["trans_info"],
                    with_confidence=image_scores is not None,
                    **options,
                )
                if image_scores is not None:
                    predicted, confidence = predicted
                if predicted.shape != group["label"].shape:
                    raise UsageError(
                        f"the model predicts {predicted.shape[1:]} for a label of "
                        f"{group['label'].shape[1:]}; a transform of the evaluation "
                        "set changes the image's size without recording it"
                    )
                matrix += confusion_matrix(
                    predicted, group["label"], classes, dataset.ignore_index
                )
                if image_scores is not None:
                    _count_images(image_scores, dataset, group, predicted, confidence)
                images += len(predicted)
                if on_images:
                    on_images(len(predicted))
    seconds = time.perf_counter() - began
    if world_size() > 1:
        total = paddle.to_tensor(np.append(matrix.ravel(), images))
        paddle.distributed.all_reduce(total)
        matrix = total.numpy()[:-1].reshape(classes, classes)
        images = int(total[-1])
    return {
        **region_scores(matrix),
        "images": images,
        "images_per_second": images / seconds,
        "confusion": matrix.tolist(),
    }


def _count_images(image_scores, dataset, group, predicted, confidence):
    """Hand every image of a group to its scores, with the widths the data knows."""
    files = getattr(dataset, "file_list", None)
    for i, index in enumerate(group["index"]):
        name = files[index][0] if files else index
        scene = dataset.scene(index) if hasattr(dataset, "scene") else None
        width = None if scene is None else scene.width
        image_scores.add(name, predicted[i], group["label"][i], confidence[i], width)


def inference_options(test_config):
    """Split PaddleSeg's test_config into arguments of `predict`.

    Args:
        test_config: dict or None.

    Returns:
        dict.

    Raises:
        UsageError: a key that PaddleSeg does not know, or is_slide without its sizes.
    """
    given = dict(test_config or {})
    augmented = given.pop("aug_eval", False) or given.pop("aug_pred", False)
    given.pop("aug_pred", None)
    given.pop("auc_roc", None)
    given.pop("custom_color", None)
    unknown = set(given) - set(_SLIDING) - set(_AUGMENTED)
    if unknown:
        raise UsageError(
            f"test_config: unknown key {sorted(unknown)[0]!r}; known: aug_eval, "
            + ", ".join(_AUGMENTED + _SLIDING)
        )
    options = {key: given[key] for key in _SLIDING if key in given}
    if options.get("is_slide") and not (
        options.get("crop_size") and options.get("stride")
    ):
        raise UsageError("is_slide needs crop_size and stride, width and height each")
    if augmented:
        options["augment"] = {key: given[key] for key in _AUGMENTED if key in given}
    return options


def predict(
    model, images, trans_info, *, augment=None, with_confidence=False, **sliding
):
    """Predict the class of every pixel at the original size.

    Args:
        model: nn.Layer in eval mode.
        images: Tensor [N, C, H, W], normalised.
        trans_info: list, what the transforms did to the size.
        augment: None, or dict of scales, flip_horizontal, flip_vertical.
        with_confidence: whether to return the probability of the class too.
        sliding: is_slide, crop_size, stride.

    Returns:
        int32 array [N, H', W'], or (that, float32 array [N, H', W']).
    """
    # PaddleSeg's sliding window takes one image, and some of its models (MaskFormer)
    # return one image of a batch.
    alone = sliding.get("is_slide") or getattr(model, "_one_image_at_a_time", False)
    if alone and len(images) > 1:
        parts = [
            predict(
                model,
                images[i : i + 1],
                trans_info,
                augment=augment,
                with_confidence=with_confidence,
                **sliding,
            )
            for i in range(len(images))
        ]
        if not with_confidence:
            return np.concatenate(parts)
        return tuple(np.concatenate(part) for part in zip(*parts))
    if augment is None:
        labels, logits = infer.inference(
            model, images, trans_info=trans_info, **sliding
        )
    else:
        scales = augment.get("scales", 1.0)
        scales = list(scales) if isinstance(scales, (list, tuple)) else float(scales)
        labels, logits = infer.aug_inference(
            model, images, trans_info, **{**augment, "scales": scales}, **sliding
        )
    if len(labels) != len(images):
        model._one_image_at_a_time = True
        return predict(
            model,
            images,
            trans_info,
            augment=augment,
            with_confidence=with_confidence,
            **sliding,
        )
    labels = labels.numpy()[:, 0]
    if not with_confidence:
        return labels
    return labels, F.softmax(logits.astype("float32"), axis=1).max(axis=1).numpy()


@contextlib.contextmanager
def autocast(precision, amp_level):
    """Mixed precision as PaddleSeg sets it; nothing for fp32.

    Args:
        precision: "fp32" or "fp16".
        amp_level: "O1" or "O2".
    """
    if precision != "fp16":
        yield
        return
    with paddle.amp.auto_cast(
        level=amp_level,
        enable=True,
        custom_white_list={"elementwise_add", "batch_norm", "sync_batch_norm"},
        custom_black_list={"bilinear_interp_v2"},
    ):
        yield
