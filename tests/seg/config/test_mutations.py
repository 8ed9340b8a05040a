"""Configurations with one mistake each, made at random: every one is refused, with a
sentence that names what was changed."""

import copy
import random
from pathlib import Path

import pytest
import yaml
from paddleseg.cvlibs import manager

from paddle_resample.errors import UsageError
from paddle_resample.seg.config.config import ResampleConfig
from tests.seg.config.stock_style import CHILDREN, write_child

FOLDER = Path(__file__).parents[3] / "configs"
OURS = (
    "unet/unet_pixel_shuffle.yml",
    "segformer/segformer_tiny_chained_dysample_fine_shapes.yml",
    "upernet/upernet_resnet18_camvid.yml",
    "surgery/deeplabv3p_dysample.yml",
)
NEEDED = ("batch_size", "iters", "train_dataset", "optimizer", "lr_scheduler", "loss")
NEEDED += ("model",)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """List of whole configurations, ours and PaddleSeg's, that all pass."""
    folder = tmp_path_factory.mktemp("sound")
    paths = [FOLDER / name for name in OURS]
    paths += [write_child(folder, name) for name in CHILDREN]
    return [plain(ResampleConfig(str(path)).dic) for path in paths]


def plain(value):
    return yaml.safe_load(yaml.safe_dump(value))


def leaves(value, place=()):
    """(place, value) of everything in a configuration, mappings and lists included."""
    if place:
        yield place, value
    items = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield from leaves(item, (*place, key))


def at(dic, place):
    for key in place:
        dic = dic[key]
    return dic


def misspelt(word, rng):
    """The word with two letters exchanged, one doubled, lost or changed."""
    i = rng.randrange(len(word) - 1)
    ways = (
        word[:i] + word[i + 1] + word[i] + word[i + 2 :],
        word[:i] + word[i] + word[i:],
        word[:i] + word[i + 1 :],
        word[:i] + rng.choice("xqz") + word[i + 1 :],
    )
    return rng.choice([w for w in ways if w != word])


def key_misspelt(dic, rng):
    """A key anywhere; a mapping from the sites of a model has keys of its own."""
    places = [
        place
        for place, _ in leaves(dic)
        if isinstance(place[-1], str) and len(place[-1]) > 3 and "." not in place[-1]
    ]
    place = rng.choice(places)
    parent, old = at(dic, place[:-1]), place[-1]
    new = misspelt(old, rng)
    items = [(new if k == old else k, v) for k, v in parent.items()]
    parent.clear()
    parent.update(items)
    return [new, repr(old)]


def name_misspelt(dic, rng):
    """The type of a component or the name of an operator."""
    places = [
        place
        for place, value in leaves(dic)
        if (place[-1] == "type" or (place[-1] == "name" and "custom_cfg" not in place))
        and isinstance(value, str)
    ]
    place = rng.choice(places)
    known = {n for r in registries() for n in r.components_dict}
    old = new = at(dic, place)
    while new in known or new == old:
        new = misspelt(old, rng)
    at(dic, place[:-1])[place[-1]] = new
    return [new]


def value_of_another_kind(dic, rng):
    places = [
        (place, value)
        for place, value in leaves(dic)
        if isinstance(place[-1], str) and value is not None
    ]
    place, value = rng.choice(places)
    new = rng.choice(
        {
            bool: ["maybe", 3, [True], None],
            int: ["several", {"a": 1}, True, "1e3"],
            float: ["much", {"a": 1}, False, "1e-3"],
            str: [7, ["a"], {"a": 1}, 0.5],
            list: ["all", {"a": 1}, True],
            dict: ["word", 7, [1]],
        }[type(value)]
    )
    at(dic, place[:-1])[place[-1]] = new
    return [place[-1], ".".join(map(str, place))]


def key_missing(dic, rng):
    places = [(key,) for key in NEEDED]
    places += [place for place, _ in leaves(dic) if place[-1] == "type"]
    places += [("loss", "types"), ("loss", "coef"), ("lr_scheduler", "learning_rate")]
    places += [("train_dataset", "transforms"), ("train_dataset", "dataset_root")]
    places = [p for p in places if has(dic, p) and needed(dic, p)]
    place = rng.choice(places)
    del at(dic, place[:-1])[place[-1]]
    return [place[-1]]


def has(dic, place):
    return place[-1] in at(dic, place[:-1])


def needed(dic, place):
    """dataset_root and transforms have defaults in some data sets of PaddleSeg."""
    if place[-1] in ("dataset_root", "transforms"):
        return dic["train_dataset"]["type"] in ("Dataset", "Cityscapes")
    return True


def things_exchanged(dic, rng):
    """Two sections, two types of different kinds, or train and val."""
    way = rng.choice(("sections", "types", "modes"))
    if way == "modes" and all(
        "mode" in dic[k] for k in ("train_dataset", "val_dataset")
    ):
        a, b = dic["train_dataset"], dic["val_dataset"]
        a["mode"], b["mode"] = b["mode"], a["mode"]
        return ["mode"]
    sections = ("model", "optimizer", "lr_scheduler", "loss", "train_dataset")
    one, other = rng.sample(sections if way == "sections" else sections[:3], 2)
    if way == "sections":
        dic[one], dic[other] = dic[other], dic[one]
        return [one, other]
    dic[one]["type"], dic[other]["type"] = dic[other]["type"], dic[one]["type"]
    return [dic[one]["type"], dic[other]["type"]]


def registries():
    names = ("MODELS", "BACKBONES", "DATASETS", "TRANSFORMS", "LOSSES", "OPTIMIZERS")
    return [getattr(manager, name) for name in names]


MISTAKES = (
    key_misspelt,
    name_misspelt,
    value_of_another_kind,
    key_missing,
    things_exchanged,
)


@pytest.mark.parametrize(
    "seed, count", [(20, 60), pytest.param(21, 400, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda f: f.__name__)
def test_each_is_refused_and_named(sound, tmp_path, mistake, seed, count):
    rng = random.Random(seed)
    path = tmp_path / "mutated.yml"
    accepted = []
    for _ in range(count):
        dic = copy.deepcopy(rng.choice(sound))
        words = mistake(dic, rng)
        path.write_text(yaml.safe_dump(dic, sort_keys=False))
        try:
            ResampleConfig(str(path))
            accepted.append((words, "accepted"))
        except UsageError as error:
            if not any(word in str(error) for word in words):
                accepted.append((words, str(error)))
    assert accepted == []
