"""What the page shows from `revisit`: feature maps, best and worst images."""

import numpy as np

from ...errors import UsageError
from ...metrics import ImageScores
from ..measures import MEASURES
from .embed import embed_labels, embed_photo
from .gallery import one_view, read_labels
from .revisit import revisit

__all__ = ["choose_extremes", "network_views"]

_SIDE = 288
_MAP_SIDE = 192


def network_views(content):
    """Revisit one network of every method.

    Args:
        content: content.Content.

    Returns:
        (extremes, sites, missing): extremes, method -> two dicts "kind", "name", "own",
        "base" (percent), "photo", "truth", "view" and, but for the baseline,
        "base_view"; sites, list of dicts "kind", "label" and "methods", name ->
        {"before", "after", "shapes", "shared", "operator"}; missing, method -> reason.
    """
    if not content.pictures:
        return {}, [], {}
    chosen = choose_extremes(content)
    base = content.study.baseline
    # The baseline is shown beside every image, so it predicts them all.
    names = {method: [e["name"] for e in own] for method, own in chosen.items()}
    if base in names:
        every = [name for names in names.values() for name in names]
        names[base] = list(dict.fromkeys(names[base] + every))
    revisited, missing = {}, {}
    for method in content.scored:
        try:
            shown = content.shown(method)
            revisited[method] = revisit(content, shown, names.get(method, []))
        except UsageError as error:
            missing[method] = str(error)
    extremes = {
        method: [_extreme(content, revisited, method, entry) for entry in entries]
        for method, entries in chosen.items()
        if method in revisited and (base in revisited)
    }
    return extremes, _sites(revisited), missing


def choose_extremes(content):
    """The images on which every method does best and worst.

    Returns:
        dict: method -> two dicts "kind" ("gain" and "loss" against the baseline of
        the same seed; of the baseline itself "high" and "low"), "name", "own" and
        "base" (percent). Empty without a baseline's result.
    """
    base = content.study.baseline
    if base not in content.results:
        return {}
    chosen = {}
    for method in content.scored:
        shown = content.shown(method)
        if shown["seed"] != content.shown(base)["seed"]:
            continue
        names, own = _image_scores(content, shown)
        _, theirs = _image_scores(content, content.shown(base))
        gain = own if method == base else own - theirs
        kinds = ("high", "low") if method == base else ("gain", "loss")
        if np.isnan(gain).all():
            continue
        indices = int(np.nanargmax(gain)), int(np.nanargmin(gain))
        chosen[method] = [
            {"kind": kind, "name": names[i], "own": own[i], "base": theirs[i]}
            for kind, i in zip(kinds, indices)
        ]
    return chosen


def _image_scores(content, result):
    scores = ImageScores.load(content.cell_folder(result) / "images.npz")
    measure = MEASURES["miou"]
    return scores.names, 100 * measure.score(measure.rows(scores))


def _extreme(content, revisited, method, entry):
    folder, facts = revisited[method]
    stem = facts["images"][entry["name"]]
    truth = read_labels(folder / f"{stem}_label.png")
    own = read_labels(folder / f"{stem}_prediction.png")
    shown = {
        **entry,
        "photo": embed_photo(folder / f"{stem}_image.png", _SIDE),
        "truth": embed_labels(truth, content.pictures["palette"], _SIDE),
        "view": one_view(content, own, truth, _SIDE),
    }
    base = content.study.baseline
    if method != base:
        folder, facts = revisited[base]
        path = folder / f"{facts['images'][entry['name']]}_prediction.png"
        shown["base_view"] = one_view(content, read_labels(path), truth, _SIDE)
    return shown


def _sites(revisited):
    """The sites of all methods, joined by kind and number in the order they run."""
    joined = {}
    for method, (folder, facts) in revisited.items():
        counts = {"up": 0, "down": 0}
        for site in facts["sites"]:
            counts[site["kind"]] += 1
            key = site["kind"], counts[site["kind"]]
            entry = joined.setdefault(
                key, {"kind": key[0], "label": site["path"], "methods": {}}
            )
            entry["methods"][method] = {
                **{k: site[k] for k in ("shapes", "shared", "operator")},
                **{
                    part: embed_photo(
                        folder / f"site_{site['number']:02}_{part}.png", _MAP_SIDE
                    )
                    for part in ("before", "after")
                },
            }
    return [joined[key] for key in sorted(joined)]
