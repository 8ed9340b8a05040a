"""Going back to the trained networks for pictures that training did not keep."""

import copy
import json

import numpy as np
import paddle
from PIL import Image

from ...base import Upsampler
from ...errors import UsageError
from ...files import write_json, writing_folder
from ...seg.checkpoints.weights import load_weights
from ...seg.config.components import Components
from ...seg.data.samples import Fault, Samples
from ...seg.evaluation import inference_options, predict
from ...seg.prediction.pictures import pictures
from ...seg.sites import inner_resampler
from .site_maps import principal_colours, record_sites

__all__ = ["FACTS", "revisit"]

FACTS = "revisited.json"


def revisit(content, result, images):
    """Load the last checkpoint of a cell: its feature maps, and predictions of images.

    What it finds is kept in the cell's folder `revisited/`, so that another report
    needs neither the checkpoint nor the data.

    Args:
        content: content.Content.
        result: of the cell.
        images: names of validation images to predict, as ImageScores has them.

    Returns:
        (Path of the folder, facts): facts has "images", name -> stem of STEM_image.png,
        STEM_label.png and STEM_prediction.png, and "sites", a list of dicts "number",
        "kind" ("up" or "down"), "path", "operator", "shapes" and "shared" (see
        `principal_colours`), each with NUMBER_before.png and NUMBER_after.png.

    Raises:
        UsageError: the checkpoint or the data are gone.
    """
    folder = content.cell_folder(result) / "revisited"
    facts = _kept(folder, result["iterations"], images)
    if facts:
        return folder, facts
    study = content.study
    checkpoint = content.cell_folder(result) / f"iter_{result['iterations']}"
    if not checkpoint.is_dir():
        raise UsageError(f"its checkpoint {checkpoint.name} is gone")
    device = paddle.get_device()
    paddle.set_device("cpu")  # where the report is written there need be no GPU
    try:
        components = Components(study.config(study.cell(result["cell"])))
        model = components.need("model")
        load_weights(model, checkpoint)
        with writing_folder(folder) as new:
            facts = {
                "iterations": result["iterations"],
                "images": _predict(content, components, model, images, new),
                "sites": _write_sites(study, components, model, new),
            }
            write_json(new / FACTS, facts)
    finally:
        paddle.set_device(device)
    return folder, facts


def _kept(folder, iterations, images):
    path = folder / FACTS
    if not path.exists():
        return None
    facts = json.loads(path.read_text("utf-8"))
    fits = facts["iterations"] == iterations and set(images) <= set(facts["images"])
    return facts if fits else None


def _predict(content, components, model, images, folder):
    model.eval()
    dataset = components.need("val_dataset")
    plain = copy.copy(dataset)
    plain.transforms = copy.copy(dataset.transforms)
    plain.transforms.transforms = []
    files = getattr(dataset, "file_list", None)
    count = len(dataset)
    numbers = {str(files[i][0]) if files else str(i): i for i in range(count)}
    options = inference_options(components.config.test_config)
    stems = {}
    for number, name in enumerate(dict.fromkeys(images)):
        if name not in numbers:
            raise UsageError(f"the validation set has no image {name!r} any more")
        prepared = _sound(Samples(dataset)[numbers[name]])
        raw = _sound(Samples(plain)[numbers[name]])
        image = np.transpose(raw["img"], (1, 2, 0)).astype(np.uint8)
        label = np.asarray(raw["label"]).reshape(image.shape[:2])
        batch = paddle.to_tensor(prepared["img"][None])
        with paddle.no_grad():
            labels = predict(model, batch, prepared["trans_info"], **options)[0]
        stems[name] = f"image_{number:03}"
        Image.fromarray(image).save(folder / f"{stems[name]}_image.png")
        for kind, values in (("label", label), ("prediction", labels)):
            picture = Image.fromarray(values.astype(np.uint8))
            picture.save(folder / f"{stems[name]}_{kind}.png")
    return stems


def _sound(sample):
    if isinstance(sample, Fault):
        raise UsageError(sample.text)
    return sample


def _write_sites(study, components, model, folder):
    first = next(iter(pictures(components, count=study.pictures).each))
    image = paddle.to_tensor(first.inputs["img"][None])
    layers = dict(model.named_sublayers())
    sites = []
    for number, site in enumerate(record_sites(model, image)):
        before, after, shared = principal_colours(site.before, site.after)
        Image.fromarray(before).save(folder / f"site_{number:02}_before.png")
        Image.fromarray(after).save(folder / f"site_{number:02}_after.png")
        layer = inner_resampler(layers[site.path])
        kind = "up" if isinstance(layer, Upsampler) else "down"
        sites.append(
            {
                "number": number,
                "kind": kind,
                "path": site.path,
                "operator": site.name,
                "shapes": [list(site.before.shape), list(site.after.shape)],
                "shared": shared,
            }
        )
    return sites
