"""A finished study without any training: believable files from random numbers."""

import json

import numpy as np
from PIL import Image

from checkout import CONFIGS
from paddle_resample.ceiling import measure_ceiling
from paddle_resample.files import write_json
from paddle_resample.metrics import ImageScores
from paddle_resample.seg.embedded_data import FineShapes
from paddle_resample.study.ceiling import CEILING
from paddle_resample.study.plan import Study
from paddle_resample.study.report.site_maps import principal_colours
from paddle_resample.study.results import add_result

# method -> how much detail it keeps, 0 to 1
SKILLS = {"nearest": 0.55, "bilinear": 0.6, "carafe": 0.68, "dysample(groups=8)": 0.61}
ITERATIONS = 360


def made_up_study(
    folder,
    skills=None,
    seeds=(0, 1, 2),
    images=12,
    size=(72, 96),
    shown=3,
    class_names=None,
    names=None,
    failed=(),
):
    """Write a study as if it had been run.

    Args:
        folder: Path, made if needed.
        skills: method -> 0 to 1.
        seeds, images, size, shown: of the study; shown pictures are kept.
        class_names, names: of classes and images, in place of FineShapes'.
        failed: names of cells that failed.

    Returns:
        plan.Study.
    """
    skills = skills or SKILLS
    study = Study(
        folder=folder,
        base=str(CONFIGS / "unet" / "unet_bilinear.yml"),
        vary={"model.upsample": list(skills), "seed": list(seeds)},
        baseline="bilinear" if "bilinear" in skills else None,
        iters=ITERATIONS,
        pictures=shown,
    )
    study.save()
    data = FineShapes(transforms=[], mode="val", num_samples=images, size=size)
    scenes = [data.scene(i) for i in range(images)]
    names = names or [entry[0] for entry in data.file_list]
    class_names = class_names or list(data.CLASS_NAMES)
    _write_pictures(study, scenes, names, class_names, data.PALETTE)
    _write_ceiling(folder, scenes, class_names, names)
    where = {"processor": "Abacus 9", "threads": "2", "device": "cpu"}
    where.update(batch_size=8, precision="fp32")
    write_json(folder / "timing.json", {"where": where, "methods": {}})
    for cell in study.cells:
        if cell.name in failed:
            add_result(
                folder, {**_head(cell), "status": "failed", "error": "no <luck>"}
            )
            continue
        _write_cell(study, cell, skills[cell.method], scenes, names, class_names)
    return study


class _Labels(list):
    """Labels with what `measure_ceiling` asks for besides."""

    num_classes, ignore_index, colours = 12, 255, None

    def name(self, index):
        return self.names[index]


def _write_ceiling(folder, scenes, class_names, names):
    labels = _Labels(scene.label for scene in scenes)
    labels.class_names, labels.names = class_names, names
    result = measure_ceiling(labels, (4, 8), fitted_images=1, jobs=1)
    write_json(folder / CEILING, result)


def _write_pictures(study, scenes, names, class_names, palette):
    target = study.folder / "pictures"
    target.mkdir()
    for number, scene in enumerate(scenes[: study.pictures]):
        Image.fromarray(scene.image).save(target / f"{number:03}_image.png")
        _labels(scene.label, palette).save(target / f"{number:03}_label.png")
    write_json(
        target / "pictures.json",
        {
            "names": names[: study.pictures],
            "class_names": class_names,
            "palette": np.asarray(palette).tolist(),
            "ignore_index": 255,
        },
    )


def _write_cell(study, cell, skill, scenes, names, class_names):
    folder = study.folder / "cells" / cell.name
    (folder / "predictions").mkdir(parents=True)
    rng = np.random.default_rng([cell.seed, *map(ord, cell.method)])
    skill += rng.normal(0, 0.01)
    scores = ImageScores(len(class_names))
    predictions = []
    for number, (name, scene) in enumerate(zip(names, scenes)):
        predictions.append(predict(scene.label, skill, rng))
        confidence = np.clip(rng.normal(0.8, 0.1, scene.label.shape), 0, 1)
        scores.add(name, predictions[-1], scene.label, confidence, scene.width)
        if number < study.pictures:
            picture = _labels(predictions[-1], FineShapes.PALETTE)
            picture.save(folder / "predictions" / f"{number:03}.png")
    scores.add_shift_consistency(rng.uniform(0.8, 1, len(names)))
    scores.save(folder / "images.npz")
    last = scores.summary()
    _write_curve(folder / "curve.jsonl", last["miou"], rng)
    _write_revisited(folder / "revisited", names, scenes, predictions, rng)
    place = list(SKILLS).index(cell.method) if cell.method in SKILLS else 4
    result = {
        **_head(cell),
        "status": "done",
        "error": None,
        "iterations": ITERATIONS,
        "seconds": 60 + 7 * place + rng.random(),
        "last": last,
        "best": {"iteration": 240, "miou": last["miou"] + 0.004, "accuracy": 0.9},
        "class_names": class_names,
        "cost": {
            "parameters": 1_942_000 + 61_000 * place,
            "macs": 350_000_000 + 21_000_000 * place**2,
            "input_size": list(scenes[0].label.shape),
            "latency_ms": 11.2 + 2.3 * place,
            "latency_spread_ms": [11.0 + 2.3 * place, 11.9 + 2.3 * place],
            "step_ms": 91.0 + 8 * place,
            "step_spread_ms": [90.0 + 8 * place, 93.0 + 8 * place],
            "peak_memory_mb": 612.0 + 40 * place,
        },
        "notes": [],
        "versions": {},
    }
    add_result(study.folder, result)


def predict(label, skill, rng):
    """A label map as a network of so much skill might find it: coarse cells that come
    back fine in part, and some noise."""
    step = 4
    coarse = label[::step, ::step].repeat(step, 0).repeat(step, 1)
    coarse = coarse[: label.shape[0], : label.shape[1]]
    detail = rng.random(label.shape) < skill
    found = np.where(detail, label, coarse)
    wrong = rng.random(label.shape) < 0.04
    return np.where(wrong, np.roll(label, 5, axis=1), found).astype(np.uint8)


def _write_curve(path, score, rng):
    with open(path, "w") as file:
        for iteration in range(10, ITERATIONS + 1, 10):
            loss = 0.5 + 2 * np.exp(-iteration / 90) + rng.normal(0, 0.05)
            point = {"iteration": iteration, "learning_rate": 0.01, "loss": loss}
            file.write(json.dumps(point) + "\n")
            if iteration % 60 == 0:
                miou = score * (1 - np.exp(-iteration / 90)) / (1 - np.exp(-4))
                point = {"iteration": iteration, "evaluated": "last", "miou": miou}
                file.write(json.dumps(point) + "\n")


def _write_revisited(folder, names, scenes, predictions, rng):
    folder.mkdir()
    stems = {name: f"image_{i:03}" for i, name in enumerate(names)}
    for stem, scene, labels in zip(stems.values(), scenes, predictions):
        Image.fromarray(scene.image).save(folder / f"{stem}_image.png")
        Image.fromarray(scene.label).save(folder / f"{stem}_label.png")
        Image.fromarray(labels).save(folder / f"{stem}_prediction.png")
    sites = []
    for number, kind in enumerate(("down", "down", "up", "up")):
        fine = rng.normal(size=(6, 24, 32)).cumsum(2)
        maps = [fine, fine[:, ::2, ::2]][:: 1 if kind == "down" else -1]
        for part, colours in zip(("before", "after"), principal_colours(*maps)):
            Image.fromarray(colours).save(folder / f"site_{number:02}_{part}.png")
        sites.append(
            {
                "number": number,
                "kind": kind,
                "path": f"decoder.{number}.upsample",
                "operator": "carafe",
                "shapes": [list(m.shape) for m in maps],
                "shared": number != 2,
            }
        )
    facts = {"iterations": ITERATIONS, "images": stems, "sites": sites}
    write_json(folder / "revisited.json", facts)


def _head(cell):
    return {
        "cell": cell.name,
        "folder": f"cells/{cell.name}",
        "values": cell.values,
        "method": cell.method,
        "seed": cell.seed,
    }


def _labels(labels, palette):
    picture = Image.fromarray(labels.astype(np.uint8), mode="P")
    picture.putpalette(np.asarray(palette, np.uint8).ravel().tolist())
    return picture
