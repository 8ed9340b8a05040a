import itertools
from pathlib import Path

import pytest
from paddleseg.cvlibs import manager

from paddle_resample.errors import UsageError
from paddle_resample.seg.config.checks.signatures import REQUIRED, arguments_of
from paddle_resample.seg.config.components import Components
from paddle_resample.seg.config.config import ResampleConfig, config_faults
from tests.seg.config.stock_style import CHILDREN, write_child

FOLDER = Path(__file__).parents[3] / "configs"
CONFIGS = sorted(FOLDER.rglob("*.yml"))
UNET = FOLDER / "unet" / "unet_bilinear.yml"


def child(folder, text, base=UNET):
    path = folder / "child.yml"
    path.write_text(f"_base_: {base}\n{text}\n", encoding="utf-8")
    return path


def refusal(path, **given):
    with pytest.raises(UsageError) as refused:
        ResampleConfig(str(path), **given)
    return str(refused.value)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda p: str(p.relative_to(FOLDER)))
def test_every_configuration_of_the_repository_passes(path):
    faults = config_faults(path, complete=path.parent.name != "_base_")
    if path.parent.name == "studies":
        assert len(faults) == 1 and "this is a study, not a configuration" in faults[0]
    else:
        assert faults == []


@pytest.mark.parametrize("name", CHILDREN)
def test_paddleseg_s_ways_of_writing_pass(tmp_path, name):
    assert config_faults(write_child(tmp_path, name)) == []


def test_the_arguments_of_every_component_of_paddleseg_are_known():
    registries = (manager.MODELS, manager.BACKBONES, manager.LOSSES, manager.DATASETS)
    components = itertools.chain(*(r.components_dict.values() for r in registries))
    assert [c.__name__ for c in components if arguments_of(c).open] == []


def test_arguments_are_followed_through_functions():
    from paddleseg.models import backbones

    known = arguments_of(backbones.ResNet50_vd).known
    assert known["output_stride"] == 8 and "layers" not in known
    assert "img_size" in arguments_of(backbones.ViT_small_patch16_224).known
    # Set by the function itself: giving it again fails in Python.
    assert "embed_dim" not in arguments_of(backbones.ViT_small_patch16_224).known


def test_arguments_that_end_nowhere_known_are_open():
    def outside(a, **rest):
        return dict(rest)

    def inside(b, **rest):
        return rest

    assert arguments_of(inside).open
    assert arguments_of(inside).known == {"b": REQUIRED}
    assert arguments_of(outside).open


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("bach_size: 3", 2, "no key 'bach_size'; did you mean 'batch_size'?"),
        ("iters: 0", 2, "iters must be a positive integer, not 0"),
        ("iters: 2.5", 2, "iters must be a positive integer, not 2.5"),
        ("batch_size: True", 2, "batch_size must be a positive integer, not True"),
        ("batch_size:", 2, "batch_size has no value"),
        (
            "model:\n  widht: 3",
            3,
            "ResampleUNet: unexpected keyword argument 'widht'; did you mean 'width'?",
        ),
        ("model: UNet", 2, "must be a mapping with a type, a model's, not 'UNet'"),
        (
            "model: {type: ResNet50_vd}",
            2,
            "'ResNet50_vd' is a backbone, where a model is expected",
        ),
        ("model: {type: ResampleUnet}", 2, "did you mean 'ResampleUNet'"),
        (
            "model:\n  upsample: {name: dysample, grops: 8}",
            3,
            "dysample: unknown option 'grops'; did you mean 'groups'?",
        ),
        (
            "model:\n  upsample: [bilinear, biliner]",
            3,
            "unknown upsampler 'biliner'; did you mean 'bilinear'",
        ),
        ("model:\n  upsample: max_pool", 3, "'max_pool' is a downsampler"),
        ("model:\n  upsample: {type: flow}", 3, "an operator has a name, not a type"),
        ("model:\n  upsample: {nmae: flow}", 3, "has no 'name', and its key 'nmae'"),
        (
            "lr_scheduler:\n  learning_rate: 1e-3",
            3,
            "learning_rate must be a number above 0, not '1e-3'; YAML reads an "
            "exponent only behind a point and with a sign: 1.0e-3",
        ),
        ("lr_scheduler:\n  type: PolyDecay", 3, "unknown type 'PolyDecay', no learn"),
        ("lr_scheduler:\n  gamma: 2", 3, "PolynomialDecay: unexpected keyword"),
        ("optimizer: {beta1: 1.0}", 2, "a number from 0 to below 1, not 1.0"),
        ("optimizer: {momentum: 0.9}", 2, "AdamW: unexpected keyword argument 'mom"),
        (
            "optimizer: {grad_clip_cfg: {name: ClipGradByNrm}}",
            2,
            "unknown name 'ClipGradByNrm'; did you mean 'ClipGradByNorm'",
        ),
        (
            "optimizer: {grad_clip_cfg: {name: ClipGradByNorm}}",
            2,
            "optimizer.grad_clip_cfg: has no clip_norm",
        ),
        (
            "optimizer:\n  custom_cfg:\n    - {name: a, lr_mul: 2}",
            4,
            "optimizer.custom_cfg.0 has no key 'lr_mul'; did you mean 'lr_mult'",
        ),
        ("loss: {coef: 1}", 2, "coef must be a list of numbers, not 1"),
        (
            "loss:\n  types: [{type: DiceLoss}, {type: DiceLoss}]\n  coef: [1, 1, 1]",
            2,
            "loss: has 2 types but 3 numbers in coef",
        ),
        (
            "loss:\n  types:\n    - type: Normalize",
            4,
            "'Normalize' is a transform, where a loss is expected",
        ),
        (
            "train_dataset:\n  transforms:\n    - {type: Resize, taget_size: [4, 4]}",
            4,
            "Resize: unexpected keyword argument 'taget_size'; did you mean 'target_s",
        ),
        (
            "train_dataset:\n  transforms:\n    - {type: Resize, target_size: [4]}",
            4,
            "target_size must be a list of two positive integers, width and height",
        ),
        (
            "train_dataset:\n  transforms:\n    - {type: ResizeStepScaling, "
            "min_scale_factor: 3, max_scale_factor: 2}",
            4,
            "min_scale_factor 3 is above max_scale_factor 2",
        ),
        ("train_dataset:\n  mode: val", 3, "mode must be train here, not 'val'"),
        ("train_dataset:\n  transforms: null", 3, "must be a list with one transform"),
        (
            "train_dataset: {_inherited_: False, type: Dataset, mode: train}",
            2,
            "train_dataset: Dataset needs the key 'dataset_root'",
        ),
        ("test_config: {is_slde: True}", 2, "did you mean 'is_slide'"),
        ("test_config:\n  flip_vertical: 'yes'", 3, "must be True or False, not 'yes'"),
        ("test_config: {is_slide: True}", 2, "is_slide needs crop_size and stride"),
        (
            "test_config: {crop_size: [32, 32], stride: [16, 33]}",
            2,
            "stride [16, 33] is above crop_size [32, 32], which would leave pixels",
        ),
        ("test_config: {stride: [-1, 5]}", 2, "two positive integers, width and heigh"),
        ("test_config: {scales: [1, 0]}", 2, "scales must be a number above 0, or a l"),
        (
            "loss: {types: [{type: LovaszHingeLoss}]}",
            2,
            "LovaszHingeLoss is for two classes, and num_classes is 12; use LovaszSoft",
        ),
        (
            "loss: {types: [{type: CrossEntropyLoss, weight: [1, 2]}]}",
            2,
            "types.0.weight: CrossEntropyLoss: weight has 2 numbers for 12 classes",
        ),
        (
            "loss: {types: [{type: BCELoss, weight: [1, 2, 3, 4]}]}",
            2,
            "BCELoss takes weight: dynamic or none, not a list",
        ),
        (
            "loss: {types: [{type: RMILoss}]}",
            2,
            "RMILoss: num_classes is 19, and num_classes of the data is 12",
        ),
        (
            "loss:\n  types:\n    - {type: MixedLoss, coef: [1, 1], losses: "
            "[{type: CrossEntropyLoss}, {type: RMILoss, num_classes: 12, "
            "rmi_radius: 11}]}",
            4,
            "loss.types.0.losses.1.rmi_radius: RMILoss: rmi_radius must be 1 to 10, n",
        ),
        (
            "lr_scheduler: {_inherited_: False, type: PiecewiseDecay, "
            "boundaries: [2, 4], values: [0.1, 0.01]}",
            2,
            "values has 2 numbers for 2 boundaries; one more is needed",
        ),
        (
            "lr_scheduler: {_inherited_: False, type: ReduceOnPlateau, "
            "learning_rate: 0.1, warmup_iters: 3, warmup_start_lr: 0.0}",
            2,
            "ReduceOnPlateau cannot follow a warm-up",
        ),
        ("model: {num_classes: 1}", 2, "a binary task has num_classes: 2, with 0 for"),
        ("model: {num_classes: 5}", 2, "num_classes is 5 here and 12 in train_dataset"),
        ("damaged_samples: ignore", 2, "must be stop or skip, not 'ignore'"),
        ("to_static_training: 1", 2, "must be True or False, not 1"),
    ],
)
def test_the_sentence_names_line_and_fault(tmp_path, text, line, sentence):
    path = child(tmp_path, text)
    said = refusal(path)
    assert said.startswith(f"{path}, line {line}: ") and sentence in said, said


def test_the_base_is_named_where_its_key_is_wrong(tmp_path):
    base = child(tmp_path, "model:\n  width: 8\n  dept: 3").rename(tmp_path / "b.yml")
    path = child(tmp_path, "batch_size: 3\nmodel:\n  width: 4", base)
    assert refusal(path).startswith(f"{base}, line 4: model.dept: ")


def test_the_first_of_several_bases_counts(tmp_path):
    (tmp_path / "one.yml").write_text("iters: no")
    (tmp_path / "two.yml").write_text(f"_base_: {UNET}\niters: 5\nbatch_size: no")
    path = tmp_path / "child.yml"
    path.write_text("_base_: [one.yml, two.yml]")
    places = {fault.split(": ")[0] for fault in config_faults(path)}
    assert places == {f"{tmp_path}/one.yml, line 1", f"{tmp_path}/two.yml, line 3"}


def test_a_replaced_spec_takes_the_old_lines_along(tmp_path):
    (tmp_path / "b.yml").write_text(
        f"_base_: {UNET}\nmodel:\n  upsample: {{name: a, b: 1}}\n"
    )
    path = child(tmp_path, "model: {upsample: bilinear}", tmp_path / "b.yml")
    assert ("model", "upsample", "b") not in ResampleConfig(str(path)).marks


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("model.widht=3", "--opts model.widht=3: model.widht: ResampleUNet: unexp"),
        ("model.width=wide", "--opts model.width=wide: model.width: width must be a"),
        ("itres=3", "has no key 'itres'; did you mean 'iters'?"),
        ("optimizr.type=SGD", "has no 'optimizr.type'; did you mean 'optimizer'?"),
        ("optimizer.type=Sdg", "unknown type 'Sdg'"),
        ("model.upsample.grops=2", "unknown option 'grops'"),
    ],
)
def test_options_are_checked_too(option, sentence):
    assert sentence in refusal(UNET, opts=[option])


def test_an_option_may_be_yaml():
    """As --vary takes it."""
    text = "model.upsample={name: conv_transpose, kernel_size: 5}"
    config = ResampleConfig(str(UNET), opts=[text])
    assert config.dic["model"]["upsample"] == {
        "name": "conv_transpose",
        "kernel_size": 5,
    }
    config = ResampleConfig(str(UNET), opts=["model.upsample=[bilinear, dysample]"])
    assert config.dic["model"]["upsample"] == ["bilinear", "dysample"]
    said = refusal(UNET, opts=["model.upsample={name: conv_transpose,"])
    assert said.startswith("--opts model.upsample={name: conv_transpose,: the value is")
    assert "put the whole of it into quotes" in said
    assert "a value with blanks needs quotes" in refusal(UNET, opts=["kernel_size:"])


def test_what_an_option_makes_wrong_is_blamed_on_it(tmp_path):
    """The other keys of a section fit what the file says, not what the option does."""
    path = child(tmp_path, "model:\n  width: 8\nlr_scheduler:\n  power: 0.9")
    said = refusal(path, opts=["model.type=SegNet"])
    assert said.startswith("--opts model.type=SegNet: model.")
    assert "SegNet: unexpected keyword argument" in said
    said = refusal(path, opts=["lr_scheduler.type=StepDecay", "iters=5"])
    assert said.startswith("--opts lr_scheduler.type=StepDecay: lr_scheduler")
    path = child(tmp_path, "model:\n  widht: 8")
    said = refusal(path, opts=["model.depth=3"])  # the file's own mistake
    assert said.startswith(f"{path}, line 3: model.widht")


def test_what_a_constructor_refuses_is_located(tmp_path):
    config = ResampleConfig(str(child(tmp_path, "model:\n  width: -4")))
    with pytest.raises(UsageError) as error:
        Components(config).need("model")
    assert str(error.value).startswith(f"{tmp_path}/child.yml, line 2: model: ")
    config = ResampleConfig(str(UNET), opts=["model.width=-4"])
    with pytest.raises(UsageError) as error:
        Components(config).need("model")
    assert str(error.value).startswith("--opts model.width=-4 or ")


def test_a_group_of_parameters_that_is_empty_is_named(tmp_path):
    text = "optimizer:\n  custom_cfg:\n    - {name: haed, lr_mult: 2.0}"
    config = ResampleConfig(str(child(tmp_path, text)))
    with pytest.raises(UsageError) as error:
        Components(config).need("optimizer")
    said = f"{tmp_path}/child.yml, line 4: optimizer.custom_cfg.0: no parameter"
    assert str(error.value).startswith(said)
    assert "'haed' in its name; did you mean 'head'?" in str(error.value)


def test_a_schedule_that_refuses_is_blamed_itself(tmp_path):
    text = "lr_scheduler: {warmup_iters: 10, warmup_start_lr: 0.5}"
    config = ResampleConfig(str(child(tmp_path, text)))
    with pytest.raises(UsageError) as error:
        Components(config).need("optimizer")
    assert f"{tmp_path}/child.yml, line 2: lr_scheduler: " in str(error.value)


def test_flags_are_named():
    assert refusal(UNET, iters=0).startswith("--iters: iters: iters must be a positive")


def test_several_faults_are_counted_and_listed(tmp_path):
    path = child(tmp_path, "itrs: 3\nbatch_size: -1\nmodel: {width: x}")
    assert len(config_faults(path)) == 3
    assert refusal(path).endswith(
        "(2 more: python -m paddle_resample check lists them)"
    )


def test_only_an_unknown_key_may_be_a_misspelt_one(tmp_path):
    path = tmp_path / "c.yml"
    path.write_text("val_dataset: {type: Cityscapes}\nitrs: 3\n")
    faults = config_faults(path)
    missing = f"{path}: No train_dataset specified in the configuration"
    assert missing in faults  # val_dataset is near, but a key of its own
    hint = "; 'iters' may be misspelt; did you mean 'itrs'"
    assert f"{path}: No iters specified in the configuration{hint}" in faults


def test_an_integer_weight_decay_is_taken(tmp_path):
    config = ResampleConfig(str(child(tmp_path, "optimizer: {weight_decay: 0}")))
    decay = config.dic["optimizer"]["weight_decay"]
    assert decay == 0 and isinstance(decay, float)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "iters: 1\nbatch_size: 2\niters: 3",
            "'iters' is written twice, in lines 1 and",
        ),
        ("a: !!python/object/apply:os.getcwd []", "is not YAML: could not determine"),
        ("a: &b\n  c: *b", "an alias refers to what it is in"),
        ("a: &a\n  <<: *a", "an alias refers to what it is in"),
        ("[" * 5000, "nested too deeply"),
        ("a: 2001-99-99", "is not YAML: month must be in 1..12"),
        ("? [1]\n: 2", "line 1: a key must be text"),
        ("? {a: 1}\n: 2", "line 1: a key must be text"),
        ("_base_: {a: b}", "_base_ must be a path or a list of them"),
        (
            "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
            + "\n".join(
                f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]"
                for a, b in zip("abcdefg", "bcdefgh")
            ),
            "holds more than 20000 values",
        ),
    ],
    ids=lambda text: text[:12],
)
def test_hostile_yaml(tmp_path, text, sentence):
    path = tmp_path / "c.yml"
    path.write_text(text)
    assert sentence in refusal(path)


def test_merge_keys_of_yaml_keep_their_lines(tmp_path):
    text = "val_dataset: &d\n  siz: 4\ntrain_dataset:\n  <<: *d\n  mode: train"
    path = child(tmp_path, text)
    places = [fault.split(": ")[:2] for fault in config_faults(path)]
    line = f"{path}, line 3"
    assert places == [[line, "train_dataset.siz"], [line, "val_dataset.siz"]]


def test_a_key_written_again_with_the_same_value_passes(tmp_path):
    types = "  types:\n    - {type: CrossEntropyLoss}\n"
    path = child(tmp_path, f"loss:\n{types}{types}  coef: [1]")
    assert config_faults(path) == []
    other = types.replace("CrossEntropyLoss", "DiceLoss")
    path = child(tmp_path, f"loss:\n{types}{other}  coef: [1]")
    assert "'types' is written twice, in lines 3 and 5" in refusal(path)
