"""A run whose numbers are not finite any more: what is written down, and its end."""

from ...errors import RunFailed
from ...files import write_json
from ..data.loading import Order
from ..data.samples import Samples
from ..device import rank, world_size

__all__ = ["batch_files", "stop_run"]


def stop_run(save_dir, files, *, iteration, learning_rate, losses, first, when, hint):
    """Write `iter_N.not_finite.json` beside the checkpoints and raise.

    Args:
        save_dir: Path.
        files: list of str, the samples of the batch.
        iteration, learning_rate: of the update.
        losses: list of float.
        first: str, what is not finite first.
        when: str, "before" or "after" this update.
        hint: str, what to do about it; may be empty.

    Raises:
        RunFailed: always.
    """
    path = save_dir / f"iter_{iteration}.not_finite.json"
    report = {
        "iteration": iteration,
        "learning_rate": learning_rate,
        "losses": [str(value) for value in losses],  # JSON has no NaN
        "first_not_finite": first,
        "files": files,
        "process": rank(),
    }
    write_json(path, report)
    values = ", ".join(f"{v:.4g}" for v in losses)
    raise RunFailed(
        f"the loss of iteration {iteration} is {values} at learning rate "
        f"{learning_rate:.3g}, and first not finite is {first}; training stopped "
        f"{when} this update, earlier checkpoints are untouched, and {path} names the "
        f"samples of the batch{hint}"
    )


def batch_files(dataset, iteration, batch_size, seed, repeats):
    """The samples of one iteration's batch, of this process.

    Args:
        dataset: a PaddleSeg data set in mode train.
        iteration: from 1.
        batch_size, seed, repeats: as given to `training_loader`.

    Returns:
        list of str: image and label file, or the sample's number where it has none.
    """
    samples = Samples(dataset)
    order = Order(
        len(samples) * repeats,
        batch_size,
        seed,
        iteration - 1,
        iteration,
        rank(),
        world_size(),
    )
    return [samples.name(index % len(samples)) for _, index in next(iter(order))]
