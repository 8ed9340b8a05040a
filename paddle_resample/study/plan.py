"""A study: one configuration, what varies in it, and the cells of that grid."""

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Optional

from ..errors import UsageError, did_you_mean
from ..files import write_json
from ..seg.config.config import ResampleConfig
from ..seg.config.imports import digests_of
from ..seg.training.record import describe_run
from .bootstrap import groups_of

__all__ = ["Cell", "Study"]

SEED = "seed"
CONFIG = "config"
# Parts of a study that leave its trained cells as they are.
_MAY_CHANGE = ("vary", "equal_within", "group", "repeat", "shift_consistency")


@dataclass(frozen=True)
class Cell:
    """One run of a study.

    Attributes:
        name: of the cell and its folder, such as "upsample=carafe,seed=0".
        method: what is compared: the values of all that varies but the seed.
        seed: of initial weights, order and augmentation.
        values: dict, configuration key -> value, and "seed".
        repeat: whether it does again what another cell did, to see what the device
            adds.
    """

    name: str
    method: str
    seed: int
    values: dict = field(hash=False)
    repeat: bool = False


@dataclass
class Study:
    """What a study compares and how every cell of it is trained.

    Attributes:
        folder: of the results.
        base: path of the configuration.
        vary: dict, key of the configuration -> list of values; "seed"; or "config"
            -> list of configurations, which may differ in their model alone.
        baseline: the method that others are compared with; default the first.
        opts: list of "key=value" for all cells, as after --opts.
        iters, batch_size, learning_rate: replace the configuration's where not None.
        save_interval: iterations between checkpoints; evaluated at each.
        num_workers, device, precision: as in tools/train.py.
        pictures: number of validation pictures kept of every cell.
        equal_within: points of mIoU; methods whose difference is surely smaller are
            called equal.
        group: pattern of the names of images that are not independent, see
            `bootstrap.groups_of`; default the configuration's `group`.
        repeat: run the baseline's first seed twice; default on a GPU, where equal
            seeds do not give equal networks.
        shift_consistency: measure mASSC of every trained network too, which takes
            about as long as two evaluations.

    Raises:
        UsageError: a key, value or file that cannot be.
    """

    folder: Path
    base: str
    vary: dict
    baseline: Optional[str] = None
    opts: list = field(default_factory=list)
    iters: Optional[int] = None
    batch_size: Optional[int] = None
    learning_rate: Optional[float] = None
    save_interval: int = 1000
    num_workers: int = 0
    device: str = "cpu"
    precision: str = "fp32"
    pictures: int = 8
    equal_within: float = 1.0
    group: Optional[str] = None
    repeat: Optional[bool] = None
    shift_consistency: bool = True

    def __post_init__(self):
        self.folder = Path(self.folder)
        self.vary = {key: list(values) for key, values in self.vary.items()}
        self.vary.setdefault(SEED, [0])
        for key, values in self.vary.items():
            if not values:
                raise UsageError(f"--vary {key}: names no value")
            if len({_short(v) for v in values}) < len(values):
                raise UsageError(f"--vary {key}: names a value twice")
        for seed in self.vary[SEED]:
            if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
                raise UsageError(f"--vary seed: {seed!r} is no seed; 0, 1, 2, ... are")
        if len(self.vary) == 1:
            raise UsageError("a study needs a --vary besides seed; nothing to compare")
        margin = self.equal_within
        if not isinstance(margin, (int, float)) or not 0 < margin < 100:
            raise UsageError(
                f"equal_within: {margin!r} is no margin; it is in points of mIoU, "
                "above 0 and below 100"
            )
        groups_of([], self.group)
        methods = self.methods
        if self.baseline is None:
            self.baseline = methods[0]
        elif self.baseline not in methods:
            raise UsageError(
                f"baseline {self.baseline!r} is no method of this study"
                f"{did_you_mean(self.baseline, methods)}"
            )

    @property
    def cells(self):
        """Every combination, all methods of the first seed first: list of Cell."""
        others = [key for key in self.vary if key != SEED]
        short = _short_keys(self.vary)
        cells = []
        for seed in self.vary[SEED]:
            for values in itertools.product(*(self.vary[key] for key in others)):
                named = dict(zip(others, values))
                words = {k: _method_name(k, v) for k, v in named.items()}
                parts = [f"{short[k]}={word}" for k, word in words.items()]
                name = _file_name(",".join([*parts, f"seed={seed}"]))
                method = " + ".join(words.values())
                cells.append(Cell(name, method, seed, {**named, SEED: seed}))
        names = [cell.name for cell in cells]
        if len(set(names)) < len(names):
            raise UsageError("two cells of this study would have one name")
        return cells

    @property
    def repeated(self):
        """The baseline's first cell once more, or None: Cell."""
        repeats = self.device == "gpu" if self.repeat is None else self.repeat
        if not repeats:
            return None
        first = next(cell for cell in self.cells if cell.method == self.baseline)
        return replace(first, name=f"{first.name},repeat", repeat=True)

    @property
    def all_cells(self):
        """`cells`, and `repeated` where there is one."""
        return [*self.cells, *filter(None, [self.repeated])]

    @property
    def methods(self):
        """What is compared, in the order given: list of str."""
        return list(dict.fromkeys(cell.method for cell in self.cells))

    def cell(self, name):
        """The cell of a name."""
        cells = {cell.name: cell for cell in self.all_cells}
        if name not in cells:
            raise UsageError(
                f"no cell {name!r} in this study{did_you_mean(name, cells)}"
            )
        return cells[name]

    def config(self, cell):
        """The resolved configuration of a cell: ResampleConfig."""
        varied = [
            f"{k}={v!r}" for k, v in cell.values.items() if k not in (SEED, CONFIG)
        ]
        return ResampleConfig(
            cell.values.get(CONFIG, self.base),
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            iters=self.iters,
            opts=[*self.opts, *varied],
        )

    def save(self):
        """Write study.json, or check that the folder holds this very study.

        More values may be added to what varies, and what the statistics alone use may
        change (equal_within, group); all else must be as it was.

        Raises:
            UsageError: the folder holds another study.
        """
        path = self.folder / "study.json"
        configuration = ResampleConfig(self.base, opts=self.opts).dic
        models = self._models(configuration)
        if self.group is None:
            self.group = configuration.get("group")
            groups_of([], self.group)
        content = {
            "study": {**asdict(self), "folder": None},
            "configuration": configuration,
            "imports": digests_of(configuration.get("imports") or []),
            "models": models,
        }
        content = json.loads(json.dumps(content, default=str))
        if path.exists():
            old = json.loads(path.read_text(encoding="utf-8"))
            for part in ("study", "configuration", "imports", "models"):
                for key, value in content[part].items():
                    # What an older version did not write had its default, and a
                    # configuration may have come in.
                    default = value if part == "models" else _default(part, key)
                    before = old.get(part, {}).get(key, default)
                    if key not in _MAY_CHANGE and before != value:
                        raise UsageError(
                            f"{str(self.folder)!r} holds another study: {key} was "
                            f"{before!r} and is now {value!r}; give another --save_dir"
                        )
        cells = [{"name": c.name, "values": c.values} for c in self.all_cells]
        write_json(path, {**content, "cells": cells, "run": describe_run()})

    def _models(self, configuration):
        """The model of every configuration that `vary` names: dict of path -> dict.

        Raises:
            UsageError: a configuration differs from the study's in more than its model.
        """
        models = {}
        for path in self.vary.get(CONFIG, ()):
            other = ResampleConfig(path, opts=self.opts).dic
            models[path] = other.get("model")
            for key in sorted({*other, *configuration} - {"model"}):
                if other.get(key) != configuration.get(key):
                    raise UsageError(
                        f"--vary config: {str(path)!r} and {str(self.base)!r} differ "
                        f"in {key!r}; configurations that are compared may differ in "
                        "their model alone, so that all are trained and scored alike"
                    )
        return models

    @classmethod
    def load(cls, folder):
        """The study that a folder holds.

        Raises:
            UsageError: none is there.
        """
        path = Path(folder) / "study.json"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise UsageError(f"{str(folder)!r} holds no study (study.json)") from None
        return cls(**{**content["study"], "folder": folder})


def _default(part, key):
    """The default of a field of Study."""
    known = Study.__dataclass_fields__ if part == "study" else {}
    return known[key].default if key in known else None


def _short_keys(keys):
    """The last part of every key, or all of it where two would be alike."""
    last = [key.rpartition(".")[2] for key in keys]
    return {
        key: part if last.count(part) == 1 else key for key, part in zip(keys, last)
    }


def _method_name(key, value):
    return Path(value).stem if key == CONFIG else _short(value)


def _short(value):
    """A value in a word or two: a spec by its name, other options in brackets."""
    if isinstance(value, Mapping):
        rest = {k: v for k, v in value.items() if k != "name"}
        options = ", ".join(f"{k}={_short(v)}" for k, v in rest.items())
        return f"{value.get('name', '')}({options})" if options else value["name"]
    if isinstance(value, list):
        return "[" + " ".join(_short(v) for v in value) + "]"
    return str(value)


def _file_name(text):
    return re.sub(r"[^\w=.,()+\-\[\]]", "_", text)
