import json
from pathlib import Path

import pytest

from checkout import CONFIGS
from paddle_resample import UsageError
from paddle_resample.study.plan import Study

UNET = str(CONFIGS / "unet" / "unet_bilinear.yml")


def study(folder, vary=None, **options):
    vary = {"model.upsample": ["bilinear", "carafe"]} if vary is None else vary
    return Study(folder=folder, base=UNET, vary=vary, **options)


def test_cells_are_the_grid(tmp_path):
    spec = {"name": "dysample", "groups": 2}
    plan = study(
        tmp_path,
        {
            "model.upsample": ["bilinear", spec],
            "model.downsample": ["max_pool", "avg_pool"],
            "seed": [3, 5],
        },
    )
    names = [cell.name for cell in plan.cells]
    assert len(names) == 8
    assert names[0] == "upsample=bilinear,downsample=max_pool,seed=3"
    assert names[-1] == "upsample=dysample(groups=2),downsample=avg_pool,seed=5"
    assert plan.methods[2:] == [
        "dysample(groups=2) + max_pool",
        "dysample(groups=2) + avg_pool",
    ]
    assert plan.baseline == "bilinear + max_pool"
    dic = plan.config(plan.cells[-1]).dic
    assert dic["model"]["upsample"] == spec
    assert dic["model"]["downsample"] == "avg_pool"


def test_any_key_may_vary(tmp_path):
    plan = study(tmp_path, {"lr_scheduler.learning_rate": [0.1, 0.01]}, iters=7)
    configs = [plan.config(cell) for cell in plan.cells]
    assert [c.dic["lr_scheduler"]["learning_rate"] for c in configs] == [0.1, 0.01]
    assert configs[0].iters == 7


def _two_networks(folder, more=""):
    """Paths of a U-Net's configuration and of another network's on the same data."""
    unet, segnet = folder / "unet.yml", folder / "segnet.yml"
    unet.write_text(f"_base_: {UNET}\n")
    model = "model: {_inherited_: False, type: ResampleSegNet, num_classes: 12}"
    segnet.write_text(f"_base_: {UNET}\n{model}\n{more}")
    return [str(unet), str(segnet)]


def test_configurations_may_vary(tmp_path):
    paths = _two_networks(tmp_path)
    plan = Study(folder=tmp_path, base=paths[0], vary={"config": paths, "seed": [4]})
    assert plan.methods == ["unet", "segnet"]
    assert plan.cells[1].name == "config=segnet,seed=4"
    types = [plan.config(cell).dic["model"]["type"] for cell in plan.cells]
    assert types == ["ResampleUNet", "ResampleSegNet"]
    plan.save()
    assert Study.load(tmp_path) == plan
    Path(paths[1]).write_text(f"_base_: {UNET}\nmodel: {{width: 4}}\n")
    with pytest.raises(UsageError, match=r"another study: .*segnet\.yml was"):
        plan.save()


def test_configurations_differ_in_their_model_alone(tmp_path):
    paths = _two_networks(tmp_path, "batch_size: 3\n")
    plan = Study(folder=tmp_path, base=paths[0], vary={"config": paths})
    with pytest.raises(UsageError, match="differ in 'batch_size'"):
        plan.save()


def test_a_saved_study_comes_back(tmp_path):
    plan = study(tmp_path, iters=5, opts=["batch_size=3"])
    plan.save()
    again = Study.load(tmp_path)
    assert again == plan
    assert again.config(again.cells[0]).batch_size == 3


def test_values_may_be_added_but_nothing_else_changed(tmp_path):
    study(tmp_path, iters=5).save()
    more = {"model.upsample": ["bilinear", "carafe", "nearest"], "seed": [0, 1]}
    study(tmp_path, more, iters=5).save()
    assert len(Study.load(tmp_path).cells) == 6
    with pytest.raises(UsageError, match="holds another study: iters was 5 and is now"):
        study(tmp_path, more, iters=6).save()
    with pytest.raises(UsageError, match="holds another study: opts was"):
        study(tmp_path, more, iters=5, opts=["batch_size=1"]).save()


def test_an_edited_configuration_is_another_study(tmp_path):
    base = tmp_path / "base.yml"
    base.write_text(f"_base_: {UNET}\n")
    vary = {"model.upsample": ["bilinear", "carafe"]}
    Study(folder=tmp_path, base=str(base), vary=vary).save()
    base.write_text(f"_base_: {UNET}\nbatch_size: 5\n")
    with pytest.raises(UsageError, match="batch_size was 8 and is now 5"):
        Study(folder=tmp_path, base=str(base), vary=vary).save()


def test_study_json_explains_the_results(tmp_path):
    study(tmp_path).save()
    content = json.loads((tmp_path / "study.json").read_text())
    assert [c["name"] for c in content["cells"]] == [
        "upsample=bilinear,seed=0",
        "upsample=carafe,seed=0",
    ]
    assert content["run"]["versions"]["paddleseg"]


@pytest.mark.parametrize("given, text", [
    ({"vary": {"seed": [0, 1]}}, "a study needs a --vary besides seed"),
    ({"vary": {"model.upsample": []}}, "--vary model.upsample: names no value"),
    ({"vary": {"model.upsample": ["a", "a"]}}, "model.upsample: names a value twice"),
    ({"vary": {"model.upsample": ["a", "b"], "seed": ["x"]}}, "'x' is no seed"),
    ({"equal_within": 0}, "equal_within: 0 is no margin; it is in points of mIoU"),
    ({"group": "("}, "group: '\\(' is no pattern"),
    ({"baseline": "biliner"}, "baseline 'biliner' .*did you mean 'bilinear'"),
], ids=str)  # fmt: skip
def test_refused(tmp_path, given, text):
    with pytest.raises(UsageError, match=text):
        study(tmp_path, **given)


def test_no_study(tmp_path):
    with pytest.raises(UsageError, match="holds no study"):
        Study.load(tmp_path)


def test_what_the_statistics_use_may_change(tmp_path):
    study(tmp_path).save()
    study(tmp_path, equal_within=0.5, group="_(.)").save()
    again = Study.load(tmp_path)
    assert (again.equal_within, again.group) == (0.5, "_(.)")


def test_a_study_of_an_older_version_goes_on(tmp_path):
    study(tmp_path).save()
    path = tmp_path / "study.json"
    content = json.loads(path.read_text())
    for key in ("equal_within", "group"):
        del content["study"][key]
    path.write_text(json.dumps(content))
    assert Study.load(tmp_path).equal_within == 1.0
    study(tmp_path).save()


def test_the_configuration_says_which_images_belong_together(tmp_path):
    base = tmp_path / "base.yml"
    base.write_text(f"_base_: {UNET}\ngroup: 'video(.)'\n")
    vary = {"model.upsample": ["bilinear", "carafe"]}
    Study(folder=tmp_path, base=str(base), vary=vary).save()
    assert Study.load(tmp_path).group == "video(.)"
    Study(folder=tmp_path, base=str(base), vary=vary, group="a").save()
    assert Study.load(tmp_path).group == "a"
