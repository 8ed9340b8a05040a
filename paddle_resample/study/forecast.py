"""Before a study runs: the differences that so many seeds could show."""

from ..errors import UsageError
from ..language import translated
from .plan import Study
from .power import ALPHA, Noise, detectable
from .statistics import summarise

__all__ = ["SEEDS", "forecast", "noise_of_pilot", "stated_noise"]

SEEDS = (2, 3, 5, 10)


def noise_of_pilot(folder):
    """The noise of a study that has run, with two seeds at least.

    Args:
        folder: of the study.

    Returns:
        (power.Noise, number of comparisons).

    Raises:
        UsageError: no study, or no comparison of two seeds.
    """
    Study.load(folder)  # says so where there is none
    summary = summarise(folder)
    if summary["detectable"] is None:
        raise UsageError(
            f"--pilot {str(folder)!r}: no method has two finished seeds in common with "
            "the baseline, so the noise of training is unknown"
        )
    return Noise(**summary["detectable"]["noise"]), summary["comparisons"]


def stated_noise(points):
    """Noise that somebody states.

    Args:
        points: [standard deviation over seeds of the difference of two methods,
            standard error of that difference over images], in points of mIoU.

    Returns:
        power.Noise.

    Raises:
        UsageError: a negative number, or nothing but zeros.
    """
    seed, image = points
    if min(points) < 0 or not any(points):
        raise UsageError(
            f"--noise {seed:g} {image:g}: a standard deviation over seeds and a "
            "standard error over images, in points of mIoU, are not negative and not "
            "both 0"
        )
    return Noise(seed / 100, image / 100)


def forecast(noise, comparisons, seeds=SEEDS):
    """The differences that a study could show.

    Args:
        noise: power.Noise.
        comparisons: number of methods beside the baseline.
        seeds: numbers of them.

    Returns:
        str: a table, with a line a number of seeds.
    """
    lines = [
        translated(
            f"What a study with {comparisons} methods beside the baseline could show"
        ),
        translated(
            f"(with a probability of 80 %, at {ALPHA:g} corrected for all of them):"
        ),
        translated("seeds  cells  points of mIoU or more"),
    ]
    for count in seeds:
        points = 100 * detectable(noise, count, comparisons)
        lines.append(f"{count:5}  {count * (comparisons + 1):5}  {points:.2f}")
    return "\n".join(lines)
