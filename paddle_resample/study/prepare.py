"""Before any cell starts: refuse what cannot work, and keep what all cells share."""

import paddle
from PIL import Image

from ..errors import UsageError
from ..files import write_json, writing_folder
from ..language import translated
from ..seg.config.class_names import class_names
from ..seg.config.components import Components
from ..seg.prediction.outputs import save_mask
from ..seg.prediction.palette import palette_of
from ..seg.prediction.pictures import pictures
from .cell import start_path
from .start import save_start

__all__ = ["prepare"]


def prepare(study, say=print):
    """Check every method of a study, and write its pictures and initial weights.

    Args:
        study: plan.Study.
        say: called with a line of progress.

    Raises:
        UsageError: a cell that cannot be trained, with the reason; nothing has started.
    """
    paddle.set_device(study.device)
    first = {cell.method: cell for cell in reversed(study.cells)}
    for number, method in enumerate(study.methods, 1):
        say(translated(f"checking {number}/{len(study.methods)}: {method}"))
        _check(study, first[method])
    cells = {c.seed: c for c in study.cells if c.method == study.methods[0]}
    for seed, cell in cells.items():
        path = start_path(study, seed)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        paddle.seed(seed)
        save_start(Components(study.config(cell)).need("model"), path)
    if not (study.folder / "pictures").exists():
        _write_pictures(study, first[study.methods[0]])


def _check(study, cell):
    """Build a cell's network and pass one picture through it."""
    try:
        components = Components(study.config(cell))
        model = components.need("model")
        components.need("train_dataset"), components.need("loss")
        image = next(iter(pictures(components, count=1).each)).inputs["img"]
        model.eval()
        with paddle.no_grad():
            model(paddle.to_tensor(image[None]))
    except UsageError as error:
        raise UsageError(f"cell {cell.name!r}: {error}") from None


def _write_pictures(study, cell):
    components = Components(study.config(cell))
    palette = palette_of(components)
    dataset = components.need("val_dataset")
    names = []
    with writing_folder(study.folder / "pictures") as new:
        shown = pictures(components, count=study.pictures).each
        for number, picture in enumerate(shown):
            names.append(picture.name)
            Image.fromarray(picture.image).save(new / f"{number:03}_image.png")
            save_mask(new / f"{number:03}_label.png", picture.label, palette)
        write_json(
            new / "pictures.json",
            {
                "names": names,
                "class_names": class_names(components.config, dataset),
                "palette": palette[: dataset.num_classes].tolist(),
                "ignore_index": dataset.ignore_index,
            },
        )
