"""Evaluation within a run: scores, the best weights, and whether to stop early."""

import math

from ...errors import UsageError
from ...files import write_json
from ..checkpoints.checkpoint import save_weights
from ..evaluation import evaluate

__all__ = ["enter_scores", "refuse_to_go_on", "score_models", "stops_early"]

# Model -> folder and file of its best weights.
_BEST = {
    "last": ("best_model", "model.pdparams"),
    "ema_last": ("ema_best_model", "ema_model.pdparams"),
}
_BRIEF = ("miou", "accuracy", "mdice", "kappa")


def score_models(models, dataset, settings, config, display):
    """Evaluate the models of a run; every process takes part.

    Args:
        models: dict, "last" and where weights are averaged "ema_last" -> nn.Layer.
        dataset: validation dataset.
        settings: `settings.Settings`.
        config: `config.ResampleConfig`.
        display: `progress.RunDisplay`.

    Returns:
        dict of the same keys -> what `evaluation.evaluate` found.
    """
    scores = {}
    for key, model in models.items():
        display.advance(0, note="evaluating")
        scores[key] = evaluate(
            model,
            dataset,
            batch_size=settings.eval_batch_size or config.batch_size,
            num_workers=settings.num_workers,
            precision=settings.precision,
            amp_level=settings.amp_level,
            test_config=config.test_config,
        )
    return scores


def enter_scores(scores, models, class_names, *, progress, save_dir, display, curve):
    """Save the weights that are the best so far, and write the scores down; every
    process takes part.

    Args:
        scores: what `score_models` returned for them.
        models: dict of the same keys -> nn.Layer.
        class_names: list of str, or None.
        progress: dict of the run; "best", "ema_best", "stale" (evaluations since one
            of them was last improved) and "scores" are set in it.
        save_dir: Path; takes the folders of the best weights and scores.json.
        display: `progress.RunDisplay`, a line for each model.
        curve: `progress.Curve`, the same; None in a process that writes nothing.
    """
    iteration = progress["iteration"]
    progress["stale"] = progress.get("stale", 0) + 1
    for key, result in scores.items():
        best_key = key.replace("last", "best")
        brief = {k: result[k] for k in _BRIEF}
        if _is_better(result["miou"], progress.get(best_key)):
            progress[best_key] = {"iteration": iteration, **brief}
            progress["stale"] = 0
            if curve is not None:
                folder, name = _BEST[key]
                save_weights(save_dir / folder, name, models[key])
        if curve is None:
            continue
        prefix = "Evaluate/Ema_" if key == "ema_last" else "Evaluate/"
        scalars = {f"{prefix}mIoU": brief["miou"], f"{prefix}Acc": brief["accuracy"]}
        curve.add(iteration, scalars, evaluated=key, **brief)
        display.line(_sentence(iteration, key, brief, progress.get(best_key)))
    progress["scores"] = {
        "iteration": iteration,
        **scores,
        "best": progress["best"],
        "ema_best": progress["ema_best"],
        "class_names": list(class_names) if class_names else None,
    }
    if curve is not None:
        write_json(save_dir / "scores.json", progress["scores"])


def stops_early(progress, patience):
    """Whether the mIoU has stood still for as many evaluations as --patience allows.

    Args:
        progress: dict of the run, after `enter_scores`.
        patience: number of evaluations, None for any number.

    Returns:
        str, the sentence that says so, or None.
    """
    stale = progress.get("stale", 0)
    if patience is None or stale < patience:
        return None
    best = progress.get("best")
    since = f" {best['miou']:.4f} of iteration {best['iteration']}" if best else ""
    return (
        f"stopped early at iteration {progress['iteration']}: {stale} evaluations have "
        f"not improved the best mIoU{since} (--patience {patience})"
    )


def refuse_to_go_on(progress, patience, folder):
    """Refuse to resume what --patience has ended.

    Args:
        progress: dict of the run, as loaded.
        patience: as in `stops_early`.
        folder: of the checkpoint, for the message.

    Raises:
        UsageError: it has ended.
    """
    ended = stops_early(progress, patience)
    if ended:
        raise UsageError(
            f"the run of {str(folder)!r} has {ended}; raise --patience or leave it out "
            "to train on"
        )


def _is_better(miou, best):
    """NaN, when no pixel was labelled, is never the best."""
    return math.isfinite(miou) and (best is None or miou > best["miou"])


def _sentence(iteration, key, brief, best):
    if best is None:
        return f"iteration {iteration}: nothing was labelled"
    return (
        f"iteration {iteration}: {'EMA ' if key == 'ema_last' else ''}mIoU "
        f"{brief['miou']:.4f}  accuracy {brief['accuracy']:.4f}  "
        f"(best {best['miou']:.4f} at {best['iteration']})"
    )
