"""Repairs of PaddleSeg's training loop, metrics, transforms and optimizers."""

import paddle

from .rewrite import Edit, Repair, Replacement

__all__ = ["RUNNING"]


def _calculate_area(pred, label, num_classes, ignore_index=255):
    """Areas of intersection, prediction and label of each class, in one count.

    Args:
        pred: integer [N, H, W] or [N, 1, H, W], predicted classes.
        label: integer, same size, true classes.
        num_classes: number C of classes; other values count for no class.
        ignore_index: label of void pixels, which count nowhere, not even when
            ignore_index is the number of a class.

    Returns:
        Three int64 tensors [C].
    """
    if len(pred.shape) == 4:
        pred = paddle.squeeze(pred, axis=1)
    if len(label.shape) == 4:
        label = paddle.squeeze(label, axis=1)
    if pred.shape != label.shape:
        raise ValueError(
            f"`pred` and `label` must have one shape, but are {pred.shape} and "
            f"{label.shape}"
        )
    pred, label = pred.flatten().astype("int64"), label.flatten().astype("int64")
    void = label == ignore_index
    # One row and one column more collect what belongs to no class.
    other = paddle.full_like(label, num_classes)
    row = paddle.where((label >= 0) & (label < num_classes), label, other)
    column = paddle.where((pred >= 0) & (pred < num_classes), pred, other)
    side = num_classes + 1
    cell = paddle.where(void, paddle.full_like(label, side * side), row * side + column)
    table = paddle.bincount(cell, minlength=side * side + 1)[:-1].reshape([side, side])
    pred_area = table[:, :-1].sum(0)
    label_area = table[:-1].sum(1)
    return paddle.diagonal(table)[:-1].clone(), pred_area, label_area


RUNNING = (
    Repair(
        "loss_log",
        "The training loop takes element 0 of losses that have no axis: IndexError at "
        "the first log line.",
        "PaddleSeg up to 2.8 on Paddle 2.6 and 3",
        (
            Edit(
                "paddleseg.core.train:train",
                {"l[0] / log_iters": "l.item() / log_iters"},
            ),
        ),
    ),
    Repair(
        "area",
        "calculate_area joins numbers without axes by concat: ValueError; and it "
        "counts void pixels into the label area of a class whose number is "
        "ignore_index, so that even a perfect prediction loses.",
        "error: PaddleSeg up to 2.8 on Paddle 2.6 and 3; void pixels: every version",
        (
            Replacement(
                "paddleseg.utils.metrics:calculate_area",
                "label_i = label == i",
                _calculate_area,
            ),
        ),
    ),
    Repair(
        "padding_crop",
        "RandomPaddingCrop with category_max_ratio below 1 puts the cropped label in "
        "the place of the image, or leaves the image whole.",
        "PaddleSeg up to 2.8",
        (
            Edit(
                "paddleseg.transforms.transforms:RandomPaddingCrop.__call__",
                {
                    "data['img'] = seg_temp": "",
                    "else: data['img'] = functional.crop(": "data['img'] = "
                    "functional.crop(",
                },
            ),
        ),
    ),
    Repair(
        "scale_padding_labels",
        "ScalePadding resizes labels by cubic interpolation, which invents classes, "
        "and cuts them to 8 bits.",
        "every PaddleSeg",
        (
            Edit(
                "paddleseg.transforms.transforms:ScalePadding.__call__",
                {
                    "data['label'], self.target_size, interp=cv2.INTER_CUBIC": "data["
                    "'label'], self.target_size, interp=cv2.INTER_NEAREST",
                    "data['label'] = np.uint8(new_label)": "data['label'] = "
                    "new_label.astype(data['label'].dtype)",
                },
            ),
        ),
    ),
    Repair(
        "layerwise_decay_names",
        "AdamWDL does not tell its learning rate rule the names of the parameters: "
        "TypeError at the first step.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                "paddleseg.optimizers.optimizer:AdamWDL.__call__",
                {
                    "parameters=params, **self.args": "parameters=params, name_dict={"
                    "p.name: n for n, p in model.named_parameters()}, **self.args",
                },
            ),
        ),
    ),
)
