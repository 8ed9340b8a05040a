"""PaddleSeg's YAML configuration, read with our rule for resampler specs."""

import os
from ast import literal_eval
from collections.abc import Mapping

import yaml
from paddleseg.cvlibs import Config

from ..errors import UsageError

__all__ = ["ResampleConfig", "merge"]


class ResampleConfig(Config):
    """PaddleSeg's Config, with specs that replace each other and clear refusals.

    A child file, or --opts, that names another resampler replaces the whole spec: the
    old operator's options are not inherited. All else merges as PaddleSeg merges it,
    `_base_` and `_inherited_` included.

    Args:
        path: of the .yml or .yaml file.
        learning_rate, batch_size, iters: replace the file's values where not None.
        opts: list of "key.sub_key=value", as after --opts; a value is a Python
            literal or else text.

    Raises:
        UsageError: the file is missing, no YAML, empty or incomplete, or an option
            names a key that is not there.
    """

    def __init__(
        self, path, learning_rate=None, batch_size=None, iters=None, opts=None
    ):
        self.path = str(path)
        _check_file(self.path)
        try:
            super().__init__(
                self.path,
                learning_rate=learning_rate,
                batch_size=batch_size,
                iters=iters,
                opts=opts,
            )
        except UsageError:
            raise
        except (RuntimeError, AssertionError) as error:
            # PaddleSeg's checker puts the fault into the last lines of its text.
            text = str(error).split("error message is:")[-1].strip()
            raise UsageError(f"{path}: {text}") from None

    def use_data_format(self, data_format):
        """Set the layout of PaddleSeg's DeepLabV3P, as its own tools do.

        Args:
            data_format: "NCHW" changes nothing.

        Raises:
            UsageError: "NHWC" for another model.
        """
        if data_format == "NCHW":
            return
        model = self.dic["model"]
        if model.get("type") != "DeepLabV3P":
            raise UsageError(
                f"--data_format {data_format}: only DeepLabV3P has it, and the "
                f"configuration's model is {model.get('type')}"
            )
        for part in (model, model["backbone"], *self.dic["loss"]["types"]):
            part["data_format"] = data_format

    @classmethod
    def _parse_from_yaml(cls, path):
        return _read(path)

    @classmethod
    def update_config_dict(
        cls, dic, learning_rate=None, batch_size=None, iters=None, opts=None
    ):
        dic = dict(dic)
        if learning_rate is not None:
            scheduler = dict(dic.get("lr_scheduler") or {})
            dic["lr_scheduler"] = {**scheduler, "learning_rate": learning_rate}
        if batch_size is not None:
            dic["batch_size"] = batch_size
        if iters is not None:
            dic["iters"] = iters
        for item in opts or []:
            _set_option(dic, item)
        return dic


def merge(child, base):
    """Lay a child's mapping over its base's.

    Args:
        child, base: dict, as YAML holds them.

    Returns:
        dict: base with the child's values; mappings merge key by key, except where
        the child says `_inherited_: False` or its `name` differs from the base's.

    >>> merge({"upsample": {"name": "flow"}}, {"upsample": {"name": "a", "b": 1}})
    {'upsample': {'name': 'flow'}}
    """
    child = dict(child)
    if not child.pop("_inherited_", True):
        return child
    result = dict(base)
    for key, value in child.items():
        old = result.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            if "name" in value and value["name"] != old.get("name"):
                old = {}
            value = merge(value, old)
        result[key] = value
    return result


def _check_file(path, base_of=None):
    if not path.endswith((".yml", ".yaml")):
        raise UsageError(f"configuration {path!r} must end in .yml or .yaml")
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        of = f" (the _base_ of {base_of!r})" if base_of else ""
        raise UsageError(
            f"configuration {path!r}{of} cannot be read: {error.strerror}"
        ) from None


def _read(path, opened=()):
    if path in opened:
        raise UsageError(f"configuration {path!r} is its own _base_")
    _check_file(path, opened[-1] if opened else None)
    try:
        with open(path, encoding="utf-8") as file:
            content = yaml.safe_load(file)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        text = " ".join(str(error).split())
        raise UsageError(f"configuration {path!r} is not YAML: {text}") from None
    if not isinstance(content, dict):
        raise UsageError(
            f"configuration {path!r} must hold keys and values, not {content!r}"
        )
    bases = content.pop("_base_", [])
    for base in [bases] if isinstance(bases, str) else bases:
        base_path = os.path.join(os.path.dirname(path), base)
        content = merge(content, _read(base_path, (*opened, path)))
    return content


def _set_option(dic, item):
    key, equals, text = item.partition("=")
    if not equals:
        raise UsageError(f"--opts takes key=value, not {item!r}")
    try:
        value = literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    *parents, last = key.split(".")
    place = dic
    for step in parents:
        if not isinstance(place, dict) or step not in place:
            raise UsageError(f"--opts {item}: the configuration has no {key!r}")
        inside = place[step]
        if isinstance(inside, str):  # a spec written as its name alone
            inside = {"name": inside}
        if not isinstance(inside, dict):
            raise UsageError(f"--opts {item}: {step!r} holds no keys")
        place[step] = dict(inside)
        place = place[step]
    if last == "name" and place.get("name") != value:
        place.clear()
    place[last] = value
