"""Repairs as such, and those of the training loop, metrics, transforms, optimizers."""

import importlib
import inspect
import linecache
import sys
import traceback

import numpy as np
import paddle
import paddleseg.core
import pytest
from paddleseg.cvlibs import manager
from paddleseg.models.losses import CrossEntropyLoss
from paddleseg.transforms import RandomPaddingCrop, ScalePadding
from paddleseg.utils import metrics

from paddle_resample.seg import repairs
from paddle_resample.seg.repairs import rewrite

repairs.repair_paddleseg()
APPLIED = {repair.name for repair in repairs.applied_repairs()}
REPAIRS = {repair.name: repair for repair in repairs.REPAIRS}
CHANGES = [change for repair in repairs.REPAIRS for change in repair.changes]
RED = (AssertionError, AttributeError, IndexError, RuntimeError, TypeError, ValueError)


class TinySet(paddle.io.Dataset):
    """Two random images of two classes; class 2 is void."""

    num_classes = 2
    ignore_index = 2

    def __init__(self):
        rng = np.random.default_rng(3)
        self.images = rng.normal(size=(2, 3, 6, 8)).astype("float32")
        self.labels = rng.integers(0, 3, (2, 6, 8))

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return {"img": self.images[i], "label": self.labels[i], "trans_info": []}


class TinyNet(paddle.nn.Layer):
    def __init__(self):
        super().__init__()
        self.conv = paddle.nn.Conv2D(3, 2, 1)

    def forward(self, x):
        return [self.conv(x)]


def loss_log(tmp_path, monkeypatch):
    losses = []

    def listen(text):
        if "loss: " in text:
            losses.append(float(text.split("loss: ")[1].split(",")[0]))

    logger = paddleseg.core.train.__globals__["logger"]
    monkeypatch.setattr(logger, "info", listen)
    monkeypatch.setattr(paddle, "flops", lambda *a, **k: 0)
    net, data = TinyNet(), TinySet()
    cross_entropy = CrossEntropyLoss(ignore_index=2)
    batch = paddle.to_tensor(data.images), paddle.to_tensor(data.labels)
    first = cross_entropy(net(batch[0])[0], batch[1]).item()
    paddleseg.core.train(
        net,
        data,
        optimizer=paddle.optimizer.SGD(0.1, net.parameters()),
        save_dir=str(tmp_path),
        iters=2,
        log_iters=1,
        losses={"types": [cross_entropy], "coef": [1]},
    )
    assert losses[0] == pytest.approx(first, abs=1e-4)
    assert losses[1] < losses[0]


def area(*_):
    rng = np.random.default_rng(5)
    for classes, void in ((4, 255), (4, 3), (2, 0)):
        pred = rng.integers(0, classes, (2, 1, 9, 7))
        label = rng.integers(0, classes + 2, (2, 1, 9, 7))  # beyond the last class too
        label[rng.random(label.shape) < 0.2] = void
        areas = metrics.calculate_area(
            paddle.to_tensor(pred.astype("int32")),
            paddle.to_tensor(label),
            classes,
            void,
        )
        seen = label != void
        wanted = [
            [(seen & (pred == c) & (label == c)).sum() for c in range(classes)],
            [(seen & (pred == c)).sum() for c in range(classes)],
            [(seen & (label == c)).sum() for c in range(classes)],
        ]
        for got, want in zip(areas, wanted):
            assert got.dtype == paddle.int64
            assert got.tolist() == want


def padding_crop(*_):
    rng = np.random.default_rng(5)
    np.random.seed(5)
    for ratio in (0.001, 0.6, 0.999):  # never, sometimes and always satisfied
        label = rng.integers(0, 2, (12, 14)).astype("uint8")
        data = {
            "img": np.stack([label] * 3, -1),
            "label": label,
            "gt_fields": ["label"],
        }
        crop = RandomPaddingCrop((6, 5), category_max_ratio=ratio)
        data = crop(data)
        assert data["img"].shape == (5, 6, 3)
        np.testing.assert_array_equal(data["img"][..., 1], data["label"])


def scale_padding_labels(*_):
    label = np.random.default_rng(5).choice([0, 7], (9, 6)).astype("uint8")
    image = np.stack([label] * 3, -1)
    data = {"img": image, "label": label, "gt_fields": ["label"]}
    data = ScalePadding((16, 16), label_padding_value=7)(data)
    assert data["label"].shape == (16, 16)
    assert set(np.unique(data["label"])) == {0, 7}


def layerwise_decay_names(*_):
    net = paddle.nn.Layer()
    net.head = paddle.nn.Linear(2, 2)
    net.blocks = paddle.nn.LayerList([paddle.nn.Linear(2, 2) for _ in range(2)])
    build = manager.OPTIMIZERS["AdamWDL"](weight_decay=0.0, layerwise_decay=0.5)
    optimizer = build(net, 0.1)
    before = {n: p.numpy() for n, p in net.named_parameters()}
    sum(p.sum() for p in net.parameters()).backward()
    optimizer.step()
    for name, parameter in net.named_parameters():
        # Adam's first step is the learning rate; twelve layers by default.
        depth = 12 - int(name[7]) if "blocks" in name else 0
        step = before[name] - parameter.numpy()
        np.testing.assert_allclose(step, 0.1 * 0.5**depth, rtol=1e-2, atol=1e-7)


def file_lists(tmp_path, _):
    from paddleseg.datasets import Dataset

    (tmp_path / "list.txt").write_text("a.png  b.png\n\n")
    path = str(tmp_path / "list.txt")
    data = Dataset("train", str(tmp_path), [], 2, img_channels=4, train_path=path)
    assert data.file_list == [[f"{tmp_path}/{name}.png" for name in "ab"]]


def depth_and_bands(tmp_path, _):
    import cv2
    from paddleseg.transforms import Compose

    counts = np.arange(12, dtype=np.uint16).reshape(3, 4) * 300
    cv2.imwrite(str(tmp_path / "a.png"), counts)
    image = Compose([], img_channels=1)({"img": str(tmp_path / "a.png")})["img"]
    np.testing.assert_array_equal(image[0], counts)


CASES = [loss_log, area, padding_crop, scale_padding_labels, layerwise_decay_names]
CASES += [file_lists, depth_and_bands]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_repaired(case, tmp_path, monkeypatch):
    case(tmp_path, monkeypatch)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_goes_red_without(case, tmp_path, monkeypatch):
    if case.__name__ not in APPLIED:
        pytest.skip("this Paddle does not show the defect")
    with repairs.without(REPAIRS[case.__name__]), pytest.raises(RED):
        case(tmp_path, monkeypatch)


def test_evaluation_runs_and_a_perfect_prediction_scores_one(monkeypatch):
    data = TinySet()

    class Oracle(paddle.nn.Layer):
        def forward(self, x):
            i = int(np.abs(data.images - x.numpy()).sum((1, 2, 3)).argmin())
            label = paddle.to_tensor(data.labels[i] % 2)
            return [paddle.nn.functional.one_hot(label, 2).transpose([2, 0, 1])[None]]

    miou, accuracy, *_ = paddleseg.core.evaluate(Oracle(), data, print_detail=False)
    assert (miou, accuracy) == (1, 1)


def test_twice_is_once():
    codes = {key: f.__code__ for key, (f, _) in rewrite._changed.items()}
    before = repairs.applied_repairs()
    assert repairs.repair_paddleseg() == before
    assert codes == {key: f.__code__ for key, (f, _) in rewrite._changed.items()}


def test_every_repair_names_defect_and_versions_and_has_its_own_text():
    texts = [(c.target, text) for c in CHANGES for text in c.key[1:]]
    assert len(texts) == len(set(texts))
    assert len(REPAIRS) == len(repairs.REPAIRS)
    for repair in repairs.REPAIRS:
        assert repair.defect.endswith(".")
        assert "PaddleSeg" in repair.versions


def test_all_changes_of_an_applied_repair_found_their_text():
    applied = [r for r in repairs.REPAIRS if r.name in APPLIED]
    keys = [change.key for r in applied for change in r.changes]
    assert [key for key in keys if key not in rewrite._changed] == []


def test_only_paddleseg_is_changed():
    for function, _ in rewrite._changed.values():
        assert function.__module__.startswith("paddleseg.")


def applied_alone(change, monkeypatch, source):
    """Whether a change applies to its function when that has another source."""
    monkeypatch.setattr(rewrite, "_changed", {})
    monkeypatch.setattr(rewrite, "_source", lambda function: (source, 1))
    return change.apply()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.target)
def test_every_repair_steps_aside_where_a_part_of_it_is_mended(change, monkeypatch):
    function = rewrite._find(change.target)
    code = function.__code__
    with repairs.without(*repairs.REPAIRS):
        source, _ = rewrite._source(function)
    for old in change.key[1:]:
        mended, count = rewrite._pattern(old).subn("mended", source)
        assert count
        assert not applied_alone(change, monkeypatch, mended)
    assert function.__code__ is code


# As in PaddleSeg's develop branch, where a call without ignore_index has to keep its
# own default.
AREA_OF_DEVELOP = """
def calculate_area(pred, label, num_classes, {arguments}):
    label_i = label == i
"""


@pytest.mark.parametrize(
    "arguments",
    [
        "ignore_index=255, use_multilabel=False",
        "ignore_index=0",
        "ignore_index",
        "*, ignore_index=255",
    ],
)
def test_a_function_with_other_arguments_or_defaults_is_not_replaced(
    arguments, monkeypatch, tmp_path
):
    file = tmp_path / "metrics_of_develop.py"
    file.write_text(AREA_OF_DEVELOP.format(arguments=arguments))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "metrics_of_develop", raising=False)
    (ours,) = REPAIRS["area"].changes
    change = rewrite.Replacement(
        "metrics_of_develop:calculate_area", ours.sign, ours.function
    )
    assert not change.apply()
    file.write_text(AREA_OF_DEVELOP.format(arguments="ignore_index=255"))
    importlib.invalidate_caches()
    del sys.modules["metrics_of_develop"]
    linecache.checkcache()
    assert change.apply()
    del rewrite._changed[change.key]


def test_a_changed_shape_call_is_left_alone(monkeypatch):
    """Develop writes x.shape where 2.8.0 has paddle.shape(x)."""
    (change,) = REPAIRS["isanet_padding"].changes
    function = rewrite._find(change.target)
    with repairs.without(*repairs.REPAIRS):
        source, _ = rewrite._source(function)
    mended = source.replace("paddle.shape(x)", "x.shape")
    assert mended != source and not applied_alone(change, monkeypatch, mended)


HOME = "paddleseg.models.losses.focal_loss:"


@pytest.mark.parametrize(
    "edit",
    [
        rewrite.Edit(HOME + "FocalLoss.forward", {"no such text": "pass"}),
        rewrite.Edit(HOME + "FocalLoss.forward", {"logit": "x", "no such text": "x"}),
        rewrite.Edit(HOME + "FocalLoss.no_such_method", {"logit": "x"}),
        rewrite.Edit(HOME + "FocalLoss.eval", {"self": "x"}),  # inherited from Paddle
        rewrite.Edit("paddleseg.no_such_module:f", {"x": "y"}),
        rewrite.Replacement(HOME + "FocalLoss.forward", "no such text", len),
        # A PaddleSeg that added an argument would run ours with its own defaults.
        rewrite.Replacement(HOME + "FocalLoss.forward", "logit", lambda self, x: x),
    ],
    ids=[
        "text",
        "one of two texts",
        "method",
        "inherited",
        "module",
        "replacement",
        "arguments",
    ],
)
def test_nothing_happens_where_the_defect_is_not_found(edit):
    from paddleseg.models.losses import FocalLoss

    code = FocalLoss.forward.__code__, FocalLoss.eval.__code__
    assert not edit.apply()
    assert code == (FocalLoss.forward.__code__, FocalLoss.eval.__code__)


@pytest.mark.parametrize(
    ("old", "text", "found"),
    [
        ("f(a, b)", "y = f(\n    a,\n    b)", True),
        ("a * b", "a * bc", False),
        ("a * b", "ca * b", False),
        ("x[0]", "x [0]", True),
    ],
)
def test_snippets_ignore_white_space_but_not_words(old, text, found):
    assert bool(rewrite._pattern(old).search(text)) == found


def test_repaired_source_can_be_read_and_keeps_its_line_numbers():
    linecache.checkcache()
    assert "l.item() / log_iters" in inspect.getsource(paddleseg.core.train)
    method = CrossEntropyLoss._post_process_loss
    file = inspect.getsourcefile(CrossEntropyLoss)
    line = method.__code__.co_firstlineno
    assert linecache.getline(file, line).strip().startswith("def _post_process_loss")
    try:
        ScalePadding((4, 4))({"img": None})
    except AttributeError as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
    assert "repaired by paddle_resample" in last.filename
    assert last.line == "height = data['img'].shape[0]"


def test_super_and_registered_classes_survive():
    adapter = manager.BACKBONES["ViTAdapter"]
    assert adapter.__init__.__code__.co_freevars == ("__class__",)
    assert adapter.__init__.__qualname__ == "ViTAdapter.__init__"


def test_every_repair_has_a_case():
    tables = repairs.running.RUNNING + repairs.reading.READING
    from_table = {repair.name for repair in tables} - {"weights_run_nothing"}
    assert {case.__name__ for case in CASES} == from_table
