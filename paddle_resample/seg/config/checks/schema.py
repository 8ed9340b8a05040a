"""What a configuration may hold: every key, and the kind of value it takes.

The keys of a component are the arguments of the class or function that its `type`
names, so a network that is registered later is checked without a word here.
"""

from collections.abc import Mapping

import paddle
from paddleseg.cvlibs import manager

from ....errors import did_you_mean, nearest
from .agreement import (
    channel_faults,
    class_faults,
    clip_faults,
    length_faults,
    mode_faults,
    pair_faults,
    random_transform_faults,
    schedule_faults,
    window_faults,
)
from .faults import (
    SchemaFault,
    key_faults,
    mapping_faults,
    near,
    unknown_argument,
    value_faults,
)
from .operator_specs import kind_of_spec, spec_faults, takes_spec
from .signatures import REQUIRED, Arguments, arguments_of, documented_types

__all__ = ["SECTIONS", "schema_faults"]

_NEEDED = ("batch_size", "iters", "train_dataset", "optimizer", "lr_scheduler")
_NEEDED += ("loss", "model")
SECTIONS = (*_NEEDED, "val_dataset", "distill_loss", "test_config", "export")
SECTIONS += ("to_static_training", "damaged_samples", "group", "class_names")
SECTIONS += ("imports",)
_REGISTRIES = {
    "model": manager.MODELS,
    "backbone": manager.BACKBONES,
    "data set": manager.DATASETS,
    "transform": manager.TRANSFORMS,
    "loss": manager.LOSSES,
    "optimizer": manager.OPTIMIZERS,
}
# What PaddleSeg's builder adds where the configuration does not.
_ADDED = {
    "model": {"num_classes", "in_channels"},
    "backbone": {"in_channels"},
    "loss": {"ignore_index"},
}
_TEST_KEYS = ("aug_eval", "aug_pred", "scales", "flip_horizontal", "flip_vertical")
_TEST_KEYS += ("is_slide", "crop_size", "stride", "auc_roc", "custom_color")
# PaddleSeg's own configurations write lr_multi too, which it does not read.
_GROUP_KEYS = ("name", "lr_mult", "weight_decay_mult", "lr_multi")


def schema_faults(dic, complete=True):
    """Find every mistake that can be seen without building anything.

    Args:
        dic: the configuration as one mapping, bases merged.
        complete: whether all that training needs must be there; a file meant as a
            `_base_` of others is not.

    Returns:
        list of SchemaFault, in the order of the file.
    """
    if "vary" in dic and "config" in dic:
        text = "this is a study, not a configuration; tools/study.py --study runs it"
        return [SchemaFault(("vary",), text)]
    return list(_Checker(complete).top(dic))


class _Checker:
    def __init__(self, complete):
        self.complete = complete

    def top(self, dic):
        for key, value in dic.items():
            path = (key,)
            if key not in SECTIONS:
                yield from key_faults((), {key: value}, SECTIONS)
            elif key == "model":
                yield from self.component(path, value, "model")
            elif key in ("train_dataset", "val_dataset"):
                yield from self.component(path, value, "data set")
                yield from mode_faults(path, value)
                yield from random_transform_faults(path, value)
                yield from channel_faults(path, value)
            elif key == "optimizer":
                yield from self.component(path, value, "optimizer")
            elif key == "lr_scheduler":
                yield from self.schedule(path, value, dic.get("iters"))
            elif key in ("loss", "distill_loss"):
                yield from self.losses(path, value)
            elif key == "test_config":
                yield from mapping_faults(path, value, _TEST_KEYS, "test")
                yield from window_faults(path, value)
            elif key == "export":
                yield from self.export(path, value)
            else:
                yield from value_faults(path, value, kind="configuration")
        yield from class_faults(dic)
        if self.complete:
            unknown = [key for key in dic if key not in SECTIONS]
            for key in _NEEDED:
                if key not in dic:
                    hint = near(key, unknown)
                    text = f"No {key} specified in the configuration{hint}"
                    yield SchemaFault((), text)

    def component(self, path, section, kind):
        """A mapping with `type` and the arguments of what that names."""
        if not isinstance(section, Mapping):
            text = f"must be a mapping with a type, a {kind}'s, not {section!r}"
            yield SchemaFault(path, text)
            return
        if "type" not in section:
            if self.complete:
                known = section if "type" not in section else ()
                text = f"has no type, which names the {kind}{near('type', known)}"
                yield SchemaFault(path, text)
            return
        component, fault = _find(section, kind)
        if fault:
            yield SchemaFault((*path, "type"), fault)
            return
        owner = section["type"]
        arguments = arguments_of(component)
        added = _ADDED.get(kind, set())
        known = {**dict.fromkeys(added, REQUIRED), **arguments.known}
        documented = documented_types(component)
        package = component.__module__.split(".")[0]
        for key, value in section.items():
            if key == "type" or (key == "_inherited_" and not self.complete):
                continue
            there = (*path, key)
            if key not in known and not arguments.open:
                yield unknown_argument(there, owner, key, known)
            else:
                default = known.get(key, REQUIRED)
                doc = documented.get(key, "")
                yield from self.argument(there, value, default, kind, package, doc)
        if self.complete:
            yield from _missing(path, owner, section, arguments, added)
        yield from pair_faults(path, section)

    def argument(self, path, value, default, kind, package, doc):
        key = path[-1]
        ours = package == "paddle_resample"
        if key.endswith("transforms") or key in ("transforms1", "transforms2"):
            # PaddleSeg's EG1800 and SUPERVISELY evaluate without a second branch.
            if value is not None or key in ("transforms", "common_transforms"):
                yield from self.all_of(path, value, "transform")
        elif key == "losses" and kind == "loss" and default is REQUIRED:
            yield from self.all_of(path, value, "loss")
        elif takes_spec(key, default) and (ours or _is_spec(value, package)):
            yield from spec_faults(path, value, kind_of_spec(key, default))
        elif isinstance(value, Mapping) and "type" in value:
            inner = "backbone" if key == "backbone" else "model or backbone"
            yield from self.component(path, value, inner)
        elif key in ("backbone", "head") and default is REQUIRED:
            yield from self.component(path, value, "model or backbone")
        elif key == "model" and ours:
            yield from self.component(path, value, "model")
        elif key == "grad_clip_cfg" and isinstance(value, Mapping):
            yield from clip_faults(path, value)
        elif key == "custom_cfg" and isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                group = (*path, index)
                yield from mapping_faults(
                    group, item, _GROUP_KEYS, "optimizer", ("name",)
                )
        else:
            more = {"kind": kind, "doc": doc, "strict": ours}
            yield from value_faults(path, value, default, **more)

    def all_of(self, path, section, kind):
        if not isinstance(section, (list, tuple)):
            text = f"must be a list with one {kind} an item, not {section!r}"
            yield SchemaFault(path, text)
            return
        for index, item in enumerate(section):
            yield from self.component((*path, index), item, kind)

    def losses(self, path, section):
        if not isinstance(section, Mapping):
            yield SchemaFault(path, f"must hold types and coef, not {section!r}")
            return
        yield from key_faults(path, section, ("types", "coef"))
        if "types" in section:
            yield from self.all_of((*path, "types"), section["types"], "loss")
        if "coef" in section:
            yield from value_faults((*path, "coef"), section["coef"], kind="loss")
        for key in ("types", "coef"):
            if self.complete and key not in section:
                yield SchemaFault(path, f"has no {key}")
        yield from length_faults(path, section.get("types"), section.get("coef"))

    def schedule(self, path, section, iters):
        if not isinstance(section, Mapping):
            text = f"must be a mapping with a type, a schedule's, not {section!r}"
            yield SchemaFault(path, text)
            return
        if "type" not in section:
            if self.complete:
                text = f"has no type, which names the schedule{near('type', section)}"
                yield SchemaFault(path, text)
            return
        name = section["type"]
        schedules = [n for n in paddle.optimizer.lr.__all__ if n != "LRScheduler"]
        if name not in schedules:
            hint = did_you_mean(name, schedules)
            text = f"unknown type {name!r}, no learning rate schedule{hint}"
            yield SchemaFault((*path, "type"), text)
            return
        known = dict(arguments_of(getattr(paddle.optimizer.lr, name)).known)
        known.update(warmup_iters=REQUIRED, warmup_start_lr=REQUIRED)
        for key, value in section.items():
            if key == "type" or (key == "_inherited_" and not self.complete):
                continue
            if key not in known:
                yield unknown_argument((*path, key), name, key, known)
            else:
                there = (*path, key)
                yield from value_faults(there, value, known[key], kind="schedule")
        yield from schedule_faults(path, section, iters)
        if self.complete:
            added = {"warmup_iters", "warmup_start_lr"}
            if name == "PolynomialDecay":
                added.add("decay_steps")
            elif name == "CosineAnnealingDecay":
                added.add("T_max")
            if "warmup_iters" in section:
                added.discard("warmup_start_lr")
            arguments = Arguments(known, False)
            yield from _missing(path, name, section, arguments, added)

    def export(self, path, section):
        if not isinstance(section, Mapping):
            yield SchemaFault(path, f"must hold transforms, not {section!r}")
            return
        yield from key_faults(path, section, ("transforms",))
        if "transforms" in section:
            there = (*path, "transforms")
            yield from self.all_of(there, section["transforms"], "transform")


def _find(section, kind):
    """(the class or function that a type names, or what is wrong with the type)."""
    name = section["type"]
    if not isinstance(name, str):
        return None, f"type must be the name of a {kind}, not {name!r}"
    kinds = ["model", "backbone"] if kind == "model or backbone" else [kind]
    if kind == "optimizer":
        if name == "sgd" or (name == "SGD" and "momentum" in section):
            name = "Momentum" if "momentum" in section else "SGD"
        registered = manager.OPTIMIZERS.components_dict
        same = [n for n in registered if n.lower() == name.lower()]
        name = same[0] if name in ("adam", "adamw", "momentum") and same else name
    if kind == "backbone":
        kinds.append("model")
    for word in kinds:
        registered = _REGISTRIES[word].components_dict
        if name in registered:
            return registered[name], None
    for word, registry in _REGISTRIES.items():
        if name in registry.components_dict:
            return None, f"{name!r} is a {word}, where a {kind} is expected"
    known = [n for word in kinds for n in _REGISTRIES[word].components_dict]
    return None, f"unknown type {name!r}{nearest(name, known)}"


def _is_spec(value, package):
    """Whether a value is a spec with options, in a network of somebody's own: a name
    alone is text to it, and PaddleSeg's components know no specs."""
    mapped = isinstance(value, Mapping) and "type" not in value
    return package != "paddleseg" and (mapped or isinstance(value, (list, tuple)))


def _missing(path, owner, section, arguments, added):
    for key, default in arguments.known.items():
        if default is REQUIRED and key not in section and key not in added:
            hint = near(key, [k for k in section if k not in arguments.known])
            yield SchemaFault(path, f"{owner} needs the key {key!r}{hint}")
