"""Repaired losses give the numbers of their formulas, and go red without the repair."""

import time
import warnings

import numpy as np
import paddle
import pytest
from paddleseg.models import losses

from paddle_resample.seg import repairs

repairs.repair_paddleseg()
APPLIED = {repair.name for repair in repairs.applied_repairs()}
REPAIRS = {repair.name: repair for repair in repairs.REPAIRS}
RED = (AssertionError, IndexError, RuntimeError, TypeError, ValueError)
RED += (DeprecationWarning,)

CLASSES, VOID = 4, 255
SIZE = (2, CLASSES, 6, 7)


@pytest.fixture(autouse=True)
def fixed_random_numbers():
    paddle.seed(7)


def scores(seed=3, size=SIZE):
    x = np.random.default_rng(seed).normal(size=size).astype("float32")
    return paddle.to_tensor(x, stop_gradient=False)


def classes(seed=4, size=(2, 6, 7), void=0.25, upto=CLASSES):
    rng = np.random.default_rng(seed)
    label = rng.integers(0, upto, size)
    label[rng.random(size) < void] = VOID
    return label


def log_softmax(x):
    x = np.asarray(x, "float64")
    x = x - x.max(1, keepdims=True)
    return x - np.log(np.exp(x).sum(1, keepdims=True))


def surprise(x, label):
    """Negative log probability of the true class; of class 0 where void."""
    true = np.where(label == VOID, 0, label)[:, None]
    return -np.take_along_axis(log_softmax(x), true, 1)[:, 0]


def agrees(loss, expected):
    np.testing.assert_allclose(loss.item(), expected, rtol=1e-4)  # EPS 1e-5
    loss.backward()


def cross_entropy_types():
    label, weight = classes(), np.array([0.5, 1.0, 2.0, 3.0])
    seen = label != VOID
    each = surprise(scores(), label)
    given = weight[np.where(seen, label, 0)] * seen
    y = paddle.to_tensor(label)

    agrees(losses.CrossEntropyLoss()(scores(), y), each[seen].mean())
    weighted = (each * given).sum() / given.sum()
    agrees(losses.CrossEntropyLoss(weight.tolist())(scores(), y), weighted)
    pixel = np.random.default_rng(1).random(label.shape).astype("float32")
    agrees(
        losses.CrossEntropyLoss()(scores(), y, paddle.to_tensor(pixel)),
        (each * pixel)[seen].sum() / seen.sum(),
    )
    hard = np.sort((each * seen).ravel())[::-1][: int(0.2 * each.size)]
    agrees(losses.CrossEntropyLoss(top_k_percent_pixels=0.2)(scores(), y), hard.mean())
    # Ignored pixels get no gradient, all others do.
    x = scores()
    losses.CrossEntropyLoss(weight.tolist())(x, y).backward()
    np.testing.assert_array_equal(np.abs(x.grad.numpy()).sum(1) > 0, seen)


def hardest(x, label, thresh, kept):
    """Mean over true-class probabilities below the larger of thresh and the kept-th."""
    seen = label != VOID
    chance = np.exp(-surprise(x, label)) + ~seen
    limit = max(thresh, np.sort(chance.ravel())[kept - 1])
    hard = chance < limit
    assert 0 < hard.sum() < seen.sum()
    return surprise(x, label)[hard].mean()


def ohem_types():
    label = classes()
    for thresh, kept in ((0.2, 30), (0.6, 5)):
        loss = losses.OhemCrossEntropyLoss(thresh=thresh, min_kept=kept)
        expected = hardest(scores(), label, thresh, kept)
        agrees(loss(scores(), paddle.to_tensor(label)), expected)


def ohem_edge_types():
    label, edge = classes(void=0.05), scores(5, (2, 1, 6, 7))
    loss = losses.OhemEdgeAttentionLoss(edge_threshold=0.1, thresh=0.2, min_kept=15)
    on_edge = np.where(edge.numpy()[:, 0] > 0.1, label, VOID)
    expected = hardest(scores(), on_edge, 0.2, 15)
    agrees(loss((scores(), edge), paddle.to_tensor(label[:, None])), expected)


def rmi_types():
    rng, label = np.random.default_rng(2), classes(size=(1, 24, 24))
    loss = losses.RMILoss(num_classes=CLASSES)
    x = rng.normal(size=(1, CLASSES, 24, 24)).astype("float32")
    y = paddle.to_tensor(label)
    void = (label == VOID)[:, None]
    base = loss(paddle.to_tensor(x), y).item()
    changed = loss(paddle.to_tensor(np.where(void, x + 5, x)), y).item()
    assert changed == pytest.approx(base, abs=1e-6)  # void pixels do not matter
    right = np.where(label[:, None] == np.arange(CLASSES)[:, None, None], 8.0, -8.0)
    x = paddle.to_tensor(right.astype("float32"), stop_gradient=False)
    better = loss(x, y)
    assert better.item() < base - 1
    better.backward()


def dual_task_types():
    loss = losses.DualTaskLoss(ignore_index=VOID)
    loss._gumbel_softmax_sample = lambda x, tau: paddle.nn.functional.softmax(x, 1)
    label = classes(size=(2, 10, 12))
    seen = (label != VOID)[:, None]
    x = scores(3, (2, CLASSES, 10, 12))
    y = paddle.to_tensor(label)
    got = loss(x, y)
    true = np.where(seen[:, 0], label, 0)
    one_hot = np.moveaxis(np.eye(CLASSES, dtype="float32")[true], -1, 1)
    soft = np.exp(log_softmax(x.numpy() * seen)).astype("float32")
    with paddle.no_grad():
        g, g_hat = (
            loss.compute_grad_mag(paddle.to_tensor(z)).numpy() for z in (soft, one_hot)
        )
    # Both means run over all pixels, for a gradient is never below th.
    agrees(got, (np.abs(g - g_hat) * seen).mean())


def dual_task_maximum():
    loss = losses.DualTaskLoss()
    x = paddle.nn.functional.softmax(scores(3, (2, 5, 48, 48)), 1).detach()
    x.stop_gradient = False
    begin = time.process_time()
    y = loss.compute_grad_mag(x)
    y.sum().backward()
    assert time.process_time() - begin < 0.4  # 1 s without the repair
    assert y.max().item() == 1
    assert x.grad.abs().sum().item() > 0


def points_of(label):
    """A loss's input at nine points of each image, and the labels there."""
    rng = np.random.default_rng(6)
    rows, columns = rng.integers(0, 6, (2, 9)), rng.integers(0, 7, (2, 9))
    points = np.stack([(columns + 0.5) / 7, (rows + 0.5) / 6], -1).astype("float32")
    at = np.take_along_axis(label.reshape(2, -1), rows * 7 + columns, 1)
    return (scores(8, (2, CLASSES, 9)), paddle.to_tensor(points)), at


def point_cross_entropy_types():
    label = classes()
    x, at = points_of(label)
    wanted = surprise(x[0], at)[at != VOID].mean()
    agrees(losses.PointCrossEntropyLoss()(x, paddle.to_tensor(label)), wanted)


def point_cross_entropy_weights(void=0):
    label = classes(void=void)
    x, at = points_of(label)
    seen, weight = at != VOID, np.array([0.5, 1.0, 2.0, 3.0])
    given = weight[np.where(seen, at, 0)] * seen
    wanted = (surprise(x[0], at) * given).sum() / given.sum()
    loss = losses.PointCrossEntropyLoss(weight.tolist())
    agrees(loss(x, paddle.to_tensor(label)), wanted)


def point_cross_entropy_void():
    point_cross_entropy_weights(void=0.3)


def relax_boundary():
    label, x = classes(size=(1, 6, 7)), scores(size=(1, CLASSES, 6, 7))
    chance = np.exp(log_softmax(x))[0]
    total, empty = 0, 0
    for i, j in np.ndindex(6, 7):
        near = label[0, max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2]
        allowed = [c for c in range(CLASSES) if (near == c).any()]
        empty += not allowed
        total -= np.log(chance[allowed, i, j].sum()) if allowed else 0
    loss = losses.RelaxBoundaryLoss()(x, paddle.to_tensor(label))
    agrees(loss, total / (6 * 7 - empty + 1))
    assert x.grad.abs().sum().item() > 0


def cross_entropy_layout():
    label, weight = classes(), np.array([0.5, 1.0, 2.0, 3.0])
    seen = label != VOID
    each = surprise(scores(), label)
    given = weight[np.where(seen, label, 0)] * seen
    loss = losses.CrossEntropyLoss(weight.tolist())
    for shape in ([2, -1, 1], [2, 1, 6, 7], [2, 42], [2, 6, 7, 1]):  # 1 to 3 axes
        x, y = scores(), paddle.to_tensor(label).reshape(shape)
        agrees(
            loss(x.reshape([2, CLASSES, *shape[1:]]), y),
            (each * given).sum() / given.sum(),
        )
        assert x.grad.abs().sum() > 0
    last = losses.CrossEntropyLoss(weight.tolist(), data_format="NHWC")
    x = scores().transpose([0, 2, 3, 1])
    agrees(last(x, paddle.to_tensor(label)), (each * given).sum() / given.sum())


def dice_labels():
    label, x = classes(), scores()
    y = paddle.to_tensor(label)
    first = losses.CrossEntropyLoss()(x, y)
    dice = losses.DiceLoss()(x, y)
    assert losses.CrossEntropyLoss()(x, y).item() == first.item()
    np.testing.assert_array_equal(y.numpy(), label)
    seen = label != VOID
    chance = np.exp(log_softmax(x)) * seen[:, None]
    true = (label[:, None] == np.arange(CLASSES)[:, None, None]) & seen[:, None]
    both, either = (z.sum((2, 3)) for z in (chance * true, chance + true))
    np.testing.assert_allclose(
        dice.item(), (1 - (2 * both + 1) / (either + 1)).mean(), rtol=2e-5
    )
    for label in (-1, CLASSES, CLASSES + 1, 254):
        with pytest.raises(ValueError):
            losses.DiceLoss()(x, paddle.full_like(y, label))
    (first + dice).backward()


def maskformer_gather():
    loss = losses.MaskFormerLoss(num_classes=CLASSES)
    masks = np.zeros((2, 3, 8, 8), "int64")
    masks[:, 0, :4], masks[:, 1, 4:] = 1, 1
    found = np.where(masks, 9.0, -9.0)[:, [1, 0, 2]].astype("float32")
    kinds = np.array([[2, 0, VOID], [1, 3, VOID]])  # the third place is empty
    named = np.full((2, 3, CLASSES + 1), -9.0, "float32")
    for n, q, c in ((0, 0, 0), (0, 1, 2), (1, 0, 3), (1, 1, 1), (0, 2, 4), (1, 2, 4)):
        named[n, q, c] = 9
    x = {
        "pred_logits": paddle.to_tensor(named, stop_gradient=False),
        "pred_masks": paddle.to_tensor(found, stop_gradient=False),
    }
    y = {"gt_masks": paddle.to_tensor(masks), "gt_classes": paddle.to_tensor(kinds)}
    total = loss(x, y)
    assert total.item() < 1e-2
    x["pred_masks"] = paddle.to_tensor(-found, stop_gradient=False)
    worse = loss(x, y)
    assert worse.item() > 1
    worse.backward()


def maskformer_void():
    with warnings.catch_warnings():
        # NumPy 1.25 and later warn of what NumPy 2 refuses in the end.
        warnings.filterwarnings("error", "Conversion of an array", DeprecationWarning)
        maskformer_gather()


def lovasz_hinge_logit():
    y = classes(void=0, upto=2)
    right = np.eye(2)[y].transpose(0, 3, 1, 2).astype("float32") * 40 - 20
    assert losses.LovaszHingeLoss()(paddle.to_tensor(right), paddle.to_tensor(y)) == 0
    # A pixel between both classes has the unary score 0, and the hinge is 1.
    x, y = paddle.zeros([1, 2, 1, 1]), paddle.ones([1, 1, 1], "int64")
    agrees(losses.LovaszHingeLoss()(x, y), 1)


def lovasz_softmax_void():
    x = scores()
    loss = losses.LovaszSoftmaxLoss()(x, paddle.full([2, 6, 7], VOID, "int64"))
    assert loss.shape == [] and loss.item() == 0
    loss.backward()


CASES = [
    lovasz_hinge_logit,
    lovasz_softmax_void,
    cross_entropy_types,
    cross_entropy_layout,
    ohem_types,
    ohem_edge_types,
    rmi_types,
    dual_task_types,
    dual_task_maximum,
    point_cross_entropy_types,
    point_cross_entropy_weights,
    point_cross_entropy_void,
    relax_boundary,
    dice_labels,
    maskformer_gather,
    maskformer_void,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_repaired(case):
    case()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_goes_red_without(case):
    if case.__name__ not in APPLIED:
        pytest.skip("this Paddle does not show the defect")
    with repairs.without(REPAIRS[case.__name__]), pytest.raises(RED):
        case()


def test_dynamic_binary_cross_entropy():
    label = classes(upto=2)[:, None]
    x = scores(3, (2, 1, 6, 7))
    seen, true = label != VOID, label == 1
    each = np.logaddexp(0, np.where(true, -1, 1) * x.numpy().astype("float64"))
    share = true.sum() / true.size  # void pixels count as zeros here, as in PaddleSeg
    each = each * np.where(true, 2 * (1 - share), 2 * share)
    loss = losses.BCELoss(weight="dynamic")(x, paddle.to_tensor(label))
    agrees(loss, each[seen].mean())


def test_mixed_loss_of_cross_entropy_and_dice():
    x, y = scores(), paddle.to_tensor(classes())
    pair = [losses.CrossEntropyLoss(), losses.DiceLoss()]
    mixed = losses.MixedLoss(pair, [0.8, 0.2])(x, y)
    assert [m.item() for m in mixed] == [
        pytest.approx(c * loss(x, y).item()) for c, loss in zip((0.8, 0.2), pair)
    ]
    sum(mixed).backward()


def test_dice_of_half_scores_is_summed_in_float32():
    x, y = scores(size=(1, CLASSES, 64, 64)), paddle.to_tensor(classes(4, (1, 64, 64)))
    half = losses.DiceLoss()(x.astype("bfloat16"), y)
    assert half.item() == pytest.approx(losses.DiceLoss()(x, y).item(), rel=1e-3)


def test_distillation_towards_the_same_scores_is_the_entropy():
    x, y = scores(), paddle.to_tensor(classes(void=0))
    log_p = log_softmax(x)
    loss = losses.DistillCrossEntropyLoss()(x, x.detach(), y)
    agrees(loss, -(np.exp(log_p) * log_p).sum(1).mean())


def test_every_repair_has_a_case():
    from_table = {repair.name for repair in repairs.losses.LOSSES}
    assert {case.__name__ for case in CASES} == from_table
