"""Take labels down to class shares and up again, and score what comes back."""

import os
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from ..errors import UsageError
from ..metrics.boundary import boundary_region, cheng_distance, overlap_counts
from ..metrics.region import iou, mean_of_present
from ..metrics.structure_width import WIDTH_LIMITS, structure_width, width_counts
from .oracle import STEPS, fitted_prediction
from .shares import class_shares, one_hot
from .ways import LinearFit, fixed_ways, go_up, winners

__all__ = ["BASELINE", "LINEAR", "STRIDES", "measure_ceiling", "reference_stride"]

STRIDES = (2, 4, 8, 16, 32)
BASELINE = "bilinear"  # the way up that most networks have, and the fitted one's
LINEAR = "best linear"
_FIT_IMAGES = 100
_CROP = 64  # pixels a side


def measure_ceiling(
    labels, strides=STRIDES, images=500, fitted_images=20, jobs=None, on_step=None
):
    """Measure what class shares at each stride lose on each way up.

    Args:
        labels: DatasetLabels, or a sequence of int [H, W] with the same attributes.
        strides: ints from 2; each a multiple of the one before, or of 1.
        images: how many labels to read at most, spread evenly over the set; None for
            all.
        fitted_images: on how many of them coarse logits are fitted (`oracle`), for
            bilinear alone; 0 leaves that out.
        jobs: threads; None takes one a processor.
        on_step: called with (steps done, steps in all) as the work goes on.

    Returns:
        dict that JSON can hold: "images", "images_in_set", "size" (of the first),
        "class_names", "colours" (None, or RGB a class), "class_shares" (of the
        labelled pixels), "void_share", "strides", "ways", "same" (way -> the way whose
        results it shares), "rows" (a dict a stride and way: "miou", "boundary_miou",
        "accuracy", and lists "iou", "boundary_iou" a class, "width_recall" a width of
        "width_limits"), "width_pixels", "linear_images" (that fitted it), "fitted"
        (None, or "images", "steps" and "rows": "stride", "shares" and "logits", each
        with "miou", "accuracy", "iou" on the same images) and "crop" (the window that
        loses most at `reference_stride`: "name", "y", "x", "label", and "predicted",
        stride -> the same: a str a row, its classes with spaces between, void -1).

    Raises:
        UsageError: no labels, a wrong stride or number of images, or a label that
            cannot be used.
    """
    strides = _checked(strides)
    chosen = _spread(len(labels), images)
    to_fit = chosen[:: -(-len(chosen) // _FIT_IMAGES)]
    for_logits = (
        chosen[:: max(len(chosen) // fitted_images, 1)] if fitted_images else []
    )
    for_logits = for_logits[:fitted_images]
    pairs = [(i, stride) for i in for_logits for stride in strides]
    total = len(to_fit) + len(chosen) + len(pairs)
    done = 0

    def each(pool, function, items):
        nonlocal done
        for result in pool.map(function, items):
            done += 1
            if on_step:
                on_step(done, total)
            yield result

    ways, same = _distinct_ways(strides)
    ignore = labels.ignore_index
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        fits = {stride: LinearFit(stride) for stride in strides}

        def read(index):
            label = _voided(labels[index], ignore)
            classes = np.unique(label[label >= 0])
            maps = one_hot(label, classes)
            return label, classes, maps, class_shares(maps, strides)

        for _, _, maps, shares in each(pool, read, to_fit):
            for stride, fit in fits.items():
                fit.add(maps, shares[stride])
        for fit in fits.values():
            fit.solve()

        def score(index):
            label, classes, _, shares = read(index)
            return _score(label, classes, shares, ways, fits, labels.num_classes)

        scored = list(each(pool, score, chosen))

        def fitted(pair):
            index, stride = pair
            label, classes, maps, shares = read(index)
            plain = go_up(BASELINE, shares[stride], stride, label.shape)
            predictions = (
                winners(plain, classes),
                fitted_prediction(label, maps, shares[stride], stride, classes),
            )
            return [_region(p, label, labels.num_classes) for p in predictions]

        logits = list(each(pool, fitted, pairs))
    size, void, pixels = _facts(scored)
    worst = int(np.argmax([one["crop"][0] for one in scored]))
    return {
        "images": len(chosen),
        "images_in_set": len(labels),
        "size": size,
        "class_names": list(labels.class_names),
        "colours": getattr(labels, "colours", None),
        "class_shares": (pixels / max(pixels.sum(), 1)).tolist(),
        "void_share": void,
        "strides": list(strides),
        "ways": [*ways, LINEAR],
        "same": same,
        "width_limits": list(WIDTH_LIMITS),
        "width_pixels": sum(one["width"] for one in scored).tolist(),
        "linear_images": len(to_fit),
        "rows": [
            {"stride": stride, "way": way, **_row(scored, stride, way)}
            for stride in strides
            for way in (*ways, LINEAR)
        ],
        "fitted": _fitted_rows(logits, strides, for_logits),
        "crop": _crop(
            labels.name(chosen[worst]), read(chosen[worst]), scored[worst]["crop"]
        ),
    }


def reference_stride(strides):
    """The stride that sentences speak of: 4, where most decoders end, or the first."""
    return 4 if 4 in strides else strides[0]


def _score(label, classes, shares, ways, fits, num_classes):
    """Counts of one image for every stride and way."""
    distance = cheng_distance(label.shape)
    label_region = boundary_region(label, distance)
    width = structure_width(label, -1)
    result = {
        "size": label.shape,
        "void": int((label < 0).sum()),
        "width": width_counts(label, label, width)[1],
        "counts": {},
    }
    reference = reference_stride(list(shares))
    for stride, coarse in shares.items():
        for way in (*ways, LINEAR):
            if way == LINEAR:
                maps = fits[stride].up(coarse, label.shape)
            else:
                maps = go_up(way, coarse, stride, label.shape)
            prediction = winners(maps, classes)
            if stride == reference and way == BASELINE:
                result["crop"] = _worst_window(prediction, label)
            prediction[label < 0] = -1
            region = boundary_region(prediction, distance)
            result["counts"][stride, way] = {
                "region": _region(prediction, label, num_classes),
                "boundary": overlap_counts(
                    prediction, label, region, label_region, num_classes
                ),
                "width": width_counts(prediction, label, width)[0],
            }
    return result


def _region(prediction, label, num_classes):
    """[3, C]: hits, labelled and predicted pixels."""
    counted = label >= 0
    p, g = prediction[counted], label[counted]
    return np.stack([np.bincount(v, minlength=num_classes) for v in (g[p == g], g, p)])


def _row(scored, stride, way):
    total = {
        key: sum(one["counts"][stride, way][key] for one in scored)
        for key in ("region", "boundary", "width")
    }
    pixels = sum(one["width"] for one in scored)
    with np.errstate(invalid="ignore", divide="ignore"):
        boundary = total["boundary"][0] / total["boundary"][1]
        recall = total["width"] / pixels
    return {
        **_region_row(total["region"]),
        "boundary_miou": mean_of_present(boundary),
        "boundary_iou": boundary.tolist(),
        "width_recall": recall.tolist(),
    }


def _region_row(total):
    hits, labelled, _ = total
    each = iou(*total)
    return {
        "miou": mean_of_present(each),
        "accuracy": float(hits.sum() / max(labelled.sum(), 1)),
        "iou": each.tolist(),
    }


def _fitted_rows(logits, strides, images):
    """Shares and fitted logits beside each other, on the same images."""
    if not images:
        return None
    rows = []
    for i, stride in enumerate(strides):
        pairs = logits[i :: len(strides)]
        shares, fitted = (_region_row(sum(pair[k] for pair in pairs)) for k in (0, 1))
        rows.append({"stride": stride, "shares": shares, "logits": fitted})
    return {"images": len(images), "steps": STEPS, "way": BASELINE, "rows": rows}


def _worst_window(prediction, label):
    """(wrong pixels, y, x) of the square window that has most of them."""
    wrong = ((prediction != label) & (label >= 0)).astype(np.float32)
    sides = [min(_CROP, side) for side in label.shape]
    sums = cv2.boxFilter(
        wrong, -1, sides[::-1], anchor=(0, 0), normalize=False, borderType=0
    )
    sums = sums[: label.shape[0] - sides[0] + 1, : label.shape[1] - sides[1] + 1]
    y, x = np.unravel_index(np.argmax(sums), sums.shape)
    return float(sums[y, x]), int(y), int(x)


def _crop(name, image, window):
    label, classes, _, shares = image
    _, y, x = window
    box = np.s_[y : y + _CROP, x : x + _CROP]
    predicted = {}
    for stride, coarse in shares.items():
        prediction = winners(go_up(BASELINE, coarse, stride, label.shape), classes)
        predicted[str(stride)] = _rows(prediction[box])
    return {
        "name": name,
        "y": y,
        "x": x,
        "label": _rows(label[box]),
        "predicted": predicted,
    }


def _rows(classes):
    """A picture as a line of text a row, which keeps JSON short."""
    return [" ".join(map(str, row)) for row in classes.tolist()]


def _facts(scored):
    """Size of the first label, share of void, pixels of every class."""
    pixels = sum(next(iter(one["counts"].values()))["region"][1] for one in scored)
    void = sum(one["void"] for one in scored)
    return list(scored[0]["size"]), void / max(void + pixels.sum(), 1), pixels


def _distinct_ways(strides):
    """Fixed ways that differ at these strides, and which equals which."""
    noise = np.random.default_rng(0).random((1, 7, 7)).astype(np.float32)
    results, same = {}, {}
    for way in [BASELINE, *(w for w in reversed(fixed_ways()) if w != BASELINE)]:
        result = [go_up(way, noise, s, (7 * s, 7 * s)) for s in strides]
        for other, known in results.items():
            if all(np.array_equal(a, b) for a, b in zip(result, known)):
                same[way] = other
                break
        else:
            results[way] = result
    return sorted(results, key=lambda way: way != "nearest"), same


def _voided(label, ignore_index):
    label = np.asarray(label).astype(np.int64)
    return np.where(label == ignore_index, -1, label)


def _spread(length, wanted):
    """Indices of at most `wanted` items, evenly over `length`."""
    if not length:
        raise UsageError("the data set has no labels")
    if wanted is not None and wanted < 1:
        raise UsageError(f"images={wanted}: at least 1 is needed")
    count = length if wanted is None else min(wanted, length)
    return [int(i) for i in (np.arange(count) + 0.5) * length / count]


def _checked(strides):
    strides = list(strides)
    for stride in strides:
        if not isinstance(stride, int) or isinstance(stride, bool) or stride < 2:
            raise UsageError(f"stride {stride!r}: whole numbers from 2 are allowed")
    if not strides:
        raise UsageError("no strides; give at least one, for instance 4")
    return sorted(set(strides))
