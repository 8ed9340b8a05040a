"""Imports point downwards, as docs/architecture.md says."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "paddle_resample"
# Lowest first; what is on one line may import each other.
FLOORS = [
    {
        "cpu",
        "errors",
        "files",
        "images",
        "import_paddle",
        "language",
        "late_imports",
        "notes",
        "requirements",
        "sheet",
        "synonyms",
        "version",
    },
    {"kernels", "arguments", "safetensors_file"},
    {"ops", "initialise"},
    {"base", "blocks", "projected", "registry", "site_specs", "spec_checks", "start"},
    {"up", "down"},
    {
        "operator_cost",
        "operator_facts",
        "network_cost",
        "official",
        "docstring",
        "catalogue",
    },
    {"metrics", "tool"},
    {"seg"},
    {"lab", "ceiling"},
    {"study"},
    {"commands"},
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MODULES = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.stem != "__main__" and path != PACKAGE / "__init__.py"
]


def parts_of(path):
    return ("paddle_resample", *path.relative_to(PACKAGE).with_suffix("").parts)


def room_of(path):
    return parts_of(path)[1]


def imported_rooms(path):
    """Rooms of the package that a module imports when it is loaded."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ImportFrom):
            continue
        module = (node.module or "").split(".") if node.module else []
        if node.level:
            module = [*parts_of(path)[: -node.level], *module]
        if module[0] == "paddle_resample":
            yield from module[1:2] or [alias.name for alias in node.names]


def test_nothing_points_upwards():
    upwards = [
        f"{path.relative_to(PACKAGE)} imports {room}"
        for path in MODULES
        for room in imported_rooms(path)
        if FLOOR_OF.get(room, 0) > FLOOR_OF[room_of(path)]
    ]
    assert upwards == []


def test_only_the_door_knows_paddleseg():
    knowing = {
        room_of(path)
        for path in MODULES
        if any(
            line.startswith(("import paddleseg", "from paddleseg"))
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    }
    assert knowing == {"seg"}
