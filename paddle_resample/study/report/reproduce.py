"""What somebody else needs to do the same again."""

import shlex

import yaml

__all__ = ["commands", "configuration", "facts"]

# Attribute of plan.Study -> flag of tools/study.py and its default there.
_FLAGS = {
    "iters": None,
    "batch_size": None,
    "learning_rate": None,
    "save_interval": 1000,
    "num_workers": 0,
    "precision": "fp32",
    "device": None,
    "equal_within": 1.0,
    "group": None,
}


def commands(study):
    """The commands that make this study and this report.

    Args:
        study: plan.Study.

    Returns:
        str: a command for a shell, on several lines.
    """
    parts = [f"python tools/study.py --config {shlex.quote(study.base)}"]
    for key, values in study.vary.items():
        listed = ",".join(_yaml(value) for value in values)
        parts.append(f"--vary {shlex.quote(f'{key}={listed}')}")
    parts.append(f"--baseline {shlex.quote(study.baseline)}")
    for key, default in _FLAGS.items():
        value = getattr(study, key)
        if value is not None and value != default:
            parts.append(f"--{key} {shlex.quote(str(value))}")
    parts.append(f"--save_dir {shlex.quote(study.folder.name)} --report")
    if study.opts:
        parts.append("--opts " + " ".join(shlex.quote(o) for o in study.opts))
    return " \\\n  ".join(parts)


def configuration(record):
    """The resolved configuration that all cells share, as YAML."""
    return yaml.safe_dump(record["configuration"], sort_keys=False, allow_unicode=True)


def facts(record, words):
    """Versions and machine.

    Args:
        record: dict of study.json.
        words: the words of a language.

    Returns:
        list of (what, value).
    """
    run = record["run"]
    facts = list(run["versions"].items())
    facts += [("python", run["python"]), ("platform", run["platform"])]
    facts.append(
        (words["device"], f"{record['study']['device']}, {run['device_name']}")
    )
    source = run["source"]
    if source:
        changed = words["changed"] if source["changed"] else ""
        facts.append((words["source"], source["commit"] + changed))
    facts.append((words["started"], run["started"]))
    facts.append((words["command"], shlex.join(run["command"])))
    return facts


def _yaml(value):
    return yaml.safe_dump(value, default_flow_style=True, width=10**6).split("\n")[0]
