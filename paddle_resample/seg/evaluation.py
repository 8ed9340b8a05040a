"""Evaluation: predict a labelled set in batches and count into one matrix."""

import contextlib
import time

import numpy as np
import paddle
import paddle.nn.functional as F

from ..errors import UsageError
from ..metrics import confusion_matrix, region_scores, shift_consistency
from ..metrics.roc import area_under_roc, roc_counts
from .data.item_contract import check_dataset
from .data.loading import evaluation_loader
from .device import rank, world_size
from .prediction.inference import inference_options, predict

__all__ = [
    "add_shift_consistency",
    "autocast",
    "evaluate",
    "inference_options",
    "predict",
]


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
            flip_horizontal, flip_vertical, is_slide, crop_size, stride, auc_roc.
        on_images: called with the number of images just done.
        image_scores: `metrics.ImageScores` that counts every image of this process,
            boundaries, thin structures and confidence included; None saves the time.

    Returns:
        dict: `metrics.region_scores`, and "images", "images_per_second" (of this
        process), "confusion" as lists; with auc_roc "auc_roc", the mean over the
        classes (of two classes, that of the second), and "class_auc_roc".

    Raises:
        UsageError: the data set is empty, a sample cannot be used, or a transform is
            random.
    """
    check_dataset(dataset)
    if len(dataset) == 0:
        raise UsageError("the evaluation set has no samples")
    options = inference_options(test_config)
    classes = dataset.num_classes
    matrix = np.zeros((classes, classes), dtype=np.int64)
    roc = 0
    with_roc = bool((test_config or {}).get("auc_roc"))
    images = 0
    began = time.perf_counter()
    model.eval()
    loader = evaluation_loader(dataset, batch_size, num_workers, rank(), world_size())
    with paddle.no_grad(), autocast(precision, amp_level):
        for groups in loader:
            for group in groups:
                label = group["label"]
                predicted, logits = predict(
                    model,
                    group["img"],
                    group["trans_info"],
                    with_scores=True,
                    **options,
                )
                _check_prediction(predicted, logits, label, classes)
                matrix += confusion_matrix(
                    predicted, label, classes, dataset.ignore_index
                )
                if with_roc:
                    roc += roc_counts(
                        logits.numpy(), label, classes, dataset.ignore_index
                    )
                if image_scores is not None:
                    confidence = F.softmax(logits, axis=1).max(axis=1).numpy()
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
        if with_roc:
            total = paddle.to_tensor(roc)
            paddle.distributed.all_reduce(total)
            roc = total.numpy()
    return {
        **region_scores(matrix),
        "images": images,
        "images_per_second": images / seconds,
        "confusion": matrix.tolist(),
        **(_roc_scores(roc) if with_roc else {}),
    }


def _check_prediction(predicted, logits, label, classes):
    if predicted.shape != label.shape:
        raise UsageError(
            f"the model predicts {predicted.shape[1:]} for a label of "
            f"{label.shape[1:]}; a transform of the evaluation set changes the image's "
            "size without recording it"
        )
    if logits.shape[1] != classes:
        raise UsageError(
            f"the model predicts {logits.shape[1]} classes and the evaluation set has "
            f"num_classes: {classes}; write the same number in both"
        )


def _roc_scores(counts):
    areas = area_under_roc(counts)
    known = areas[np.isfinite(areas)]
    # Of two classes the first is the background: its area is the same.
    mean = areas[1] if len(areas) == 2 else known.mean() if len(known) else np.nan
    return {"auc_roc": float(mean), "class_auc_roc": areas.tolist()}


def _count_images(image_scores, dataset, group, predicted, confidence):
    """Hand every image of a group to its scores, with the widths the data knows."""
    files = getattr(dataset, "file_list", None)
    for i, index in enumerate(group["index"]):
        name = files[index][0] if files else index
        scene = dataset.scene(index) if hasattr(dataset, "scene") else None
        width = None if scene is None else scene.width
        image_scores.add(name, predicted[i], group["label"][i], confidence[i], width)


def add_shift_consistency(
    model, dataset, image_scores, precision="fp32", amp_level="O1", on_image=None
):
    """Measure the shift consistency of a model on every image that was scored.

    It predicts each image twice more, in two windows that are some pixels apart,
    without test-time augmentation or sliding windows.

    Args:
        model, dataset: as `evaluate`.
        image_scores: `metrics.ImageScores` after `evaluate`; takes the values.
        precision, amp_level: as in training.
        on_image: called after every image.

    Raises:
        UsageError: an image is smaller than 8x8 pixels.
    """
    files = getattr(dataset, "file_list", None) or [[i] for i in range(len(dataset))]
    position = {str(entry[0]): i for i, entry in enumerate(files)}
    images = (dataset[position[name]]["img"] for name in image_scores.names)
    with autocast(precision, amp_level):
        values = shift_consistency(model, images, on_image=on_image)
    image_scores.add_shift_consistency(values)


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
