"""Each kind of loss has a finite gradient on labels with void pixels."""

import numpy as np
import paddle
import pytest
from paddleseg.models import losses
from paddleseg.models.losses import focal_loss

from paddle_resample.seg import repairs

repairs.repair_paddleseg()

CLASSES = 4


def scores(channels):
    x = np.random.default_rng(3).normal(size=(2, channels, 16, 18))
    return paddle.to_tensor(x.astype("float32"), stop_gradient=False)


def labels(count):
    rng = np.random.default_rng(4)
    label = rng.integers(0, count, (2, 16, 18))
    label[rng.random(label.shape) < 0.25] = 255
    return paddle.to_tensor(label)


def check(value, x):
    value.backward()
    assert np.isfinite(value.item())
    gradient = x.grad.numpy()
    assert np.isfinite(gradient).all() and np.abs(gradient).sum() > 0


ON_CLASSES = [
    losses.BootstrappedCrossEntropyLoss(min_K=10, loss_th=0.3),
    losses.CrossEntropyLoss(avg_non_ignore=False),
    losses.CrossEntropyLoss([1.0, 2.0, 3.0, 4.0], top_k_percent_pixels=0.5),
    losses.DiceLoss(weight=[0.1, 0.2, 0.3, 0.4]),
    losses.EdgeAttentionLoss(edge_threshold=0.1),
    losses.LovaszSoftmaxLoss(),
    focal_loss.MultiClassFocalLoss(CLASSES),
    losses.OhemCrossEntropyLoss(),
    losses.OhemCrossEntropyLoss(min_kept=0),
    losses.RelaxBoundaryLoss(),
    losses.RMILoss(num_classes=CLASSES),
    losses.DualTaskLoss(),
]


@pytest.mark.parametrize("loss", ON_CLASSES, ids=lambda loss: type(loss).__name__)
def test_losses_on_class_labels_have_a_finite_gradient(loss):
    x, label = scores(CLASSES), labels(CLASSES)
    given = x
    if isinstance(loss, losses.EdgeAttentionLoss):
        given, label = (x, scores(1)), label.unsqueeze(1)
    check(loss(given, label), x)


ON_TWO = [
    losses.BCELoss(),
    losses.BCELoss(weight="dynamic", pos_weight="dynamic"),
    losses.FocalLoss(),
    losses.LovaszHingeLoss(),
    losses.DetailAggregateLoss(),
]


@pytest.mark.parametrize("loss", ON_TWO, ids=lambda loss: type(loss).__name__)
def test_losses_on_two_classes_have_a_finite_gradient(loss):
    two = isinstance(loss, losses.FocalLoss)
    x = scores(2 if two else 1)
    check(loss(x, labels(2)), x)
