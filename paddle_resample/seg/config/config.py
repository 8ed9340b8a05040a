"""PaddleSeg's YAML configuration, read with our rule for resampler specs."""

import sys
from ast import literal_eval
from collections.abc import Mapping

from paddleseg.cvlibs import Config

from ...errors import UsageError, nearest
from ...language import translated
from .checks.schema import SECTIONS
from .checks.sentences import fault_sentences
from .imports import load_imports
from .marked_yaml import Mark, check_file, options_in, parse_flow, read_with_bases

__all__ = ["ResampleConfig", "config_faults"]


class ResampleConfig(Config):
    """PaddleSeg's Config, checked key by key, with specs that replace each other.

    A child file, or --opts, that names another resampler replaces the whole spec: the
    old operator's options are not inherited. All else merges as PaddleSeg merges it,
    `_base_` and `_inherited_` included.

    Args:
        path: of the .yml or .yaml file.
        learning_rate, batch_size, iters: replace the file's values where not None.
        opts: list of "key.sub_key=value", as after --opts; a value is a Python
            literal, YAML in brackets such as {name: dysample, groups: 8}, or text.

    Attributes:
        dic: the whole configuration as one mapping.
        marks: dict, the path of every key in dic -> the Mark of the file and line, or
            of the option, that it came from.

    Raises:
        UsageError: the file is missing, no YAML, empty or incomplete; a key that its
            component does not take, or a value of another kind, with its file and
            line; an option that names a key that is not there.
    """

    def __init__(
        self, path, learning_rate=None, batch_size=None, iters=None, opts=None
    ):
        self.path = str(path)
        self.marks = {}
        check_file(self.path)
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
            text = " ".join(str(error).split("error message is:")[-1].split())
            where = " ".join(options_in(self.marks)) or self.path
            raise UsageError(f"{where}: {text}") from None

    def where(self, *keys):
        """Where a key of the configuration was written, for a message.

        Args:
            keys: that lead to it, as ("model", "upsample").

        Returns:
            str: "FILE, line N: model.upsample"; the options of the command line that
            set it, or something in it, come first.
        """
        known = keys
        while known and known not in self.marks:
            known = known[:-1]
        where = str(self.marks.get(known, self.path))
        options = [o for o in options_in(self.marks, keys) if o != where]
        if options:
            where = f"{' '.join(options)} or {where}"
        return f"{where}: {'.'.join(map(str, keys))}"

    def where_is(self, section):
        """The same for a mapping with a type, found by its content."""
        path = _find(self.dic, section)
        return self.path if path is None else self.where(*path)

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

    @property
    def lr_scheduler_cfg(self):
        """The section lr_scheduler; a cosine without T_max ends with the training.

        PaddleSeg gives PolynomialDecay its decay_steps alike.
        """
        section = super().lr_scheduler_cfg
        if section.get("type") == "CosineAnnealingDecay":
            steps = self.iters - section.get("warmup_iters", 0)
            section.setdefault("T_max", max(steps, 1))
        return section

    # PaddleSeg's develop branch hands over more than 2.8.0 does.
    def _parse_from_yaml(self, path, *_, **__):
        content, self.marks = read_with_bases(path, SECTIONS)
        return content

    def update_config_dict(
        self,
        dic,
        learning_rate=None,
        batch_size=None,
        iters=None,
        opts=None,
        to_static_training=None,
        **_,
    ):
        plain = dic
        dic = _with_values(dic, self.marks, learning_rate, batch_size, iters, opts)
        if to_static_training is not None:
            dic["to_static_training"] = to_static_training
        if "imports" in dic:
            load_imports(dic, self.marks, self.path)
        faults = fault_sentences(dic, self.path, self.marks, plain)
        if faults:
            if len(faults) == 1:
                raise UsageError(faults[0])
            raise UsageError(
                f"{faults[0]} ({len(faults) - 1} more: python -m paddle_resample check "
                "lists them)"
            )
        decay = dic["optimizer"].get("weight_decay")
        if isinstance(decay, int):  # PaddleSeg refuses 0 and takes 0.0
            dic["optimizer"] = {**dic["optimizer"], "weight_decay": float(decay)}
        for index, group in enumerate(dic["optimizer"].get("custom_cfg") or []):
            if "lr_multi" in group:
                where = self.where("optimizer", "custom_cfg", index)
                line = f"note: {where}: lr_multi has no effect, PaddleSeg reads lr_mult"
                print(translated(line), file=sys.stderr)
        return dic


def config_faults(path, opts=None, complete=True):
    """Find every mistake in a configuration that can be seen without building it.

    Args:
        path: of the .yml file.
        opts: as in ResampleConfig.
        complete: see `checks.schema.schema_faults`.

    Returns:
        list of str, one sentence each, with file and line.

    Raises:
        UsageError: the file cannot be read at all.
    """
    path = str(path)
    content, marks = read_with_bases(path, SECTIONS)
    dic = _with_values(content, marks, opts=opts)
    if "imports" in dic:
        load_imports(dic, marks, path)
    return fault_sentences(dic, path, marks, content, complete)


def _find(value, section, path=()):
    """The keys that lead to a mapping equal to `section`, or None."""
    if value == section and path:
        return path
    items = value.items() if isinstance(value, Mapping) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        below = _find(item, section, (*path, key))
        if below:
            return below
    return None


def _with_values(
    dic, marks, learning_rate=None, batch_size=None, iters=None, opts=None
):
    """The configuration with what flags and options replace; `marks` is updated."""
    dic = dict(dic)
    if learning_rate is not None:
        scheduler = dic.get("lr_scheduler")
        scheduler = scheduler if isinstance(scheduler, Mapping) else {}
        dic["lr_scheduler"] = {**scheduler, "learning_rate": learning_rate}
        marks[("lr_scheduler", "learning_rate")] = Mark("--learning_rate")
    if batch_size is not None:
        dic["batch_size"] = batch_size
        marks[("batch_size",)] = Mark("--batch_size")
    if iters is not None:
        dic["iters"] = iters
        marks[("iters",)] = Mark("--iters")
    for item in opts or []:
        keys = _set_option(dic, item)
        marks[keys] = Mark(f"--opts {item}")
        below = [k for k in marks if len(k) > len(keys) and k[: len(keys)] == keys]
        for key in below:
            del marks[key]
    return dic


def _set_option(dic, item):
    key, equals, text = item.partition("=")
    if not equals:
        raise UsageError(
            f"--opts takes key=value, not {item!r}; a value with blanks needs quotes"
        )
    value = _option_value(item, text)
    *parents, last = key.split(".")
    inner = dic
    for step in parents:
        if not isinstance(inner, dict) or step not in inner:
            known = inner if isinstance(inner, dict) else ()
            raise UsageError(
                f"--opts {item}: the configuration has no {key!r}{nearest(step, known)}"
            )
        inside = inner[step]
        if isinstance(inside, str):  # a spec written as its name alone
            inside = {"name": inside}
        if not isinstance(inside, dict):
            raise UsageError(f"--opts {item}: {step!r} holds no keys")
        inner[step] = dict(inside)
        inner = inner[step]
    if last == "name" and inner.get("name") != value:
        inner.clear()
    inner[last] = value
    return (*parents, last)


def _option_value(item, text):
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        if not text.startswith(("{", "[")):
            return text
    try:
        return parse_flow(text)
    except UsageError as error:
        raise UsageError(
            f"--opts {item}: {error}; put the whole of it into quotes, as "
            "'model.upsample={name: dysample, groups: 8}'"
        ) from None
