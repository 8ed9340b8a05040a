"""What a study is asked for: --vary on the command line, and the study file."""

from pathlib import Path

import yaml

from ..errors import UsageError, did_you_mean
from .plan import Study

__all__ = ["parse_vary", "read_study_file"]


def parse_vary(items):
    """Read `--vary key=value,value ...`.

    Args:
        items: list of str; values are YAML, separated by commas.

    Returns:
        dict: key -> list of values.

    Raises:
        UsageError: no "=", no YAML, or a key twice.

    >>> parse_vary(["model.upsample=bilinear,{name: dysample, groups: 8}", "seed=0,1"])
    {'model.upsample': ['bilinear', {'name': 'dysample', 'groups': 8}], 'seed': [0, 1]}
    """
    vary = {}
    for item in items:
        key, equals, text = item.partition("=")
        if not equals:
            raise UsageError(f"--vary takes key=value,value, not {item!r}")
        if key in vary:
            raise UsageError(f"--vary {key} is given twice")
        try:
            vary[key] = yaml.safe_load(f"[{text}]")
        except yaml.YAMLError:
            raise UsageError(f"--vary {item!r}: the values are no YAML") from None
    return vary


def read_study_file(path):
    """Read a study YAML: the keys are those of `Study`, `config` being its base.

    Args:
        path: of the file; `config` is relative to the current folder, as on the
            command line.

    Returns:
        dict of arguments of Study, without the folder.

    Raises:
        UsageError: no YAML mapping, or an unknown key.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        text = " ".join(str(error).split())
        raise UsageError(f"study {str(path)!r} cannot be read: {text}") from None
    if not isinstance(content, dict) or "config" not in content:
        raise UsageError(f"study {str(path)!r} needs the key 'config'")
    known = set(Study.__dataclass_fields__) - {"folder", "base"} | {"config"}
    for key in content:
        if key not in known:
            raise UsageError(
                f"study {str(path)!r}: unknown key {key!r}{did_you_mean(key, known)}"
            )
    content["base"] = content.pop("config")
    return content
