"""Repairs of PaddleSeg's losses."""

import functools

import paddle

from .rewrite import Edit, Repair, Replacement

__all__ = ["LOSSES", "forbids_mixed_types"]

_LOSSES = "paddleseg.models.losses."
_MIXED = "PaddleSeg up to 2.8 on Paddle 3"


@functools.cache
def forbids_mixed_types():
    """Say whether this Paddle refuses arithmetic between float and integer tensors."""
    # On the CPU, so that importing never starts a GPU.
    one = paddle.to_tensor([1.0], place=paddle.CPUPlace())
    try:
        one * one.astype("int64")
    except TypeError:
        return True
    return False


def _dice(self, logits, labels):
    """Dice loss of all classes at once.

    Args:
        logits: [N, C, ...].
        labels: integer [N, ...], true classes; they stay as they are.

    Returns:
        Tensor without axes.
    """
    num_class = logits.shape[1]
    if self.weight is not None and len(self.weight) != num_class:
        raise ValueError(
            f"DiceLoss: {len(self.weight)} weights for {num_class} classes"
        )
    if logits.dtype in (paddle.float16, paddle.bfloat16):
        logits = logits.astype("float32")
    known = labels != self.ignore_index
    # Void pixels take a row of zeros; what is no class is moved to where there is no
    # row and fails.
    rows = paddle.eye(num_class + 1, num_class, dtype=logits.dtype)
    low, high = (x.astype(labels.dtype) for x in (labels < 0, labels >= num_class))
    labels = labels + high - low
    labels = paddle.where(known, labels, paddle.full_like(labels, num_class))
    one_hot = paddle.nn.functional.embedding(labels, rows)
    one_hot = paddle.moveaxis(one_hot, -1, 1).flatten(2)
    share = paddle.nn.functional.softmax(logits, axis=1).flatten(2)
    common = (share * one_hot).sum(2)
    # A product with a vector takes a tenth of the time of a mask and a sum; under mixed
    # precision it would be of half numbers.
    known = known.astype(share.dtype).flatten(1).unsqueeze(2)
    with paddle.amp.auto_cast(enable=False):
        both = paddle.matmul(share, known).squeeze(2) + one_hot.sum(2)
    loss = 1 - (2 * common + self.smooth) / (both + self.smooth + self.eps)
    if self.weight is not None:
        loss = loss * paddle.to_tensor(self.weight, dtype=loss.dtype)
    return loss.mean(0).sum() / num_class


def _promotion(name, where, target, swaps):
    return Repair(
        name,
        f"{where} calculates with float and integer tensors together: TypeError.",
        _MIXED,
        (Edit(_LOSSES + target, swaps),),
        forbids_mixed_types,
    )


_OHEM = {"prob + (1 - valid_mask)": "prob + (1 - valid_mask).astype(prob.dtype)"}
_MEAN_COEF = {
    "paddle.mean(mask * coef)": "paddle.mean(mask * coef.astype(mask.dtype))",
}

LOSSES = (
    _promotion(
        "cross_entropy_types",
        "CrossEntropyLoss, with and without class weights,",
        "cross_entropy_loss:CrossEntropyLoss._post_process_loss",
        {"F.one_hot(label * mask,": "F.one_hot(label * mask.astype(label.dtype),"}
        | _MEAN_COEF,
    ),
    _promotion(
        "ohem_types",
        "OhemCrossEntropyLoss",
        "ohem_cross_entropy_loss:OhemCrossEntropyLoss.forward",
        _OHEM,
    ),
    _promotion(
        "ohem_edge_types",
        "OhemEdgeAttentionLoss",
        "ohem_edge_attention_loss:OhemEdgeAttentionLoss.forward",
        _OHEM,
    ),
    _promotion(
        "rmi_types",
        "RMILoss",
        "rmi_loss:RMILoss.forward_sigmoid",
        {
            f"paddle.unsqueeze(label_mask_3D, axis={axis})": "paddle.unsqueeze("
            f"label_mask_3D, axis={axis}).astype('float32')"
            for axis in (1, 3)
        },
    ),
    _promotion(
        "dual_task_types",
        "DualTaskLoss",
        "gscnn_dual_task_loss:DualTaskLoss.forward",
        {
            f"{x} * mask": f"{x} * mask.astype({x}.dtype)"
            for x in ("logit", "labels", "loss")
        },
    ),
    _promotion(
        "point_cross_entropy_types",
        "PointCrossEntropyLoss",
        "point_cross_entropy_loss:PointCrossEntropyLoss.forward",
        _MEAN_COEF,
    ),
    Repair(
        "point_cross_entropy_weights",
        "PointCrossEntropyLoss with class weights multiplies each loss by the number "
        "of its class.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                _LOSSES + "point_cross_entropy_loss:PointCrossEntropyLoss.forward",
                {"_one_hot_weight.argmax(-1)": "_one_hot_weight.sum(-1)"},
            ),
        ),
    ),
    Repair(
        "point_cross_entropy_void",
        "PointCrossEntropyLoss with class weights asks for the class whose number is "
        "ignore_index, which there is not: ValueError.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                _LOSSES + "point_cross_entropy_loss:PointCrossEntropyLoss.forward",
                {"F.one_hot(label,": "F.one_hot(label * mask.astype(label.dtype),"},
            ),
        ),
    ),
    Repair(
        "relax_boundary",
        "RelaxBoundaryLoss multiplies integer one-hot labels by float logarithms: a "
        "TypeError on Paddle 3, and truncated on Paddle 2 so that no gradient is left.",
        "PaddleSeg up to 2.8 on every Paddle",
        (
            Edit(
                _LOSSES + "decoupledsegnet_relax_boundary_loss:"
                "RelaxBoundaryLoss.custom_nll",
                {
                    "soft = F.softmax(logit, axis=1)": "soft = F.softmax(logit, axis=1)"
                    "\n        label = label.astype(soft.dtype)",
                },
            ),
        ),
    ),
    Repair(
        "cross_entropy_layout",
        "CrossEntropyLoss copies the scores with their channels last, where the CPU "
        "has a slow cross entropy, and takes maps alone, not the volumes that it "
        "names.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                _LOSSES + "cross_entropy_loss:CrossEntropyLoss.forward",
                {
                    "if channel_axis == 1: "
                    "logit = paddle.transpose(logit, [0, 2, 3, 1])": "",
                    "weight=self.weight)": "weight=self.weight, axis=channel_axis)",
                    # It reads the number of classes from the last axis alone.
                    "self._post_process_loss(logit,": "self._post_process_loss("
                    "logit.reshape([*logit.shape[:2], -1])[:, :, 0] "
                    "if channel_axis == 1 else logit,",
                },
            ),
        ),
    ),
    Repair(
        "dice_labels",
        "DiceLoss writes class 0 over the ignored pixels of the caller's labels, so "
        "that every later loss trains them; cross entropy before it fails. It goes "
        "over the classes one after the other, on the CPU a fifth of a small U-Net's "
        "step.",
        "every PaddleSeg and Paddle",
        (
            Replacement(
                _LOSSES + "dice_loss:DiceLoss.forward",
                "labels[labels == self.ignore_index] = 0",
                _dice,
            ),
        ),
    ),
    Repair(
        "dual_task_maximum",
        "DualTaskLoss takes the maximum of a whole map, whose gradient on the CPU "
        "needs a time that grows with the square of the number of pixels: it hangs.",
        "every PaddleSeg on Paddle 3",
        (
            Edit(
                _LOSSES + "gscnn_dual_task_loss:DualTaskLoss.compute_grad_mag",
                {"mag.max()": "mag.flatten()[mag.argmax()]"},
            ),
        ),
        forbids_mixed_types,
    ),
    Repair(
        "maskformer_gather",
        "MaskFormerLoss gathers boolean masks, for which the CPU has no kernel.",
        "every PaddleSeg on Paddle 2",
        (
            Edit(
                _LOSSES + "maskformer_loss:MaskFormerLoss.forward",
                {'paddle.gather(item["masks"], index, axis=0)': 'item["masks"][index]'},
            ),
        ),
        lambda: not forbids_mixed_types(),
    ),
    Repair(
        "maskformer_void",
        "MaskFormerLoss makes an int of an array with one axis, which NumPy 2 refuses.",
        "every PaddleSeg with NumPy 2",
        (
            Edit(
                _LOSSES + "maskformer_loss:MaskFormerLoss.forward",
                {
                    "int(invalid_indices[0].numpy())": "int(invalid_indices[0].item())",
                },
            ),
        ),
    ),
    Repair(
        "lovasz_hinge_logit",
        "LovaszHingeLoss on two channels adds its epsilon to p in place of p and 1 - p "
        "(log(p + e / (1 - p + e))), so that even a perfect prediction costs 0.3.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                _LOSSES + "lovasz_loss:binary_channel_to_unary",
                {
                    "probas + eps / (1 - probas + eps)": "(probas + eps) / "
                    "(1 - probas + eps)",
                },
            ),
        ),
    ),
    Repair(
        "lovasz_softmax_void",
        "LovaszSoftmaxLoss of a batch without a labelled pixel is an empty matrix and "
        "no number.",
        "every PaddleSeg and Paddle",
        (
            Edit(
                _LOSSES + "lovasz_loss:lovasz_softmax_flat",
                # Paddle 2.6 has no sum of nothing.
                {
                    "return probas * 0.": "return paddle.concat("
                    "[probas.flatten(), paddle.zeros([1], probas.dtype)]).sum() * 0."
                },
            ),
        ),
    ),
)
